//! The provider-neutral view of an execution.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reference::{Reference, Service};
use crate::values::Json;

/// Any service's execution, in the terms the four have in common.
///
/// Made from a service's own answer by `to_execution` on its [`Reply`](crate::Reply), or fetched by
/// [`Executions::get`](crate::Executions::get). Nothing is invented: what the service did not say is `None`, and everything
/// it did say is in `raw`.
///
/// It goes through JSON text and back without a change, `raw` digit for digit:
///
/// ```
/// use executions::{Execution, Reply, State, refold::types};
///
/// let run = r#"{"_id": "65410c", "status": "ERRORED", "createdAt": "2023-10-31T14:19:34.788Z"}"#;
/// let execution = Reply::<types::Execution>::from_json(run)?.to_execution();
/// assert_eq!(execution.state, State::Failed);
/// assert_eq!(execution.state.is_finished(), Some(true));
/// assert_eq!(execution.started, Some("2023-10-31T14:19:34.788Z".parse()?));
///
/// let json = serde_json::to_string(&execution)?;
/// assert_eq!(serde_json::from_str::<Execution>(&json)?, execution);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(
    description = "Any service's execution, in the terms the four have in common. What the service did not say is null, and everything it did say is in `raw`."
)]
#[non_exhaustive]
pub struct Execution {
    /// The service it is of.
    pub service: Service,
    /// The id in the service's answer; the one asked for where the answer holds none (Refold's newer answers).
    pub id: String,
    /// What fetches it again: the id that was asked for, which need not be the answer's.
    pub reference: Reference,
    /// The service's name for it: a fill's signal name, an executor's type, a workflow run's name.
    pub name: Option<String>,
    /// How it stands, by the service's own words.
    pub state: State,
    /// True if it has ended and may still go on: a stopped execution of Refold can be resumed.
    pub resumable: bool,
    /// The service's own word for how it stands; a fill has none.
    pub status: Option<String>,
    /// The service's own reason for its state, if it gave one: B3OS's `statusReason`, Hummingbot's `last_error`, or the name
    /// and status of the first node of a Refold execution that failed.
    pub reason: Option<String>,
    /// When it started, in UTC; for a fill, when it happened.
    pub started: Option<Timestamp>,
    /// When it ended, in UTC; for a fill, when it happened. Hummingbot sets a time before the end, and Refold may keep one
    /// after a resume: both are left out.
    pub finished: Option<Timestamp>,
    /// What it was about: a fill's instrument, an executor's trading pair, a run's workflow.
    pub about: Option<String>,
    /// The whole of what the service sent about it, as it came.
    pub raw: Json,
}

/// How an execution stands. Words that nobody documents are `unknown`, never guessed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum State {
    /// Accepted, not begun: queued, or waiting for a payment.
    Pending,
    /// Begun, not ended. It may be on its way to stop.
    Running,
    /// Ended as it should. It says nothing of profit: an executor that hit its stop loss succeeded.
    Succeeded,
    /// Ended because something went wrong, a time limit included.
    Failed,
    /// Ended because somebody, or a restart, stopped it.
    Cancelled,
    /// It is over, and the service does not say how it ended.
    Ended,
    /// The service used a word that its documents do not have, or none.
    Unknown,
}

impl State {
    /// The word in JSON: `succeeded`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Ended => "ended",
            Self::Unknown => "unknown",
        }
    }

    /// Returns true if it is over, and `None` if the state is [`Unknown`](Self::Unknown). An execution that is over can still
    /// go on if it is [`resumable`](Execution::resumable).
    pub const fn is_finished(self) -> Option<bool> {
        match self {
            Self::Pending | Self::Running => Some(false),
            Self::Succeeded | Self::Failed | Self::Cancelled | Self::Ended => Some(true),
            Self::Unknown => None,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
