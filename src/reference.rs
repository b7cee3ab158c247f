//! One line of text for any execution of the four services.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;
use crate::transport::request::check_segment;

/// One of the four services.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Service {
    /// Fills in NinjaTrader 8.
    CrossTrade,
    /// Trading executors.
    Hummingbot,
    /// Paid workflow executions.
    B3os,
    /// Integration workflow executions.
    Refold,
}

impl Service {
    /// All of them, in the order the documentation has.
    pub const ALL: &'static [Self] =
        &[Self::CrossTrade, Self::Hummingbot, Self::B3os, Self::Refold];

    /// The word in references and JSON: `crosstrade`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CrossTrade => "crosstrade",
            Self::Hummingbot => "hummingbot",
            Self::B3os => "b3os",
            Self::Refold => "refold",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which execution, of which service: what `executions get` takes, and what every [`Execution`](crate::Execution) carries.
///
/// | text | |
/// |---|---|
/// | `crosstrade:Sim101/550837ff9e784c2895ef6dab22d06be0` | account and execution |
/// | `hummingbot:<id>` | executor |
/// | `b3os:<id>` | execution |
/// | `refold:<id>` | execution of the linked account that the client is set to |
/// | `refold:<linked account>/<id>` | split at the last slash |
///
/// ```
/// let reference: executions::Reference = "crosstrade:Sim101/exec_a1b2c3".parse()?;
/// assert_eq!(reference.id(), "exec_a1b2c3");
/// assert_eq!(reference.account(), Some("Sim101"));
/// assert_eq!(reference.to_string(), "crosstrade:Sim101/exec_a1b2c3");
/// # Ok::<(), executions::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    service: Service,
    account: Option<Box<str>>,
    id: Box<str>,
}

impl Reference {
    /// The service.
    pub fn service(&self) -> Service {
        self.service
    }

    /// CrossTrade's account, or Refold's linked account where the reference names one.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The service's own id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// For what came from a service rather than from a user: nothing is checked until it is used in a request.
    pub(crate) fn received(service: Service, account: Option<&str>, id: &str) -> Self {
        Self {
            service,
            account: account.map(Box::from),
            id: id.into(),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.account() {
            Some(account) => write!(f, "{}:{account}/{}", self.service, self.id),
            None => write!(f, "{}:{}", self.service, self.id),
        }
    }
}

impl FromStr for Reference {
    type Err = Error;

    /// # Errors
    /// [`is_invalid_input`](Error::is_invalid_input) with what is wrong and the form expected.
    fn from_str(text: &str) -> Result<Self, Error> {
        let reference = Self::read(text)?;
        if reference.service == Service::CrossTrade {
            check_segment("account", reference.account().unwrap_or_default())?;
        }
        check_segment("id", reference.id())?;
        Ok(reference)
    }
}

impl Reference {
    /// Splits a text, without a check of whether its parts can be asked for: an id that a service gave may be anything.
    fn read(text: &str) -> Result<Self, Error> {
        let unfit = |problem: &str, form: &str| {
            Error::input("reference", problem).hinting(format!("Write it as {form}."))
        };
        let forms = "crosstrade:<account>/<id>, hummingbot:<id>, b3os:<id> or refold:[<linked account>/]<id>";
        let (service, rest) = text
            .split_once(':')
            .and_then(|(word, rest)| {
                let service = Service::ALL
                    .iter()
                    .copied()
                    .find(|service| service.as_str() == word)?;
                Some((service, rest))
            })
            .ok_or_else(|| unfit("it starts with none of the four services", forms))?;
        let (account, id) = match (service, rest.rsplit_once('/')) {
            (Service::CrossTrade, None) => {
                return Err(unfit("it names no account", "crosstrade:<account>/<id>"));
            }
            (Service::CrossTrade, Some((account, id))) => (Some(account), id),
            (Service::Refold, Some(("", _))) => {
                return Err(unfit(
                    "its linked account is empty",
                    "refold:[<linked account>/]<id>",
                ));
            }
            (Service::Refold, Some((account, id))) => (Some(account), id),
            (_, _) => (None, rest),
        };
        Ok(Self::received(service, account, id))
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        Self::read(&text).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Reference {
    fn schema_name() -> Cow<'static, str> {
        "Reference".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Which execution, of which service.",
            "type": "string",
            "pattern": "^(crosstrade|hummingbot|b3os|refold):",
            "examples": ["crosstrade:Sim101/550837ff9e784c2895ef6dab22d06be0", "b3os:exec_1"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_print_as_they_were_written() {
        for text in [
            "crosstrade:Sim101/550837ff9e784c2895ef6dab22d06be0",
            "crosstrade:My Account (live)/exec_a1b2c3",
            "hummingbot:abc123...",
            "b3os:exec_1",
            "refold:65410cf6cdf931a12d7ab009",
            "refold:mark@example.com/65410cf6cdf931a12d7ab009",
            "refold:team/a/b/65410cf6cdf931a12d7ab009",
            "hummingbot:a:b",
        ] {
            let reference: Reference = text.parse().expect(text);
            assert_eq!(reference.to_string(), text);
        }
        let split: Reference = "refold:a/b/c".parse().expect("a reference");
        assert_eq!((split.account(), split.id()), (Some("a/b"), "c"));
    }

    #[test]
    fn what_names_no_execution_is_refused() {
        for text in [
            "",
            "crosstrade",
            "crosstrade:",
            "crosstrade:Sim101",
            "crosstrade:Sim101/",
            "crosstrade:/id",
            "crosstrade:a/b/c",
            "crosstrade:../id",
            "crosstrade:Sim101/..",
            "CrossTrade:Sim101/id",
            "hummingbot:",
            "hummingbot:a/b",
            "hummingbot:%2e%2e",
            "b3os:a\\b",
            "b3os:a\nb",
            "refold:/id",
            "refold:account/",
            "refold:account/..",
            "other:id",
        ] {
            let error = text.parse::<Reference>().expect_err(text);
            assert!(error.is_invalid_input(), "{text}");
        }
    }
}
