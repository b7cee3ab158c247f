//! The closed set of ways to sign a request.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use memchr::memmem;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;

/// One of a spec's `securitySchemes`: where a credential goes in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// `type: http, scheme: bearer`
    Bearer,
    /// `type: http, scheme: basic`
    Basic,
    /// `type: apiKey, in: header`: the header's name, in lower case.
    Header(&'static str),
}

/// A setting's text, with where it came from: an environment variable's name, or the builder's method.
#[derive(Clone)]
pub(crate) struct Credential {
    pub origin: &'static str,
    pub secret: SecretString,
}

impl Credential {
    /// `None` for a text that is empty but for white space, which counts as not set; the white space around a pasted
    /// secret is dropped.
    pub fn new(origin: &'static str, secret: &SecretString) -> Option<Self> {
        let secret = secret.expose_secret().trim();
        (!secret.is_empty()).then(|| Self {
            origin,
            secret: SecretString::from(secret),
        })
    }

    fn header(&self, value: &str) -> Result<HeaderValue, Error> {
        let mut value = HeaderValue::from_str(value)
            .ok()
            .filter(|value| value.to_str().is_ok())
            .ok_or_else(|| {
                Error::setting(self.origin, "holds a character that no header can carry")
                    .hinting("Copy it again: it must be plain ASCII on one line.")
            })?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (hidden)", self.origin)
    }
}

/// Puts a credential into every attempt, and takes it out of every text.
#[derive(Clone)]
pub(crate) struct Signer {
    name: HeaderName,
    value: HeaderValue,
    origin: String,
    secrets: Vec<SecretString>,
}

impl Signer {
    /// A signer for a credential of one part: a bearer token or a key in a header of its own.
    pub fn new(scheme: Scheme, credential: &Credential) -> Result<Self, Error> {
        let secret = credential.secret.expose_secret();
        let (name, value) = match scheme {
            Scheme::Header(name) => (HeaderName::from_static(name), credential.header(secret)?),
            Scheme::Bearer | Scheme::Basic => (
                AUTHORIZATION,
                credential.header(&format!("Bearer {secret}"))?,
            ),
        };
        Ok(Self {
            name,
            value,
            origin: credential.origin.to_owned(),
            secrets: written(secret),
        })
    }

    /// A signer for HTTP Basic. A user name with a colon is refused: it would move the boundary (RFC 7617).
    pub fn basic(username: &Credential, password: &Credential) -> Result<Self, Error> {
        let user = username.secret.expose_secret();
        if user.contains(':') {
            return Err(Error::setting(
                username.origin,
                "holds a colon, which HTTP Basic cannot carry",
            ));
        }
        let secret = password.secret.expose_secret();
        let pair = STANDARD.encode(format!("{user}:{secret}"));
        let value = password.header(&format!("Basic {pair}"))?;
        let mut secrets = written(secret);
        secrets.extend(written(&pair));
        Ok(Self {
            name: AUTHORIZATION,
            value,
            origin: format!("{} and {}", username.origin, password.origin),
            secrets,
        })
    }

    /// Signs one attempt, in place of whatever stood in that header.
    pub fn sign(&self, headers: &mut HeaderMap) {
        headers.insert(self.name.clone(), self.value.clone());
    }

    /// One that signs in the same way, with what no service has given out.
    #[cfg(feature = "contract")]
    pub fn wrong(&self) -> Self {
        let is_basic = self.value.as_bytes().starts_with(b"Basic ");
        let value = match self.name == AUTHORIZATION {
            // "wrong:wrong-credential"
            true if is_basic => "Basic d3Jvbmc6d3JvbmctY3JlZGVudGlhbA==",
            true => "Bearer wrong-credential",
            false => "wrong-credential",
        };
        Self {
            value: HeaderValue::from_static(value),
            ..self.clone()
        }
    }

    /// Which setting supplied the credential, or which two.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether the credential travels in this header.
    pub fn signs_in(&self, name: &HeaderName) -> bool {
        self.name == *name
    }

    /// The text without the credential, should a service have echoed it.
    pub fn mask(&self, text: &str) -> String {
        self.long_secrets().fold(text.to_owned(), |text, secret| {
            text.replace(secret, "[hidden]")
        })
    }

