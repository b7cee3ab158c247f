//! The part of OpenAPI 3.0 that specs may use, as a table.
//!
//! Only what is known to come out right is in it. The generator drops what it does not know, without a word, and panics
//! on some of what it does; a key that is not here is therefore a problem at its own line.

/// The members that one sort of object may have.
pub struct Kind {
    /// What a problem calls it.
    pub name: &'static str,
    /// Where under `components` a `$ref` in its place must point, if one may stand there.
    pub section: Option<&'static str>,
    pub keys: &'static [Key],
}

pub type Key = (&'static str, Need, Shape);

#[derive(PartialEq)]
pub enum Need {
    Required,
    Optional,
}
use Need::{Optional, Required};

/// What a member's value must look like.
pub enum Shape {
    Any,
    /// A text for readers.
    Prose,
    /// A text in one line, in which every character is seen.
    Text,
    Type,
    Flag,
    /// `additionalProperties`.
    Open,
    Number,
    /// A list of texts; `null` may be among them, as in a nullable enum.
    Words,
    One(&'static Kind),
    List(&'static Kind),
    /// A mapping whose keys are names of the spec's own.
    Each(&'static Kind),
    /// `security`'s mapping from scheme names to scopes.
    Scopes,
}

impl Shape {
    /// What a problem calls it.
    pub fn noun(&self) -> &'static str {
        match self {
            Shape::Any => "any value",
            Shape::Text | Shape::Prose => "a text: quote it if it looks like something else",
            Shape::Type => "one word, with nullable: true beside it where null may stand",
            Shape::Flag => "true or false",
            Shape::Open => {
                "true or false (a map is a component without type, which takes any JSON)"
            }
            Shape::Number => "a number",
            Shape::Words => "a list of texts",
            Shape::List(_) | Shape::Scopes => "a list",
            Shape::One(_) | Shape::Each(_) => "a mapping",
        }
    }
}

pub static DOCUMENT: Kind = Kind {
    name: "the document",
    section: None,
    keys: &[
        ("openapi", Required, Shape::Text),
        ("info", Required, Shape::One(&INFO)),
        ("externalDocs", Optional, Shape::One(&LINK)),
        ("servers", Required, Shape::List(&SERVER)),
        ("security", Optional, Shape::List(&REQUIREMENT)),
        ("paths", Required, Shape::Each(&PATH)),
        ("components", Required, Shape::One(&COMPONENTS)),
        ("x-wrapper", Optional, Shape::Text),
    ],
};

static INFO: Kind = Kind {
    name: "info",
    section: None,
    keys: &[
        ("title", Required, Shape::Text),
        ("version", Required, Shape::Text),
        ("description", Optional, Shape::Prose),
    ],
};

static LINK: Kind = Kind {
    name: "externalDocs",
    section: None,
    keys: &[
        ("url", Required, Shape::Text),
        ("description", Optional, Shape::Prose),
    ],
};

static SERVER: Kind = Kind {
    name: "a server",
    section: None,
    keys: &[
        ("url", Required, Shape::Text),
        ("description", Optional, Shape::Prose),
    ],
};

static REQUIREMENT: Kind = Kind {
    name: "a security requirement",
    section: None,
    keys: &[("*", Optional, Shape::Scopes)],
};

static PATH: Kind = Kind {
    name: "a path",
    section: None,
    keys: &[
        ("parameters", Optional, Shape::List(&PARAMETER)),
        ("get", Required, Shape::One(&OPERATION)),
    ],
};

static OPERATION: Kind = Kind {
    name: "an operation",
    section: None,
    keys: &[
        ("operationId", Required, Shape::Text),
        ("summary", Required, Shape::Prose),
        ("description", Optional, Shape::Prose),
        ("externalDocs", Optional, Shape::One(&LINK)),
        ("parameters", Optional, Shape::List(&PARAMETER)),
        ("responses", Required, Shape::Each(&RESPONSE)),
        ("security", Optional, Shape::List(&REQUIREMENT)),
    ],
};

static PARAMETER: Kind = Kind {
    name: "a parameter",
    section: Some("parameters"),
    keys: &[
        ("name", Required, Shape::Text),
        ("in", Required, Shape::Text),
        ("required", Optional, Shape::Flag),
        ("description", Required, Shape::Prose),
        ("schema", Required, Shape::One(&PLAIN)),
        ("example", Optional, Shape::Any),
        ("examples", Optional, Shape::Each(&EXAMPLE)),
    ],
};

/// The schema of what goes into a path, a query or a header.
static PLAIN: Kind = Kind {
    name: "a parameter's schema",
    section: None,
    keys: &[
        ("type", Required, Shape::Type),
        ("description", Optional, Shape::Prose),
        ("minimum", Optional, Shape::Number),
        ("maximum", Optional, Shape::Number),
        ("default", Optional, Shape::Any),
        ("minLength", Optional, Shape::Number),
        ("pattern", Optional, Shape::Text),
    ],
};

static RESPONSE: Kind = Kind {
    name: "a response",
    section: Some("responses"),
    keys: &[
        ("description", Required, Shape::Prose),
        ("headers", Optional, Shape::Each(&HEADER)),
        ("content", Optional, Shape::Each(&MEDIA)),
    ],
};

static HEADER: Kind = Kind {
    name: "a header",
    section: None,
    keys: &[
        ("description", Required, Shape::Prose),
        ("required", Optional, Shape::Flag),
        ("schema", Required, Shape::One(&PLAIN)),
        ("example", Optional, Shape::Any),
    ],
};

static MEDIA: Kind = Kind {
    name: "a media type",
    section: None,
    keys: &[
        ("schema", Required, Shape::One(&BODY)),
        ("example", Optional, Shape::Any),
        ("examples", Optional, Shape::Each(&EXAMPLE)),
    ],
};

/// The schema of a whole body: a component, or the plain string of a body that is no JSON.
static BODY: Kind = Kind {
    name: "a body's schema",
    section: Some("schemas"),
    keys: &[
        ("type", Required, Shape::Type),
        ("description", Optional, Shape::Prose),
    ],
};

static EXAMPLE: Kind = Kind {
    name: "an example",
    section: Some("examples"),
    keys: &[
        ("summary", Optional, Shape::Prose),
        ("description", Optional, Shape::Prose),
        ("value", Required, Shape::Any),
    ],
};

static COMPONENTS: Kind = Kind {
    name: "components",
    section: None,
    keys: &[
        ("securitySchemes", Optional, Shape::Each(&SCHEME)),
        ("parameters", Optional, Shape::Each(&PARAMETER)),
        ("responses", Optional, Shape::Each(&RESPONSE)),
        ("examples", Optional, Shape::Each(&EXAMPLE)),
        ("schemas", Required, Shape::Each(&SCHEMA)),
    ],
};

static SCHEME: Kind = Kind {
    name: "a security scheme",
    section: None,
    keys: &[
        ("type", Required, Shape::Type),
        ("scheme", Optional, Shape::Text),
        ("in", Optional, Shape::Text),
        ("name", Optional, Shape::Text),
        ("bearerFormat", Optional, Shape::Text),
        ("description", Required, Shape::Prose),
    ],
};

static SCHEMA: Kind = Kind {
    name: "a component schema",
    section: None,
    keys: &[
        ("type", Optional, Shape::Type),
        ("description", Required, Shape::Prose),
        ("required", Optional, Shape::Words),
        ("properties", Optional, Shape::Each(&PROPERTY)),
        ("additionalProperties", Optional, Shape::Open),
        ("enum", Optional, Shape::Words),
        ("nullable", Optional, Shape::Flag),
        ("example", Optional, Shape::Any),
    ],
};

static PROPERTY: Kind = Kind {
    name: "a property",
    section: None,
    keys: &[
        ("type", Optional, Shape::Type),
        ("format", Optional, Shape::Text),
        ("description", Required, Shape::Prose),
        ("nullable", Optional, Shape::Flag),
        ("items", Optional, Shape::One(&ITEMS)),
        ("allOf", Optional, Shape::List(&REFERENCE)),
        ("example", Optional, Shape::Any),
        ("x-aliases", Optional, Shape::Words),
    ],
};

static ITEMS: Kind = Kind {
    name: "an array's items",
    section: Some("schemas"),
    keys: &[
        ("type", Required, Shape::Type),
        ("format", Optional, Shape::Text),
    ],
};

static REFERENCE: Kind = Kind {
    name: "a reference",
    section: Some("schemas"),
    keys: &[],
};
