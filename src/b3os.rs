//! B3OS: paid workflow executions.
//!
//! Document: GET /v1/executions/{id} of B3OS's API reference. An execution here is one client-trackable invocation of a
//! workflow, payment included; the run it started has an id of its own.

mod json;

use std::ops::Deref;

use secrecy::SecretString;

use crate::generated::b3os::required::GetExecution;
pub use crate::generated::b3os::types;
use crate::generated::b3os::{Client, SERVICE, security};

use crate::error::Error;
use crate::execution::{Execution, State};
use crate::generated::b3os::operations;
use crate::reference::{Reference, Service};
use crate::service::ServiceInfo;
use crate::settings::{Builder, Handle, Variables, handle, header_text, missing};
use crate::transport::auth::{Credential, Signer};
use crate::transport::body::{Decoder, Unusable, check_same, decode, unfit};
use crate::transport::operation::Operation;
use crate::transport::reply::Reply;
use crate::transport::request::Target;
use crate::transport::{Manners, Success, Transport};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};

/// A handle on B3OS; clones share its connections.
///
/// ```no_run
/// use executions::B3os;
///
/// # async fn run() -> Result<(), executions::Error> {
/// let run = B3os::builder().api_key("b3sk_…").build()?.execution("exec_1").await?;
/// println!("{} is {}", run.id, run.status);
/// for event in &run.events {
///     println!("{:?}: {:?}", event.created_at, event.title);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct B3os {
    pub(crate) transport: Transport,
    client: Client,
    org_id: Option<String>,
}

handle! {
    B3os,
    /// A handle to set up: it needs [`api_key`](Builder::api_key).
    builder,
    /// A handle from `B3OS_API_KEY`, and optionally `B3OS_ORG_ID`, `B3OS_BASE_URL` and `B3OS_ALLOW_HTTP`.
    ///
    /// # Errors
    /// [`is_invalid_input`](Error::is_invalid_input), naming the variable.
    from_env
}

impl B3os {
    /// One execution by its id, with its events.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found), also for an execution of another organisation, and what any call can meet.
    pub async fn execution(&self, id: &str) -> Result<Reply<Answered>, Error> {
        let target = Target::get("execution", id);
        let get = self.client.get_execution(GetExecution { id });
        let get = get.x_org_id(self.org_id.as_deref());
        let mut reply = self.transport.send(target, get.build()).await?;
        match reply.value_mut().data.take() {
            Some(data) => Ok(reply.map(|envelope| Answered::of(envelope, data))),
            None => {
                let error = self.transport.unfit(reply, "data", "it holds no execution");
                Err(error.of(&SERVICE, target))
            }
        }
    }
}

/// What B3OS answers: the execution, to which it derefs, with its events and the envelope they came in.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Answered {
    /// The execution.
    pub execution: types::Execution,
    /// What happened to it, in the order the service gives.
    pub events: Vec<types::Event>,
    /// The text beside the execution, inside `data`.
    pub message: Option<String>,
    /// The envelope around `data`, which is taken out of it.
    pub envelope: types::ExecutionEnvelope,
}

impl Answered {
    fn of(envelope: types::ExecutionEnvelope, data: types::ExecutionData) -> Self {
        Self {
            execution: data.execution,
            events: data.events.unwrap_or_default(),
            message: data.message,
            envelope,
        }
    }
}

impl Deref for Answered {
    type Target = types::Execution;

    fn deref(&self) -> &types::Execution {
        &self.execution
    }
}

impl Reply<Answered> {
    /// The neutral view of the execution.
    pub fn to_execution(&self) -> Execution {
        let execution = &self.execution;
        Execution {
            service: Service::B3os,
            id: execution.id.to_string(),
            reference: Reference::received(
                Service::B3os,
                None,
                self.asked().id().unwrap_or(&execution.id),
            ),
            name: None,
            state: state(&execution.status),
            resumable: false,
            status: Some(execution.status.to_string()),
            reason: execution.status_reason.clone(),
            started: execution.started_at.as_ref().and_then(|at| at.get()),
            finished: execution.finished_at.as_ref().and_then(|at| at.get()),
            about: execution.workflow_id.as_ref().map(ToString::to_string),
            raw: self.json(),
        }
    }
}

fn state(status: &types::ExecutionStatus) -> State {
    use types::ExecutionStatus as Status;
    match status {
        Status::AwaitingPayment | Status::PaymentConfirmed | Status::WorkflowQueued => {
            State::Pending
        }
        Status::WorkflowRunning | Status::WorkflowWaiting => State::Running,
        Status::WorkflowSucceeded => State::Succeeded,
        Status::WorkflowFailed => State::Failed,
        Status::WorkflowCancelled => State::Cancelled,
        // A word that only another spec knows, too.
        _ => State::Unknown,
    }
}

