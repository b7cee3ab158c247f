//! CrossTrade: fills in NinjaTrader 8, over REST.
//!
//! Every call is forwarded to an add-on in the user's own running NinjaTrader; while that is off, calls end in an error with
//! [`is_offline`](Error::is_offline). Documents: GET Execution and GET Executions of CrossTrade's API reference.

#[cfg(feature = "ws")]
pub mod socket;
#[cfg(feature = "ws")]
pub use socket::Socket;

use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use http::StatusCode;
use secrecy::SecretString;

use crate::generated::crosstrade::required::{self, GetExecution};
pub use crate::generated::crosstrade::types;
use crate::generated::crosstrade::{Client, SERVICE, bounds, security};

use crate::error::{Error, Refusal};
use crate::execution::{Execution, State};
use crate::generated::crosstrade::operations;
use crate::reference::{Reference, Service};
use crate::service::ServiceInfo;
use crate::settings::{Builder, Handle, Variables, handle, missing};
use crate::transport::auth::{Credential, Signer};
use crate::transport::body::{Decoder, Unusable, check_same, decodes};
use crate::transport::budget::Budget;
use crate::transport::operation::Operation;
use crate::transport::reply::Reply;
use crate::transport::request::Target;
use crate::transport::{Manners, Success, Transport};
use crate::values::Json;

/// A handle on CrossTrade; clones share its connections and its rate budget.
///
/// ```no_run
/// use std::time::Duration;
/// use executions::CrossTrade;
///
/// # async fn run() -> Result<(), executions::Error> {
/// let crosstrade = CrossTrade::builder().token("…").build()?;
/// for fill in &crosstrade.executions("Sim101").lookback(Duration::from_secs(600)).await?.executions {
///     println!("{} {} @ {}", fill.instrument, fill.quantity, fill.price);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct CrossTrade {
    pub(crate) transport: Transport,
    client: Client,
}

handle! {
    CrossTrade,
    /// A handle to set up: it needs [`token`](Builder::token).
    builder,
    /// A handle from `CROSSTRADE_TOKEN` (or the vendor's own `XTRADE_TOKEN`), and optionally `CROSSTRADE_BASE_URL`,
    /// `CROSSTRADE_WS_URL` and `CROSSTRADE_ALLOW_HTTP`.
    ///
    /// # Errors
    /// [`is_invalid_input`](Error::is_invalid_input), naming the variable.
    from_env
}

impl CrossTrade {
    /// One fill by its id, in an account as NinjaTrader spells it (`Sim101`; the service ignores case).
    ///
    /// The answer's id may differ from the one asked for, as in the vendor's own example: compare `id` with
    /// [`asked_id`](Reply::asked_id) where that matters.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found), [`is_offline`](Error::is_offline) where NinjaTrader is not connected,
    /// [`is_contract_drift`](Error::is_contract_drift) also for a fill of another account, and what any call can meet.
    pub async fn execution(
        &self,
        account: &str,
        id: &str,
    ) -> Result<Reply<types::Execution>, Error> {
        let target = Target::get("execution", id).within("account", account);
        let get = self.client.get_execution(GetExecution {
            account,
            execution_id: id,
        });
        self.transport.send(target, get.build()).await
    }

    /// The fills of an account, as far back as [`lookback`](ListExecutions::lookback) says: await what this returns.
    ///
    /// There is no paging, and REST reaches no further back than 15 minutes.
    pub fn executions<'a>(&'a self, account: &'a str) -> ListExecutions<'a> {
        ListExecutions {
            crosstrade: self,
            account,
            lookback: None,
        }
    }
}

/// A list call being set up; awaiting it sends it.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct ListExecutions<'a> {
    crosstrade: &'a CrossTrade,
    account: &'a str,
    lookback: Option<Duration>,
}

