//! From a spec to Rust: what is wrong is said with its place, and what is right compiles.

mod advice;
mod broken;
mod documented;
mod hostile;
mod mutated;
mod names;
mod replaced;
mod taken;

use executions_spec::{Problem, Spec};

const ECHO: &str = include_str!("../echo.yaml");
const DESK: &str = include_str!("../desk.yaml");

/// What `build.rs` makes of a spec.
fn generate(service: &str, yaml: &str) -> Result<syn::File, Vec<Problem>> {
    let rust = Spec::read(service, yaml)?.to_rust()?;
    Ok(syn::parse_str(&rust).expect("Rust"))
}

/// The spec of echo with a change.
fn changed(from: &str, to: &str) -> String {
    assert!(ECHO.contains(from), "echo has no {from:?}");
    ECHO.replacen(from, to, 1)
}
