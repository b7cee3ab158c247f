//! From the tree of a file to the model, by house rules: what the generator would panic on, drop or get wrong is said here, with
//! its place.
//!
//! The rules and the model are one walk. A part that breaks a rule is left out of the model, or stands in it as something else;
//! that model is seen by nobody, as a spec with a problem is none.

mod bodies;
mod dialect;
mod grammar;
pub(crate) mod names;
mod operations;
mod parameters;
mod schemas;

use heck::ToSnakeCase;

use crate::model::{Model, Place, SecurityScheme, Sign};
use crate::source::{Entry, Node, Problem};
use names::{Names, constant, is_header, is_method};

/// The model of a spec, or all that is wrong with it in the order of the file.
pub fn read(service: &str, document: &Node) -> Result<Model, Vec<Problem>> {
    let mut reader = Reader::new(document);
    reader.check_service(service);
    if let Some(version) = document.get("openapi")
        && !version.text().is_some_and(|text| text.starts_with("3.0."))
    {
        // A document of another version would fail in a hundred places for this one reason.
        let text = "only OpenAPI 3.0 is supported: write the document as openapi: 3.0.3";
        reader.problem(version.at, text);
        return Err(reader.problems);
    }
    reader.check(document, &dialect::DOCUMENT);
    // The rules read what the grammar has found in order; on a malformed spec they would only add noise.
    if reader.problems.is_empty() {
        let model = reader.model();
        if reader.problems.is_empty() {
            return Ok(model);
        }
    }
    let mut problems = reader.problems;
    problems.sort();
    problems.dedup();
    Err(problems)
}

/// Makes the parts of a model, and keeps what is wrong with them.
pub struct Reader<'a> {
    document: &'a Node,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub fn new(document: &'a Node) -> Self {
        let problems = Vec::new();
        Self { document, problems }
    }

    fn problem(&mut self, at: Place, text: impl Into<String>) {
        self.problems.push(Problem::new(at, text));
    }

    fn check_service(&mut self, service: &str) {
        let name = service.to_snake_case();
        if service != name || !is_method(service) {
            let text = format!("the file's name names a Rust module: call it `{name}.yaml`");
            self.problem(Place::START, text);
        }
    }

    /// The model of a document that the grammar has found in order.
    pub fn model(&mut self) -> Model {
        let document = self.document;
        let info = document.get("info");
        let mut components = self.components();
        let operations = self.operations(&mut components);
        let model = Model {
            title: document.string(&["info", "title"]),
            description: info.and_then(|info| Some(info.word("description")?.to_owned())),
            version: self.version(),
            base_url: self.base_url(),
            wrapper: self.wrapper(),
            schemes: self.schemes(),
            operations,
            components,
        };
        self.check_sent(&model);
        model
    }

    fn version(&mut self) -> String {
        let path = ["info", "version"];
        let version = self.document.string(&path);
        if version.is_empty() || !version.chars().all(|letter| letter.is_ascii_graphic()) {
            let at = self.document.place(&path);
            let text = "the version becomes a header's value: use visible ASCII characters only";
            self.problem(at, text);
        }
        version
    }

    fn base_url(&mut self) -> String {
        let servers = self.document.list("servers");
        for server in servers {
            let url = server.string(&["url"]);
            let host = url.strip_prefix("https://");
            let host = host.or_else(|| url.strip_prefix("http://"));
            if host.is_none_or(str::is_empty)
                || url.ends_with('/')
                || url.contains(['{', '?', '#'])
                || url.contains(char::is_whitespace)
            {
                let text = format!(
                    "`{url}` must be a whole http(s) URL without variables, query or final slash"
                );
                self.problem(server.place(&["url"]), text);
            }
        }
        let Some(first) = servers.first() else {
            let text = "the first server is the client's default address: list one";
            self.problem(self.document.place(&["servers"]), text);
            return String::new();
        };
        first.string(&["url"])
    }

    fn wrapper(&mut self) -> Option<String> {
        let wrapper = self.document.get("x-wrapper")?;
        let name = wrapper.text()?;
        if name.is_empty() {
            let text = "x-wrapper names the member that holds the answer: give it a name";
            self.problem(wrapper.at, text);
        }
        Some(name.to_owned())
    }

    fn schemes(&mut self) -> Vec<SecurityScheme> {
        let mut constants = Names::new("constant", "rename one");
        let schemes = self.document.members(&["components", "securitySchemes"]);
        let schemes = schemes.iter().filter_map(|scheme| {
            let Entry { at, key, node } = scheme;
            let constant = constant(key);
            if constant.is_ascii() && constant.starts_with(char::is_alphabetic) {
                self.problems.extend(constants.add(*at, key, constant));
            } else {
                let text =
                    format!("`{key}` names a Rust constant: begin it with a letter from a to z");
                self.problem(*at, text);
            }
            let sign = sign(node);
            if sign.is_none() {
                self.problem(*at, format!("`{key}` is a way to sign that the client does not have: use http bearer, http basic, or an apiKey in a named header"));
            }
            Some(SecurityScheme {
                at: *at,
                name: key.clone(),
                description: node.string(&["description"]),
                sign: sign?,
            })
        });
        schemes.collect()
    }
}

fn sign(scheme: &Node) -> Option<Sign> {
    let [kind, way, place, name] = ["type", "scheme", "in", "name"].map(|key| scheme.word(key));
    match (kind?, way, place, name) {
        ("http", Some("bearer"), None, None) => Some(Sign::Bearer),
        ("http", Some("basic"), None, None) => Some(Sign::Basic),
        ("apiKey", None, Some("header"), Some(name)) if is_header(name) => {
            Some(Sign::Header(name.to_ascii_lowercase()))
        }
        _ => None,
    }
}
