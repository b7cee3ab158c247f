//! A spec that can be used: its file has been read and judged.

use crate::lint;
use crate::model::Model;
use crate::source::{Node, Problem, parse};

/// A spec in which nothing is wrong.
#[derive(Debug)]
pub struct Spec {
    /// The file's stem, which names the Rust module.
    pub service: String,
    pub model: Model,
    pub(crate) document: Node,
}

impl Spec {
    /// Reads and judges a spec; all that is wrong with it, in the order of the file.
    pub fn read(service: &str, yaml: &str) -> Result<Self, Vec<Problem>> {
        let document = parse(yaml).map_err(|problem| vec![problem])?;
        Ok(Self {
            service: service.to_owned(),
            model: lint::read(service, &document)?,
            document,
        })
    }

    /// The whole spec as JSON: members in their order, numbers in their spelling.
    pub fn to_json(&self) -> String {
        self.document.to_json()
    }
}
