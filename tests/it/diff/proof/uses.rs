//! A program that uses all there is of some generated types: each field as what it is, each word, each default.

use quote::quote;
use syn::{Fields, Item};

/// `types` is the source of a module of that name.
pub fn every_use(types: &str) -> String {
    let file = syn::parse_file(types).unwrap();
    let Some(Item::Mod(module)) = file.items.first() else {
        panic!("it is a module");
    };
    let (_, items) = module.content.as_ref().unwrap();
    let mut uses = Vec::new();
    for item in items {
        match item {
            Item::Struct(it) => {
                let Fields::Named(fields) = &it.fields else {
                    continue;
                };
                let name = &it.ident;
                let names: Vec<_> = fields.named.iter().map(|field| &field.ident).collect();
                let kinds = fields.named.iter().map(|field| &field.ty);
                uses.push(quote! {
                    |it: #name| {
                        let #name { #(#names,)* .. } = it;
                        #(let _: #kinds = #names;)*
                    };
                });
            }
            Item::Impl(it) => {
                let of = &it.self_ty;
                let of_trait = it
                    .trait_
                    .as_ref()
                    .and_then(|(_, path, _)| path.segments.last());
                if of_trait.is_some_and(|of_trait| of_trait.ident == "Default") {
                    uses.push(quote! { || <#of as ::std::default::Default>::default(); });
                }
            }
            Item::Macro(it) if it.mac.path.segments.last().unwrap().ident == "open_enum" => {
                // `pub enum Name { #[doc] Word = "word", … }`
                let words: syn::ItemEnum = words(&it.mac.tokens.to_string());
                let name = &words.ident;
                for variant in &words.variants {
                    let variant = &variant.ident;
                    uses.push(quote! { |it: #name| matches!(it, #name::#variant); });
                }
            }
            _ => {}
        }
    }
    assert!(uses.len() > 8, "{types}");
    let uses = quote! { mod uses { use super::types::*; fn every_use() { #(let _ = #uses)* } } };
    prettyplease::unparse(&syn::parse2(uses).unwrap())
}

/// An enum whose variants' values are texts, which Rust's own grammar allows as well.
fn words(tokens: &str) -> syn::ItemEnum {
    syn::parse_str(tokens).unwrap()
}
