//! What a change of a spec does to those who use the Rust that is made of it.
//!
//! [`compare`] compares two documents in the dialect of this crate's `specs/`, by their models and by the Rust that
//! `build.rs` makes of both. Any other document is refused with its line; general tools compare those (oasdiff,
//! openapi-changes).
//!
//! ```
//! use executions_spec::diff::{Document, Grade, compare};
//!
//! let yaml = include_str!("../tests/echo.yaml");
//! let old = Document::read("echo", "old.yaml", yaml)?;
//! let new = Document::read("echo", "new.yaml", &yaml.replace("maximum: 3", "maximum: 2"))?;
//! let changes = compare(&old, &new);
//! assert_eq!(changes.grade(), Some(Grade::Silent));
//! assert_eq!(changes.all()[0].effects, ["a `times` over 2 is refused, it was 3"]);
//! # Ok::<(), executions_spec::diff::Unreadable>(())
//! ```

mod change;
mod compare;
mod document;
mod report;
mod rest;
mod surface;
mod types;
mod words;

pub use change::{Bump, Change, Changes, Grade, Place};
pub use compare::compare;
pub use document::{Document, Unreadable};
pub use surface::Surface;
