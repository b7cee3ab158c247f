//! Typed clients for the executions of CrossTrade, Hummingbot, B3OS and Refold.

mod generated;
#[cfg(feature = "simulator")]
pub mod simulator;
pub mod transport;
pub mod values;
