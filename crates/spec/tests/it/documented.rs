//! Texts of a spec as documentation.

use std::process::Command;

use proc_macro2::{TokenStream, TokenTree};

use super::generate;

const ODD: &str = include_str!("../odd.yaml");

/// Each doc comment, those that a macro takes too.
fn docs(tokens: TokenStream, found: &mut Vec<String>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for window in trees.windows(3) {
        if let [
            TokenTree::Ident(name),
            TokenTree::Punct(_),
            TokenTree::Literal(text),
        ] = window
            && name == "doc"
        {
            found.push(text.to_string());
        }
    }
    for tree in trees {
        if let TokenTree::Group(group) = tree {
            docs(group.stream(), found);
        }
    }
}

#[test]
fn nothing_in_a_description_is_run_or_linked_by_rustdoc() {
    let file = generate("odd", ODD).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let mut found = Vec::new();
    docs(quote::quote!(#file), &mut found);
    assert!(
        found.len() > 30 && found.iter().any(|it| it.contains("panic!")),
        "{found:?}"
    );
    let items = found.iter().enumerate();
    let items: String = items
        .map(|(index, text)| format!("#[doc = {text}] pub struct D{index};\n"))
        .collect();

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docs.rs");
    std::fs::write(&path, format!("//! Docs.\n{items}")).unwrap();
    let rustdoc = std::env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into());
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&rustdoc);
        command
            .arg(&path)
            .args(["--edition=2024", "--crate-name=docs"])
            .args(arguments);
        let output = command.current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{said}");
        said
    };
    assert!(run(&["--test"]).contains("running 0 tests"));
    run(&["-Dwarnings", "--out-dir=out"]);
}
