//! A spec as typed data: what the generator, the tables of the client, the contract and `diff` read.
//!
//! Every part says where it stands in its file. References to anything but schemas are followed; a schema is referred to by
//! its place among the components. It can be written and read again, so that `build.rs` embeds it in the client.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// Where something stands in its file; both count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    pub line: u64,
    pub column: u64,
}

impl Place {
    /// The first character of a file: where a problem goes that has no better place.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// A whole spec.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// `info.title`: `CrossTrade`.
    pub title: String,
    /// `info.description`.
    pub description: Option<String>,
    /// `info.version`, which no client sends.
    pub version: String,
    /// The first of `servers`: the client's default address.
    pub base_url: String,
    /// `x-wrapper`: a member under which the service may put its whole answer.
    pub wrapper: Option<String>,
    pub schemes: Vec<SecurityScheme>,
    /// In the order of the file.
    pub operations: Vec<Operation>,
    /// In the order of the file, then those that stand inline in operations; places such as `Response::body` count into them.
    pub components: Vec<Component>,
}

/// A way to sign a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecurityScheme {
    pub at: Place,
    pub name: String,
    pub description: String,
    pub sign: Sign,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sign {
    Bearer,
    Basic,
    /// In a header of this name, in lower case.
    Header(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Of its method's key.
    pub at: Place,
    /// `operationId`: the name of its Rust method.
    pub id: String,
    /// In lower case: `get`, `post` or `delete`.
    pub method: String,
    /// With its parameters in braces.
    pub path: String,
    pub effect: Effect,
    /// `x-rpc`: its name over the service's WebSocket, where it can be called there too.
    pub rpc: Option<String>,
    pub summary: String,
    pub description: Option<String>,
    /// Those of its path included.
    pub parameters: Vec<Parameter>,
    pub body: Option<RequestBody>,
    pub responses: Vec<Response>,
    /// The names of the schemes of which one signs it, as `security` has them; those of the document where it has none.
    pub security: Vec<String>,
}

/// `x-effect`: what a call does to what is behind the service. A GET is a read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    Read,
    Write {
        /// `x-refuses-before`: the statuses by which the service refuses before it acts.
        refuses_before: Vec<u16>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    pub at: Place,
    /// On the wire.
    pub name: String,
    pub location: Location,
    pub required: bool,
    pub description: String,
    /// A plain value, an enum, or in a query an array of either.
    pub shape: Shape,
    pub minimum: Option<u64>,
    pub maximum: Option<u64>,
    pub min_length: Option<u64>,
    pub pattern: Option<String>,
    /// As JSON.
    pub default: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Location {
    Path,
    Query,
    Header,
}

/// The JSON that a request must have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestBody {
    pub at: Place,
    pub description: Option<String>,
    /// The component that it is, an object.
    pub component: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response {
    pub at: Place,
    pub statuses: Statuses,
    /// In lower case: `application/json`.
    pub media_types: Vec<String>,
    /// The component that its JSON is.
    pub body: Option<usize>,
}

/// The key of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Statuses {
    One(u16),
    /// `5XX`, by its first digit.
    Hundred(u16),
    Default,
}

/// A schema with a name of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Component {
    pub at: Place,
    /// In the spec and in Rust.
    pub name: String,
    pub description: String,
    pub sort: Sort,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Sort {
    Object(Vec<Property>),
    /// An enum that keeps a word it does not know; where `nullable`, null is such a word.
    Enum {
        words: Vec<Word>,
        nullable: bool,
    },
    /// Any JSON.
    Any,
    /// An array or a map, under another name.
    Alias(Shape),
}

/// A value of an enum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    pub at: Place,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Property {
    pub at: Place,
    /// In JSON.
    pub name: String,
    /// Other names that it may have in JSON.
    pub aliases: Vec<String>,
    pub description: String,
    pub required: bool,
    pub nullable: bool,
    pub shape: Shape,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    Plain(Plain),
    Array(Box<Shape>),
    /// An object whose members have names of the service's own, and values of one shape.
    Map(Box<Shape>),
    /// The component in this place.
    Component(usize),
}

/// A value that is neither object nor array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plain {
    pub kind: Primitive,
    pub format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Primitive {
    String,
    Number,
    Integer,
    Boolean,
}

/// What a plain value is besides its kind; each but `None` has a type of its own in the client's `values`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    None,
    Decimal,
    Id,
    DateTime,
    /// An instant, as far as the vendor's documents go, although its examples are none.
    MaybeDateTime,
    LocalDateTime,
    EpochSeconds,
    EpochMilliseconds,
}

