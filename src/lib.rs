//! Typed clients for the executions of CrossTrade, Hummingbot, B3OS and Refold.

mod generated;
pub mod transport;
pub mod values;
