//! The services there are, and one line of text for any execution of theirs.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;
use crate::transport::request::check_segment;

/// The services, in the order that the documentation has: a new one is a line here, with its module and whether its
/// references name an account. Whoever has something for each of them calls this with a macro of its own.
macro_rules! services {
    ($each:ident) => {
        $each! {
            /// Fills in NinjaTrader 8.
            CrossTrade = crosstrade, Account::Required("account");
            /// Trading executors.
            Hummingbot = hummingbot, Account::None;
            /// Paid workflow executions.
            B3os = b3os, Account::None;
            /// Integration workflow executions.
            Refold = refold, Account::Optional("linked account");
        }
    };
}
pub(crate) use services;

/// Says if a service's references name an account, and what the service calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Account {
    None,
    /// A segment of the path, so that it must be fit for one.
    Required(&'static str),
    Optional(&'static str),
}

macro_rules! define {
    ($($(#[$about:meta])* $Service:ident = $module:ident, $account:expr;)*) => {
        /// One of the services.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(rename_all = "lowercase")]
        #[non_exhaustive]
        pub enum Service {
            $($(#[$about])* $Service,)*
        }

        impl Service {
            /// All of them, in the order the documentation has.
            pub const ALL: &'static [Self] = &[$(Self::$Service),*];

            /// The word in references, JSON and file names: `crosstrade`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Service => stringify!($module),)*
                }
            }

            pub(crate) const fn account(self) -> Account {
                match self {
                    $(Self::$Service => $account,)*
                }
            }
        }
    };
}
services!(define);

impl Service {
    /// How a reference to one of its executions is written: `crosstrade:<account>/<id>`.
    pub fn form(self) -> String {
        match self.account() {
            Account::None => format!("{self}:<id>"),
            Account::Required(word) => format!("{self}:<{word}>/<id>"),
            Account::Optional(word) => format!("{self}:[<{word}>/]<id>"),
        }
    }

    /// The forms of all services in one text: `crosstrade:<account>/<id>, hummingbot:<id>, …`.
    pub fn forms() -> String {
        listed(Self::ALL.iter().map(|service| service.form()))
    }
}

/// `a, b or c`.
fn listed(words: impl Iterator<Item = String>) -> String {
    let words: Vec<_> = words.collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Service {
    type Err = Error;

    /// Reads the word that [`as_str`](Self::as_str) gives.
    ///
    /// # Errors
    /// [`is_invalid_input`](Error::is_invalid_input) with the words that there are.
    fn from_str(word: &str) -> Result<Self, Error> {
        let mut services = Self::ALL.iter().copied();
        services
            .find(|service| service.as_str() == word)
            .ok_or_else(|| {
                let words = listed(Self::ALL.iter().map(Self::to_string));
                Error::input("service", "it is none of those that are known")
                    .hinting(format!("Write {words}."))
            })
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

    /// A reference by its parts; the account is CrossTrade's or, optionally, Refold's linked account.
    ///
    /// ```
    /// use executions::{Reference, Service};
    ///
    /// let fill = Reference::new(Service::CrossTrade, Some("Sim101"), "exec_a1b2c3")?;
    /// assert_eq!(fill.to_string(), "crosstrade:Sim101/exec_a1b2c3");
    /// # Ok::<(), executions::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`is_invalid_input`](Error::is_invalid_input) where the account is missing, empty or not the service's to have, or where
    /// a part cannot be asked for.
    pub fn new(service: Service, account: Option<&str>, id: &str) -> Result<Self, Error> {
        let reference = Self::with_its_account(service, account, id)?;
        if let (Account::Required(word), Some(account)) = (service.account(), account) {
            check_segment(word, account)?;
        }
        check_segment("id", id)?;
        Ok(reference)
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
        let Self {
            service,
            account,
            id,
        } = Self::read(text)?;
        Self::new(service, account.as_deref(), &id)
    }
}

impl Reference {
    fn with_its_account(service: Service, account: Option<&str>, id: &str) -> Result<Self, Error> {
        let problem = match (service.account(), account) {
            (Account::None, Some(_)) => "its service has no accounts".to_owned(),
            (Account::Required(word), None) => format!("it names no {word}"),
            (Account::Optional(word), Some("")) => format!("its {word} is empty"),
            _ => return Ok(Self::received(service, account, id)),
        };
        Err(Error::input("reference", problem).hinting(format!("Write it as {}.", service.form())))
    }

    /// Splits a text, without a check of whether its parts can be asked for: an id that a service gave may be anything.
    fn read(text: &str) -> Result<Self, Error> {
        let (service, rest) = text
            .split_once(':')
            .and_then(|(word, rest)| Some((word.parse::<Service>().ok()?, rest)))
            .ok_or_else(|| {
                Error::input("reference", "it starts with none of the services")
                    .hinting(format!("Write it as {}.", Service::forms()))
            })?;
        let (account, id) = match (service.account(), rest.rsplit_once('/')) {
            (Account::Required(word), None) => {
                let problem = format!("it names no id after the {word}");
                return Err(Error::input("reference", problem)
                    .hinting(format!("Write it as {}.", service.form())));
            }
            (Account::Required(_) | Account::Optional(_), Some((account, id))) => {
                (Some(account), id)
            }
            _ => (None, rest),
        };
        Self::with_its_account(service, account, id)
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
            "pattern": format!("^({}):", Service::ALL.iter().map(|it| it.as_str()).collect::<Vec<_>>().join("|")),
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
    fn a_service_has_one_spelling() {
        for service in Service::ALL {
            let word = service.as_str();
            assert_eq!(word.parse::<Service>().expect(word), *service);
            assert_eq!(service.to_string(), word);
            let json = serde_json::to_value(service).expect(word);
            assert_eq!(json, word);
            assert_eq!(service.provider().info.name, word);
        }
        for word in ["", "CrossTrade", "crosstrade ", "other"] {
            let error = word.parse::<Service>().expect_err(word);
            let hint = error.hint().expect("one");
            assert_eq!(hint, "Write crosstrade, hummingbot, b3os or refold.");
        }
    }

    #[test]
    fn a_reference_is_made_of_the_parts_its_service_has() {
        let make = Reference::new;
        let refold = make(Service::Refold, Some("mark@example.com"), "1").expect("with");
        assert_eq!(refold.to_string(), "refold:mark@example.com/1");
        assert!(make(Service::Refold, None, "1").is_ok());
        for (service, account, id, problem) in [
            (Service::CrossTrade, None, "1", "it names no account"),
            (Service::B3os, Some("a"), "1", "its service has no accounts"),
            (
                Service::Refold,
                Some(""),
                "1",
                "its linked account is empty",
            ),
            (Service::CrossTrade, Some(".."), "1", "another path"),
            (Service::B3os, None, "", "it is empty"),
        ] {
            let error = make(service, account, id).expect_err(problem);
            assert!(
                error.is_invalid_input() && error.what().contains(problem),
                "{error}"
            );
        }
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
