//! The seam with the generator, build-time half: generated methods build requests, and the transport sends them.
//!
//! progenitor makes one `async fn` an operation, which takes its parameters by position, builds a `reqwest::Request`, sends
//! it and decodes what comes. Sending and decoding are the transport's, with budget, retries, limits and errors that say
//! everything. So each method is cut after the statement that has built the request, and what is left returns it as a
//! `Request<T>`, `T` being the success that the method's own signature has. Above it stands a call with names: what must be
//! given is a struct of that operation in `required`, what may be given is a setter, so that no parameter can take another's
//! place. `src/transport/request.rs` is the other half.

use heck::ToPascalCase;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{
    Attribute, FnArg, GenericArgument, Ident, ImplItem, ImplItemFn, Item, Pat, PathArguments, Stmt,
    Type,
};

use super::appendix::operation_constant;

/// Cuts the methods of the generated client, and adds the calls. The name of an operation whose method has another form.
pub fn cut(file: &mut syn::File) -> Result<Vec<Call>, String> {
    let mut calls = Vec::new();
    for item in &mut file.items {
        let Item::Impl(block) = item else { continue };
        for item in &mut block.items {
            let ImplItem::Fn(method) = item else { continue };
            if method.sig.asyncness.is_some() && block.trait_.is_none() {
                let name = method.sig.ident.to_string();
                calls.push(Call::cut(method).ok_or(name)?);
            }
        }
    }
    file.items.retain(|item| !is_of_sending(item));
    let required = calls.iter().map(Call::required_struct);
    let setups = calls.iter().map(Call::setup);
    let starts = calls.iter().map(Call::start);
    let added: [Item; 3] = [
        syn::parse_quote! {
            /// The required parameters of each operation.
            pub mod required {
                #[allow(unused_imports)]
                use super::types;
                #(#required)*
            }
        },
        syn::parse_quote! {
            /// Calls being set up: what may be given has a setter.
            pub mod call {
                #[allow(unused_imports)]
                use super::{Client, Error, required, types};
                #(#setups)*
            }
        },
        syn::parse_quote!(impl Client { #(#starts)* }),
    ];
    file.items.extend(added);
    Ok(calls)
}

/// An operation of the generated client.
pub struct Call {
    pub id: Ident,
    docs: Vec<Attribute>,
    /// In the order of the generated method.
    arguments: Vec<(Ident, Type)>,
    pub success: Type,
}

impl Call {
    /// Cuts a method, and says what it was.
    fn cut(method: &mut ImplItemFn) -> Option<Self> {
        let arguments = method.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(argument) => Some(argument),
            FnArg::Receiver(_) => None,
        });
        let arguments = arguments.map(|argument| match &*argument.pat {
            Pat::Ident(name) => Some((name.ident.clone(), (*argument.ty).clone())),
            _ => None,
        });
        let call = Self {
            id: method.sig.ident.clone(),
            docs: std::mem::take(&mut method.attrs),
            arguments: arguments.collect::<Option<_>>()?,
            success: success(&method.sig.output)?.clone(),
        };
        let statements = &mut method.block.stmts;
        let end = statements
            .iter()
            .position(|statement| names(statement) == Some("info".into()))?;
        statements.truncate(end);
        let request = Ident::new(&names(statements.last()?)?, Span::call_site());
        let texts = call.arguments.iter().filter_map(text);
        statements.splice(..0, texts.collect::<Vec<_>>());
        let operation = operation_constant(&call.id.to_string());
        statements.push(Stmt::Expr(
            syn::parse_quote!(Ok(crate::transport::request::Request::new(&operations::#operation, #request))),
            None,
        ));
        let output = call.output();
        method.sig.asyncness = None;
        method.sig.output = syn::parse_quote!(-> #output);
        method.sig.ident = call.method();
        method.vis = syn::parse_quote!(pub(super));
        Some(call)
    }

    pub fn required(&self) -> impl Iterator<Item = &(Ident, Type)> {
        let arguments = self.arguments.iter();
        arguments.filter(|(_, kind)| inside(kind, "Option").is_none())
    }

    pub fn optional(&self) -> impl Iterator<Item = &(Ident, Type)> {
        let arguments = self.arguments.iter();
        arguments.filter(|(_, kind)| inside(kind, "Option").is_some())
    }

    /// No operation ends in `_`, and no parameter in `client_`.
    fn method(&self) -> Ident {
        format_ident!("build_{}_", self.id)
    }

    fn output(&self) -> TokenStream {
        let success = &self.success;
        quote!(Result<crate::transport::request::Request<#success>, Error<()>>)
    }

    /// The operation's name as a type in `required` and `call`.
    fn name(&self) -> Ident {
        Ident::new(&self.id.to_string().to_pascal_case(), Span::call_site())
    }

    fn lifetime(&self) -> Option<TokenStream> {
        let mut kinds = self.required().map(|(_, kind)| quote!(#kind).to_string());
        kinds.any(|kind| kind.contains("'a")).then(|| quote!(<'a>))
    }

    fn required_struct(&self) -> TokenStream {
        let (call, lifetime) = (self.name(), self.lifetime());
        let fields = self.required().map(|(name, kind)| quote!(pub #name: #kind));
        quote!(pub struct #call #lifetime { #(#fields),* })
    }

    fn setup(&self) -> TokenStream {
        let (call, lifetime) = (self.name(), self.lifetime());
        let (build, output) = (self.method(), self.output());
        let fields = self.required().chain(self.optional());
        let fields = fields.map(|(name, kind)| quote!(#name: #kind));
        let given: Vec<_> = self.required().map(|(name, _)| name).collect();
        let unset = self.optional().map(|(name, _)| name);
        let setters = self.optional().map(setter);
        let passed = self.arguments.iter().map(|(name, _)| name);
        quote! {
            pub struct #call<'a> { client_: &'a Client, #(#fields),* }
            impl<'a> #call<'a> {
                pub fn new(client_: &'a Client, required: required::#call #lifetime) -> Self {
                    let required::#call { #(#given),* } = required;
                    Self { client_, #(#given,)* #(#unset: None),* }
                }
                #(#setters)*
                /// The request, to be sent by the transport.
                pub fn build(self) -> #output { self.client_.#build(#(self.#passed),*) }
            }
        }
    }

    fn start(&self) -> TokenStream {
        let (id, docs) = (&self.id, &self.docs);
        let (call, lifetime) = (self.name(), self.lifetime());
        quote! {
            #(#docs)*
            pub fn #id<'a>(&'a self, required: required::#call #lifetime) -> call::#call<'a> {
                call::#call::new(self, required)
            }
        }
    }
}

/// Makes a text of an argument that is one of the client's `values`: as JSON such a value keeps digits in a way that no query has.
fn text((name, kind): &(Ident, Type)) -> Option<Stmt> {
    if !quote!(#kind).to_string().contains("crate :: values ::") {
        return None;
    }
    let of_one = quote!(::std::string::ToString::to_string);
    let given = inside(kind, "Option");
    let is_list = match given.unwrap_or(kind) {
        Type::Reference(kind) => inside(&kind.elem, "Vec").is_some(),
        _ => false,
    };
    let of_it = match is_list {
        true => {
            quote!((|all: &::std::vec::Vec<_>| all.iter().map(#of_one).collect::<::std::vec::Vec<_>>()))
        }
        false => of_one,
    };
    Some(match given {
        Some(_) => syn::parse_quote!(let #name = #name.map(#of_it);),
        None => syn::parse_quote!(let #name = #of_it(#name);),
    })
}

fn setter((name, kind): &(Ident, Type)) -> TokenStream {
    let is_taken = name == "new" || name == "build";
    let setter = match is_taken {
        true => format_ident!("{name}_"),
        false => name.clone(),
    };
    quote! {
        pub fn #setter(mut self, #name: #kind) -> Self {
            self.#name = #name;
            self
        }
    }
}

/// What a generated method is told of only to send: its hooks.
fn is_of_sending(item: &Item) -> bool {
    match item {
        Item::Impl(block) => block.trait_.as_ref().is_some_and(|(_, of, _)| {
            let last = of.segments.last();
            last.is_some_and(|last| last.ident == "ClientHooks")
        }),
        Item::Mod(module) => module.ident == "prelude",
        _ => false,
    }
}

/// `T` of `Result<ResponseValue<T>, Error<()>>`.
fn success(output: &syn::ReturnType) -> Option<&Type> {
    let syn::ReturnType::Type(_, output) = output else {
        return None;
    };
    inside(inside(output, "Result")?, "ResponseValue")
}

/// The first argument of a generic type of this name.
fn inside<'a>(kind: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = kind else {
        return None;
    };
    let last = path.path.segments.last();
    let last = last.filter(|last| last.ident == name)?;
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
    match statement {
        Stmt::Local(local) => match &local.pat {
            Pat::Ident(name) => Some(name.ident.to_string()),
            _ => None,
        },
        _ => None,
    }
}
