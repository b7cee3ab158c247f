//! Refold (formerly Cobalt): integration workflow executions.
//!
//! Document: Get execution by ID of Refold's API reference. Newer answers hold `nodes` and no `_id`; both forms are read.

use http::StatusCode;
use secrecy::SecretString;

use crate::generated::refold::required::GetExecution;
pub use crate::generated::refold::types;
use crate::generated::refold::{Client, SERVICE, security};

use crate::error::Error;
use crate::execution::{Execution, State};
use crate::generated::refold::operations;
use crate::reference::{Reference, Service};
use crate::service::ServiceInfo;
use crate::settings::{Builder, Handle, Variables, handle, header_text, missing};
use crate::transport::auth::{Credential, Signer};
use crate::transport::body::{Decoder, Unusable, check_same, decodes};
use crate::transport::budget::Budget;
use crate::transport::operation::Operation;
use crate::transport::reply::Reply;
use crate::transport::request::Target;
use crate::transport::{Manners, Success, Transport};

/// A handle on Refold; clones share its connections and its rate budget.
///
/// ```no_run
/// use executions::Refold;
///
/// # async fn run() -> Result<(), executions::Error> {
/// let refold = Refold::builder().api_key("tk_…", "customer@example.com").build()?;
/// let run = refold.execution("65410cf6cdf931a12d7ab009").await?;
/// println!("{:?} is {:?}", run.name, run.status);
/// let other = refold.for_linked_account("other@example.com")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Refold {
    pub(crate) transport: Transport,
    client: Client,
    /// `None` with a session token, which is for one linked account already.
    linked_account_id: Option<String>,
}

handle! {
    Refold,
    /// A handle to set up: it needs [`api_key`](Builder::api_key) or [`session_token`](Builder::session_token).
    builder,
    /// A handle from `REFOLD_API_KEY` with `REFOLD_LINKED_ACCOUNT_ID`, or from `REFOLD_SESSION_TOKEN`; and optionally
    /// `REFOLD_BASE_URL` and `REFOLD_ALLOW_HTTP`.
    ///
    /// # Errors
    /// [`is_invalid_input`](Error::is_invalid_input), naming the variable; also where both ways are set, since the service
    /// does not say which it would take.
    from_env
}

impl Refold {
    /// The same handle for another linked account of the API key's.
    ///
    /// # Errors
    /// [`is_invalid_input`](Error::is_invalid_input) with a session token, which is for one linked account, or where the id
    /// cannot travel in a header.
    pub fn for_linked_account(&self, id: &str) -> Result<Self, Error> {
        if self.linked_account_id.is_none() {
            return Err(Error::input(
                "linked account",
                format!(
                    "the session token from {} is for one account already",
                    self.transport.credential_origin()
                ),
            )
            .hinting("Leave the account out, or use REFOLD_API_KEY, in code the builder's api_key.")
            .of_service(&SERVICE));
        }
        let id = header_text("the linked account", id).map_err(|_| {
            let problem = "it is empty or holds a character that no header can carry";
            Error::input("linked account", problem).of_service(&SERVICE)
        })?;
        Ok(Self {
            linked_account_id: Some(id),
            ..self.clone()
        })
    }

    /// One execution by its id, of the handle's linked account.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found), and what any call can meet.
    pub async fn execution(&self, id: &str) -> Result<Reply<types::Execution>, Error> {
        let linked = self.linked_account_id.as_deref();
        let mut target = Target::get("execution", id);
        if let Some(linked) = linked {
            target = target.on_behalf_of("linked account", linked);
        }
        let get = self.client.get_execution(GetExecution { execution_id: id });
        let get = get.linked_account_id(linked);
        self.transport.send(target, get.build()).await
    }
}

