//! From `specs/*.yaml` to one Rust module a service. `build.rs` runs it; `diff` and the tests run it too.
//!
//! In the order a spec travels: files and source read it; lint, with grammar (and its table, dialect), schemas, enums and
//! operations, judges it; emit, with input, polish, answers and appendix, makes the module.

#[cfg(feature = "diff")]
pub mod diff;
#[cfg(feature = "emit")]
mod emit;
pub mod files;
mod lint;
mod source;

pub use source::Problem;

#[cfg(feature = "emit")]
/// What one spec becomes.
#[derive(Debug)]
pub struct Generated {
    /// The module, as Rust.
    pub module: String,
    /// The whole spec, as JSON.
    pub json: String,
}

#[cfg(feature = "emit")]
/// Checks a spec and makes the module of its service, or says everything that is wrong with it.
pub fn generate(service: &str, yaml: &str) -> Result<Generated, Vec<Problem>> {
    let document = source::parse(yaml).map_err(|problem| vec![problem])?;
    let problems = lint::check(service, &document);
    if !problems.is_empty() {
        return Err(problems);
    }
    let module = emit::module(service, &document)?;
    let json = document.to_json();
    Ok(Generated { module, json })
}
