//! Reads, judges and compiles the OpenAPI specs of the crate `executions`.
//!
//! In the order a spec travels: `files` finds it; `source` reads it, every value with its place; `lint` judges it by what is
//! known to come out right, and makes the typed `model` of it; `replacement` says what the crate's own code would miss in one of
//! a user's; `emit` makes the Rust. `diff` says what a change of it does
//! to those who use that Rust.

#[cfg(feature = "diff")]
pub mod diff;
#[cfg(feature = "emit")]
mod emit;
#[cfg(feature = "read")]
pub mod files;
#[cfg(feature = "read")]
mod lint;
pub mod model;
#[cfg(feature = "read")]
mod replacement;
#[cfg(feature = "read")]
mod source;
#[cfg(feature = "read")]
mod spec;

#[cfg(feature = "read")]
pub use source::{Problem, decode};
#[cfg(feature = "read")]
pub use spec::Spec;
