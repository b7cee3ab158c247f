//! Rust of any OpenAPI 3.0 document, by progenitor with its own settings; the parts it fails at are found and left out.

use std::collections::{BTreeMap, BTreeSet};

use progenitor::{GenerationSettings, Generator, InterfaceStyle};
use serde_json::{Value as Json, json};

use super::super::document::Document;
use super::super::surface::{Surface, read};
use super::Made;
use crate::emit::quiet::quietly;
use crate::source::one_line;

/// How often the generator is run to find what it fails at: with a failure in every second part it gives up.
const MOST_RUNS: usize = 160;

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The Rust of both, without the parts that either fails at.
pub fn both(old: &Document, new: &Document) -> (Made, Made) {
    let made = made_of(&mut Source::new(old), &mut Source::new(new));
    made.unwrap_or_else(|reason| (failed(&reason), failed(&reason)))
}

fn made_of(old: &mut Source<'_>, new: &mut Source<'_>) -> Result<(Made, Made), String> {
    let mut left_out = old.failing()?;
    let failing = match new.failing() {
        Ok(failing) => failing,
        Err(reason) => return Ok(lost(&reason)),
    };
    let mut newly = failing.clone();
    newly.retain(|part, _| !left_out.contains_key(part));
    left_out.extend(failing);
    let names: BTreeSet<String> = left_out.keys().cloned().collect();
    let old = made(old.run(&names)?, &left_out);
    // Parts that are well by themselves may not go together, such as two operations of one name.
    let new = match new.run(&names) {
        Ok(surface) => made(surface, &left_out),
        Err(reason) => return Ok(lost(&reason)),
    };
    Ok((old, Made { lost: newly, ..new }))
}

/// Of the old there is Rust, of the new there is none.
fn lost(reason: &str) -> (Made, Made) {
    let lost = [(String::new(), one_line(reason))];
    let new = Made {
        lost: lost.into(),
        ..failed(reason)
    };
    (failed(reason), new)
}

fn made(surface: Surface, left_out: &BTreeMap<String, String>) -> Made {
    Made {
        surface,
        left_out: left_out.clone(),
        ..Made::default()
    }
}

fn failed(reason: &str) -> Made {
    Made {
        failure: Some(one_line(reason)),
        ..Made::default()
    }
}

struct Source<'a> {
    service: &'a str,
    spec: Json,
    schemas: Vec<String>,
    operations: Vec<String>,
    runs: usize,
}

impl<'a> Source<'a> {
    fn new(document: &'a Document) -> Self {
        let mut spec: Json = serde_json::from_str(&document.root().to_json()).unwrap_or_default();
        trim(&mut spec);
        let keys = |at: &Json| -> Vec<String> {
            let members = at.as_object().into_iter().flatten();
            members.map(|(key, _)| key.clone()).collect()
        };
        let schemas = keys(&spec["components"]["schemas"]);
        let schemas = schemas
            .iter()
            .map(|name| pointer(&["components", "schemas", name]));
        let paths = keys(&spec["paths"]);
        let operations = paths.iter().flat_map(|path| {
            let methods = keys(&spec["paths"][path]);
            let methods = methods.into_iter();
            let methods = methods.filter(|key| METHODS.contains(&key.as_str()) || key == "$ref");
            methods
                .map(|method| pointer(&["paths", path, &method]))
                .collect::<Vec<_>>()
        });
        Self {
            service: document.service(),
            schemas: schemas.collect(),
            operations: operations.collect(),
            spec,
            runs: 0,
        }
    }

    /// Each part that the generator fails at, and what it says.
    fn failing(&mut self) -> Result<BTreeMap<String, String>, String> {
        let mut left_out = self.cyclic();
        let mut names: BTreeSet<String> = left_out.keys().cloned().collect();
        if self.run(&names).is_ok() {
            return Ok(left_out);
        }
        // What fails without any part is at fault by itself.
        self.run(
            &self
                .schemas
                .iter()
                .chain(&self.operations)
                .cloned()
                .collect(),
        )?;
        let schemas: Vec<String> = self
            .schemas
            .iter()
            .filter(|name| !names.contains(*name))
            .cloned()
            .collect();
        let mut without: BTreeSet<String> = self.operations.iter().cloned().collect();
        without.extend(names.iter().cloned());
        self.search(&schemas, &without, &mut left_out);
        names = left_out.keys().cloned().collect();
        let operations = self.operations.clone();
        self.search(&operations, &names, &mut left_out);
        Ok(left_out)
    }

