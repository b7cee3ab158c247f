//! From a generated file to its surface.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Item, LitStr, Meta, Token, braced};

use super::{Call, Field, Form, Surface, Type};

/// The surface of a generated module.
pub fn read(service: &str, module: &str) -> syn::Result<Surface> {
    let mut reader = Reader {
        service,
        surface: Surface::default(),
    };
    for item in &syn::parse_file(module)?.items {
        let Item::Mod(module) = item else { continue };
        let items = module.content.as_ref().map_or(&[][..], |(_, items)| items);
        match module.ident.to_string().as_str() {
            "types" => items.iter().try_for_each(|item| reader.made(item))?,
            "required" => items.iter().for_each(|item| reader.required(item)),
            "call" => items.iter().for_each(|item| reader.call(item)),
            _ => {}
        }
    }
    Ok(reader.surface)
}

struct Reader<'a> {
    service: &'a str,
    surface: Surface,
}

impl Reader<'_> {
    fn made(&mut self, item: &Item) -> syn::Result<()> {
        let (name, made) = match item {
            Item::Struct(made) => {
                let fields = made.fields.iter().map(|field| self.field(field));
                let form = Form::Struct(fields.collect());
                let traits = derives(&made.attrs);
                (made.ident.to_string(), Type { form, traits })
            }
            Item::Macro(made) => {
                let OpenEnum { name, variants } = made.mac.parse_body()?;
                let form = Form::Enum(variants);
                let traits = BTreeSet::new();
                (name, Type { form, traits })
            }
            Item::Impl(block) => {
                let of = self.rust(&block.self_ty);
                let made = self.surface.types.get_mut(&of);
                if let (Some(made), Some((_, of_trait, _))) = (made, &block.trait_) {
                    let last = of_trait.segments.last().map(|last| last.ident.to_string());
                    made.traits.extend(last);
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.surface.types.insert(name, made);
        Ok(())
    }

    fn field(&self, field: &syn::Field) -> (String, Field) {
        let name = field.ident.as_ref().map(ToString::to_string);
        let name = name.unwrap_or_default();
        let mut serde = serde(&field.attrs);
        let rename = serde.iter().find_map(|word| word.strip_prefix("rename = "));
        let rename = rename.and_then(|text| syn::parse_str::<LitStr>(text).ok());
        let member = rename.map_or_else(|| name.clone(), |text| text.value());
        serde.retain(|word| !word.starts_with("rename"));
        let rust = self.rust(&field.ty);
        (member, Field { name, rust, serde })
    }

    /// `pub struct GetExecution<'a> { pub account: &'a str }`
    fn required(&mut self, item: &Item) {
        if let Item::Struct(made) = item {
            let fields = made.fields.iter().filter_map(|field| {
                Some((field.ident.as_ref()?.to_string(), self.rust(&field.ty)))
            });
            let required = fields.collect();
            self.operation(&made.ident).required = required;
        }
    }

    /// The setters of a call, and what its `build` makes a request for.
    fn call(&mut self, item: &Item) {
        let Item::Impl(block) = item else { return };
        let syn::Type::Path(of) = &*block.self_ty else {
            return;
        };
        let Some(of) = of.path.segments.last() else {
            return;
        };
        for item in &block.items {
            let syn::ImplItem::Fn(method) = item else {
                continue;
            };
            let name = method.sig.ident.to_string();
            let output = match &method.sig.output {
                syn::ReturnType::Type(_, output) => self.rust(output),
                syn::ReturnType::Default => String::new(),
            };
            let argument = method.sig.inputs.iter().find_map(|input| match input {
                syn::FnArg::Typed(typed) => Some(self.rust(&typed.ty)),
                syn::FnArg::Receiver(_) => None,
            });
            let takes_self = method.sig.receiver().is_some();
            let call = self.operation(&of.ident);
            match (takes_self, argument) {
                (true, Some(argument)) => {
                    call.optional.insert(name, argument);
                }
                (true, None) => {
                    let success = output.split_once("Request<").map(|(_, rest)| rest);
                    let success = success.and_then(|rest| rest.split_once('>'));
                    call.success = success.map_or(output.clone(), |(it, _)| it.to_owned());
                }
                (false, _) => {}
            }
        }
    }

    fn operation(&mut self, call: &Ident) -> &mut Call {
        let id = heck::ToSnakeCase::to_snake_case(call.to_string().as_str());
        self.surface.operations.entry(id).or_default()
    }

    /// A type as a user of the module would write it.
    fn rust(&self, made: &syn::Type) -> String {
        let tokens = made.to_token_stream().to_string();
        let mut text: String = tokens.split_whitespace().collect();
        for path in [
            &format!("crate::generated::{}::types::", self.service),
            "::std::option::",
            "::std::string::",
            "::std::vec::",
            "::std::boxed::",
            "crate::",
            "'a",
        ] {
            text = text.replace(path, "");
        }
        text.replace(",>", ">")
    }
}

fn derives(attributes: &[Attribute]) -> BTreeSet<String> {
    let last = |path: String| path.rsplit("::").next().unwrap_or_default().to_owned();
    listed(attributes, "derive").map(last).collect()
}

/// What is asked of serde, a word or an assignment each. What only concerns writing is left out.
fn serde(attributes: &[Attribute]) -> BTreeSet<String> {
    let asked = listed(attributes, "serde");
    asked
        .filter(|word| !word.starts_with("skip_serializing_if"))
        .collect()
}

fn listed<'a>(attributes: &'a [Attribute], name: &'a str) -> impl Iterator<Item = String> + 'a {
    let lists = attributes.iter().filter(move |it| it.path().is_ident(name));
    let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
    let metas = lists.filter_map(move |it| it.parse_args_with(parse).ok());
    metas.flatten().map(|meta| match meta {
        Meta::NameValue(pair) => {
            let (path, value) = (pair.path.to_token_stream(), pair.value.to_token_stream());
            format!("{path} = {value}")
        }
        other => other.to_token_stream().to_string().replace(' ', ""),
    })
}

/// `open_enum! { pub enum Side { Buy = "BUY" } }`.
struct OpenEnum {
    name: String,
    variants: BTreeMap<String, String>,
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
        let variants = variants.into_iter().map(|it| (it.word, it.name));
        let variants = variants.collect();
        Ok(Self { name, variants })
    }
}

struct OpenVariant {
    name: String,
    word: String,
}

impl Parse for OpenVariant {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Attribute::parse_outer)?;
        let name = input.parse::<Ident>()?.to_string();
        input.parse::<Token![=]>()?;
        let word = input.parse::<LitStr>()?.value();
        Ok(Self { name, word })
    }
}