    /// The same of bytes, which are shared where there is nothing to hide. A beginning of the credential at their very end is
    /// hidden too: they may have been cut off there.
    pub fn mask_bytes(&self, bytes: &Bytes) -> Bytes {
        let hides = |bytes: &[u8]| {
            let is_in = |secret: &str| memmem::find(bytes, secret.as_bytes()).is_some();
            self.cut_at_the_end(bytes) > 0 || self.long_secrets().any(is_in)
        };
        let plain = without_escapes(bytes).filter(|plain| hides(plain));
        if plain.is_none() && !hides(bytes) {
            return bytes.clone();
        }
        let bytes = plain.as_deref().unwrap_or(bytes);
        let cut = self.cut_at_the_end(bytes);
        // A header carries ASCII alone, so a secret never reaches over what is no UTF-8.
        let mut masked = Vec::with_capacity(bytes.len());
        for chunk in bytes[..bytes.len() - cut].utf8_chunks() {
            masked.extend_from_slice(self.mask(chunk.valid()).as_bytes());
            masked.extend_from_slice(chunk.invalid());
        }
        if cut > 0 {
            masked.extend_from_slice(b"[hidden]");
        }
        masked.into()
    }

    fn cut_at_the_end(&self, bytes: &[u8]) -> usize {
        let ends = |secret: &str| {
            let secret = secret.as_bytes();
            let halves = (LEAST..secret.len()).rev();
            // Few halves end as the bytes do, and only those are worth the comparison.
            let mut halves = halves.filter(|half| bytes.last() == Some(&secret[half - 1]));
            let found = halves.find(|half| bytes.ends_with(&secret[..*half]));
            found.unwrap_or_default()
        };
        self.long_secrets().map(ends).max().unwrap_or_default()
    }

    fn long_secrets(&self) -> impl Iterator<Item = &str> {
        let secrets = self.secrets.iter().map(ExposeSecret::expose_secret);
        secrets.filter(|secret| secret.len() >= LEAST)
    }
}

/// A secret that is shorter (Hummingbot's default password is `admin`) would blot out innocent words.
const LEAST: usize = 6;

/// The same JSON with each letter of ASCII as it is that was escaped without need; `None` where none was.
fn without_escapes(json: &[u8]) -> Option<Vec<u8>> {
    memmem::find(json, b"\\u00")?;
    let mut plain = Vec::with_capacity(json.len());
    let mut rest = json;
    while let Some((&first, after)) = rest.split_first() {
        let letter = (first == b'\\').then(|| escaped(after)).flatten();
        let (length, written) = match letter {
            Some(letter) => (6, letter),
            None => (1, first),
        };
        plain.push(written);
        rest = &rest[length..];
        // What a backslash stands before begins no escape of its own.
        if let (b'\\', 1, Some((&next, after))) = (first, length, rest.split_first()) {
            plain.push(next);
            rest = after;
        }
    }
    Some(plain)
}

/// The letter that `u002d` and its like stand for, if JSON may have it as it is.
fn escaped(escape: &[u8]) -> Option<u8> {
    let digits = escape.strip_prefix(b"u00")?.get(..2)?;
    let letter = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    (letter.is_ascii_graphic() && !b"\"\\".contains(&letter)).then_some(letter)
}

/// A secret as it stands in plain text, in JSON, in HTML and in a URL: an echo may be in any of them. Not all who write JSON
/// leave a slash as it is, and not all who write URLs encode the same characters.
fn written(secret: &str) -> Vec<SecretString> {
    let json = serde_json::Value::from(secret).to_string();
    let html = secret
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    let json = json[1..json.len() - 1].to_owned();
    let mut forms = vec![secret.to_owned(), json.replace('/', "\\/"), json, html];
    for reserved in [NON_ALPHANUMERIC, RESERVED] {
        let url = utf8_percent_encode(secret, reserved).to_string();
        forms.extend([lower_digits(&url), url]);
    }
    forms.sort();
    forms.dedup();
    forms.into_iter().map(SecretString::from).collect()
}