    /// Halves `parts` until what fails is alone.
    fn search(
        &mut self,
        parts: &[String],
        without: &BTreeSet<String>,
        found: &mut BTreeMap<String, String>,
    ) {
        let mut open = vec![parts];
        while let Some(half) = open.pop() {
            let mut names = without.clone();
            names.extend(parts.iter().filter(|part| !half.contains(part)).cloned());
            match (self.run(&names), half) {
                (Ok(_), _) | (Err(_), []) => {}
                (Err(reason), [one]) => {
                    found.insert(one.clone(), one_line(&reason));
                }
                (Err(_), many) => {
                    let (first, second) = many.split_at(many.len() / 2);
                    open.extend([first, second]);
                }
            }
        }
    }

    /// Schemas that consist of themselves, which the generator would follow for ever.
    fn cyclic(&self) -> BTreeMap<String, String> {
        let schemas = &self.spec["components"]["schemas"];
        let direct = |name: &String| -> Vec<String> {
            let schema = schemas
                .pointer(name.trim_start_matches("/components/schemas"))
                .unwrap_or(&Json::Null);
            let parts = ["allOf", "oneOf", "anyOf"]
                .into_iter()
                .flat_map(|key| schema[key].as_array().into_iter().flatten());
            let parts = parts.chain([schema, &schema["not"]]);
            parts
                .filter_map(|part| part["$ref"].as_str()?.strip_prefix('#').map(str::to_owned))
                .collect()
        };
        let mut cyclic = BTreeMap::new();
        for name in &self.schemas {
            let (mut seen, mut open) = (BTreeSet::new(), direct(name));
            while let Some(next) = open.pop() {
                if next == *name {
                    cyclic.insert(name.clone(), "it consists of itself".to_owned());
                    break;
                }
                if seen.insert(next.clone()) {
                    open.extend(direct(&next));
                }
            }
        }
        cyclic
    }

    fn run(&mut self, without: &BTreeSet<String>) -> Result<Surface, String> {
        self.runs += 1;
        if self.runs > MOST_RUNS {
            return Err("the generator fails at too many parts".to_owned());
        }
        let mut spec = self.spec.clone();
        for part in without {
            let Some((above, key)) = part.rsplit_once('/') else {
                continue;
            };
            let key = key.replace("~1", "/").replace("~0", "~");
            let members = spec.pointer_mut(above).and_then(Json::as_object_mut);
            let Some(members) = members else { continue };
            match part.starts_with("/components/") {
                true => drop(members.insert(key, json!({}))),
                false => drop(members.remove(&key)),
            }
        }
        let mut settings = GenerationSettings::new();
        settings.with_interface(InterfaceStyle::Positional);
        let spec = serde_json::from_value(spec).map_err(|error| error.to_string())?;
        let tokens = quietly(|| Generator::new(&settings).generate_tokens(&spec))?;
        let tokens = tokens.map_err(|error| error.to_string())?;
        let file = syn::parse2(tokens).map_err(|error| error.to_string())?;
        Ok(read(self.service, &file))
    }
}

fn pointer(keys: &[&str]) -> String {
    keys.iter()
        .map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1")))
        .collect()
}

/// Leaves the generator what it can take and what becomes public Rust: of each operation the first success, and of each
/// body its JSON. It has one type for all answers of an operation and panics at a second.
fn trim(spec: &mut Json) {
    each(spec.pointer_mut("/components/responses"), json_only);
    each(spec.pointer_mut("/components/requestBodies"), json_only);
    each(spec.pointer_mut("/paths"), |path| {
        for method in METHODS {
            let Some(operation) = path.get_mut(method).and_then(Json::as_object_mut) else {
                continue;
            };
            operation.remove("callbacks");
            if let Some(body) = operation.get_mut("requestBody") {
                json_only(body);
            }
            if let Some(responses) = operation.get_mut("responses").and_then(Json::as_object_mut) {
                let success = responses
                    .keys()
                    .filter(|status| status.starts_with('2'))
                    .min()
                    .cloned();
                let success = success.unwrap_or_else(|| "default".to_owned());
                responses.retain(|status, _| *status == success);
                responses.values_mut().for_each(json_only);
            }
        }
    });
}

fn each(of: Option<&mut Json>, change: impl Fn(&mut Json)) {
    let members = of.and_then(Json::as_object_mut);
    members
        .into_iter()
        .flatten()
        .for_each(|(_, value)| change(value));
}

fn json_only(body: &mut Json) {
    if let Some(content) = body.get_mut("content").and_then(Json::as_object_mut)
        && content.contains_key("application/json")
    {
        content.retain(|media, _| media == "application/json");
    }
}
