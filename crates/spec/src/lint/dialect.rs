//! The part of OpenAPI 3.0 that specs may use, as a table.
//!
//! Only what is known to come out right is in it. The generator drops what it does not know, without a word, and panics
//! on some of what it does; a key that is not here is therefore a problem at its own line.

/// The members that one sort of mapping may have.
pub struct Mapping {
    /// What a problem calls it.
    pub name: &'static str,
    /// Where under `components` a `$ref` in its place must point, if one may stand there.
    pub section: Option<&'static str>,
    pub keys: &'static [Key],
}

pub type Key = (&'static str, Need, Allowed);

#[derive(PartialEq)]
pub enum Need {
    Required,
    Optional,
}
use Need::{Optional, Required};

/// What a member's value must look like.
pub enum Allowed {
    Any,
    /// A text for readers.
    Prose,
    /// A text in one line, in which every character is seen.
    Text,
    Type,
    Flag,
    /// `additionalProperties`: a flag, or the schema of a map's values.
    Open,
    Number,
    /// A list of texts; `null` may be among them, as in a nullable enum.
    Words,
    /// A list of numbers.
    Numbers,
    One(&'static Mapping),
    List(&'static Mapping),
    /// A mapping whose keys are names of the spec's own.
    Each(&'static Mapping),
    /// `security`'s mapping from scheme names to scopes.
    Scopes,
}

impl Allowed {
    /// What a problem calls it.
    pub fn noun(&self) -> &'static str {
        match self {
            Allowed::Any => "any value",
            Allowed::Text | Allowed::Prose => "a text: quote it if it looks like something else",
            Allowed::Type => "one word, with nullable: true beside it where null may stand",
            Allowed::Flag => "true or false",
            Allowed::Open => "true or false, or the schema of a map's values",
            Allowed::Number => "a number",
            Allowed::Words => "a list of texts",
            Allowed::Numbers => "a list of numbers",
            Allowed::List(_) | Allowed::Scopes => "a list",
            Allowed::One(_) | Allowed::Each(_) => "a mapping",
        }
    }
}

pub static DOCUMENT: Mapping = Mapping {
    name: "the document",
    section: None,
    keys: &[
        ("openapi", Required, Allowed::Text),
        ("info", Required, Allowed::One(&INFO)),
        ("externalDocs", Optional, Allowed::One(&LINK)),
        ("servers", Required, Allowed::List(&SERVER)),
        ("security", Optional, Allowed::List(&REQUIREMENT)),
        ("paths", Required, Allowed::Each(&PATH)),
        ("components", Required, Allowed::One(&COMPONENTS)),
        ("x-wrapper", Optional, Allowed::Text),
    ],
};

static INFO: Mapping = Mapping {
    name: "info",
    section: None,
    keys: &[
        ("title", Required, Allowed::Text),
        ("version", Required, Allowed::Text),
        ("description", Optional, Allowed::Prose),
    ],
};

static LINK: Mapping = Mapping {
    name: "externalDocs",
    section: None,
    keys: &[
        ("url", Required, Allowed::Text),
        ("description", Optional, Allowed::Prose),
    ],
};

static SERVER: Mapping = Mapping {
    name: "a server",
    section: None,
    keys: &[
        ("url", Required, Allowed::Text),
        ("description", Optional, Allowed::Prose),
    ],
};

static REQUIREMENT: Mapping = Mapping {
    name: "a security requirement",
    section: None,
    keys: &[("*", Optional, Allowed::Scopes)],
};

static PATH: Mapping = Mapping {
    name: "a path",
    section: None,
    keys: &[
        ("parameters", Optional, Allowed::List(&PARAMETER)),
        ("get", Optional, Allowed::One(&OPERATION)),
        ("post", Optional, Allowed::One(&OPERATION)),
        ("delete", Optional, Allowed::One(&OPERATION)),
    ],
};

static OPERATION: Mapping = Mapping {
    name: "an operation",
    section: None,
    keys: &[
        ("operationId", Required, Allowed::Text),
        ("summary", Required, Allowed::Prose),
        ("description", Optional, Allowed::Prose),
        ("externalDocs", Optional, Allowed::One(&LINK)),
        ("parameters", Optional, Allowed::List(&PARAMETER)),
        ("requestBody", Optional, Allowed::One(&REQUEST)),
        ("responses", Required, Allowed::Each(&RESPONSE)),
        ("security", Optional, Allowed::List(&REQUIREMENT)),
        ("x-effect", Optional, Allowed::Text),
        ("x-refuses-before", Optional, Allowed::Numbers),
        ("x-rpc", Optional, Allowed::Text),
    ],
};

static PARAMETER: Mapping = Mapping {
    name: "a parameter",
    section: Some("parameters"),
    keys: &[
        ("name", Required, Allowed::Text),
        ("in", Required, Allowed::Text),
        ("required", Optional, Allowed::Flag),
        ("description", Required, Allowed::Prose),
        ("schema", Required, Allowed::One(&PLAIN)),
        ("style", Optional, Allowed::Text),
        ("explode", Optional, Allowed::Flag),
        ("example", Optional, Allowed::Any),
        ("examples", Optional, Allowed::Each(&EXAMPLE)),
    ],
};

/// The schema of what goes into a path, a query or a header.
static PLAIN: Mapping = Mapping {
    name: "a parameter's schema",
    section: Some("schemas"),
    keys: &[
        ("type", Required, Allowed::Type),
        ("format", Optional, Allowed::Text),
        ("enum", Optional, Allowed::Words),
        ("items", Optional, Allowed::One(&PLAIN_ITEMS)),
        ("description", Optional, Allowed::Prose),
        ("minimum", Optional, Allowed::Number),
        ("maximum", Optional, Allowed::Number),
        ("default", Optional, Allowed::Any),
        ("minLength", Optional, Allowed::Number),
        ("pattern", Optional, Allowed::Text),
    ],
};

static PLAIN_ITEMS: Mapping = Mapping {
    name: "the items of a parameter's array",
    section: Some("schemas"),
    keys: &[
        ("type", Required, Allowed::Type),
        ("format", Optional, Allowed::Text),
        ("enum", Optional, Allowed::Words),
    ],
};

static REQUEST: Mapping = Mapping {
    name: "a request's body",
    section: None,
    keys: &[
        ("required", Required, Allowed::Flag),
        ("description", Optional, Allowed::Prose),
        ("content", Required, Allowed::Each(&MEDIA)),
    ],
};

static RESPONSE: Mapping = Mapping {
    name: "a response",
    section: Some("responses"),
    keys: &[
        ("description", Required, Allowed::Prose),
        ("headers", Optional, Allowed::Each(&HEADER)),
        ("content", Optional, Allowed::Each(&MEDIA)),
    ],
};

static HEADER: Mapping = Mapping {
    name: "a header",
    section: None,
    keys: &[
        ("description", Required, Allowed::Prose),
        ("required", Optional, Allowed::Flag),
        ("schema", Required, Allowed::One(&PLAIN)),
        ("example", Optional, Allowed::Any),
    ],
};

static MEDIA: Mapping = Mapping {
    name: "a media type",
    section: None,
    keys: &[
        ("schema", Required, Allowed::One(&BODY)),
        ("example", Optional, Allowed::Any),
        ("examples", Optional, Allowed::Each(&EXAMPLE)),
    ],
};

/// The schema of a whole body: a component, an array, or the plain string of a body that is no JSON.
static BODY: Mapping = Mapping {
    name: "a body's schema",
    section: Some("schemas"),
    keys: &[
        ("type", Required, Allowed::Type),
        ("items", Optional, Allowed::One(&ITEMS)),
        ("description", Optional, Allowed::Prose),
    ],
};

static EXAMPLE: Mapping = Mapping {
    name: "an example",
    section: Some("examples"),
    keys: &[
        ("summary", Optional, Allowed::Prose),
        ("description", Optional, Allowed::Prose),
        ("value", Required, Allowed::Any),
    ],
};

static COMPONENTS: Mapping = Mapping {
    name: "components",
    section: None,
    keys: &[
        ("securitySchemes", Optional, Allowed::Each(&SCHEME)),
        ("parameters", Optional, Allowed::Each(&PARAMETER)),
        ("responses", Optional, Allowed::Each(&RESPONSE)),
        ("examples", Optional, Allowed::Each(&EXAMPLE)),
        ("schemas", Required, Allowed::Each(&SCHEMA)),
    ],
};

static SCHEME: Mapping = Mapping {
    name: "a security scheme",
    section: None,
    keys: &[
        ("type", Required, Allowed::Type),
        ("scheme", Optional, Allowed::Text),
        ("in", Optional, Allowed::Text),
        ("name", Optional, Allowed::Text),
        ("bearerFormat", Optional, Allowed::Text),
        ("description", Required, Allowed::Prose),
    ],
};

static SCHEMA: Mapping = Mapping {
    name: "a component schema",
    section: None,
    keys: &[
        ("type", Optional, Allowed::Type),
        ("description", Required, Allowed::Prose),
        ("required", Optional, Allowed::Words),
        ("properties", Optional, Allowed::Each(&PROPERTY)),
        ("additionalProperties", Optional, Allowed::Open),
        ("items", Optional, Allowed::One(&ITEMS)),
        ("enum", Optional, Allowed::Words),
        ("nullable", Optional, Allowed::Flag),
        ("example", Optional, Allowed::Any),
    ],
};

static PROPERTY: Mapping = Mapping {
    name: "a property",
    section: None,
    keys: &[
        ("type", Optional, Allowed::Type),
        ("format", Optional, Allowed::Text),
        ("description", Required, Allowed::Prose),
        ("nullable", Optional, Allowed::Flag),
        ("items", Optional, Allowed::One(&ITEMS)),
        ("additionalProperties", Optional, Allowed::Open),
        ("allOf", Optional, Allowed::List(&REFERENCE)),
        ("example", Optional, Allowed::Any),
        ("x-aliases", Optional, Allowed::Words),
    ],
};

static ITEMS: Mapping = Mapping {
    name: "an array's items",
    section: Some("schemas"),
    keys: &[
        ("type", Required, Allowed::Type),
        ("format", Optional, Allowed::Text),
    ],
};

pub static VALUES: Mapping = Mapping {
    name: "the schema of a map's values",
    section: ITEMS.section,
    keys: ITEMS.keys,
};

static REFERENCE: Mapping = Mapping {
    name: "a reference",
    section: Some("schemas"),
    keys: &[],
};
