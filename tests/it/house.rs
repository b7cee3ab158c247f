//! The rules of the source tree, kept by a test rather than by a document.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;

/// Who may import whom: a module uses `crate::` only from before its own name. Services stand on one rung, so none of them
/// may use another. The simulator shares the specs with the clients, and with a replay how it is served.
const LADDER: [&[&str]; 17] = [
    &["values"],
    &["loopback"],
    &["observe"],
    &["service"],
    &["error"],
    &["transport"],
    &["generated"],
    &["schemas"],
    &["rpc"],
    &["reference"],
    &["execution"],
    &["settings"],
    // The services: one a spec.
    &[],
    &["provider"],
    &["executions"],
    &["recording"],
    &["contract"],
];

const MOST_LINES: usize = 400;

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the tree") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(
        !found.is_empty(),
        "the tree was looked for in the wrong place"
    );
    found
}

/// The lines of code: no comments, no blank lines, no unit tests.
fn code(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a source file");
    let text = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .map(str::to_owned)
        .collect()
}

/// `transport` for `src/transport.rs` and all of `src/transport/`.
fn module(path: &Path) -> String {
    let inside = path
        .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .expect("in src");
    let first = inside.iter().next().expect("a name").to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// A module by its names below the crate: `["rpc", "link"]`; the crate itself has none.
type Module = Vec<String>;

/// Each module of a crate, with the paths that its code names outside of `mod tests`.
struct Modules(BTreeMap<Module, Paths>);

#[derive(Default)]
struct Paths {
    /// Everything that begins with `crate`, `super` or `self`, in macros too.
    named: BTreeSet<Vec<String>>,
    /// A name that a `use` brings in, with the path it stands for.
    imported: BTreeMap<String, Vec<String>>,
}

impl Modules {
    fn read(folder: &str, root: &str) -> Self {
        let folder_path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let read = sources(folder).into_iter().map(|path| {
            let inside = path.strip_prefix(&folder_path).expect("in the folder");
            let names = inside.with_extension("");
            let mut module: Module = names
                .iter()
                .map(|name| name.to_string_lossy().into_owned())
                .collect();
            if module == [root] {
                module.clear();
            }
            let text = fs::read_to_string(&path).expect("a source file");
            (module, Paths::read(&text))
        });
        Self(read.collect())
    }

    /// The modules whose items `module` names. An item that a module only passes on counts for the module it comes from, so
    /// that a detour by the parent hides nothing.
    fn used_by(&self, module: &Module) -> BTreeSet<Module> {
        let paths = self.0[module].named.iter();
        paths
            .map(|path| self.home(module, path, 0))
            .filter(|used| used != module)
            .collect()
    }

    fn home(&self, from: &Module, path: &[String], depth: usize) -> Module {
        let mut at = from.clone();
        for (place, name) in path.iter().enumerate() {
            match name.as_str() {
                "crate" => at.clear(),
                "self" => {}
                "super" => drop(at.pop()),
                name => {
                    at.push(name.to_owned());
                    if self.0.contains_key(&at) {
                        continue;
                    }
                    at.pop();
                    let passed_on = self.0.get(&at).and_then(|paths| paths.imported.get(name));
                    return match passed_on {
                        // What the crate's root passes on is for its users.
                        Some(path) if place > 0 && !at.is_empty() && depth < 8 => {
                            self.home(&at, path, depth + 1)
                        }
                        _ => at,
                    };
                }
            }
        }
        at
    }

    /// Circles between the modules of one folder, each of which counts with all that is below it. A parent uses its children
    /// and they what it holds; that is no circle.
    fn circles(&self) -> BTreeSet<String> {
        let mut edges: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
        for module in self.0.keys() {
            for used in self.used_by(module) {
                let shared = module
                    .iter()
                    .zip(&used)
                    .take_while(|(one, other)| one == other)
                    .count();
                if shared < module.len() && shared < used.len() {
                    let used = used[..=shared].to_vec();
                    edges
                        .entry(module[..=shared].to_vec())
                        .or_default()
                        .insert(used);
                }
            }
        }
        let reached = |from: &Module| {
            let mut reached = BTreeSet::new();
            let mut next = vec![from];
            while let Some(module) = next.pop() {
                for used in edges.get(module).into_iter().flatten() {
                    if reached.insert(used.clone()) {
                        next.push(used);
                    }
                }
            }
            reached
        };
        let in_circles = edges
            .keys()
            .filter(|module| reached(module).contains(*module));
        in_circles.map(|module| module.join("/")).collect()
    }
}

impl Paths {
    fn read(text: &str) -> Self {
        let mut file = syn::parse_file(text).expect("Rust");
        file.items.retain(|item| match item {
            syn::Item::Mod(module) => module.ident != "tests",
            _ => true,
        });
        let mut paths = Self::default();
        for item in &file.items {
            if let syn::Item::Use(import) = item {
                paths.import(&mut Vec::new(), &import.tree);
            }
        }
        paths.walk(file.into_token_stream());
        paths
    }

    fn import(&mut self, before: &mut Vec<String>, tree: &syn::UseTree) {
        let mut take = |name: String, path: Vec<String>| {
            self.imported.insert(name, path);
        };
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.import(before, &path.tree);
                before.pop();
            }
            syn::UseTree::Name(name) if name.ident == "self" => {
                take(before.last().cloned().unwrap_or_default(), before.clone());
            }
            syn::UseTree::Name(name) => {
                let name = name.ident.to_string();
                take(name.clone(), [before.as_slice(), &[name]].concat());
            }
            syn::UseTree::Rename(name) => {
                let path = [before.as_slice(), &[name.ident.to_string()]].concat();
                take(name.rename.to_string(), path);
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(before, tree);
                }
            }
            syn::UseTree::Glob(_) => {}
        }
    }

    fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            // A type has one colon before it, a path within a path two.
            let after_path = at > 1 && (1..=2).all(|back| tokens[at - back].to_string() == ":");
            match &tokens[at] {
                TokenTree::Ident(name)
                    if !after_path
                        && ["crate", "super", "self"].iter().any(|word| name == word) =>
                {
                    at = self.path(&mut Vec::new(), &tokens, at);
                }
                TokenTree::Group(group) => {
                    self.walk(group.stream());
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    /// Takes the path, or the tree of paths, that begins at `at`; gives where it ends.
    fn path(&mut self, before: &mut Vec<String>, tokens: &[TokenTree], mut at: usize) -> usize {
        let known = before.len();
        loop {
            match tokens.get(at) {
                Some(TokenTree::Ident(name)) => before.push(name.to_string()),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    for branch in inner.split(|token| token.to_string() == ",") {
                        self.path(before, branch, 0);
                    }
                    before.truncate(known);
                    return at + 1;
                }
                _ => break,
            }
            let goes_on = (1..=2).all(|next| {
                tokens
                    .get(at + next)
                    .is_some_and(|token| token.to_string() == ":")
            });
            at += 1;
            if !goes_on {
                break;
            }
            at += 2;
        }
        // A lone `self` or `super` is no path.
        if before.len() > 1 {
            self.named.insert(before.clone());
        }
        before.truncate(known);
        at.max(1)
    }
}

