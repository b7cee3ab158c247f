//! Values with rules of their own: what the generated types are made of where plain JSON types would lose something.
//!
//! Each keeps what the service sent next to what it means, so that reading never rounds and never fails an answer over a
//! field whose form is merely unexpected. Serialising gives back what came.

mod decimal;
mod id;
mod json;
mod open_enum;
mod printable;
mod time;
mod token;

pub use decimal::{Decimal, NotADecimal};
pub use id::Id;
pub use json::Json;
pub(crate) use open_enum::{open_enum, word};
pub use printable::is_deceptive;
pub(crate) use printable::printable;
pub use time::{
    DateTime, EpochMillis, EpochSeconds, Local, LocalDateTime, Millis, Rfc3339, Rule, Seconds, Time,
};
