//! STUB, being written on another branch: only the names and signatures that generated code uses are final.

pub mod auth;

/// The state of one call; the generated client's `inner`.
#[derive(Clone, Debug)]
pub struct Call;

impl Call {
    /// What the generated `exec` hook forwards to.
    pub async fn exec(
        &self,
        request: reqwest::Request,
        _info: &progenitor_client::OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        reqwest::Client::new().execute(request).await
    }
}

/// What the spec says of a service; build.rs writes one constant a service.
#[derive(Debug)]
pub struct Service {
    /// The file's stem: `crosstrade`.
    pub name: &'static str,
    /// `info.title`: `CrossTrade`.
    pub title: &'static str,
    /// `servers[0].url`.
    pub base_url: &'static str,
    /// Top-level `x-wrapper`: a member under which the service may put its whole answer.
    pub wrapper: Option<&'static str>,
}

/// Says which type an operation's answer has. It reads nothing itself: the transport decodes the kept bytes, once.
#[derive(Clone, Debug)]
pub struct Body<T>(std::marker::PhantomData<fn() -> T>);

impl<'de, T> serde::Deserialize<'de> for Body<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <() as serde::Deserialize>::deserialize(deserializer)?;
        Ok(Self(std::marker::PhantomData))
    }
}
