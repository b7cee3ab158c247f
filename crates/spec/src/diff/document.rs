//! An OpenAPI 3.0 document as it was read.

use std::fmt;

use heck::ToSnakeCase;

use super::cursor::Cursor;
use super::stack::roomy;
use crate::lint;
use crate::model::Place as At;
use crate::source::{self, Node, Problem};

/// The longest text that is read, in bytes: the largest public descriptions have a tenth of it more than half.
const MOST_BYTES: usize = 16 << 20;

/// An OpenAPI 3.0 document, YAML or JSON, with the place of everything in it.
#[derive(Debug)]
pub struct Document {
    service: String,
    label: String,
    text: String,
    root: Node,
    /// Why it is not in the dialect of `specs/`, if so.
    foreign: Option<Problem>,
}

/// Why a text is no document that can be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{label}:{line}:{column}: {text}")]
pub struct Unreadable {
    label: String,
    line: u64,
    column: u64,
    text: String,
}

impl Document {
    /// Reads a document.
    ///
    /// `service` names the module whose items the changes are told of, `label` the file in every place.
    ///
    /// # Errors
    ///
    /// When it is neither YAML nor JSON, has a key twice, nests past 64 levels, is longer than 16 MiB, has more than 250,000
    /// keys and values (those behind an alias count wherever it is used), or is of another version than OpenAPI 3.0.
    pub fn read(service: &str, label: &str, text: &str) -> Result<Self, Unreadable> {
        let refuse = |at: At, text: String| Unreadable {
            label: label.to_owned(),
            line: at.line,
            column: at.column,
            text,
        };
        if text.len() > MOST_BYTES {
            let words = format!(
                "it has {} bytes, more than the {MOST_BYTES} that are read",
                text.len()
            );
            return Err(refuse(At::START, words));
        }
        // Some programs put a byte order mark before JSON.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let service = module(service);
        let read = roomy(|| {
            let root = source::parse(text)?;
            let foreign = lint::check(&service, &root).into_iter().next();
            Ok((root, foreign))
        });
        let (root, foreign) = read.map_err(|problem: Problem| refuse(problem.at, problem.text))?;
        match (root.entry("openapi"), root.entry("swagger")) {
            (Some(version), _) => {
                let word = match &version.node.value {
                    source::Value::Text(word) | source::Value::Number(word) => word.as_str(),
                    _ => "",
                };
                if word != "3.0" && !word.starts_with("3.0.") {
                    let words = format!(
                        "this is OpenAPI `{word}`, and only 3.0 is compared: convert both files to 3.0 first"
                    );
                    return Err(refuse(version.node.at, words));
                }
            }
            (None, Some(version)) => {
                let words = "this is Swagger 2.0, and only OpenAPI 3.0 is compared: convert both files to 3.0 first";
                return Err(refuse(version.node.at, words.to_owned()));
            }
            (None, None) => {
                let words = "this is no OpenAPI document: it has no `openapi: 3.0.x`";
                return Err(refuse(root.at, words.to_owned()));
            }
        }
        Ok(Self {
            service,
            label: label.to_owned(),
            text: text.to_owned(),
            root,
            foreign,
        })
    }

    /// The name of the Rust module.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The file, as places call it.
    pub fn label(&self) -> &str {
        &self.label
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn root(&self) -> &Node {
        &self.root
    }

    pub(super) fn cursor(&self) -> Cursor<'_> {
        Cursor::new(&self.root)
    }

    /// The first reason why it is not in the dialect of `specs/`, with its place; `None` when it is.
    pub fn foreign(&self) -> Option<String> {
        let Problem { at, text } = self.foreign.as_ref()?;
        Some(format!("{}:{}:{}: {text}", self.label, at.line, at.column))
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
    /// A file that could not be opened or is no UTF-8.
    pub fn file(label: &str, error: &dyn fmt::Display) -> Self {
        Self {
            label: label.to_owned(),
            line: 1,
            column: 1,
            text: format!("it cannot be read: {error}"),
        }
    }
}
