//! What progenitor makes nothing of and is added to its module: open enums, and the service's address, ways to sign, bounds.

use heck::ToSnakeCase;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::input::answer;
use crate::lint::enums::variants;
use crate::lint::operations::{constant, parameters};
use crate::lint::schemas::{Sort, sort};
use crate::source::{Entry, Node, Value};

/// The open enums, which stand among the types.
pub fn open_enums(document: &Node) -> TokenStream {
    let schemas = document.members(&["components", "schemas"]);
    let enums = schemas
        .iter()
        .filter(|schema| sort(&schema.node) == Some(Sort::OpenEnum));
    let enums = enums.map(|Entry { key, node, .. }| {
        let name = ident(key);
        let doc = node.word("description").unwrap_or_default().trim();
        let variants = variants(node).into_iter().map(|(word, variant)| {
            let (variant, doc) = (ident(&variant), format!("`{word}`"));
            quote!(#[doc = #doc] #variant = #word)
        });
        quote!(crate::open_enum! { #[doc = #doc] pub enum #name { #(#variants),* } })
    });
    quote!(#(#enums)*)
}

/// What stands below the generated client.
pub fn appendix(service: &str, document: &Node) -> TokenStream {
    let title = document.at_path(["info", "title"]).and_then(Node::text);
    let server = document
        .get("servers")
        .and_then(|servers| servers.items().first());
    let base_url = server.and_then(|server| server.word("url"));
    let wrapper = match document.word("x-wrapper") {
        Some(wrapper) => quote!(Some(#wrapper)),
        None => quote!(None),
    };
    let json = format!("/{service}.json");
    let (security, bounds, body) = (security(document), bounds(document), body(document));
    quote! {
        /// What the spec says of the service as a whole.
        pub const SERVICE: crate::transport::Service = crate::transport::Service {
            name: #service,
            title: #title,
            base_url: #base_url,
            wrapper: #wrapper,
        };

        /// The spec as JSON, members and digits as in its file.
        #[cfg(any(feature = "contract", feature = "simulator"))]
        pub const SPEC: &str = include_str!(concat!(env!("OUT_DIR"), #json));

        /// The ways to sign a request.
        pub mod security { #security }

        /// What the parameters' values must lie between; the client checks it before it sends.
        pub mod bounds { #bounds }

        /// What the operations answer with, to be read by the transport.
        pub mod body { #body }

        impl From<crate::transport::Call> for Client {
            fn from(call: crate::transport::Call) -> Self {
                let (base_url, client) = call.address();
                Self::new_with_client(base_url, client, call.clone())
            }
        }

        impl ClientHooks<crate::transport::Call> for Client {
            async fn exec(&self, request: reqwest::Request, info: &OperationInfo) -> reqwest::Result<reqwest::Response> {
                self.inner.exec(request, info).await
            }
        }
    }
}

fn security(document: &Node) -> TokenStream {
    let schemes = document.members(&["components", "securitySchemes"]).iter();
    let schemes = schemes.map(|Entry { key, node, .. }| {
        let constant = ident(&constant(key));
        let doc = node.word("description").unwrap_or_default().trim();
        let scheme = match (node.word("scheme"), node.word("name")) {
            (Some("basic"), _) => quote!(Basic),
            (_, Some(header)) => {
                let header = header.to_ascii_lowercase();
                quote!(Header(#header))
            }
            _ => quote!(Bearer),
        };
        quote!(#[doc = #doc] pub const #constant: crate::transport::auth::Scheme = crate::transport::auth::Scheme::#scheme;)
    });
    quote!(#(#schemes)*)
}

fn bounds(document: &Node) -> TokenStream {
    let mut out = TokenStream::new();
    for path in document.members(&["paths"]) {
        let operation = path
            .node
            .at_path(["get", "operationId"])
            .and_then(Node::text)
            .unwrap_or_default();
        for (_, parameter) in parameters(document, &path.node) {
            let bound = |key| match &parameter.at_path(["schema", key])?.value {
                Value::Number(digits) => digits.parse::<u64>().ok(),
                _ => None,
            };
            let (Some(minimum), Some(maximum)) = (bound("minimum"), bound("maximum")) else {
                continue;
            };
            let name = parameter.word("name").unwrap_or_default();
            let constant = ident(&constant(&format!("{operation}_{}", name.to_snake_case())));
            let doc = format!("`{name}` of `{operation}`.");
            out.extend(quote!(#[doc = #doc] pub const #constant: std::ops::RangeInclusive<u64> = #minimum..=#maximum;));
        }
    }
    out
}

fn body(document: &Node) -> TokenStream {
    let operations = document
        .members(&["paths"])
        .iter()
        .filter_map(|path| path.node.get("get"));
    let mut answers: Vec<&str> = operations
        .filter_map(|operation| Some(answer(document, operation)?.1))
        .collect();
    answers.sort_unstable();
    answers.dedup();
    let aliases = answers.into_iter().map(|answer| {
        let (name, doc) = (
            ident(answer),
            format!("An answer that is one [`{answer}`](super::types::{answer})."),
        );
        quote!(#[doc = #doc] pub type #name = crate::transport::Body<super::types::#name>;)
    });
    quote!(#(#aliases)*)
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
