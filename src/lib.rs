//! Typed clients for the executions of CrossTrade, Hummingbot, B3OS and Refold.

pub mod b3os;
pub mod crosstrade;
pub mod hummingbot;
pub mod refold;

mod error;
mod execution;
mod executions;
mod generated;
mod reference;
mod reply;
#[cfg(feature = "ws")]
mod rpc;
mod settings;
#[cfg(feature = "simulator")]
pub mod simulator;
mod transport;
pub mod values;

pub use b3os::B3os;
pub use crosstrade::CrossTrade;
pub use error::Error;
pub use execution::{Execution, State};
pub use executions::Executions;
pub use hummingbot::Hummingbot;
pub use reference::{Reference, Service};
pub use refold::Refold;
pub use reply::{Reply, UnknownMember};
pub use settings::Builder;
pub use transport::budget::Budget;
pub use transport::client::{Http, HttpBuilder};
pub use transport::limits::Limits;
pub use transport::retry::Retry;

#[cfg(all(fuzzing, feature = "ws"))]
#[doc(hidden)]
pub use rpc::fuzz_frame;

pub(crate) use values::open_enum;