impl Reply<types::Execution> {
    /// The neutral view of the execution.
    pub fn to_execution(&self) -> Execution {
        let asked = self.asked();
        let sent = self.id.as_deref();
        let id = asked.id().or(sent).unwrap_or_default();
        let workflow = self.associated_workflow.as_ref();
        let state = self.status.as_ref().map_or(State::Unknown, state);
        // One that was stopped and goes on may have the time of its stop still.
        let completed = self.completion_time.as_ref();
        let completed = completed.filter(|_| state.is_finished() != Some(false));
        Execution {
            service: Service::Refold,
            id: sent.unwrap_or(id).to_owned(),
            reference: Reference::received(Service::Refold, asked.scope(), id),
            name: self.name.clone(),
            state,
            resumable: self.status == Some(types::ExecutionStatus::Stopped),
            status: self.status.as_ref().map(ToString::to_string),
            reason: self.nodes.iter().flatten().find_map(failure),
            started: self.created_at.as_ref().and_then(|at| at.get()),
            finished: completed.and_then(|at| at.get()),
            about: workflow.and_then(|workflow| {
                let id = workflow.id.as_ref().map(ToString::to_string);
                workflow.name.clone().or(id)
            }),
            raw: self.json(),
        }
    }
}

/// Names a node that failed, with its status: `Post message: Errored`. The node's output may hold anything, so it stays in
/// `raw`.
fn failure(node: &types::Node) -> Option<String> {
    let status = node.node_status.as_deref()?;
    let is_failure = ["errored", "timed_out"].contains(&status.to_ascii_lowercase().as_str());
    let id = node.node_id.as_deref();
    let name = node.node_name.as_deref().or(id).unwrap_or("a node");
    is_failure.then(|| format!("{name}: {status}"))
}

fn state(status: &types::ExecutionStatus) -> State {
    use types::ExecutionStatus as Status;
    match status {
        Status::Queued => State::Pending,
        Status::Running | Status::Stopping => State::Running,
        Status::Completed => State::Succeeded,
        Status::Errored | Status::TimedOut => State::Failed,
        Status::Stopped | Status::Terminated => State::Cancelled,
        // A word that only another spec knows, too.
        _ => State::Unknown,
    }
}

impl Success for types::Execution {
    /// The document requires no single member, so a refusal in a 200 would read as an execution of which nothing is known.
    fn is_blank(&self) -> bool {
        self.id.is_none()
            && self.status.is_none()
            && self.name.is_none()
            && self.nodes.is_none()
            && self.created_at.is_none()
    }

    /// Newer answers have no id. The others are of hexadecimal digits, in either case.
    fn check_asked(&self, asked: Target<'_>) -> Result<(), Unusable> {
        let path = || "_id".to_owned();
        let came = self.id.as_deref();
        check_same(path, asked.id(), came, str::eq_ignore_ascii_case)
    }
}

/// What [`Refold`] signs with. Set it through [`Refold::builder`].
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    api_key: Option<Credential>,
    linked_account_id: Option<(&'static str, String)>,
    session_token: Option<Credential>,
}

impl Builder<Credentials> {
    /// An API key (`pk…` for production, `tk…` for test) and the linked account to act for: the customer's id, which may be
    /// an e-mail address.
    #[must_use]
    pub fn api_key(
        mut self,
        key: impl Into<SecretString>,
        linked_account_id: impl Into<String>,
    ) -> Self {
        self.credentials.api_key = Credential::new("api_key", &key.into());
        self.credentials.linked_account_id = Some(("linked_account_id", linked_account_id.into()));
        self
    }

    /// A session token, which is for one linked account and ends by itself. It takes the place of key and account.
    #[must_use]
    pub fn session_token(mut self, token: impl Into<SecretString>) -> Self {
        self.credentials.session_token = Credential::new("session_token", &token.into());
        self
    }
}

impl Handle for Refold {
    type Credentials = Credentials;

