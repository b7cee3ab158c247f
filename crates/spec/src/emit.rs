//! From a spec without problems to Rust: how progenitor is set and run, and what it fails at.

use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle};
use quote::quote;
use schemars08::schema::{InstanceType, SchemaObject};
use serde_json::{Value as Json, json};

mod appendix;
mod input;
mod polish;
pub(crate) mod quiet;
mod seam;

use appendix::{appendix, open_enums};
use input::input;
use polish::polish;
use quiet::quietly;
use seam::leave_answers;

use crate::lint::schemas::{FORMATS, Sort, sort};
use crate::source::{Entry, Node, Problem, one_line};

/// The module of a service as formatted Rust.
pub fn module(service: &str, document: &Node) -> Result<String, Vec<Problem>> {
    let whole = input(document);
    let mut file =
        run(service, document, &whole).map_err(|error| blame(service, document, &whole, &error))?;
    leave_answers(&mut file);
    let problems = polish(document, &mut file);
    if !problems.is_empty() {
        return Err(problems);
    }
    let failed = |error: syn::Error| {
        vec![Problem::new(
            document.at,
            format!("no Rust could be made of this spec: {error}"),
        )]
    };
    let enums: syn::File = syn::parse2(open_enums(document)).map_err(failed)?;
    types_of(&mut file)
        .into_iter()
        .for_each(|types| types.extend(enums.items.iter().cloned()));
    let appended: syn::File = syn::parse2(appendix(service, document)).map_err(failed)?;
    file.items.extend(appended.items);
    Ok(prettyplease::unparse(&file))
}

/// The items of `pub mod types`.
pub fn types_of(file: &mut syn::File) -> Option<&mut Vec<syn::Item>> {
    file.items.iter_mut().find_map(|item| match item {
        syn::Item::Mod(types) if types.ident == "types" => {
            types.content.as_mut().map(|(_, items)| items)
        }
        _ => None,
    })
}

fn run(service: &str, document: &Node, input: &Json) -> Result<syn::File, String> {
    let spec = serde_json::from_value(input.clone()).map_err(|error| error.to_string())?;
    let settings = settings(service, document);
    let tokens = quietly(|| Generator::new(&settings).generate_tokens(&spec))?
        .map_err(|error| error.to_string())?;
    syn::parse2(tokens).map_err(|error| error.to_string())
}

fn settings(service: &str, document: &Node) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        // With `Optional` a client whose hooks are missing would send unsigned requests and nobody would notice.
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(crate::transport::Call))
        .with_derive("PartialEq")
        .with_derive("schemars::JsonSchema");
    for (kind, format, name) in FORMATS {
        let instance = match *kind {
            "number" => InstanceType::Number,
            "integer" => InstanceType::Integer,
            _ => InstanceType::String,
        };
        let schema = SchemaObject {
            instance_type: Some(instance.into()),
            format: Some((*format).to_owned()),
            ..SchemaObject::default()
        };
        settings.with_conversion(schema, format!("crate::values::{name}"), std::iter::empty());
    }
    let module = format!("crate::generated::{service}");
    for Entry { key, node, .. } in document.members(&["components", "schemas"]) {
        let path = match sort(node) {
            Some(Sort::OpenEnum) => format!("{module}::types::{key}"),
            Some(Sort::Json) => "crate::values::Json".to_owned(),
            Some(Sort::Object) => {
                settings.with_replacement(
                    format!("{key}Body"),
                    format!("{module}::body::{key}"),
                    std::iter::empty(),
                );
                continue;
            }
            None => continue,
        };
        settings.with_replacement(key, path, std::iter::empty());
    }
    settings
}

/// Finds which part of a spec the generator fails at, as its own message does not say: it is run again on one part at a time.
pub fn blame(service: &str, document: &Node, whole: &Json, error: &str) -> Vec<Problem> {
    let fails = |spec: &Json| run(service, document, spec).err();
    let say = |at, error: &str| {
        Problem::new(
            at,
            format!("the generator cannot handle this: {}", one_line(error)),
        )
    };
    let mut types = whole.clone();
    types["paths"] = json!({});
    let mut found = Vec::new();
    if fails(&types).is_some() {
        for Entry { key, at, .. } in document.members(&["components", "schemas"]) {
            let mut one = types.clone();
            let schemas = one["components"]["schemas"]
                .as_object_mut()
                .into_iter()
                .flatten();
            schemas
                .filter(|(name, _)| *name != key)
                .for_each(|(_, schema)| *schema = json!({}));
            found.extend(fails(&one).map(|error| say(*at, &error)));
        }
    } else {
        for Entry { key, at, .. } in document.members(&["paths"]) {
            let mut one = types.clone();
            one["paths"][key] = whole["paths"][key].clone();
            found.extend(fails(&one).map(|error| say(*at, &error)));
        }
    }
    if found.is_empty() {
        found.push(say(document.at, error));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Place, parse};

    const ECHO: &str = include_str!("../../../tests/data/echo.yaml");

    /// The problems of the spec of echo with a change, without those rules that keep such a change from the generator.
    fn problems(from: &str, to: &str) -> Vec<Problem> {
        assert!(ECHO.contains(from));
        let document = parse(&ECHO.replacen(from, to, 1)).unwrap();
        module("echo", &document).unwrap_err()
    }

    #[test]
    fn a_type_that_the_generator_panics_on_is_blamed() {
        let problems = problems("type: array", "type: strin");
        assert_eq!(
            problems[0].at,
            Place {
                line: 40,
                column: 5
            }
        );
        assert!(
            problems.len() == 1
                && problems[0]
                    .text
                    .starts_with("the generator cannot handle this: "),
            "{problems:?}"
        );
    }

    #[test]
    fn an_operation_that_the_generator_panics_on_is_blamed() {
        let problems = problems("in: path", "in: cookie");
        assert_eq!(problems[0].at, Place { line: 8, column: 3 });
        assert!(
            problems.len() == 1 && !problems[0].text.contains('\n'),
            "{problems:?}"
        );
    }

    #[test]
    fn a_format_that_the_generator_passed_over_is_said() {
        let problems = problems("format: decimal", "format: decimal\n          minimum: 0");
        assert_eq!(
            problems[0].at,
            Place {
                line: 48,
                column: 9
            }
        );
        assert!(
            problems[0]
                .text
                .contains("passed over the format of `times`"),
            "{problems:?}"
        );
    }

    #[test]
    fn a_type_that_the_generator_renamed_is_said() {
        let problems = problems(
            "Mood:\n      type: string",
            "mood_swing:\n      type: object\n      properties: {a: {type: string}}\n    Mood:\n      type: string",
        );
        assert!(
            problems.len() == 1 && problems[0].text.contains("made nothing of `mood_swing`"),
            "{problems:?}"
        );
    }
}
