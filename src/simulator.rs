//! The four services on loopback, to try a client against without an account anywhere.
//!
//! Real HTTP on real sockets: credentials are checked, wrong ids and wrong keys are answered as the services answer
//! them, and what a good request gets are the examples in `specs/` and a little history made from them. It knows
//! only the specs and shares nothing with the clients. No web page is answered.
//!
//! ```no_run
//! # async fn run() -> std::io::Result<()> {
//! use executions::simulator::{Options, Simulator};
//!
//! let simulator = Simulator::start(Options::default()).await?;
//! for (name, value) in simulator.variables() {
//!     println!("export {name}={value}");
//! }
//! simulator.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod b3os;
mod bucket;
mod credentials;
mod crosstrade;
mod fault;
mod fills;
mod hummingbot;
mod lookup;
mod market;
mod object;
mod refold;
mod response;
mod socket;
mod spec;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

pub use credentials::{
    B3OS_API_KEY, CROSSTRADE_TOKEN, HUMMINGBOT_PASSWORD, HUMMINGBOT_USERNAME, REFOLD_API_KEY,
    REFOLD_LINKED_ACCOUNT_ID, REFOLD_SESSION_TOKEN,
};
pub use fault::{Fault, NoSuchFault};
use lookup::Lookup as _;

use crate::loopback;

/// How long [`Simulator::shutdown`] lets open requests finish.
const GRACE: Duration = Duration::from_secs(1);

/// How to start a [`Simulator`]. The default takes any free ports.
#[derive(Clone, Debug, Default)]
pub struct Options {
    port: u16,
    faults: Vec<Fault>,
    without_budget: bool,
}

impl Options {
    /// CrossTrade's port; Hummingbot, B3OS and Refold get the next three. 0, the default: four that are free.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// One more thing wrong with CrossTrade's WebSocket. The later of two that differ only in their number counts.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Lets CrossTrade answer any number of calls and of changes of subscriptions, for a program that asks more of it
    /// than the 20 calls at once and 3 a second after which the real one, and by default this one, answers 429.
    #[must_use]
    pub fn without_budget(mut self) -> Self {
        self.without_budget = true;
        self
    }
}

/// The running services. Dropping it stops them without waiting; [`shutdown`](Self::shutdown) waits.
#[derive(Debug)]
pub struct Simulator {
    /// In the order of the ports.
    urls: [String; 4],
    references: Vec<String>,
    /// Sent or dropped: the servers and the open sockets stop.
    stop: watch::Sender<()>,
    servers: Vec<JoinHandle<io::Result<()>>>,
}

impl Simulator {
    /// Starts all four on 127.0.0.1 within the current tokio runtime.
    ///
    /// They are reachable when this returns. CrossTrade's latest fills are of the last quarter of an hour whenever they are
    /// asked for: twice a minute their times move up.
    ///
    /// # Errors
    /// A port is taken (the text names its address), or the fourth of them would be above 65535.
    pub async fn start(options: Options) -> io::Result<Self> {
        let now = Timestamp::now();
        let crosstrade = crosstrade::CrossTrade::new(now, !options.without_budget)?;
        let hummingbot = hummingbot::Hummingbot::new(now)?;
        let b3os = b3os::B3os::new(now)?;
        let refold = refold::Refold::new(now)?;
        let references = crosstrade
            .ids()
            .map(|id| format!("crosstrade:{}/{id}", crosstrade::ACCOUNT))
            .chain(hummingbot.ids().map(|id| format!("hummingbot:{id}")))
            .chain(b3os.ids().map(|id| format!("b3os:{id}")))
            .chain(refold.ids().map(|id| format!("refold:{id}")))
            .collect();

        // All ports first: nothing serves unless everything can.
        let port = options.port;
        let listeners = [
            bind(port, 0).await?,
            bind(port, 1).await?,
            bind(port, 2).await?,
            bind(port, 3).await?,
        ];
        let (stop, stopped) = watch::channel(());
        let line = socket::Line {
            faults: options.faults.into(),
            stopped: stopped.clone(),
        };
        let routers = [
            crosstrade.router(socket::router(line)),
            hummingbot.router(),
            lookup::router(b3os),
            lookup::router(refold),
        ];
        let urls = listeners.each_ref().map(|(_, url)| url.clone());
        let servers = listeners
            .into_iter()
            .zip(routers)
            .map(|((listener, _), router)| {
                tokio::spawn(loopback::serve(listener, router, stopped.clone()))
            })
            .collect();
        Ok(Self {
            urls,
            references,
            stop,
            servers,
        })
    }

