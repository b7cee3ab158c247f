//! A document that can be compared: a spec, and the Rust made of it.

use std::fmt;

use heck::ToSnakeCase;

use super::surface::{Surface, read};
use crate::Spec;
use crate::model::Place;
use crate::source::Problem;

/// An OpenAPI document in the dialect of `specs/`, YAML or JSON.
#[derive(Debug)]
pub struct Document {
    pub(super) label: String,
    pub(super) spec: Spec,
    pub(super) surface: Surface,
}

/// Why a text is no document that can be compared: a line a problem, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Unreadable(Vec<String>);

impl Document {
    /// Reads a document, and makes Rust of it.
    ///
    /// `service` names the module whose items the changes are told of, `label` the file in every place.
    ///
    /// # Errors
    ///
    /// Whatever keeps `build.rs` from making Rust of it, each with its line.
    pub fn read(service: &str, label: &str, text: &str) -> Result<Self, Unreadable> {
        let said = |problems: Vec<Problem>| {
            let line = |Problem { at, text }| format!("{label}:{}:{}: {text}", at.line, at.column);
            Unreadable(problems.into_iter().map(line).collect())
        };
        let spec = Spec::read(&module(service), text).map_err(said)?;
        let module = spec.to_rust().map_err(said)?;
        let surface = read(&spec.service, &module).map_err(|error| {
            let text = format!("the Rust made of it cannot be read: {error}");
            said(vec![Problem::new(Place::START, text)])
        })?;
        Ok(Self {
            label: label.to_owned(),
            spec,
            surface,
        })
    }

    /// The public Rust that the document becomes.
    pub fn surface(&self) -> &Surface {
        &self.surface
    }
}

/// A name that a Rust module can have.
fn module(name: &str) -> String {
    let snake = name.to_snake_case();
    match syn::parse_str::<syn::Ident>(&snake) {
        Ok(_) => snake,
        Err(_) => format!("api_{snake}").trim_end_matches('_').to_owned(),
    }
}

impl Unreadable {
    /// The problems, a line each: `file:line:column: what is wrong and what to do`.
    pub fn problems(&self) -> &[String] {
        &self.0
    }

    /// A file that could not be opened or is no UTF-8.
    pub fn file(label: &str, error: &dyn fmt::Display) -> Self {
        Self(vec![format!("{label}:1:1: it cannot be read: {error}")])
    }
}
