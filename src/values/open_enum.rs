//! String enums that survive a word nobody has heard of.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// Writes an enum of a service's words that keeps any other word as `Unknown(word)`.
///
/// `build.rs` calls it once for each named string enum of the specs. An unknown word round-trips, so a service can add one
/// without breaking an answer.
macro_rules! open_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$word_meta:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$word_meta])* $variant,)*
            /// A word the spec does not list, as it came.
            Unknown(Box<str>),
        }

        impl $name {
            /// The service's own word.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Unknown(word) => word,
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    _ => Self::Unknown(word.into()),
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(word: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok(Self::from(word))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::values::word(deserializer, |word| Self::from(word))
            }
        }

        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({ "type": "string", "examples": [$($word),*] })
            }
        }
    };
}
pub(crate) use open_enum;

/// Reads a string and hands it over without copying it first.
pub(crate) fn word<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    from: fn(&str) -> T,
) -> Result<T, D::Error> {
    struct Word<T>(fn(&str) -> T);

    impl<T> Visitor<'_> for Word<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
            Ok((self.0)(word))
        }
    }

    deserializer.deserialize_str(Word(from))
}

#[cfg(test)]
mod tests {
    open_enum! {
        /// Traffic lights.
        pub enum Light {
            /// `STOP`
            Stop = "STOP",
            /// `go`
            Go = "go",
        }
    }

    #[test]
    fn a_new_word_is_kept_and_goes_back_as_it_came() {
        let lights: Vec<Light> =
            serde_json::from_str(r#"["STOP", "go", "GO", "\u00e9t\u00e9", ""]"#).expect("words");
        assert_eq!(lights[0], Light::Stop);
        assert_eq!(lights[1], Light::Go);
        assert_eq!(lights[2], Light::Unknown("GO".into()));
        assert_eq!(lights[3].as_str(), "été");
        assert_eq!(
            serde_json::to_string(&lights).expect("strings"),
            r#"["STOP","go","GO","été",""]"#
        );
    }
}
