//! From a spec without problems to Rust: what progenitor is given, how it is set, and what is changed and added afterwards.

use heck::{ToShoutySnakeCase, ToSnakeCase};
use proc_macro2::{Ident, Span, TokenStream};
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle};
use quote::quote;
use schemars08::schema::{InstanceType, SchemaObject};
use serde_json::{Value as Json, json};

use super::lint;
use super::polish::polish;
use super::quiet::quietly;
use super::schemas::{FORMATS, Sort, sort, variants};
use super::source::{Entry, Node, Problem, Value, one_line};

/// The module of a service as formatted Rust.
pub fn module(service: &str, document: &Node) -> Result<String, Vec<Problem>> {
    let whole = input(document);
    let mut file =
        run(service, document, &whole).map_err(|error| blame(service, document, &whole, &error))?;
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

/// The spec as progenitor can take it.
///
/// It allows one type for all successes and one for all errors of an operation, and panics otherwise. The transport reads
/// errors by itself, so they are left out. An answer's type is not `X` but a stand-in for `body::X`: the transport reads
/// the bytes too, and only wants to know as what.
fn input(document: &Node) -> Json {
    let mut schemas = json!({});
    for Entry { key, node, .. } in document.members(&["components", "schemas"]) {
        schemas[key] = to_value(node);
    }
    let mut paths = json!({});
    for Entry { key, node, .. } in document.members(&["paths"]) {
        let Some(operation) = node.get("get") else {
            continue;
        };
        let mut responses = json!({});
        if let Some((status, answer)) = answer(document, operation) {
            let stand_in = format!("{answer}Body");
            let schema = json!({ "$ref": format!("#/components/schemas/{stand_in}") });
            responses[status] = json!({ "description": "", "content": { "application/json": { "schema": schema } } });
            schemas[&stand_in] = json!({ "type": "object" });
        }
        paths[key] = json!({ "get": {
            "operationId": operation.word("operationId"),
            "summary": operation.word("summary"),
            "description": operation.word("description"),
            "parameters": lint::parameters(document, node).map(|(_, parameter)| parameter_input(parameter)).collect::<Vec<_>>(),
            "responses": responses,
        } });
    }
    json!({
        "openapi": "3.0.3",
        "info": document.get("info").map(to_value),
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// The status of an operation's success and the component its body is.
fn answer<'a>(document: &'a Node, operation: &'a Node) -> Option<(&'a str, &'a str)> {
    let success = lint::successes(operation).next()?;
    let response = document.resolve(&success.node);
    let reference = response
        .at_path(["content", "application/json", "schema", "$ref"])?
        .text()?;
    Some((&success.key, reference.rsplit('/').next()?))
}

/// A parameter without its bounds: a minimum of 1 would make its type `NonZero`, a pattern a type of its own.
fn parameter_input(parameter: &Node) -> Json {
    let kind = parameter.at_path(["schema", "type"]).and_then(Node::text);
    let is_count = parameter.at_path(["schema", "minimum"]).is_some();
    let schema = match kind {
        Some("integer") if is_count => json!({ "type": "integer", "format": "uint64" }),
        Some("integer") => json!({ "type": "integer", "format": "int64" }),
        other => json!({ "type": other }),
    };
    json!({
        "name": parameter.word("name"),
        "in": parameter.word("in"),
        "required": parameter.is("required"),
        "description": parameter.word("description"),
        "schema": schema,
    })
}

fn to_value(node: &Node) -> Json {
    serde_json::from_str(&node.to_json()).unwrap_or_default()
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

fn open_enums(document: &Node) -> TokenStream {
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

fn appendix(service: &str, document: &Node) -> TokenStream {
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
        #[cfg(feature = "simulator")]
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
        for (_, parameter) in lint::parameters(document, &path.node) {
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

/// The name of the constant that is made of a name.
pub fn constant(name: &str) -> String {
    name.to_shouty_snake_case()
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
