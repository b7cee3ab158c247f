//! Operations, as far as the transport has to know them. `build.rs` writes a table of them a service.

/// An operation of a service.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "ws"),
    allow(dead_code, reason = "nothing else has a name over a WebSocket")
)]
pub(crate) struct Operation {
    /// `operationId`.
    pub id: &'static str,
    pub effect: Effect,
    /// Its name over the service's WebSocket, where it can be called there too.
    pub rpc: Option<&'static str>,
}

/// The effect of a call on what is behind the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "the specs may hold no write")]
pub(crate) enum Effect {
    /// Nothing, so that it may be sent again.
    Read,
    /// Something, unless it is refused with one of these statuses, which the service gives before it acts.
    Write { refuses_before: &'static [u16] },
}
