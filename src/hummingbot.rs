//! Hummingbot: trading executors of a Hummingbot API that the user runs.
//!
//! Document: Get Executor of the Hummingbot API's reference.

use http::StatusCode;
use secrecy::SecretString;
use serde_json::Value;

use crate::generated::hummingbot::required::GetExecutor;
pub use crate::generated::hummingbot::types;
use crate::generated::hummingbot::{Client, SERVICE};

use crate::error::Error;
use crate::execution::{Execution, State};
use crate::generated::hummingbot::operations;
use crate::reference::{Reference, Service};
use crate::service::ServiceInfo;
use crate::settings::{Builder, Handle, Variables, handle, missing};
use crate::transport::auth::{Credential, Signer};
use crate::transport::body::{Decoder, Unusable, check_same, decodes};
use crate::transport::operation::Operation;
use crate::transport::reply::Reply;
use crate::transport::request::Target;
use crate::transport::{Manners, Success, Transport};

/// A handle on a Hummingbot API; clones share its connections.
///
/// ```no_run
/// use executions::{Hummingbot, hummingbot::types::ExecutorStatus};
///
/// # async fn run() -> Result<(), executions::Error> {
/// let hummingbot = Hummingbot::builder().credentials("admin", "…").base_url("http://localhost:8000").build()?;
/// let executor = hummingbot.executor("abc123").await?;
/// if executor.status == ExecutorStatus::Running {
///     println!("{} has made {:?}", executor.executor_id, executor.net_pnl_quote);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Hummingbot {
    pub(crate) transport: Transport,
    client: Client,
}

/// Ids that are other routes of the server: asking for one would answer something else.
const ROUTES: [&str; 2] = ["summary", "performance"];

handle! {
    Hummingbot,
    /// A handle to set up: it needs [`credentials`](Builder::credentials), and is for `http://localhost:8000` unless told.
    builder,
    /// A handle from `HUMMINGBOT_USERNAME` and `HUMMINGBOT_PASSWORD`, and optionally `HUMMINGBOT_BASE_URL` and
    /// `HUMMINGBOT_ALLOW_HTTP` (a server in a container or a private network is on plain http).
    ///
    /// # Errors
    /// [`is_invalid_input`](Error::is_invalid_input), naming the variable.
    from_env
}

impl Hummingbot {
    /// One executor by its id.
    ///
    /// An active executor and a finished one differ: once finished, `side` and `timestamp` are gone, and `config` is what
    /// its creator posted. Numbers that Hummingbot could not compute are null. `net_pnl_pct` is a fraction for position
    /// executors (0.02 is 2 %), although the vendor's example shows 2.5.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found), also for an executor that exists while the server cannot read its database,
    /// and what any call can meet.
    pub async fn executor(&self, id: &str) -> Result<Reply<types::Executor>, Error> {
        let target = Target::get("executor", id);
        if ROUTES.contains(&id) {
            return Err(Error::input(
                "executor",
                "its id is the name of another route of the server",
            )
            .of(&SERVICE, target));
        }
        let get = self.client.get_executor(GetExecutor { executor_id: id });
        self.transport.send(target, get.build()).await
    }
}

impl Reply<types::Executor> {
    /// The neutral view of the executor.
    pub fn to_execution(&self) -> Execution {
        let asked = self.asked();
        let created = self.created_at.as_ref().and_then(|at| at.get());
        let stamped = self.timestamp.as_ref().and_then(|at| at.get());
        // Both are set before it is over, and may change until then.
        let is_over = self.status == types::ExecutorStatus::Terminated;
        let closed = self.close_timestamp.as_ref().filter(|_| is_over);
        Execution {
            service: Service::Hummingbot,
            id: self.executor_id.to_string(),
            reference: Reference::received(
                Service::Hummingbot,
                None,
                asked.id().unwrap_or(&self.executor_id),
            ),
            name: self.executor_type.clone(),
            state: state(&self.status, self.close_type.as_ref()),
            resumable: false,
            status: Some(self.status.to_string()),
            reason: self.last_error.clone(),
            started: created.or(stamped),
            finished: closed.and_then(|at| at.get()),
            about: self.trading_pair.clone(),
            raw: self.json(),
        }
    }
}

/// TERMINATED is always the end and says nothing of how it came; `close_type` does, once it is TERMINATED.
fn state(status: &types::ExecutorStatus, close_type: Option<&types::CloseType>) -> State {
    use types::{CloseType as Close, ExecutorStatus as Status};
    match status {
        Status::NotStarted => State::Pending,
        Status::Running | Status::ShuttingDown => State::Running,
        Status::Terminated => match close_type {
            Some(Close::Failed | Close::InsufficientBalance) => State::Failed,
            Some(Close::EarlyStop | Close::SystemCleanup) => State::Cancelled,
            Some(
                Close::TakeProfit
                | Close::StopLoss
                | Close::TrailingStop
                | Close::TimeLimit
                | Close::Completed
                | Close::PositionHold
                | Close::Expired,
            ) => State::Succeeded,
            // None, as an XEMM executor ends, or a word that nobody documents: it is over all the same.
            _ => State::Ended,
        },
        _ => State::Unknown,
    }
}

