//! From a generated module to its surface.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToPascalCase;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Item, Meta, Token};

use super::{Call, Field, Form, Surface, Type};
use crate::Spec;
use crate::emit::{Module, member, types_of};
use crate::model::Sort;

/// The surface of what was made of a spec.
pub fn read(spec: &Spec, mut module: Module) -> Surface {
    let types = types_of(&mut module.file).map(std::mem::take);
    let types = types.unwrap_or_default();
    let mut surface = Surface::default();
    for component in &spec.model.components {
        if let Sort::Enum { words, .. } = &component.sort {
            let variants = words.iter().map(|word| &word.text);
            let variants = variants.map(|word| (word.clone(), word.to_pascal_case()));
            let form = Form::Enum(variants.collect());
            let traits = BTreeSet::new();
            let name = component.name.clone();
            let made = Type {
                form,
                traits,
                is_written: false,
            };
            surface.types.insert(name, made);
        }
    }
    for item in &types {
        surface.read_type(&spec.service, item);
    }
    let rust = |made: &syn::Type| rust(&spec.service, made);
    for call in module.calls {
        let named = |(name, kind): &(Ident, syn::Type)| (name.to_string(), rust(kind));
        let read = Call {
            required: call.required().map(named).collect(),
            optional: call.optional().map(named).collect(),
            success: rust(&call.success),
        };
        surface.operations.insert(call.id.to_string(), read);
    }
    surface
}

impl Surface {
    fn read_type(&mut self, service: &str, item: &Item) {
        match item {
            Item::Struct(made) => {
                let fields = made.fields.iter();
                let fields = fields.map(|made| (member(made), field(service, made)));
                let form = Form::Struct(fields.collect::<BTreeMap<_, _>>());
                let traits = listed(&made.attrs, "derive")
                    .map(|path| last(&path))
                    .collect();
                let mut attributes = made.attrs.iter();
                let made_of = Type {
                    form,
                    traits,
                    is_written: !attributes.any(|it| it.path().is_ident("non_exhaustive")),
                };
                self.types.insert(made.ident.to_string(), made_of);
            }
            Item::Type(made) => {
                let alias = Type {
                    form: Form::Alias(rust(service, &made.ty)),
                    traits: BTreeSet::new(),
                    is_written: false,
                };
                self.types.insert(made.ident.to_string(), alias);
            }
            Item::Impl(block) => {
                let made = self.types.get_mut(&rust(service, &block.self_ty));
                if let (Some(made), Some((_, of_trait, _))) = (made, &block.trait_) {
                    made.traits
                        .insert(last(&of_trait.to_token_stream().to_string()));
                }
            }
            _ => {}
        }
    }
}

/// The last name of a path.
fn last(path: &str) -> String {
    let last = path.rsplit("::").next().unwrap_or_default();
    last.trim().to_owned()
}

fn field(service: &str, field: &syn::Field) -> Field {
    // What only concerns writing is left out.
    let mut serde: BTreeSet<String> = listed(&field.attrs, "serde").collect();
    serde.retain(|word| !word.starts_with("rename") && !word.starts_with("skip_serializing_if"));
    Field {
        name: field
            .ident
            .as_ref()
            .map_or_else(String::new, Ident::to_string),
        rust: rust(service, &field.ty),
        serde,
    }
}

/// A type as a user of the module would write it.
fn rust(service: &str, made: &syn::Type) -> String {
    let tokens = made.to_token_stream().to_string();
    let mut text: String = tokens.split_whitespace().collect();
    for path in [
        &format!("crate::generated::{service}::types::"),
        "::std::option::",
        "::std::string::",
        "::std::vec::",
        "::std::boxed::",
        "::std::collections::",
        "crate::",
        "'a",
    ] {
        text = text.replace(path, "");
    }
    text.replace(",>", ">")
}

/// The entries that all attributes of this name list: `default`, `rename = "id"`.
fn listed<'a>(attributes: &'a [Attribute], name: &'a str) -> impl Iterator<Item = String> + 'a {
    let lists = attributes.iter().filter(move |it| it.path().is_ident(name));
    let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
    let metas = lists.filter_map(move |it| it.parse_args_with(parse).ok());
    metas
        .flatten()
        .map(|meta| meta.to_token_stream().to_string())
}