impl Success for types::ExecutionEnvelope {
    /// By `code` (200, and 0 on one page), in the envelope of the reference; the introduction's has `success` and `error`.
    fn says_it_failed(&self) -> bool {
        let code = self.code.as_ref().and_then(|code| code.to_i64());
        code.is_some_and(|code| code != 0 && !(200..300).contains(&code))
    }

    fn check_asked(&self, asked: Target<'_>) -> Result<(), Unusable> {
        let path = || "data.execution.id".to_owned();
        let came = self.data.as_ref().map(|data| &*data.execution.id);
        // What mocks answer with that are made of the document.
        let came = came.filter(|id| *id != "<string>");
        check_same(path, asked.id(), came, str::eq)
    }

    fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}

/// As [`B3os::execution`] reads it.
fn decodes_with_data(
    headers: &HeaderMap,
    body: &Bytes,
    wrapper: Option<&str>,
) -> Result<(), Unusable> {
    match decode::<types::ExecutionEnvelope>(headers, body, wrapper, None)?.data {
        Some(_) => Ok(()),
        None => Err(unfit(Some("data".to_owned()), "it holds no execution")),
    }
}

/// What [`B3os`] signs with. Set it through [`B3os::builder`].
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    api_key: Option<Credential>,
    org_id: Option<(&'static str, String)>,
}

impl Builder<Credentials> {
    /// The API key (`b3sk_…`); it is bound to an organisation and a scope.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<SecretString>) -> Self {
        self.credentials.api_key = Credential::new("api_key", &key.into());
        self
    }

    /// The organisation to act for, sent as `X-Org-ID`: for a user's session token; a key has its own.
    #[must_use]
    pub fn org_id(mut self, id: impl Into<String>) -> Self {
        self.credentials.org_id = Some(("org_id", id.into()));
        self
    }
}

impl Handle for B3os {
    type Credentials = Credentials;

    const SERVICE: Service = Service::B3os;
    const INFO: &'static ServiceInfo = &SERVICE;
    const VARIABLES: &'static [&'static str] = &["B3OS_BASE_URL", "B3OS_API_KEY"];
    const DECODERS: &'static [(&'static Operation, Decoder)] =
        &[(&operations::GET_EXECUTION, decodes_with_data)];
    const PREFIX: &'static str = "/v1";
    // It answers 400 for what is no id at all.
    const UNKNOWN: (&'static str, &'static [u16]) = ("no-such-execution", &[404, 400]);
    const MANNERS: Manners = Manners {
        offline: None,
        is_wrong_path: |_| false,
        hint: |status, _| {
            (status == StatusCode::NOT_FOUND).then_some(
                "Check the id; the service says the same of an execution that the key's organisation cannot see.",
            )
        },
        is_lasting: |_| false,
        meaning: |_, _| None,
    };

    async fn get(&self, reference: &Reference) -> Result<Reply<Execution>, Error> {
        let run = self.execution(reference.id()).await?;
        let execution = run.to_execution();
        Ok(run.map(|_| execution))
    }

    fn credentials(variables: &Variables<'_>) -> Credentials {
        Credentials {
            api_key: variables.secret("B3OS_API_KEY"),
            org_id: variables.text("B3OS_ORG_ID").map(|id| ("B3OS_ORG_ID", id)),
        }
    }

    fn signer(credentials: &Credentials) -> Result<Signer, Error> {
        let key = credentials.api_key.as_ref();
        Signer::new(
            security::API_KEY,
            key.ok_or_else(|| missing("B3OS_API_KEY", "api_key"))?,
        )
    }

    fn open(transport: Transport, credentials: Credentials) -> Result<Self, Error> {
        let org_id = credentials
            .org_id
            .map(|(name, id)| header_text(name, &id))
            .transpose()?;
        Ok(Self {
            client: Client::from(&transport),
            transport,
            org_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_status_has_its_state() {
        for (status, expected) in [
            ("awaiting_payment", State::Pending),
            ("payment_confirmed", State::Pending),
            ("workflow_queued", State::Pending),
            ("workflow_running", State::Running),
            ("workflow_waiting", State::Running),
            ("workflow_succeeded", State::Succeeded),
            ("workflow_failed", State::Failed),
            ("workflow_cancelled", State::Cancelled),
            ("expired", State::Unknown),
        ] {
            assert_eq!(state(&status.into()), expected, "{status}");
        }
    }
}
