//! What the generator cannot be told: changes to the types it made.

use quote::ToTokens;
use syn::parse_quote;

use super::types_of;
use crate::lint::schemas::{FORMATS, Sort, sort};
use crate::source::{Entry, Node, Problem};

/// Makes every object of the spec open to new fields, adds the members' other names, and says which types are missing.
pub fn polish(document: &Node, file: &mut syn::File) -> Vec<Problem> {
    let mut nothing = Vec::new();
    let types = types_of(file).unwrap_or(&mut nothing);
    let objects = document.members(&["components", "schemas"]).iter();
    let objects = objects.filter(|schema| sort(&schema.node) == Some(Sort::Object));
    objects
        .flat_map(|object| polish_object(object, types))
        .collect()
}

fn polish_object(object: &Entry, types: &mut [syn::Item]) -> Vec<Problem> {
    let missing = |entry: &Entry| {
        Problem::new(
            entry.at,
            format!(
                "the generator made nothing of `{}`: choose another name",
                entry.key
            ),
        )
    };
    let made = types.iter_mut().find_map(|item| match item {
        syn::Item::Struct(made) if made.ident == object.key => Some(made),
        _ => None,
    });
    let Some(made) = made else {
        return vec![missing(object)];
    };
    made.attrs.push(parse_quote!(#[non_exhaustive]));
    let properties = object.node.members(&["properties"]).iter();
    properties
        .filter_map(|property| {
            let field = made
                .fields
                .iter_mut()
                .find(|field| member(field) == property.key);
            let Some(field) = field else {
                return Some(missing(property));
            };
            if !has_type_of_format(&property.node, field) {
                let text = format!(
                    "the generator passed over the format of `{}`: leave out what stands beside it",
                    property.key
                );
                return Some(Problem::new(property.at, text));
            }
            let aliases = property.node.get("x-aliases").map_or(&[][..], Node::items);
            for alias in aliases.iter().filter_map(Node::text) {
                field.attrs.push(parse_quote!(#[serde(alias = #alias)]));
            }
            None
        })
        .collect()
}

/// The name of a field in JSON.
fn member(field: &syn::Field) -> String {
    let mut name = field
        .ident
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    for attribute in field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        // What else the attribute holds is read over; only its end makes the parser stop.
        let _ = attribute.parse_nested_meta(|meta| {
            let value: Option<syn::LitStr> = meta.value().ok().and_then(|value| value.parse().ok());
            if let (true, Some(rename)) = (meta.path.is_ident("rename"), value) {
                name = rename.value();
            }
            Ok(())
        });
    }
    name
}

/// Whether a field has the type of its property's format. Anything beside the format that the generator takes for a
/// condition makes it a plain number or text, and digits are lost.
fn has_type_of_format(property: &Node, field: &syn::Field) -> bool {
    let plain = property.get("items").unwrap_or(property);
    let known = FORMATS.iter().find(|(kind, format, _)| {
        (plain.word("type"), plain.word("format")) == (Some(*kind), Some(*format))
    });
    known.is_none_or(|(.., name)| {
        let made = field.ty.to_token_stream().to_string().replace(' ', "");
        made.contains(&format!("crate::values::{name}"))
    })
}
