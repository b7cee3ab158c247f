//! A document that can be compared: a spec, and the Rust made of it.

use std::path::Path;

use heck::ToSnakeCase;

use super::surface::{Surface, read};
use crate::source::Problem;
use crate::{Spec, files};

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
        let read = || {
            let spec = Spec::read(&module(service), text)?;
            let surface = read(&spec, spec.to_module()?);
            Ok((spec, surface))
        };
        let (spec, surface) = read().map_err(|problems| Unreadable::new(label, problems))?;
        let label = label.to_owned();
        Ok(Self {
            label,
            spec,
            surface,
        })
    }

    /// Does the same with a file, whose path is its label.
    ///
    /// # Errors
    ///
    /// The same, and whatever keeps the file from being read.
    pub fn open(service: &str, path: &Path) -> Result<Self, Unreadable> {
        let label = path.display().to_string();
        let text = files::text(path);
        let text = text.map_err(|problem| Unreadable::new(&label, vec![problem]))?;
        Self::read(service, &label, &text)
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
    fn new(label: &str, problems: Vec<Problem>) -> Self {
        let lines = problems.iter().map(|problem| problem.line(label));
        Self(lines.collect())
    }

    /// The problems, a line each: `file:line:column: what is wrong and what to do`.
    pub fn problems(&self) -> &[String] {
        &self.0
    }
}
