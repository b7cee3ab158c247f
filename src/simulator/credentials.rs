//! The credentials the simulated services accept, and how a request shows them.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

/// CrossTrade's bearer token.
pub const CROSSTRADE_TOKEN: &str = "simulated-crosstrade-token";
/// Hummingbot's Basic user.
pub const HUMMINGBOT_USERNAME: &str = "simulated-user";
/// Hummingbot's Basic password.
pub const HUMMINGBOT_PASSWORD: &str = "simulated-password";
/// B3OS's key, with the prefix of the real ones.
pub const B3OS_API_KEY: &str = "b3sk_simulated";
/// Refold's key, with the prefix of its test keys; goes with [`REFOLD_LINKED_ACCOUNT_ID`].
pub const REFOLD_API_KEY: &str = "tk_simulated";
/// The one linked account that Refold's key may look into.
pub const REFOLD_LINKED_ACCOUNT_ID: &str = "simulated-account";
/// Refold's other way in: stands for the key and the linked account together.
pub const REFOLD_SESSION_TOKEN: &str = "simulated-session-token";

/// `simulated-user:simulated-password` in base64.
pub(super) const HUMMINGBOT_BASIC: &str = "c2ltdWxhdGVkLXVzZXI6c2ltdWxhdGVkLXBhc3N3b3Jk";

/// What follows the scheme in `Authorization`; the scheme's case does not matter.
pub(super) fn authorization<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let (named, credentials) = header(headers, AUTHORIZATION.as_str())?.split_once(' ')?;
    named
        .eq_ignore_ascii_case(scheme)
        .then(|| credentials.trim())
}

/// A header's text, where it is text.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
