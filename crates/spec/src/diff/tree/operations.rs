//! Operations: which there are, what they are called, and where their requests go.

use heck::{ToPascalCase, ToSnakeCase};

use super::super::change::{Grade, Kind};
use super::super::cursor::{Cursor, is_prose, pairs, same, shape};
use super::values::Table;
use super::{HARMLESS, Rule, SILENT, Side, Subject, Walk, rust};

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

const OPERATION: Table = &[("security", SILENT)];

/// An operation with the path it stands under.
#[derive(Clone)]
pub struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    holder: Cursor<'a>,
    cursor: Cursor<'a>,
}

impl<'a> Operation<'a> {
    fn id(&self) -> &'a str {
        self.cursor.word("operationId").unwrap_or_default()
    }

    /// What sentences call it.
    fn name(&self) -> String {
        match self.id() {
            "" => format!("`{} {}`", self.method.to_uppercase(), self.path),
            id => format!("`{id}`"),
        }
    }

    /// The path with its parameters' names left out.
    fn template(&self) -> String {
        let parts = self.path.split('/');
        let parts = parts.map(|part| if part.starts_with('{') { "{}" } else { part });
        parts.collect::<Vec<_>>().join("/")
    }

    fn method_name(&self) -> String {
        self.id().to_snake_case()
    }
}

impl<'a> Walk<'a> {
    pub(super) fn paths(&mut self, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        for (path, old, new) in pairs(old, new) {
            let (old, new) = (old.as_ref(), new.as_ref());
            if path.starts_with("x-") {
                self.value(&format!("`{path}` of paths"), old, new, HARMLESS);
                continue;
            }
            let handled = [&METHODS[..], &["parameters", "servers"]].concat();
            self.unit = old
                .or(new)
                .map(|cursor| format!("{}/$ref", cursor.pointer))
                .unwrap_or_default();
            if let (Some(_), Some(_)) = (old, new) {
                self.table(&format!("the path `{path}`"), old, new, &handled, &[]);
                let servers = |side: Side<'_, 'a>| side.and_then(|cursor| cursor.get("servers"));
                self.servers(
                    &format!("the path `{path}`"),
                    servers(old).as_ref(),
                    servers(new).as_ref(),
                );
            }
        }
        let (mut before, mut after) = (operations(old), operations(new));
        // By what the Rust is called, then by where it is, then by what it looks like.
        let by: [fn(&Operation<'a>, &Operation<'a>) -> bool; 3] = [
            |was, is| !was.id().is_empty() && was.id() == is.id(),
            |was, is| was.method == is.method && was.template() == is.template(),
            |was, is| was.method == is.method && looks(was) == looks(is),
        ];
        let mut matched = Vec::new();
        for same in by {
            before.retain(|was| match after.iter().position(|is| same(was, is)) {
                Some(at) => {
                    matched.push((was.clone(), after.remove(at)));
                    false
                }
                None => true,
            });
        }
        matched.sort_by_key(|(_, is)| is.cursor.at);
        for (was, is) in &matched {
            self.operation(was, is);
        }
        for was in &before {
            self.enter(was);
            self.report(
                format!("the operation {} is gone", was.name()),
                Some(&was.cursor),
                None,
                rust(Grade::Silent),
                Kind::Removed,
            );
        }
        for is in &after {
            self.enter(is);
            let rule = Rule::Rust {
                untouched: Grade::Harmless,
                assumed: &[Grade::Harmless],
            };
            self.report(
                format!("the operation {} is new", is.name()),
                None,
                Some(&is.cursor),
                rule,
                Kind::Added,
            );
        }
        self.subjects.clear();
        self.unit.clear();
    }

    fn enter(&mut self, operation: &Operation<'a>) {
        self.unit.clone_from(&operation.cursor.pointer);
        self.subjects = vec![Subject::Operation(operation.method_name())];
    }