impl ListExecutions<'_> {
    /// How far back to list, in whole seconds from 1 to 900; the service's default is 320 s.
    pub fn lookback(mut self, lookback: Duration) -> Self {
        self.lookback = Some(lookback);
        self
    }

    async fn send(self) -> Result<Reply<types::ExecutionList>, Error> {
        let account = self.account;
        let target = Target::list("executions").within("account", account);
        let seconds = self.lookback.map(whole_seconds).transpose();
        let seconds = seconds.map_err(|error| error.of(&SERVICE, target))?;
        let CrossTrade { transport, client } = self.crosstrade;
        let list = client.list_executions(required::ListExecutions { account });
        let list = list.lookback_time(seconds);
        transport.send(target, list.build()).await
    }
}

impl<'a> IntoFuture for ListExecutions<'a> {
    type Output = Result<Reply<types::ExecutionList>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

fn whole_seconds(lookback: Duration) -> Result<u64, Error> {
    let allowed = bounds::LIST_EXECUTIONS_LOOKBACK_TIME;
    if lookback.subsec_nanos() == 0 && allowed.contains(&lookback.as_secs()) {
        return Ok(lookback.as_secs());
    }
    let (least, most) = allowed.into_inner();
    Err(Error::input(
        "lookback",
        format!("{lookback:?} is not a whole number of seconds from {least} to {most}"),
    )
    .hinting("REST reaches no further back; older fills are in NinjaTrader itself."))
}

impl Reply<types::Execution> {
    /// The neutral view of the fill.
    pub fn to_execution(&self) -> Execution {
        let asked = self.asked();
        let id = asked.id().unwrap_or(&self.id);
        neutral(self, asked.scope(), id, self.json())
    }
}

impl Reply<types::ExecutionList> {
    /// The neutral views of the fills, in the order they came.
    pub fn to_executions(&self) -> Vec<Execution> {
        let account = self.asked().scope();
        let fills = self.executions.iter().zip(self.elements("executions"));
        fills
            .map(|(fill, raw)| neutral(fill, account, &fill.id, raw))
            .collect()
    }
}

fn neutral(fill: &types::Execution, account: Option<&str>, id: &str, raw: Json) -> Execution {
    let at = fill.epoch.as_ref().and_then(|epoch| epoch.get());
    Execution {
        service: Service::CrossTrade,
        id: fill.id.to_string(),
        reference: Reference::received(
            Service::CrossTrade,
            account.or(fill.account.as_deref()),
            id,
        ),
        name: fill.name.clone(),
        // A fill has happened once the service knows of it, and nothing undoes it.
        state: State::Succeeded,
        resumable: false,
        status: None,
        reason: None,
        started: at,
        finished: at,
        about: Some(fill.instrument.clone()),
        raw,
    }
}

/// The id is not compared: the vendor's own example answers with another.
impl Success for types::Execution {
    fn check_asked(&self, asked: Target<'_>) -> Result<(), Unusable> {
        check_account(self, asked, || "account".to_owned())
    }
}

impl Success for types::ExecutionList {
    fn check_asked(&self, asked: Target<'_>) -> Result<(), Unusable> {
        let mut fills = self.executions.iter().enumerate();
        fills.try_for_each(|(at, fill)| {
            check_account(fill, asked, || format!("executions[{at}].account"))
        })
    }
}

/// The service takes an account in any case and answers with its own spelling.
fn check_account(
    fill: &types::Execution,
    asked: Target<'_>,
    path: impl FnOnce() -> String,
) -> Result<(), Unusable> {
    let same = |asked: &str, came: &str| asked.to_lowercase() == came.to_lowercase();
    check_same(path, asked.scope(), fill.account.as_deref(), same)
}

/// Refusals that come without a status: a 200 with `success: false`, and all of them over the WebSocket. The vendor documents
/// the words of the rate limit (docs.crosstrade.io/api/rate-limiting), and `addon_disconnected` for its MCP server alone; a
/// code that ends in `not_found` is a guess.
fn meaning(code: Option<&str>, message: Option<&str>) -> Option<Refusal> {
    let code = code.unwrap_or_default().to_ascii_lowercase();
    let message = message.unwrap_or_default().to_ascii_lowercase();
    match code.as_str() {
        "addon_disconnected" => Some(Refusal::Offline),
        "rate_limited" | "rate_limit_exceeded" => Some(Refusal::As(StatusCode::TOO_MANY_REQUESTS)),
        NEEDS_PRO => Some(Refusal::As(StatusCode::UNAUTHORIZED)),
        code if code.ends_with("not_found") => Some(Refusal::As(StatusCode::NOT_FOUND)),
        _ if message.starts_with("rate limit") => Some(Refusal::As(StatusCode::TOO_MANY_REQUESTS)),
        _ => None,
    }
}

/// The code of a 401 that is about the plan: the token is right.
const NEEDS_PRO: &str = "api_requires_pro";

fn hint(status: StatusCode, code: Option<&str>) -> Option<&'static str> {
    let needs_pro = code.is_some_and(|code| code.eq_ignore_ascii_case(NEEDS_PRO));
    (status == StatusCode::UNAUTHORIZED && needs_pro)
        .then_some("The token is known; the API needs an active Pro subscription of CrossTrade's.")
}

