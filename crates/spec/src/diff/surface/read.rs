//! From a generated file to its surface.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Item, LitStr, Token, braced};

use super::attributes::{derives, has, serde, text};
use super::{Constant, Field, Form, Operation, Surface, Type, Variant};

/// The surface of a generated module.
pub fn read(service: &str, file: &syn::File) -> Surface {
    let mut surface = Surface::default();
    for item in &file.items {
        match item {
            Item::Mod(module) => {
                let items = module.content.as_ref().map_or(&[][..], |(_, items)| items);
                match module.ident.to_string().as_str() {
                    "types" => types(service, items, &mut surface.types),
                    name @ ("bounds" | "security") => {
                        constants(name, items, &mut surface.constants);
                    }
                    _ => {}
                }
            }
            Item::Impl(block) if block.trait_.is_none() && is_client(&block.self_ty) => {
                operations(service, block, &mut surface.operations);
            }
            _ => {}
        }
    }
    surface
}

fn is_client(of: &syn::Type) -> bool {
    matches!(of, syn::Type::Path(path) if path.path.is_ident("Client"))
}

fn types(service: &str, items: &[Item], types: &mut BTreeMap<String, Type>) {
    for item in items {
        match item {
            Item::Struct(made) => {
                let form = match &made.fields {
                    syn::Fields::Named(fields) => {
                        Form::Struct(fields.named.iter().map(|it| field(service, it)).collect())
                    }
                    fields => {
                        let parts: Vec<_> = fields.iter().map(|it| rust(service, &it.ty)).collect();
                        Form::Wrapper(parts.join(", "))
                    }
                };
                types.insert(made.ident.to_string(), of(&made.attrs, form));
            }
            Item::Enum(made) => {
                let variants = made
                    .variants
                    .iter()
                    .map(|it| variant(service, it))
                    .collect();
                let form = Form::Enum {
                    variants,
                    is_open: false,
                };
                types.insert(made.ident.to_string(), of(&made.attrs, form));
            }
            Item::Type(made) => {
                let form = Form::Wrapper(rust(service, &made.ty));
                types.insert(made.ident.to_string(), of(&made.attrs, form));
            }
            Item::Macro(made) => {
                if let Ok(open) = made.mac.parse_body::<OpenEnum>() {
                    let form = Form::Enum {
                        variants: open.variants,
                        is_open: true,
                    };
                    types.insert(open.name, of(&[], form));
                }
            }
            _ => {}
        }
    }
    for item in items {
        if let Item::Impl(block) = item {
            implemented(service, block, types);
        }
    }
}

fn of(attributes: &[Attribute], form: Form) -> Type {
    Type {
        form,
        is_non_exhaustive: has(attributes, "non_exhaustive"),
        traits: derives(attributes),
        serde: serde(attributes),
        conditions: BTreeMap::new(),
    }
}

fn field(service: &str, field: &syn::Field) -> Field {
    let name = field.ident.as_ref().map(ToString::to_string);
    let name = name.unwrap_or_default();
    let mut serde = serde(&field.attrs);
    let member = text(&serde, "rename").unwrap_or_else(|| name.clone());
    serde.retain(|word| !word.starts_with("rename"));
    Field {
        rust: rust(service, &field.ty),
        name,
        member,
        serde,
    }
}

fn variant(service: &str, variant: &syn::Variant) -> Variant {
    let name = variant.ident.to_string();
    let parts: Vec<String> = variant
        .fields
        .iter()
        .map(|field| match &field.ident {
            Some(name) => format!("{name}: {}", rust(service, &field.ty)),
            None => rust(service, &field.ty),
        })
        .collect();
    Variant {
        word: text(&serde(&variant.attrs), "rename").unwrap_or_else(|| name.clone()),
        name,
        payload: parts.join(", "),
    }
}

/// Which traits a type has, and what the code of those that read a value refuses.
fn implemented(service: &str, block: &syn::ItemImpl, types: &mut BTreeMap<String, Type>) {
    let Some((_, of_trait, _)) = &block.trait_ else {
        return;
    };
    let Some(made) = types.get_mut(&rust(service, &block.self_ty)) else {
        return;
    };
    let name = tidy(service, &of_trait.to_token_stream().to_string());
    let is_reader = name.starts_with("FromStr")
        || name.starts_with("TryFrom<&str>")
        || name.starts_with("Deserialize");
    if is_reader && matches!(made.form, Form::Wrapper(_)) {
        let body = block.items.iter().map(|item| item.to_token_stream());
        let body: proc_macro2::TokenStream = body.collect();
        made.conditions.insert(name.clone(), body.to_string());
    }
    made.traits.insert(name);
}