    fn operation(&mut self, was: &Operation<'a>, is: &Operation<'a>) {
        self.enter(is);
        let (old, new) = (Some(&was.cursor), Some(&is.cursor));
        self.place_of(format!("Client::{}", is.method_name()), old, new);
        let name = is.name();
        let id = |operation: &Operation<'a>| {
            operation
                .cursor
                .get("operationId")
                .unwrap_or_else(|| operation.cursor.clone())
        };
        if was.id() != is.id() {
            self.subjects.push(Subject::Operation(was.method_name()));
            let what = format!("the operation {} is now called {name}", was.name());
            self.report(
                what,
                Some(&id(was)),
                Some(&id(is)),
                rust(Grade::Harmless),
                Kind::Changed,
            );
            self.subjects.truncate(1);
        }
        if was.path != is.path {
            let goes = was.template() != is.template();
            let words = if goes { "asks" } else { "writes its path as" };
            let untouched = if goes { Grade::Silent } else { Grade::Harmless };
            let what = format!("{name} {words} `{}`, it was `{}`", is.path, was.path);
            let rule = Rule::Rust {
                untouched,
                assumed: &[Grade::Compile],
            };
            self.subjects = vec![Subject::Argument(is.method_name(), "order".to_owned())];
            self.report(
                what,
                Some(&was.holder),
                Some(&is.holder),
                rule,
                Kind::Changed,
            );
            self.enter(is);
            let servers = [&was.holder, &is.holder].map(|holder| holder.get("servers"));
            let [before, after] = servers.each_ref().map(Option::as_ref);
            self.servers(&format!("the path `{}`", is.path), before, after);
        }
        if was.method != is.method {
            let what = format!(
                "{name} is sent as {}, it was {}",
                is.method.to_uppercase(),
                was.method.to_uppercase()
            );
            self.report(what, old, new, SILENT, Kind::Changed);
        }
        let handled = [
            "operationId",
            "parameters",
            "requestBody",
            "responses",
            "servers",
        ];
        self.table(&name, old, new, &handled, OPERATION);
        let get = |key: &str| (was.cursor.get(key), is.cursor.get(key));
        let (before, after) = get("servers");
        if before.is_some() || after.is_some() {
            self.servers(&name, before.as_ref(), after.as_ref());
        }
        let method = is.method_name();
        self.parameters(
            &method,
            [&was.holder, &was.cursor],
            [&is.holder, &is.cursor],
        );
        let (before, after) = get("requestBody");
        self.request(&name, &method, before.as_ref(), after.as_ref());
        let (before, after) = get("responses");
        self.answers(&name, &method, before.as_ref(), after.as_ref());
    }

    fn request(&mut self, of: &str, method: &str, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        let subjects =
            ["body", "order"].map(|part| Subject::Argument(method.to_owned(), part.to_owned()));
        let mut subjects = subjects.to_vec();
        subjects.push(Subject::Whole(format!("{}Body", method.to_pascal_case())));
        self.on_behalf(subjects, |walk| match (old, new) {
            (Some(old), Some(new)) => walk.body(&format!("the body of {of}"), old, new),
            (None, Some(_)) => walk.report(
                format!("{of} takes a body now"),
                None,
                new,
                rust(Grade::Silent),
                Kind::Changed,
            ),
            (Some(_), None) => walk.report(
                format!("{of} takes no body any more"),
                old,
                None,
                rust(Grade::Silent),
                Kind::Changed,
            ),
            (None, None) => {}
        });
    }

    /// What is sent, with references followed.
    pub(super) fn body(&mut self, name: &str, old: &Cursor<'a>, new: &Cursor<'a>) {
        let Some((old, new)) = self.followed(name, old, new) else {
            return;
        };
        let (before, after) = (old.get("required"), new.get("required"));
        self.value(
            &format!("`required` of {name}"),
            before.as_ref(),
            after.as_ref(),
            rust(Grade::Silent),
        );
        self.contents(
            name,
            old.get("content").as_ref(),
            new.get("content").as_ref(),
            BODY,
        );
        self.table(name, Some(&old), Some(&new), &["required", "content"], &[]);
    }

    /// What two references lead to, where both lead somewhere and it was not compared before.
    pub(super) fn followed(
        &mut self,
        name: &str,
        old: &Cursor<'a>,
        new: &Cursor<'a>,
    ) -> Option<(Cursor<'a>, Cursor<'a>)> {
        let (was, is) = (old.resolve(), new.resolve());
        if was.is_lost() || is.is_lost() {
            let reference = is.reference().or(was.reference()).unwrap_or_default();
            let what = format!("{name} is `{reference}`, which is outside the file or nowhere,");
            self.report(what, Some(old), Some(new), Rule::Gap, Kind::Changed);
            return None;
        }
        if old.reference() != new.reference() && same(was.node, is.node) {
            let what = format!("{name} stands in another place of the file and says the same");
            self.report(what, Some(old), Some(new), HARMLESS, Kind::Changed);
        }
        self.is_first(&was, &is).then_some((was, is))
    }
}

/// One type of content of a body.
pub const BODY: Rule = Rule::Rust {
    untouched: Grade::Silent,
    assumed: super::BREAKS,
};

fn operations<'a>(paths: Side<'_, 'a>) -> Vec<Operation<'a>> {
    let paths = paths.map(Cursor::members).unwrap_or_default();
    let mut all = Vec::new();
    for (path, holder) in paths {
        for (method, cursor) in holder.members() {
            if METHODS.contains(&method) {
                all.push(Operation {
                    path,
                    method,
                    holder: holder.clone(),
                    cursor,
                });
            }
        }
    }
    all
}

/// All of an operation but its name and its words.
fn looks(operation: &Operation<'_>) -> (String, String) {
    let leave = |key: &str| is_prose(key) || key == "operationId" || key == "tags";
    let parameters = operation.holder.get("parameters");
    let shared = parameters
        .map(|shared| shape(shared.node, &leave))
        .unwrap_or_default();
    (shape(operation.cursor.node, &leave), shared)
}
