//! From a spec without problems to Rust: how progenitor is set and run, and what it fails at.

use std::error::Error;

use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator};
use serde_json::json;
use syn::visit_mut::VisitMut;

mod appendix;
mod input;
mod polish;
pub(crate) mod quiet;
mod seam;
mod text;

use appendix::{appendix, named_types};
use input::input;
#[cfg(feature = "diff")]
pub(crate) use polish::member;
use polish::polish;
use quiet::quietly;
use seam::Call;
use text::SafeDocs;

use crate::Spec;
use crate::model::{Format, Model, Place, Primitive, Sort};
use crate::source::{Problem, one_line};

/// The generated module as syntax, before it is printed.
pub(crate) struct Module {
    pub file: syn::File,
    #[cfg_attr(
        not(feature = "diff"),
        expect(dead_code, reason = "only `diff` compares calls")
    )]
    pub calls: Vec<Call>,
}

impl Spec {
    /// The module of the service as formatted Rust, for `src/generated.rs` of the crate `executions`.
    pub fn to_rust(&self) -> Result<String, Vec<Problem>> {
        Ok(prettyplease::unparse(&self.to_module()?.file))
    }

    pub(crate) fn to_module(&self) -> Result<Module, Vec<Problem>> {
        let Self { service, model, .. } = self;
        let mut file = run(service, model).map_err(|error| blame(self, &error))?;
        SafeDocs.visit_file_mut(&mut file);
        let problems = polish(model, &mut file);
        if !problems.is_empty() {
            return Err(problems);
        }
        let failed = |error: &dyn std::fmt::Display| {
            let text = format!("no Rust could be made of this spec: {error}");
            vec![Problem::new(Place::START, text)]
        };
        let calls = seam::cut(&mut file).map_err(|operation| {
            failed(&format_args!(
                "the method of `{operation}` is of another form than progenitor 0.15 makes"
            ))
        })?;
        let parse = |tokens| syn::parse2::<syn::File>(tokens).map_err(|error| failed(&error));
        if let Some(types) = types_of(&mut file) {
            types.extend(parse(named_types(model))?.items);
        }
        file.items.extend(parse(appendix(self))?.items);
        Ok(Module { file, calls })
    }
}

/// The items of `pub mod types`.
pub(crate) fn types_of(file: &mut syn::File) -> Option<&mut Vec<syn::Item>> {
    file.items.iter_mut().find_map(|item| match item {
        syn::Item::Mod(types) if types.ident == "types" => {
            types.content.as_mut().map(|(_, items)| items)
        }
        _ => None,
    })
}

fn run(service: &str, model: &Model) -> Result<syn::File, String> {
    let generate = || -> Result<TokenStream, Box<dyn Error>> {
        let settings = settings(service, model)?;
        Ok(Generator::new(&settings).generate_tokens(&input(model)?)?)
    };
    let tokens = quietly(generate)?.map_err(|error| error.to_string())?;
    syn::parse2(tokens).map_err(|error| error.to_string())
}

fn settings(service: &str, model: &Model) -> serde_json::Result<GenerationSettings> {
    let mut settings = GenerationSettings::new();
    settings
        .with_derive("PartialEq")
        .with_derive("schemars::JsonSchema")
        .with_map_type(appendix::MAP);
    for (format, _, name) in Format::ALL {
        let kinds = Primitive::ALL.into_iter().map(|(kind, _)| kind);
        for kind in kinds.filter(|kind| format.suits(*kind)) {
            let schema = serde_json::from_value(json!({ "type": kind, "format": format }))?;
            let rust = format!("crate::values::{name}");
            settings.with_conversion(schema, rust, std::iter::empty());
        }
    }
    for component in &model.components {
        let path = match component.sort {
            Sort::Enum { .. } | Sort::Alias(_) => {
                format!("crate::generated::{service}::types::{}", component.name)
            }
            Sort::Any => "crate::values::Json".to_owned(),
            Sort::Object(_) => continue,
        };
        settings.with_replacement(&component.name, path, std::iter::empty());
    }
    Ok(settings)
}

/// Finds which part of a spec the generator fails at, as its own message does not say: it is run again on one part at a time.
fn blame(spec: &Spec, error: &str) -> Vec<Problem> {
    let fails = |model: &Model| run(&spec.service, model).err();
    let say = |at, error: &str| {
        let text = format!("the generator cannot handle this: {}", one_line(error));
        Problem::new(at, text)
    };
    let Model {
        operations,
        components,
        ..
    } = &spec.model;
    let types = Model {
        operations: Vec::new(),
        ..spec.model.clone()
    };
    let mut found = Vec::new();
    if fails(&types).is_some() {
        for component in components {
            let mut one = types.clone();
            let others = one.components.iter_mut();
            for other in others.filter(|other| other.name != component.name) {
                other.sort = Sort::Any;
            }
            found.extend(fails(&one).map(|error| say(component.at, &error)));
        }
    } else {
        for operation in operations {
            let one = Model {
                operations: vec![operation.clone()],
                ..types.clone()
            };
            found.extend(fails(&one).map(|error| say(operation.at, &error)));
        }
    }
    if found.is_empty() {
        found.push(say(Place::START, error));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::Reader;
    use crate::model::Shape;
    use crate::source::parse;

    const ECHO: &str = include_str!("../tests/echo.yaml");

    /// The spec of echo with a change, without those rules that keep such a change from the generator.
    fn changed(from: &str, to: &str) -> Spec {
        assert!(ECHO.contains(from));
        let document = parse(&ECHO.replacen(from, to, 1)).unwrap();
        Spec {
            service: "echo".to_owned(),
            model: Reader::new(&document).model(),
            document,
        }
    }

    fn problems(from: &str, to: &str) -> Vec<Problem> {
        changed(from, to).to_rust().unwrap_err()
    }

    #[test]
    fn a_type_that_nothing_can_be_made_of_is_blamed() {
        let mut spec = changed("type: array", "type: array");
        let echo = &mut spec.model.components[0];
        let Sort::Object(properties) = &mut echo.sort else {
            panic!("an object");
        };
        // There are not as many components.
        properties[0].shape = Shape::Component(99);
        let at = echo.at;
        let problems = spec.to_rust().unwrap_err();
        assert_eq!((problems.len(), problems[0].at), (1, at), "{problems:?}");
        assert!(
            problems[0]
                .text
                .starts_with("the generator cannot handle this: ")
        );
    }

    #[test]
    fn an_operation_that_the_generator_panics_on_is_blamed() {
        let mut spec = changed("in: path", "in: path");
        spec.model.operations[0].parameters[0].name = "nowhere".to_owned();
        let problems = spec.to_rust().unwrap_err();
        let at = spec.model.operations[0].at;
        assert_eq!((problems.len(), problems[0].at), (1, at), "{problems:?}");
        assert!(!problems[0].text.contains('\n'), "{problems:?}");
    }

    #[test]
    fn the_generator_sees_nothing_beside_a_format_that_makes_it_pass_it_over() {
        let spec = changed("format: decimal", "format: decimal\n          minimum: 0");
        let rust = spec.to_rust().unwrap();
        assert!(
            rust.contains("pub times: crate::values::Decimal,"),
            "{rust}"
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
