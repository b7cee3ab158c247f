//! This adds to progenitor's module what it leaves out: open enums, names of arrays and maps, and the service's address, ways
//! to sign and bounds.

use heck::ToPascalCase;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote};

use super::text::doc;
use crate::Spec;
use crate::lint::names::{self, constant};
use crate::model::{
    Component, Effect, Format, Model, Operation, Plain, Primitive, Shape, Sign, Sort,
};

/// A map in Rust. It is sorted, so that the same map is sent as the same text each time.
pub const MAP: &str = "::std::collections::BTreeMap";

/// The open enums and the aliases, which stand among the types.
pub fn named_types(model: &Model) -> TokenStream {
    let made = model.components.iter().filter_map(|component| {
        let (name, about) = (ident(&component.name), doc(&component.description));
        let words = match &component.sort {
            Sort::Enum { words, .. } => words,
            Sort::Alias(shape) => {
                let shape = rust(model, shape);
                return Some(quote!(#[doc = #about] pub type #name = #shape;));
            }
            Sort::Object(_) | Sort::Any => return None,
        };
        let variants = words.iter().map(|word| {
            let word = &word.text;
            let (variant, about) = (ident(&word.to_pascal_case()), doc(&format!("`{word}`")));
            quote!(#[doc = #about] #variant = #word)
        });
        Some(quote!(
            crate::open_enum! { #[doc = #about] pub enum #name { #(#variants),* } }
        ))
    });
    made.collect()
}

/// The type of a shape, as the generator makes it of a property.
fn rust(model: &Model, shape: &Shape) -> TokenStream {
    match shape {
        Shape::Array(items) => {
            let items = rust(model, items);
            quote!(::std::vec::Vec<#items>)
        }
        Shape::Map(values) => {
            let values = rust(model, values);
            quote!(::std::collections::BTreeMap<::std::string::String, #values>)
        }
        Shape::Component(place) => match &model.components[*place] {
            Component {
                sort: Sort::Any, ..
            } => quote!(crate::values::Json),
            Component { name, .. } => ident(name).into_token_stream(),
        },
        Shape::Plain(Plain { kind, format }) => {
            let mut formats = Format::ALL.iter();
            match formats.find(|(known, ..)| known == format) {
                Some((_, _, name)) => {
                    let name = ident(name);
                    quote!(crate::values::#name)
                }
                None if *kind == Primitive::Boolean => quote!(bool),
                // A number always has a format.
                None => quote!(::std::string::String),
            }
        }
    }
}

/// What stands below the generated client.
pub fn appendix(spec: &Spec) -> TokenStream {
    let Model {
        title, base_url, ..
    } = &spec.model;
    let wrapper = match &spec.model.wrapper {
        Some(wrapper) => quote!(Some(#wrapper)),
        None => quote!(None),
    };
    let service = &spec.service;
    let (json, model) = (format!("/{service}.json"), format!("/{service}.model.json"));
    let (security, bounds) = (security(&spec.model), bounds(&spec.model));
    let operations = spec.model.operations.iter().map(operation);
    let operations = quote!(#(#operations)*);
    let schemas = schemas(spec);
    quote! {
        /// What the spec says of the service as a whole.
        pub static SERVICE: crate::service::ServiceInfo = crate::service::ServiceInfo {
            name: #service,
            title: #title,
            base_url: #base_url,
            wrapper: #wrapper,
            #[cfg(feature = "contract")]
            model: include_str!(concat!(env!("OUT_DIR"), #model)),
        };

        /// The spec as JSON, members and digits as in its file.
        #[cfg(feature = "simulator")]
        pub const SPEC: &str = include_str!(concat!(env!("OUT_DIR"), #json));

        /// The JSON Schema of each type, by the service's name and its own.
        #[cfg(feature = "cli")]
        pub const SCHEMAS: &[(&str, fn() -> schemars::Schema)] = &[#schemas];

        /// Each operation, as far as the transport has to know it.
        pub mod operations {
            use crate::transport::operation::{Effect, Operation};
            #operations
        }

        /// The ways to sign a request.
        pub mod security { #security }

        /// What the parameters' values must lie between; the client checks it before it sends.
        pub mod bounds { #bounds }

        impl From<&crate::transport::Transport> for Client {
            fn from(transport: &crate::transport::Transport) -> Self {
                let (base_url, client) = transport.address();
                Self::new_with_client(base_url, client)
            }
        }
    }
}

/// An entry for each component that is a type of its own.
fn schemas(spec: &Spec) -> TokenStream {
    let components = spec.model.components.iter();
    let types = components.filter(|component| !matches!(component.sort, Sort::Any));
    let entries = types.map(|component| {
        let (name, kind) = (
            format!("{}.{}", spec.service, component.name),
            ident(&component.name),
        );
        quote!((#name, || schemars::schema_for!(types::#kind)))
    });
    quote!(#(#entries),*)
}

fn operation(operation: &Operation) -> TokenStream {
    let (id, name) = (&operation.id, operation_constant(&operation.id));
    let effect = match &operation.effect {
        Effect::Read => quote!(Effect::Read),
        Effect::Write { refuses_before } => {
            quote!(Effect::Write { refuses_before: &[#(#refuses_before),*] })
        }
    };
    let rpc = match &operation.rpc {
        Some(rpc) => quote!(Some(#rpc)),
        None => quote!(None),
    };
    quote!(pub static #name: Operation = Operation { id: #id, effect: #effect, rpc: #rpc };)
}

/// The name of an operation's entry in the table.
pub fn operation_constant(id: &str) -> Ident {
    ident(&constant(id))
}

fn security(model: &Model) -> TokenStream {
    let schemes = model.schemes.iter().map(|scheme| {
        let (constant, about) = (ident(&constant(&scheme.name)), doc(&scheme.description));
        let sign = match &scheme.sign {
            Sign::Basic => quote!(Basic),
            Sign::Bearer => quote!(Bearer),
            Sign::Header(header) => quote!(Header(#header)),
        };
        quote!(#[doc = #about] pub const #constant: crate::transport::auth::Scheme = crate::transport::auth::Scheme::#sign;)
    });
    schemes.collect()
}

fn bounds(model: &Model) -> TokenStream {
    let parameters = model.operations.iter().flat_map(|operation| {
        let parameters = operation.parameters.iter();
        parameters.map(move |parameter| (operation, parameter))
    });
    let bounds = parameters.filter_map(|(operation, parameter)| {
        let range = parameter.range()?;
        let (minimum, maximum) = (range.start(), range.end());
        let constant = ident(&names::bounds(operation, parameter));
        let about = doc(&format!("`{}` of `{}`.", parameter.name, operation.id));
        Some(quote!(#[doc = #about] pub const #constant: std::ops::RangeInclusive<u64> = #minimum..=#maximum;))
    });
    bounds.collect()
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
