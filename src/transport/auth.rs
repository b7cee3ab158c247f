//! STUB, being written on another branch: only the names are final.

/// One of the spec's `securitySchemes`: how a credential goes into a request.
#[derive(Clone, Copy, Debug)]
pub enum Scheme {
    /// `type: http, scheme: bearer`
    Bearer,
    /// `type: http, scheme: basic`
    Basic,
    /// `type: apiKey, in: header`, with the header's name in lower case.
    Header(&'static str),
}