impl Model {
    /// The components that requests have in their bodies, in others that are sent too.
    pub fn sent(&self) -> BTreeSet<usize> {
        let bodies = self.operations.iter().filter_map(|it| it.body.as_ref());
        let mut left: Vec<usize> = bodies.map(|body| body.component).collect();
        let mut sent = BTreeSet::new();
        while let Some(place) = left.pop() {
            if !sent.insert(place) {
                continue;
            }
            match &self.components[place].sort {
                Sort::Object(properties) => {
                    left.extend(properties.iter().filter_map(|it| it.shape.component()));
                }
                Sort::Alias(shape) => left.extend(shape.component()),
                Sort::Enum { .. } | Sort::Any => {}
            }
        }
        sent
    }
}

impl Shape {
    /// The shape itself, or that of an array's items or a map's values.
    pub fn innermost(&self) -> &Self {
        match self {
            Self::Array(inner) | Self::Map(inner) => inner.innermost(),
            Self::Plain(_) | Self::Component(_) => self,
        }
    }

    /// The component that it is, or is an array or a map of.
    pub fn component(&self) -> Option<usize> {
        match self.innermost() {
            Self::Component(place) => Some(*place),
            _ => None,
        }
    }
}

impl Format {
    /// The formats, with their words in a spec and the types they have in `crate::values`.
    pub const ALL: [(Self, &str, &str); 7] = [
        (Self::Decimal, "decimal", "Decimal"),
        (Self::Id, "id", "Id"),
        (Self::DateTime, "date-time", "DateTime"),
        (Self::MaybeDateTime, "maybe-date-time", "DateTime"),
        (Self::LocalDateTime, "local-date-time", "LocalDateTime"),
        (Self::EpochSeconds, "epoch-seconds", "EpochSeconds"),
        (Self::EpochMilliseconds, "epoch-milliseconds", "EpochMillis"),
    ];

    pub fn named(word: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|(_, name, _)| *name == word).map(|(it, ..)| it)
    }

    /// The kinds that a format can have. A number always has one: a plain number would go through `f64` and lose digits.
    pub fn suits(self, kind: Primitive) -> bool {
        match kind {
            Primitive::String => matches!(
                self,
                Self::None
                    | Self::Decimal
                    | Self::Id
                    | Self::DateTime
                    | Self::MaybeDateTime
                    | Self::LocalDateTime
            ),
            Primitive::Number => matches!(self, Self::Decimal | Self::EpochSeconds),
            Primitive::Integer => matches!(self, Self::Decimal | Self::EpochMilliseconds),
            Primitive::Boolean => self == Self::None,
        }
    }
}

impl Primitive {
    pub const ALL: [(Self, &str); 4] = [
        (Self::String, "string"),
        (Self::Number, "number"),
        (Self::Integer, "integer"),
        (Self::Boolean, "boolean"),
    ];

    pub fn named(word: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|(_, name)| *name == word).map(|(kind, _)| kind)
    }
}

impl Parameter {
    /// Both of its bounds. The client can check values against them.
    pub fn range(&self) -> Option<RangeInclusive<u64>> {
        Some(self.minimum?..=self.maximum?)
    }
}

impl Statuses {
    /// From 200 on, as what comes before is no answer. A success has one status.
    pub fn read(key: &str) -> Option<Self> {
        match key.as_bytes() {
            b"default" => Some(Self::Default),
            [digit @ b'3'..=b'5', b'X', b'X'] => Some(Self::Hundred(u16::from(digit - b'0'))),
            [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9'] => key.parse().ok().map(Self::One),
            _ => None,
        }
    }

    /// Whether the generated method decodes it. `default` is for errors.
    pub fn is_success(self) -> bool {
        matches!(self, Self::One(200..=299))
    }
}

impl Operation {
    /// Its success, of which the lint allows one.
    pub fn success(&self) -> Option<&Response> {
        let mut responses = self.responses.iter();
        responses.find(|response| response.statuses.is_success())
    }

    /// The component that the service's errors are, by the first documented one.
    pub fn error(&self) -> Option<usize> {
        let is_error = |statuses| match statuses {
            Statuses::One(status) => status >= 400,
            Statuses::Hundred(digit) => digit >= 4,
            Statuses::Default => true,
        };
        let mut responses = self.responses.iter();
        responses.find_map(|response| response.body.filter(|_| is_error(response.statuses)))
    }

    /// The most particular response for a status.
    pub fn response(&self, status: u16) -> Option<&Response> {
        let keys = [
            Statuses::One(status),
            Statuses::Hundred(status / 100),
            Statuses::Default,
        ];
        keys.iter().find_map(|key| {
            let mut responses = self.responses.iter();
            responses.find(|response| response.statuses == *key)
        })
    }
}