fn operations(service: &str, block: &syn::ItemImpl, operations: &mut BTreeMap<String, Operation>) {
    for item in &block.items {
        let syn::ImplItem::Fn(method) = item else {
            continue;
        };
        // In others' documents; in ours the method that builds the request.
        let name = method.sig.ident.to_string();
        let name = match name.strip_prefix("build_") {
            Some(name) => name.to_owned(),
            None if method.sig.asyncness.is_some() => name,
            None => continue,
        };
        let arguments = method.sig.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) => Some((
                typed.pat.to_token_stream().to_string(),
                rust(service, &typed.ty),
            )),
            syn::FnArg::Receiver(_) => None,
        });
        let answer = match &method.sig.output {
            syn::ReturnType::Type(_, answer) => rust(service, answer),
            syn::ReturnType::Default => String::new(),
        };
        let made = Operation {
            arguments: arguments.collect(),
            answer: answered(&answer),
        };
        operations.insert(name, made);
    }
}

/// What the caller gets at last.
fn answered(answer: &str) -> String {
    let inside = answer
        .strip_prefix("Result<ResponseValue<")
        .or_else(|| answer.strip_prefix("Result<crate::transport::request::Request<"))
        .and_then(|rest| rest.split_once(">, Error<").or(rest.split_once(">,Error<")));
    let plain = inside.map_or(answer, |(plain, _)| plain);
    plain.strip_prefix("body::").unwrap_or(plain).to_owned()
}

fn constants(module: &str, items: &[Item], constants: &mut BTreeMap<String, Constant>) {
    for item in items {
        if let Item::Const(made) = item {
            let made_of = Constant {
                rust: made.ty.to_token_stream().to_string().replace(' ', ""),
                value: made.expr.to_token_stream().to_string().replace(' ', ""),
            };
            let value = made_of
                .value
                .replace("crate::transport::auth::Scheme::", "")
                .replace("u64", "");
            let made_of = Constant { value, ..made_of };
            constants.insert(format!("{module}::{}", made.ident), made_of);
        }
    }
}

/// A type as a user of the module would write it.
fn rust(service: &str, made: &syn::Type) -> String {
    tidy(service, &made.to_token_stream().to_string())
}

fn tidy(service: &str, tokens: &str) -> String {
    let text = tokens
        .replace(" :: ", "::")
        .replace(":: ", "::")
        .replace(" <", "<")
        .replace(" >", ">")
        .replace("> ,", ">,")
        .replace("< ", "<")
        .replace(" ,", ",")
        .replace("& ", "&")
        .replace("&'a ", "&")
        .replace("' a ", "")
        .replace("( ", "(")
        .replace(" )", ")");
    let mut text = text;
    for path in [
        &format!("crate::generated::{service}::types::"),
        &format!("crate::generated::{service}::"),
        "::std::option::",
        "::std::string::",
        "::std::vec::",
        "::std::boxed::",
        "::std::collections::",
        "::std::convert::",
        "::std::str::",
        "::std::fmt::",
        "::std::default::",
        "std::convert::",
        "::serde::",
        "self::",
        "super::",
    ] {
        text = text.replace(path, "");
    }
    // A type that was broken over lines ends in a comma.
    text.replace("crate::values::", "values::")
        .replace(",>", ">")
        .replace("<::", "<")
        .trim_start_matches("::")
        .trim()
        .to_owned()
}

/// `open_enum! { pub enum Side { Buy = "BUY" } }`.
struct OpenEnum {
    name: String,
    variants: Vec<Variant>,
}

impl Parse for OpenEnum {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Attribute::parse_outer)?;
        input.parse::<Token![pub]>()?;
        input.parse::<Token![enum]>()?;
        let name = input.parse::<Ident>()?.to_string();
        let content;
        braced!(content in input);
        let variants = Punctuated::<OpenVariant, Token![,]>::parse_terminated(&content)?;
        let variants = variants.into_iter().map(|OpenVariant(variant)| variant);
        Ok(Self {
            name,
            variants: variants.collect(),
        })
    }
}

struct OpenVariant(Variant);

impl Parse for OpenVariant {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Attribute::parse_outer)?;
        let name = input.parse::<Ident>()?.to_string();
        input.parse::<Token![=]>()?;
        let word = input.parse::<LitStr>()?.value();
        Ok(Self(Variant {
            name,
            word,
            payload: String::new(),
        }))
    }
}
