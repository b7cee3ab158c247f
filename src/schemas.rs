//! The JSON Schemas of the types that `build.rs` makes of specs/, by name. In code, `schemars::schema_for!` gives that of
//! any type.

use schemars::Schema;

use crate::generated::SCHEMAS;

/// The names of all types, `<service>.<Type>`, in the order of the specs.
pub fn names() -> impl Iterator<Item = &'static str> {
    entries().map(|(name, _)| *name)
}

/// The schema of the type with this name: `crosstrade.Execution`.
pub fn of(name: &str) -> Option<Schema> {
    let (_, schema) = entries().find(|(known, _)| *known == name)?;
    Some(schema())
}

fn entries() -> impl Iterator<Item = &'static (&'static str, fn() -> Schema)> {
    SCHEMAS.iter().copied().flatten()
}