impl Success for types::Executor {
    fn check_asked(&self, asked: Target<'_>) -> Result<(), Unusable> {
        let path = || "executor_id".to_owned();
        check_same(path, asked.id(), Some(&self.executor_id), str::eq)
    }
}

/// What [`Hummingbot`] signs with. Set it through [`Hummingbot::builder`].
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    username: Option<Credential>,
    password: Option<Credential>,
}

impl Builder<Credentials> {
    /// The user name and password that the server was set up with (its own default is `admin` and `admin`).
    #[must_use]
    pub fn credentials(
        mut self,
        username: impl Into<SecretString>,
        password: impl Into<SecretString>,
    ) -> Self {
        self.credentials = Credentials {
            username: Credential::new("username", &username.into()),
            password: Credential::new("password", &password.into()),
        };
        self
    }
}

impl Handle for Hummingbot {
    type Credentials = Credentials;

    const SERVICE: Service = Service::Hummingbot;
    const INFO: &'static ServiceInfo = &SERVICE;
    const VARIABLES: &'static [&'static str] = &[
        "HUMMINGBOT_BASE_URL",
        "HUMMINGBOT_USERNAME",
        "HUMMINGBOT_PASSWORD",
    ];
    const DECODERS: &'static [(&'static Operation, Decoder)] =
        &[(&operations::GET_EXECUTOR, decodes::<types::Executor>)];
    const UNKNOWN: (&'static str, &'static [u16]) = ("no-such-executor", &[404]);
    const MANNERS: Manners = Manners {
        offline: None,
        // FastAPI's own word for a route it does not have; for an id it says which.
        is_wrong_path: |body| {
            body.get("detail")
                .is_some_and(|detail| detail == "Not Found")
        },
        hint: |status, _| {
            (status == StatusCode::NOT_FOUND).then_some(
                "Check the id. The server says the same while it cannot read its database, so try again if the executor exists.",
            )
        },
        // A number that is not finite or a name that is missing: the server cannot write such an executor down.
        is_lasting: |body| {
            let detail = body.get("detail").map(Value::to_string);
            let words = ["validation error", "Input should be", "Field required"];
            detail.is_some_and(|detail| words.iter().any(|words| detail.contains(words)))
        },
        meaning: |_, _| None,
    };

    async fn get(&self, reference: &Reference) -> Result<Reply<Execution>, Error> {
        let executor = self.executor(reference.id()).await?;
        let execution = executor.to_execution();
        Ok(executor.map(|_| execution))
    }

    fn credentials(variables: &Variables<'_>) -> Credentials {
        Credentials {
            username: variables.secret("HUMMINGBOT_USERNAME"),
            password: variables.secret("HUMMINGBOT_PASSWORD"),
        }
    }

    fn signer(credentials: &Credentials) -> Result<Signer, Error> {
        let Credentials { username, password } = credentials;
        let username = username
            .as_ref()
            .ok_or_else(|| missing("HUMMINGBOT_USERNAME", "credentials"))?;
        let password = password
            .as_ref()
            .ok_or_else(|| missing("HUMMINGBOT_PASSWORD", "credentials"))?;
        Signer::basic(username, password)
    }

    fn open(transport: Transport, _: Credentials) -> Result<Self, Error> {
        let client = Client::from(&transport);
        Ok(Self { transport, client })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_the_state_its_close_type_gives_it() {
        let of = |status: &str, close_type: Option<&str>| {
            state(
                &status.into(),
                close_type.map(types::CloseType::from).as_ref(),
            )
        };
        assert_eq!(of("NOT_STARTED", None), State::Pending);
        assert_eq!(of("RUNNING", None), State::Running);
        assert_eq!(of("SHUTTING_DOWN", Some("EARLY_STOP")), State::Running);
        for (close_type, expected) in [
            ("FAILED", State::Failed),
            ("INSUFFICIENT_BALANCE", State::Failed),
            ("EARLY_STOP", State::Cancelled),
            ("SYSTEM_CLEANUP", State::Cancelled),
            ("TAKE_PROFIT", State::Succeeded),
            ("STOP_LOSS", State::Succeeded),
            ("TRAILING_STOP", State::Succeeded),
            ("TIME_LIMIT", State::Succeeded),
            ("COMPLETED", State::Succeeded),
            ("POSITION_HOLD", State::Succeeded),
            ("EXPIRED", State::Succeeded),
            ("SOMETHING_NEW", State::Ended),
            ("take_profit", State::Ended),
        ] {
            assert_eq!(of("TERMINATED", Some(close_type)), expected, "{close_type}");
        }
        assert_eq!(of("TERMINATED", None), State::Ended);
        assert_eq!(of("stopping", None), State::Unknown);
    }
}