#[test]
fn a_use_is_seen_wherever_it_stands() {
    let text = "use super::{a::B, c::{D, self}}; pub use x::Y as Z; struct S { one: crate::e::F }
        fn g(x: super::h::I) -> Vec<crate::j::K> { vec![self::l::m(), x.super_::n()] }
        mod tests { use super::never::Seen; }";
    let paths = Paths::read(text);
    let named: Vec<String> = paths.named.iter().map(|path| path.join("::")).collect();
    let expected = [
        "crate::e::F",
        "crate::j::K",
        "self::l::m",
        "super::a::B",
        "super::c::D",
        "super::c::self",
        "super::h::I",
    ];
    assert_eq!(named, expected);
    assert_eq!(paths.imported["Z"], ["x", "Y"]);
}

#[test]
fn a_circle_is_found_through_the_parent_and_a_parent_alone_makes_none() {
    let modules = |files: &[(&str, &str)]| {
        let read = files.iter().map(|(path, text)| {
            let module = path.split('/').map(str::to_owned).collect();
            (module, Paths::read(text))
        });
        Modules(read.collect())
            .circles()
            .into_iter()
            .collect::<Vec<_>>()
    };
    let parent = ("room", "mod a; mod b; use a::A; pub struct Own;");
    let a = ("room/a", "use super::b::B; pub struct A;");
    assert_eq!(
        modules(&[parent, a, ("room/b", "use super::Own; pub struct B;")]),
        [""; 0]
    );
    let b = ("room/b", "use super::A; pub struct B;");
    assert_eq!(modules(&[parent, a, b]), ["room/a", "room/b"]);
}

#[test]
fn modules_import_only_from_the_rungs_below_their_own() {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let rung = |name: &str| {
        let is_service = specs.join(format!("{name}.yaml")).is_file();
        LADDER
            .iter()
            .position(|rung| rung.contains(&name) || (is_service && rung.is_empty()))
    };
    let modules = Modules::read("src", "lib");
    let mut wrong = Vec::new();
    for module in modules.0.keys() {
        let Some(own) = module.first().map(String::as_str) else {
            continue;
        };
        if matches!(own, "bin" | "generated") {
            continue;
        }
        for used in modules.used_by(module) {
            let import = used.first().map_or("the root", String::as_str);
            let is_allowed = match own {
                _ if own == import => true,
                "simulator" => matches!(import, "generated" | "loopback"),
                _ => rung(own).is_some_and(|own| rung(import).is_some_and(|below| below < own)),
            };
            if !is_allowed {
                wrong.push(format!("{} uses {import}", module.join("/")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_modules_of_a_room_use_each_other_in_a_circle() {
    let mut roots = vec![
        ("src".to_owned(), "lib"),
        ("src/bin/executions".to_owned(), "main"),
    ];
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
    for member in fs::read_dir(crates).into_iter().flatten() {
        let name = member.expect("an entry").file_name();
        roots.push((format!("crates/{}/src", name.to_string_lossy()), "lib"));
    }
    let circles: Vec<String> = roots
        .iter()
        .flat_map(|(folder, root)| {
            let circles = Modules::read(folder, root).circles();
            circles
                .into_iter()
                .map(move |module| format!("{folder}/{module}"))
        })
        .collect();
    assert!(circles.is_empty(), "{circles:?}");
}

#[test]
fn files_stay_short() {
    let folders = ["src", "crates", "benches"];
    let files = folders.into_iter().flat_map(sources);
    let long: Vec<_> = files
        .map(|path| (code(&path).len(), path))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn the_library_neither_panics_by_choice_nor_prints() {
    let forbidden = [
        ".unwrap()",
        "panic!",
        "todo!",
        "unimplemented!",
        "unreachable!",
        "dbg!",
        "println!",
        "unsafe ",
    ];
    let mut found = Vec::new();
    for path in sources("src")
        .into_iter()
        .filter(|path| module(path) != "bin")
    {
        let lines = code(&path);
        found.extend(
            lines
                .into_iter()
                .filter(|line| forbidden.iter().any(|word| line.contains(word))),
        );
    }
    assert!(found.is_empty(), "{found:?}");
}
