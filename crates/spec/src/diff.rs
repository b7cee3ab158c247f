//! What a change of a spec does to those who use the Rust that is made of it.
//!
//! [`compare`] reads two versions of an OpenAPI 3.0 document twice: as trees, which gives every difference its place in
//! both files, and through the generator, which says what the difference does to the Rust. Documents in the dialect of
//! this crate's `specs/` go through this crate's own generator; any other OpenAPI 3.0 document through progenitor alone,
//! and what progenitor cannot make Rust of is graded as if it broke, and marked as not proven.
//!
//! ```
//! use executions_spec::diff::{Document, Grade, compare};
//!
//! let yaml = include_str!("../../../specs/crosstrade.yaml");
//! let old = Document::read("crosstrade", "old.yaml", yaml)?;
//! let new = Document::read("crosstrade", "new.yaml", &yaml.replace("maximum: 900", "maximum: 600"))?;
//! let changes = compare(&old, &new);
//! assert_eq!(changes.grade(), Some(Grade::Silent));
//! assert_eq!(changes.all()[0].items, ["crosstrade::bounds::LIST_EXECUTIONS_LOOKBACK_TIME"]);
//! # Ok::<(), executions::diff::Unreadable>(())
//! ```

mod change;
mod cursor;
mod document;
mod generated;
mod judge;
mod report;
mod stack;
mod surface;
mod tree;

pub use change::{Bump, Change, Changes, Gap, Grade, Place};
pub use document::{Document, Unreadable};
pub use surface::Surface;

/// Everything that differs between two versions of a document, graded.
///
/// The Rust items are called after the new version's service.
pub fn compare(old: &Document, new: &Document) -> Changes {
    stack::roomy(|| {
        let (rust_old, rust_new) = generated::both(old, new);
        let found = tree::walk(old, new, &rust_new.lost);
        judge::judge(new.service(), &found, &rust_old, &rust_new)
    })
}

/// The public Rust that a document becomes.
pub fn surface(document: &Document) -> Surface {
    stack::roomy(|| generated::one(document).surface)
}