    const SERVICE: Service = Service::Refold;
    const INFO: &'static ServiceInfo = &SERVICE;
    const VARIABLES: &'static [&'static str] = &[
        "REFOLD_BASE_URL",
        "REFOLD_API_KEY",
        "REFOLD_LINKED_ACCOUNT_ID",
    ];
    const DECODERS: &'static [(&'static Operation, Decoder)] =
        &[(&operations::GET_EXECUTION, decodes::<types::Execution>)];
    const PREFIX: &'static str = "/api/v2/public";
    const UNKNOWN: (&'static str, &'static [u16]) = ("000000000000000000000000", &[404]);
    const MANNERS: Manners = Manners {
        offline: None,
        is_wrong_path: |_| false,
        hint: |status, _| {
            (status == StatusCode::NOT_FOUND)
                .then_some("Check the id, and that it is of this linked account.")
        },
        // An older version answers 500 to a linked account that it does not know.
        is_lasting: |body| {
            let names = ["error", "error_code", "http_error_type"];
            names
                .iter()
                .any(|name| body[name] == "INVALID_LINKED_ACCOUNT_ID")
        },
        meaning: |_, _| None,
    };

    async fn get(&self, reference: &Reference) -> Result<Reply<Execution>, Error> {
        let other = reference.account();
        let other = other.map(|account| self.for_linked_account(account));
        let other = other.transpose()?;
        let handle = other.as_ref().unwrap_or(self);
        let run = handle.execution(reference.id()).await?;
        let mut execution = run.to_execution();
        execution.reference = reference.clone();
        Ok(run.map(|_| execution))
    }

    fn credentials(variables: &Variables<'_>) -> Credentials {
        let name = "REFOLD_LINKED_ACCOUNT_ID";
        Credentials {
            api_key: variables.secret("REFOLD_API_KEY"),
            linked_account_id: variables.text(name).map(|id| (name, id)),
            session_token: variables.secret("REFOLD_SESSION_TOKEN"),
        }
    }

    fn signer(credentials: &Credentials) -> Result<Signer, Error> {
        let linked = credentials
            .linked_account_id
            .as_ref()
            .map(|(name, _)| *name);
        match (&credentials.session_token, &credentials.api_key) {
            (Some(token), None) if linked.is_none() => Signer::new(security::SESSION_TOKEN, token),
            (Some(token), key) => {
                let other = key
                    .as_ref()
                    .map(|key| key.origin)
                    .or(linked)
                    .unwrap_or_default();
                Err(Error::setting(
                    format!("{} and {other}", token.origin),
                    "are both set, and the service does not say which it would take",
                )
                .hinting("Unset one: the session token takes the place of key and account."))
            }
            (None, Some(key)) if linked.is_some() => Signer::new(security::API_KEY, key),
            (None, Some(_)) => Err(missing(
                "REFOLD_LINKED_ACCOUNT_ID",
                "api_key, beside the key",
            )),
            (None, None) => Err(missing("REFOLD_API_KEY", "api_key").hinting(
                "Export it with REFOLD_LINKED_ACCOUNT_ID, or REFOLD_SESSION_TOKEN; in code give the values to the builder's api_key or session_token.",
            )),
        }
    }

    fn budget() -> Option<Budget> {
        Some(Budget::new(5, 20.0))
    }

    fn open(transport: Transport, credentials: Credentials) -> Result<Self, Error> {
        let linked = credentials.linked_account_id;
        let linked_account_id = linked
            .map(|(name, id)| header_text(name, &id))
            .transpose()?;
        Ok(Self {
            client: Client::from(&transport),
            transport,
            linked_account_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_status_has_its_state() {
        for (status, expected) in [
            ("QUEUED", State::Pending),
            ("RUNNING", State::Running),
            ("STOPPING", State::Running),
            ("COMPLETED", State::Succeeded),
            ("ERRORED", State::Failed),
            ("TIMED_OUT", State::Failed),
            ("STOPPED", State::Cancelled),
            ("TERMINATED", State::Cancelled),
            ("Partially Successful", State::Unknown),
        ] {
            assert_eq!(state(&status.into()), expected, "{status}");
        }
    }
}
