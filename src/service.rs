//! A service as a whole, as its spec describes it.

/// `build.rs` writes one of these a service.
#[derive(Debug)]
pub(crate) struct ServiceInfo {
    /// The spec's file stem: `crosstrade`.
    pub name: &'static str,
    /// `info.title`: `CrossTrade`.
    pub title: &'static str,
    /// The first of `servers`.
    pub base_url: &'static str,
    /// A member under which the service may put its whole answer.
    pub wrapper: Option<&'static str>,
    /// The spec as `executions_spec::model::Model`, in JSON.
    #[cfg(feature = "contract")]
    pub model: &'static str,
}
