//! The seam with the generator, build-time half: generated methods build requests, and the transport sends them.
//!
//! progenitor makes one `async fn` an operation, which takes its parameters by position, builds a `reqwest::Request`, sends
//! it and decodes what comes. Sending and decoding are the transport's, with budget, retries, limits and errors that say
//! everything. So each method is cut after the statement that has built the request, and what is left returns it as a
//! `Request<T>`, `T` being the success that the method's own signature has. Above it stands a call with names: what must be
//! given is a struct of that operation in `required`, what may be given is a setter, so that no parameter can take another's
//! place. `src/transport/request.rs` is the other half.

use heck::ToPascalCase;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{FnArg, GenericArgument, ImplItem, ImplItemFn, Item, Pat, PathArguments, Stmt};

/// Cuts the methods of the generated client, and adds the calls. The name of an operation whose method has another form.
pub fn cut(file: &mut syn::File) -> Result<(), String> {
    let mut calls = Calls::default();
    for item in &mut file.items {
        let Item::Impl(block) = item else { continue };
        if block.trait_.is_some() {
            continue;
        }
        for item in &mut block.items {
            let ImplItem::Fn(method) = item else { continue };
            if method.sig.asyncness.is_some() {
                let name = method.sig.ident.to_string();
                cut_method(method, &mut calls).ok_or(name)?;
            }
        }
    }
    file.items.retain(|item| !is_of_sending(item));
    let Calls {
        required,
        calls,
        starts,
    } = calls;
    file.items.push(syn::parse_quote! {
        /// What must be given to an operation.
        pub mod required { #required }
    });
    file.items.push(syn::parse_quote! {
        /// Calls being set up: what may be given has a setter.
        pub mod call {
            use super::{Client, Error, required, types};
            #calls
        }
    });
    file.items.push(syn::parse_quote!(impl Client { #starts }));
    Ok(())
}

#[derive(Default)]
struct Calls {
    required: TokenStream,
    calls: TokenStream,
    starts: TokenStream,
}

fn cut_method(method: &mut ImplItemFn, calls: &mut Calls) -> Option<()> {
    let success = success(&method.sig.output)?.clone();
    let id = method.sig.ident.clone();
    let statements = &mut method.block.stmts;
    let end = statements
        .iter()
        .position(|statement| names(statement) == Some("info".into()))?;
    statements.truncate(end);
    let request = Ident::new(&names(statements.last()?)?, Span::call_site());
    let operation = id.to_string();
    statements.push(Stmt::Expr(
        syn::parse_quote!(Ok(crate::transport::request::Request::new(#operation, #request))),
        None,
    ));
    let output = quote!(Result<crate::transport::request::Request<#success>, Error<()>>);
    method.sig.asyncness = None;
    method.sig.output = syn::parse2(quote!(-> #output)).ok()?;
    // No operation ends in `_`, and no parameter in `client_`.
    method.sig.ident = format_ident!("build_{id}_");
    method.vis = syn::parse_quote!(pub(super));
    let docs = std::mem::take(&mut method.attrs);

    let mut arguments = Vec::new();
    for input in &method.sig.inputs {
        let FnArg::Typed(argument) = input else {
            continue;
        };
        let Pat::Ident(name) = &*argument.pat else {
            return None;
        };
        arguments.push((name.ident.clone(), (*argument.ty).clone()));
    }
    let is_optional = |(_, kind): &&(Ident, syn::Type)| inside(kind, "Option").is_some();
    let optional: Vec<_> = arguments.iter().filter(is_optional).collect();
    let must: Vec<_> = arguments.iter().filter(|it| !is_optional(it)).collect();
    let fields = |of: &[&(Ident, syn::Type)], is_public: bool| -> TokenStream {
        let visible = is_public.then(|| quote!(pub));
        of.iter()
            .map(|(name, kind)| quote!(#visible #name: #kind,))
            .collect()
    };
    let (public, private) = (fields(&must, true), fields(&must, false));
    let may = fields(&optional, false);
    let call = Ident::new(&id.to_string().to_pascal_case(), Span::call_site());
    let lifetime = uses_lifetime(&public).then(|| quote!(<'a>));
    let must = must.iter().map(|(name, _)| name).collect::<Vec<_>>();
    let setters = optional.iter().map(|(name, kind)| {
        let is_taken = name == "new" || name == "build";
        let setter = if is_taken {
            format_ident!("{name}_")
        } else {
            name.clone()
        };
        quote! {
            pub fn #setter(mut self, #name: #kind) -> Self {
                self.#name = #name;
                self
            }
        }
    });
    let unset = optional.iter().map(|(name, _)| name);
    let passed = arguments.iter().map(|(name, _)| name);
    let build = &method.sig.ident;
    calls.required.extend(quote! {
        pub struct #call #lifetime { #public }
    });
    calls.calls.extend(quote! {
        pub struct #call<'a> { client_: &'a Client, #private #may }
        impl<'a> #call<'a> {
            pub fn new(client_: &'a Client, required: required::#call #lifetime) -> Self {
                let required::#call { #(#must),* } = required;
                Self { client_, #(#must,)* #(#unset: None),* }
            }
            #(#setters)*
            /// The request, to be sent by the transport.
            pub fn build(self) -> #output { self.client_.#build(#(self.#passed),*) }
        }
    });
    calls.starts.extend(quote! {
        #(#docs)*
        pub fn #id<'a>(&'a self, required: required::#call #lifetime) -> call::#call<'a> {
            call::#call::new(self, required)
        }
    });
    Some(())
}

/// What a generated method is told of only to send: its hooks.
fn is_of_sending(item: &Item) -> bool {
    match item {
        Item::Impl(block) => block.trait_.as_ref().is_some_and(|(_, of, _)| {
            of.segments
                .last()
                .is_some_and(|last| last.ident == "ClientHooks")
        }),
        Item::Mod(module) => module.ident == "prelude",
        _ => false,
    }
}

/// `T` of `Result<ResponseValue<T>, Error<()>>`.
fn success(output: &syn::ReturnType) -> Option<&syn::Type> {
    let syn::ReturnType::Type(_, output) = output else {
        return None;
    };
    inside(inside(output, "Result")?, "ResponseValue")
}

/// The first argument of a generic type of this name.
fn inside<'a>(kind: &'a syn::Type, name: &str) -> Option<&'a syn::Type> {
    let syn::Type::Path(path) = kind else {
        return None;
    };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(kind) => Some(kind),
        _ => None,
    })
}

/// The variable that a `let` makes.
fn names(statement: &Stmt) -> Option<String> {
    let Stmt::Local(local) = statement else {
        return None;
    };
    match &local.pat {
        Pat::Ident(name) => Some(name.ident.to_string()),
        _ => None,
    }
}

fn uses_lifetime(fields: &TokenStream) -> bool {
    fields.to_string().contains("'a")
}