/// What [`CrossTrade`] signs with. Set it through [`CrossTrade::builder`].
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    token: Option<Credential>,
}

impl Builder<Credentials> {
    /// The bearer token from the add-on's settings. It is the account's webhook secret too, and only the vendor's support
    /// can change it.
    #[must_use]
    pub fn token(mut self, token: impl Into<SecretString>) -> Self {
        self.credentials.token = Credential::new("token", &token.into());
        self
    }

    /// Where the WebSocket is, in place of `/ws/stream` after the base URL: `wss://host[:port]/path`. Its host must be the
    /// base URL's, to which the token belongs.
    #[cfg(feature = "ws")]
    #[must_use]
    pub fn ws_url(mut self, url: impl Into<String>) -> Self {
        self.socket_url = Some(("ws_url".to_owned(), url.into()));
        self
    }
}

impl Handle for CrossTrade {
    type Credentials = Credentials;

    const SERVICE: Service = Service::CrossTrade;
    const INFO: &'static ServiceInfo = &SERVICE;
    const VARIABLES: &'static [&'static str] = &["CROSSTRADE_BASE_URL", "CROSSTRADE_TOKEN"];
    const DECODERS: &'static [(&'static Operation, Decoder)] = &[
        (&operations::GET_EXECUTION, decodes::<types::Execution>),
        (
            &operations::LIST_EXECUTIONS,
            decodes::<types::ExecutionList>,
        ),
    ];
    const PUSHES: &'static [(&'static str, &'static str)] =
        &[("marketData", "MarketData"), ("pnlUpdate", "PnlUpdate")];
    // Of the form of an id, of which NinjaTrader has made none. 404 is not documented, and as the client reads it.
    const UNKNOWN: (&'static str, &'static [u16]) =
        ("00000000000000000000000000000000", &[404, 400]);
    const PREFIX: &'static str = "/v1/api";
    const SOCKET: Option<(&'static str, &'static str)> = Some(("/ws/stream", "CROSSTRADE_WS_URL"));
    const MANNERS: Manners = Manners {
        offline: Some(408),
        is_wrong_path: |body| body.get("did_you_mean").is_some(),
        hint,
        is_lasting: |_| false,
        meaning,
    };

    async fn get(&self, reference: &Reference) -> Result<Reply<Execution>, Error> {
        let account = reference.account().unwrap_or_default();
        let fill = self.execution(account, reference.id()).await?;
        let execution = fill.to_execution();
        Ok(fill.map(|_| execution))
    }

    fn credentials(variables: &Variables<'_>) -> Credentials {
        let token = variables
            .secret("CROSSTRADE_TOKEN")
            .or_else(|| variables.secret("XTRADE_TOKEN"));
        Credentials { token }
    }

    fn signer(credentials: &Credentials) -> Result<Signer, Error> {
        let token = credentials.token.as_ref();
        Signer::new(
            security::TOKEN,
            token.ok_or_else(|| missing("CROSSTRADE_TOKEN", "token"))?,
        )
    }

    fn budget() -> Option<Budget> {
        Some(Budget::new(20, 3.0))
    }

    fn open(transport: Transport, _: Credentials) -> Result<Self, Error> {
        let client = Client::from(&transport);
        Ok(Self { transport, client })
    }
}
