//! The addresses that settings name, checked before a credential is sent to them.

use std::net::IpAddr;

use url::{Host, Url};

use crate::error::Error;

/// Where a service, or its WebSocket, is.
pub(super) struct Address {
    /// Without a slash at the end.
    pub text: String,
    pub is_plain: bool,
    pub is_loopback: bool,
    #[cfg(feature = "ws")]
    host: String,
}

impl Address {
    pub fn read(name: &str, text: &str) -> Result<Self, Error> {
        let unfit = |problem| {
            Error::setting(name, problem).hinting("Write it as https://host[:port][/prefix].")
        };
        let url = match Url::parse(text.trim()) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => url,
            // `localhost:8000` parses as a URL of the scheme `localhost`.
            Ok(_) | Err(url::ParseError::RelativeUrlWithoutBase) => {
                return Err(unfit("does not start with https:// or http://"));
            }
            Err(_) => return Err(unfit("is not a URL")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(unfit(
                "holds a user name or password, which belong in settings of their own",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(unfit("holds a query or fragment"));
        }
        let is_loopback = match url.host() {
            Some(Host::Domain(domain)) => domain == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => IpAddr::from(ip).to_canonical().is_loopback(),
            None => return Err(unfit("names no host")),
        };
        Ok(Self {
            text: url.as_str().trim_end_matches('/').to_owned(),
            is_plain: url.scheme() == "http",
            is_loopback,
            #[cfg(feature = "ws")]
            host: url.host_str().unwrap_or_default().to_owned(),
        })
    }

    /// The same address without these segments at its end, should they be there.
    pub fn without(mut self, end: &str) -> Self {
        let rest = self.text.strip_suffix(end).unwrap_or(&self.text);
        self.text.truncate(rest.trim_end_matches('/').len());
        self
    }

    /// The address of a WebSocket, in http's notation. It may be written in either, and must be on the host of `base`, which
    /// is the one that the credential is for and is set by `base_variable`.
    #[cfg(feature = "ws")]
    pub fn read_socket(
        name: &str,
        text: &str,
        base: &Self,
        base_variable: &str,
    ) -> Result<Self, Error> {
        let text = text.trim();
        let notation = |from: &str, to: &str| {
            let scheme = text.get(..from.len())?;
            scheme
                .eq_ignore_ascii_case(from)
                .then(|| format!("{to}{}", &text[from.len()..]))
        };
        let text = notation("wss:", "https:")
            .or_else(|| notation("ws:", "http:"))
            .unwrap_or_else(|| text.to_owned());
        let hint = "Write it as wss://host[:port]/path.";
        let socket = Self::read(name, &text).map_err(|error| error.hinting(hint))?;
        if socket.host != base.host {
            return Err(Error::setting(
                name,
                "is on another host than the base URL, to which the credential is not sent",
            )
            .hinting(format!(
                "If the credential is meant for that host, set {base_variable} to it too, in code the builder's base_url."
            )));
        }
        Ok(socket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        Address::read("A_BASE_URL", text)
            .map(|url| url.text)
            .map_err(|e| e.to_string())
    }

    #[test]
    fn base_urls_are_normalised() {
        for (text, normal) in [
            ("https://app.crosstrade.io", "https://app.crosstrade.io"),
            (" https://app.crosstrade.io/ ", "https://app.crosstrade.io"),
            (
                "http://localhost:8000/proxy/hummingbot//",
                "http://localhost:8000/proxy/hummingbot",
            ),
            ("HTTPS://Example.COM:443/a", "https://example.com/a"),
            ("http://[::1]:8000", "http://[::1]:8000"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(normal));
        }
    }

    #[test]
    fn base_urls_that_cannot_be_meant_are_refused_by_name_and_without_their_text() {
        for text in [
            "",
            "marker.example.com",
            "localhost:8000",
            "ftp://marker",
            "https://user:marker@example.com",
            "https://marker@example.com",
            "https://example.com?key=marker",
            "https://example.com#marker",
            "https://",
            "https://exa mple/marker",
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains("A_BASE_URL"), "{error}");
            assert!(!error.contains("marker"), "{error}");
        }
    }

    #[cfg(feature = "ws")]
    #[test]
    fn a_sockets_address_is_in_either_notation_and_on_the_base_urls_host() {
        let base = Address::read("A_BASE_URL", "https://example.com/prefix").expect("a URL");
        let read = |text| {
            Address::read_socket("A_WS_URL", text, &base, "A_BASE_URL")
                .map(|socket| socket.text)
                .map_err(|error| error.to_string())
        };
        for (text, normal) in [
            (
                "wss://example.com/ws/stream",
                "https://example.com/ws/stream",
            ),
            ("WSS://EXAMPLE.com:8443/ws/", "https://example.com:8443/ws"),
            ("ws://example.com/ws", "http://example.com/ws"),
            ("https://example.com/ws", "https://example.com/ws"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(normal));
        }
        for text in [
            "wss://marker.example.com/ws",
            "wss://example.com.marker/ws",
            "wss://marker@example.com/ws",
            "wss://example.com/ws?token=marker",
            "example.com/marker",
            "é",
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains("A_WS_URL"), "{error}");
            assert!(!error.contains("marker"), "{error}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (text, is_loopback) in [
            ("http://localhost", true),
            ("http://api.localhost", false),
            ("http://127.9.9.9", true),
            ("http://[::1]", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://0.0.0.0", false),
            ("http://10.0.0.1", false),
            ("http://localhost.example.com", false),
            ("http://hummingbot-api:8000", false),
        ] {
            let url = Address::read("A_BASE_URL", text).expect(text);
            assert_eq!(url.is_loopback, is_loopback, "{text}");
        }
    }
}
