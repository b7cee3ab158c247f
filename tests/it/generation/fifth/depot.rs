//! Depot: jobs.

use secrecy::SecretString;

use crate::generated::depot::required::{GetJob, ListJobs, StopJob};
pub use crate::generated::depot::types;
use crate::generated::depot::{Client, SERVICE, operations, security};

use crate::error::Error;
use crate::execution::{Execution, State};
use crate::reference::{Reference, Service};
use crate::service::ServiceInfo;
use crate::settings::{Builder, Handle, Variables, handle, missing};
use crate::transport::auth::{Credential, Signer};
use crate::transport::body::{Decoder, decodes};
use crate::transport::operation::Operation;
use crate::transport::reply::Reply;
use crate::transport::request::Target;
use crate::transport::{Manners, Success, Transport};

/// A handle on Depot; clones share its connections.
#[derive(Clone)]
pub struct Depot {
    pub(crate) transport: Transport,
    client: Client,
}

handle! {
    Depot,
    /// A handle to set up: it needs [`key`](Builder::key).
    builder,
    /// A handle from `DEPOT_KEY`, and optionally `DEPOT_BASE_URL` and `DEPOT_ALLOW_HTTP`.
    ///
    /// # Errors
    /// [`is_invalid_input`](Error::is_invalid_input), naming the variable.
    from_env
}

impl Depot {
    /// One job by its id.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found), and what any call can meet.
    pub async fn job(&self, id: &str) -> Result<Reply<types::Job>, Error> {
        let get = self.client.get_job(GetJob { id });
        self.transport.send(Target::get("job", id), get.build()).await
    }

    /// The jobs, or those that stand so.
    ///
    /// # Errors
    /// What any call can meet.
    pub async fn jobs(&self, status: Option<&str>) -> Result<Reply<types::JobList>, Error> {
        let list = self.client.list_jobs(ListJobs {});
        self.transport.send(Target::list("jobs"), list.status(status).build()).await
    }
}

impl Depot {
    /// Stops a job. It is sent once.
    ///
    /// # Errors
    /// [`is_outcome_unknown`](Error::is_outcome_unknown), and what any call can meet.
    pub async fn stop(&self, id: &str, body: &types::Stop) -> Result<Reply<()>, Error> {
        let stop = self.client.stop_job(StopJob { id, body });
        let target = Target::of("stop", "job", Some(id));
        self.transport.send(target, stop.build()).await
    }
}

impl Reply<types::Job> {
    /// The neutral view of the job.
    pub fn to_execution(&self) -> Execution {
        use types::JobStatus as Status;
        Execution {
            service: Service::Depot,
            id: self.id.to_string(),
            reference: Reference::received(Service::Depot, None, self.asked().id().unwrap_or(&self.id)),
            name: None,
            state: match self.status {
                Status::Running => State::Running,
                Status::Done => State::Succeeded,
                _ => State::Unknown,
            },
            resumable: false,
            status: Some(self.status.to_string()),
            reason: None,
            started: self.began.as_ref().and_then(|at| at.get()),
            finished: None,
            about: None,
            raw: self.json(),
        }
    }
}

impl Success for types::Job {}
impl Success for types::JobList {}

/// What [`Depot`] signs with. Set it through [`Depot::builder`].
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    key: Option<Credential>,
}

impl Builder<Credentials> {
    /// The key.
    #[must_use]
    pub fn key(mut self, key: impl Into<SecretString>) -> Self {
        self.credentials.key = Credential::new("key", &key.into());
        self
    }
}

impl Handle for Depot {
    type Credentials = Credentials;

    const SERVICE: Service = Service::Depot;
    const INFO: &'static ServiceInfo = &SERVICE;
    const VARIABLES: &'static [&'static str] = &["DEPOT_BASE_URL", "DEPOT_KEY"];
    const DECODERS: &'static [(&'static Operation, Decoder)] = &[
        (&operations::GET_JOB, decodes::<types::Job>),
        (&operations::LIST_JOBS, decodes::<types::JobList>),
        (&operations::STOP_JOB, decodes::<()>),
    ];
    const UNKNOWN: (&'static str, &'static [u16]) = ("no-such-job", &[404]);
    const MANNERS: Manners = Manners {
        offline: None,
        is_wrong_path: |_| false,
        hint: |_, _| None,
        is_lasting: |_| false,
        meaning: |_, _| None,
    };

    async fn get(&self, reference: &Reference) -> Result<Reply<Execution>, Error> {
        let job = self.job(reference.id()).await?;
        let execution = job.to_execution();
        Ok(job.map(|_| execution))
    }

    fn credentials(variables: &Variables<'_>) -> Credentials {
        Credentials { key: variables.secret("DEPOT_KEY") }
    }

    fn signer(credentials: &Credentials) -> Result<Signer, Error> {
        let key = credentials.key.as_ref();
        Signer::new(security::KEY, key.ok_or_else(|| missing("DEPOT_KEY", "key"))?)
    }

    fn open(transport: Transport, _: Credentials) -> Result<Self, Error> {
        let client = Client::from(&transport);
        Ok(Self { transport, client })
    }
}