/// All but what RFC 3986 lets stand everywhere.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The same with `%2f` for `%2F`.
fn lower_digits(url: &str) -> String {
    let mut parts = url.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // Two digits of ASCII follow each percent sign.
        let (digits, rest) = part.split_at(part.len().min(2));
        text += &format!("%{}{rest}", digits.to_ascii_lowercase());
    }
    text
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {} (hidden)", self.name, self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential(secret: &str) -> Credential {
        Credential::new("A_VARIABLE", &SecretString::from(secret)).expect("not empty")
    }

    #[test]
    fn a_pasted_secret_is_trimmed_and_an_empty_one_is_not_set() {
        let mut headers = HeaderMap::new();
        let signer = Signer::new(Scheme::Bearer, &credential(" \tabc\r\n")).expect("plain");
        signer.sign(&mut headers);
        assert_eq!(headers[AUTHORIZATION], "Bearer abc");
        assert!(headers[AUTHORIZATION].is_sensitive());
        assert!(Credential::new("A_VARIABLE", &SecretString::from(" \n")).is_none());
    }

    #[test]
    fn a_secret_no_header_can_carry_is_refused_by_its_name_and_not_shown() {
        for secret in ["marker\nmarker", "markér-marker", "marker\0marker"] {
            let error = Signer::new(Scheme::Header("x-api-key"), &credential(secret))
                .expect_err("not plain");
            assert!(error.to_string().contains("A_VARIABLE"));
            assert!(!format!("{error} {error:?}").contains("marker"));
        }
    }

    #[test]
    fn an_echoed_secret_is_masked_in_every_form_it_was_sent_in() {
        let signer =
            Signer::basic(&credential("user"), &credential("marker-secret")).expect("plain");
        let echoed = format!(
            "bad {} or marker-secret",
            STANDARD.encode("user:marker-secret")
        );
        assert_eq!(signer.mask(&echoed), "bad [hidden] or [hidden]");
        assert!(!format!("{signer:?}").contains("marker"));
    }

    #[test]
    fn an_echoed_secret_is_masked_however_it_was_escaped() {
        let secret = "\"marker-of/a+key==~1\"";
        let signer = Signer::new(Scheme::Bearer, &credential(secret)).expect("plain");
        for echoed in [
            "%22marker-of%2Fa%2Bkey%3D%3D~1%22",
            "%22marker-of%2fa%2bkey%3d%3d~1%22",
            "%22marker%2Dof%2Fa%2Bkey%3D%3D%7E1%22",
            r#"\"marker-of\/a+key==~1\""#,
            r#"\"marker-of/a+key==~1\""#,
            "&quot;marker-of/a+key==~1&quot;",
        ] {
            assert_eq!(signer.mask(&format!("<{echoed}>")), "<[hidden]>");
        }
    }

    #[test]
    fn a_secret_is_masked_though_json_escapes_letters_of_it_without_need() {
        let signer = Signer::new(Scheme::Bearer, &credential("marker-secret")).expect("plain");
        for (body, masked) in [
            (r#"{"a":"marker\u002dsecret"}"#, r#"{"a":"[hidden]"}"#),
            (
                r#"{"a":"\u006D\u0061rker\u002Dsecret\n"}"#,
                r#"{"a":"[hidden]\n"}"#,
            ),
            (r#"{"a":"\\marker\u002dsecret"}"#, r#"{"a":"\\[hidden]"}"#),
            (
                r#"{"a":"marker\\u002dsecret"}"#,
                r#"{"a":"marker\\u002dsecret"}"#,
            ),
            (r#"{"a":"\u0041\u0022"}"#, r#"{"a":"\u0041\u0022"}"#),
            (r"\u00", r"\u00"),
            (r"\u00\", r"\u00\"),
        ] {
            let found = signer.mask_bytes(&Bytes::from_static(body.as_bytes()));
            assert_eq!(found, masked.as_bytes(), "{body}");
        }
    }

    #[test]
    fn bytes_are_masked_whatever_stands_around_the_secret_and_wherever_they_were_cut() {
        let signer = Signer::new(Scheme::Bearer, &credential("marker-secret")).expect("plain");
        let masked = |bytes: &'static [u8]| signer.mask_bytes(&Bytes::from_static(bytes));
        assert_eq!(
            masked(b"\xff marker-secret \xfe"),
            &b"\xff [hidden] \xfe"[..]
        );
        assert_eq!(masked(b"it is marker-s"), &b"it is [hidden]"[..]);
        let harmless = Bytes::from_static(b"a marker of secrets \xff");
        let same = signer.mask_bytes(&harmless);
        assert_eq!(same.as_ptr(), harmless.as_ptr(), "shared, not copied");
    }

    #[test]
    fn a_user_name_with_a_colon_is_refused() {
        assert!(Signer::basic(&credential("a:b"), &credential("c")).is_err());
    }
}
