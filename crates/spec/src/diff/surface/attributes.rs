//! What stands in attributes.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::Attribute;
use syn::punctuated::Punctuated;
use syn::token::Comma;

/// What is asked of serde, a word or an assignment each. What only concerns writing is left out.
pub fn serde(attributes: &[Attribute]) -> BTreeSet<String> {
    listed(attributes, "serde")
        .into_iter()
        .filter(|word| !word.starts_with("skip_serializing_if"))
        .collect()
}

pub fn derives(attributes: &[Attribute]) -> BTreeSet<String> {
    let last = |path: String| {
        path.rsplit("::")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    listed(attributes, "derive").into_iter().map(last).collect()
}

pub fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes
        .iter()
        .any(|attribute| attribute.path().is_ident(name))
}

/// The text that `key` is set to.
pub fn text(words: &BTreeSet<String>, key: &str) -> Option<String> {
    let value = words
        .iter()
        .find_map(|word| word.strip_prefix(key)?.strip_prefix(" = "))?;
    syn::parse_str::<syn::LitStr>(value)
        .ok()
        .map(|text| text.value())
}

fn listed(attributes: &[Attribute], name: &str) -> BTreeSet<String> {
    let lists = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident(name));
    lists
        .filter_map(|attribute| {
            attribute
                .parse_args_with(Punctuated::<syn::Meta, Comma>::parse_terminated)
                .ok()
        })
        .flatten()
        .map(|meta| match meta {
            syn::Meta::NameValue(pair) => format!(
                "{} = {}",
                pair.path.to_token_stream(),
                pair.value.to_token_stream()
            ),
            other => other.to_token_stream().to_string().replace(' ', ""),
        })
        .collect()
}
