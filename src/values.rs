//! STUB, being written on another branch: only the names are final.

pub type Decimal = serde_json::Value;
pub type Id = String;
pub type DateTime = String;
pub type LocalDateTime = String;
pub type EpochSeconds = serde_json::Value;
pub type EpochMillis = serde_json::Value;
pub type Json = serde_json::Value;

/// STUB: `open_enum! { /// doc\n pub enum Name { /// doc\n Variant = "word", ... } }`
#[macro_export]
#[doc(hidden)]
macro_rules! open_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name { $($(#[$vmeta])* $variant,)* /// A word the spec does not list, kept as it came.
            Unknown(String) }
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(match self { $(Self::$variant => $word,)* Self::Unknown(word) => word })
            }
        }
        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Ok(match word { $($word => Self::$variant,)* _ => Self::Unknown(word.to_owned()) })
            }
        }
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let word = <String as ::serde::Deserialize>::deserialize(d)?;
                Ok(word.parse().unwrap_or_else(|never| match never {}))
            }
        }
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> { stringify!($name).into() }
            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema { ::schemars::json_schema!({"type": "string"}) }
        }
    };
}
