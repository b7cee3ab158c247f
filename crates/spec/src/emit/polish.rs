//! What the generator cannot be told: changes to the types it made.

use std::collections::HashMap;

use syn::parse_quote;

use super::types_of;
use crate::model::{Model, Place, Property, Sort};
use crate::source::Problem;

/// Makes every object that is only answered open to new fields, adds the members' other names, and says which types are missing.
/// A type that is sent is made by those who send it, which `non_exhaustive` would not let them.
pub fn polish(model: &Model, file: &mut syn::File) -> Vec<Problem> {
    let mut nothing = Vec::new();
    let types = types_of(file).unwrap_or(&mut nothing);
    let made = types.iter_mut().filter_map(|item| match item {
        syn::Item::Struct(made) => Some((made.ident.to_string(), made)),
        _ => None,
    });
    let mut made: HashMap<String, &mut syn::ItemStruct> = made.collect();
    let sent = model.sent();
    let mut problems = Vec::new();
    for (place, component) in model.components.iter().enumerate() {
        let Sort::Object(properties) = &component.sort else {
            continue;
        };
        match made.get_mut(&component.name) {
            Some(made) => {
                if !sent.contains(&place) {
                    made.attrs.push(parse_quote!(#[non_exhaustive]));
                }
                problems.extend(polish_object(properties, made));
            }
            None => problems.push(missing(component.at, &component.name)),
        }
    }
    problems
}

fn missing(at: Place, name: &str) -> Problem {
    let text = format!("the generator made nothing of `{name}`: choose another name");
    Problem::new(at, text)
}

fn polish_object(properties: &[Property], made: &mut syn::ItemStruct) -> Vec<Problem> {
    let fields = made.fields.iter_mut();
    let mut fields: HashMap<_, _> = fields.map(|field| (member(field), field)).collect();
    let polished = properties.iter().filter_map(|property| {
        let Some(field) = fields.get_mut(&property.name) else {
            return Some(missing(property.at, &property.name));
        };
        for alias in &property.aliases {
            field.attrs.push(parse_quote!(#[serde(alias = #alias)]));
        }
        None
    });
    polished.collect()
}

/// The name of a field in JSON.
pub(crate) fn member(field: &syn::Field) -> String {
    let mut name = field.ident.as_ref().map(ToString::to_string);
    for attribute in field.attrs.iter().filter(|it| it.path().is_ident("serde")) {
        // What else the attribute holds is read over; only its end makes the parser stop.
        let _ = attribute.parse_nested_meta(|meta| {
            let value: Option<syn::LitStr> = meta.value().ok().and_then(|value| value.parse().ok());
            if let (true, Some(rename)) = (meta.path.is_ident("rename"), value) {
                name = Some(rename.value());
            }
            Ok(())
        });
    }
    name.unwrap_or_default()
}