    /// CrossTrade's base URL: scheme, address and port, no path. So are the other three.
    #[must_use]
    pub fn crosstrade_url(&self) -> &str {
        &self.urls[0]
    }

    /// Where CrossTrade's WebSocket is: `ws://…/ws/stream`.
    #[must_use]
    pub fn crosstrade_socket_url(&self) -> String {
        let url = self.crosstrade_url().replacen("http", "ws", 1);
        format!("{url}{}", socket::PATH)
    }

    /// Hummingbot's base URL.
    #[must_use]
    pub fn hummingbot_url(&self) -> &str {
        &self.urls[1]
    }

    /// B3OS's base URL.
    #[must_use]
    pub fn b3os_url(&self) -> &str {
        &self.urls[2]
    }

    /// Refold's base URL.
    #[must_use]
    pub fn refold_url(&self) -> &str {
        &self.urls[3]
    }

    /// The environment that points all four clients here. For Refold it is the key and its account, never the
    /// session token beside them: clients refuse both ways at once.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        [
            ("CROSSTRADE_BASE_URL", self.crosstrade_url()),
            ("CROSSTRADE_TOKEN", CROSSTRADE_TOKEN),
            ("HUMMINGBOT_BASE_URL", self.hummingbot_url()),
            ("HUMMINGBOT_USERNAME", HUMMINGBOT_USERNAME),
            ("HUMMINGBOT_PASSWORD", HUMMINGBOT_PASSWORD),
            ("B3OS_BASE_URL", self.b3os_url()),
            ("B3OS_API_KEY", B3OS_API_KEY),
            ("REFOLD_BASE_URL", self.refold_url()),
            ("REFOLD_API_KEY", REFOLD_API_KEY),
            ("REFOLD_LINKED_ACCOUNT_ID", REFOLD_LINKED_ACCOUNT_ID),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    }

    /// References that answer, such as `crosstrade:Sim101/550837ff9e784c2895ef6dab22d06be0`. A service's first is
    /// its vendor document's example, except for B3OS, whose document shows placeholders: that one comes last.
    #[must_use]
    pub fn references(&self) -> Vec<String> {
        self.references.clone()
    }

    /// Stops listening and waits up to a second for requests under way; WebSockets are closed with code 1001. The
    /// ports are free afterwards.
    pub async fn shutdown(self) {
        self.stop.send_replace(());
        let deadline = Instant::now() + GRACE;
        for mut server in self.servers {
            if timeout_at(deadline, &mut server).await.is_err() {
                server.abort();
            }
        }
        let _ = timeout_at(deadline, self.stop.closed()).await;
    }
}

async fn bind(first: u16, offset: u16) -> io::Result<(TcpListener, String)> {
    let port = match first {
        0 => Some(0),
        first => first.checked_add(offset),
    };
    let port = port.ok_or_else(|| {
        let why = format!("no four ports from {first}: the last is 65535");
        io::Error::new(io::ErrorKind::InvalidInput, why)
    })?;
    let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let named =
        |why: io::Error| io::Error::new(why.kind(), format!("cannot listen on {wanted}: {why}"));
    let listener = TcpListener::bind(wanted).await.map_err(named)?;
    let url = format!("http://{}", listener.local_addr().map_err(named)?);
    Ok((listener, url))
}
