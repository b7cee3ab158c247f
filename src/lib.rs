#![doc = include_str!("../README.md")]
//!
//! ## Where to look
//!
//! | | |
//! |---|---|
//! | a service's handle, its operations and types | [`CrossTrade`], [`Hummingbot`], [`B3os`], [`Refold`] |
//! | one handle over all of them | [`Executions`], asked by [`Reference`], answers with an [`Execution`] in its [`State`] |
//! | how a handle is set up | [`Builder`], [`Limits`], [`Retry`], [`Budget`], [`Http`] |
//! | how a call ends | [`Reply`], or the one [`Error`] |
//! | fields that are no plain strings and numbers | [`values`] |
//! | watching the traffic | [`observe`], and with their features `recording` and `contract` |
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

// The services, each a handle with its operations and its types.
pub mod b3os;
pub mod crosstrade;
pub mod hummingbot;
pub mod refold;

// All of them as one, and what they have in common.
mod execution;
mod executions;
mod provider;
mod reference;
#[cfg(feature = "ws")]
mod rpc;

// How a handle is set up, and what its calls pass through.
mod settings;
mod transport;

// What may watch the traffic, and what judges it by the specs.
#[cfg(feature = "contract")]
pub mod contract;
pub mod observe;
#[cfg(feature = "recording")]
pub mod recording;

// What build.rs makes of specs/, and what everything is made of.
mod error;
mod generated;
mod service;
pub mod values;

#[cfg(feature = "simulator")]
pub mod simulator;

// How the simulator and a replay are served.
#[cfg(feature = "simulator")]
mod loopback;

#[cfg(feature = "cli")]
pub mod schemas;

// What a change of a spec does to those who use the Rust made of it.
#[cfg(feature = "diff")]
pub use executions_spec::diff;

// The main types, in the order in which they are met.
#[doc(inline)]
pub use {b3os::B3os, crosstrade::CrossTrade, hummingbot::Hummingbot, refold::Refold};

pub use execution::{Execution, State};
pub use executions::{Executions, Observed};
pub use reference::{Reference, Service};

pub use error::Error;
pub use transport::body::UnknownMember;
pub use transport::reply::Reply;

pub use settings::Builder;
pub use transport::budget::Budget;
pub use transport::client::{Http, HttpBuilder};
pub use transport::limits::Limits;
pub use transport::retry::Retry;

// The crates whose types and traits are part of this one's interface.
#[cfg(feature = "ws")]
#[doc(no_inline)]
pub use futures_util::stream::Stream;
pub use {bytes, http, jiff, reqwest, rust_decimal, schemars, secrecy, serde, serde_json, url};

#[cfg(all(fuzzing, feature = "ws"))]
#[doc(hidden)]
pub use rpc::fuzz_frame;

// The macro that generated enums are written with, at the path that build.rs knows.
pub(crate) use values::open_enum;
