//! A recording served on loopback, so that what happened once happens again.
//!
//! A request is answered as the recorded one of the same method, path and query was, which are compared as RFC 3986 says; the
//! host does not matter, nor does what the recorded path has before the requested one, nor the credential. Requests that were
//! recorded more than once get their answers in turn, and then the last one again. One that got no answer finds its connection
//! closed. One that is not in the recording gets a 404 that names the nearest that are.
//!
//! Programs of this machine are answered, and no web page: neither one of another origin nor one that lets its name resolve to
//! 127.0.0.1. Recorded cookies and permissions for pages are left out.
//!
//! A WebSocket plays a recorded connection: a call of the same name and arguments as a recorded one gets its answer, under the
//! id it has now; what was pushed follows, in its order and without its pauses, once the client has sent what it was
//! recorded after. A connection that was recorded as lost is dropped once all of that has been sent.

mod answers;
mod missed;
mod script;
mod turns;

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::read::{RecordedResponse, Recording};
use crate::loopback::{self, Cut};
use crate::reference::Service;
use answers::{Answers, Recorded};
pub use missed::Missed;
use script::{Script, Step};

/// How long [`Replay::shutdown`] lets open requests finish.
const GRACE: Duration = Duration::from_secs(1);

/// The largest message that a WebSocket takes.
const LARGEST: usize = 1 << 20;

/// A recording that is being served. Dropping it stops that without waiting; [`shutdown`](Self::shutdown) waits.
#[derive(Debug)]
pub struct Replay {
    address: SocketAddr,
    requests: Vec<String>,
    /// Those that the recording names.
    services: BTreeSet<String>,
    socket: Option<String>,
    /// Sent or dropped: the server and the open sockets stop.
    stop: watch::Sender<()>,
    server: JoinHandle<io::Result<()>>,
}

impl Replay {
    /// Serves the recording on this port of 127.0.0.1, or on any that is free for 0, within the current tokio runtime. It is
    /// reachable when this returns.
    ///
    /// # Errors
    /// The port is taken; the text names its address.
    pub async fn start(recording: &Recording, port: u16) -> io::Result<Self> {
        Self::telling(recording, port, |_| ()).await
    }

    /// The same, which tells of each thing that is asked for and is not in the recording; on the path of its answer.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn telling(
        recording: &Recording,
        port: u16,
        tell: impl Fn(&Missed) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let named = |why: io::Error| {
            io::Error::new(why.kind(), format!("cannot listen on {wanted}: {why}"))
        };
        let listener = TcpListener::bind(wanted).await.map_err(named)?;
        let address = listener.local_addr().map_err(named)?;
        let answers = Answers::of(recording);
        let (requests, socket) = (answers.requests(), answers.socket());
        let (stop, stopped) = watch::channel(());
        let desk = Desk {
            answers: Mutex::new(answers),
            stopped: stopped.clone(),
            tell: Arc::new(tell),
        };
        let router = Router::new().fallback(answer).with_state(Arc::new(desk));
        let services = recording.entries.iter();
        let services = services.filter_map(|entry| entry.service.clone()).collect();
        Ok(Self {
            address,
            requests,
            services,
            socket,
            stop,
            server: tokio::spawn(loopback::serve(listener, router, stopped)),
        })
    }

    /// The base URL of every service: scheme, address and port, no path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What is recorded, in its order and each once: `GET /v1/api/accounts/Sim101/executions`, `WEBSOCKET /ws/stream`.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.requests.clone()
    }

    /// The environment that points the clients of the recorded services here; of all four, where the recording names none.
    /// The credentials are made up.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let services = Service::ALL
            .iter()
            .filter(|service| self.services.is_empty() || self.services.contains(service.as_str()));
        let mut variables = Vec::new();
        for service in services {
            let provider = service.provider();
            variables.extend(provider.variables.iter().map(|name| {
                let is_address = name.ends_with("_BASE_URL");
                (
                    *name,
                    if is_address {
                        self.url()
                    } else {
                        "any".to_owned()
                    },
                )
            }));
            if let (Some(path), Some((usual, name))) = (&self.socket, provider.socket)
                && path != usual
            {
                variables.push((name, format!("ws://{}{path}", self.address)));
            }
        }
        variables
    }

    /// Stops listening, waits up to a second for requests under way, and drops the open WebSockets.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(());
        if timeout(GRACE, &mut self.server).await.is_err() {
            self.server.abort();
        }
        let _ = timeout(GRACE, self.stop.closed()).await;
    }
}

/// What all connections have in common.
struct Desk {
    answers: Mutex<Answers>,
    stopped: watch::Receiver<()>,
    tell: Arc<Tell>,
}

type Tell = dyn Fn(&Missed) + Send + Sync;

async fn answer(
    State(desk): State<Arc<Desk>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    method: Method,
    uri: Uri,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let asked = match &upgrade {
        Ok(_) => answers::SOCKET,
        Err(_) => method.as_str(),
    };
    let found = {
        // It is whole between its methods.
        let mut answers = desk.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.next(asked, uri.path(), uri.query())
    };
    match (found, upgrade) {
        (Ok(Recorded::Socket(script)), Ok(upgrade)) => {
            let (stopped, tell) = (desk.stopped.clone(), Arc::clone(&desk.tell));
            upgrade
                .max_message_size(LARGEST)
                .on_upgrade(|socket| play(socket, script, stopped, tell))
        }
        (Ok(Recorded::Answered(answer)), _) => response(&method, &answer),
        (Ok(Recorded::Closed | Recorded::Socket(_)), _) => {
            cut.cut();
            Response::default()
        }
        (Err(missed), _) => {
            (desk.tell)(&missed);
            (StatusCode::NOT_FOUND, Json(missed.to_json())).into_response()
        }
    }
}

fn response(method: &Method, answer: &RecordedResponse) -> Response {
    let body = match answer.status {
        StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED => {
            Body::empty()
        }
        _ => Body::from(answer.body.clone()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    for (name, value) in &answer.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value)
            && is_replayed(&name, method)
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn is_replayed(name: &HeaderName, method: &Method) -> bool {
    // Of a HEAD, whose answer has no body to be counted.
    let is_length = name == CONTENT_LENGTH && method == Method::HEAD;
    let name = name.as_str();
    let is_left_out = OF_THE_CONNECTION.contains(&name)
        || FOR_BROWSERS.contains(&name)
        || name.starts_with("access-control-");
    is_length || !is_left_out
}

/// Headers of how the recorded answer travelled, which this one does in its own way.
const OF_THE_CONNECTION: [&str; 7] = [
    "connection",
    "content-encoding",
    "content-length",
    "keep-alive",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers by which a browser would remember or drop something of all that this machine serves.
const FOR_BROWSERS: [&str; 2] = ["clear-site-data", "set-cookie"];

/// Dropping the socket at the end closes the connection without a close frame.
async fn play(
    mut socket: WebSocket,
    mut script: Script,
    mut stopped: watch::Receiver<()>,
    tell: Arc<Tell>,
) {
    let mut steps = script.opening();
    loop {
        for step in steps.drain(..) {
            let frame = match step {
                Step::Say(frame) => frame,
                Step::Miss(missed) => {
                    tell(&missed);
                    continue;
                }
                Step::Drop => return,
            };
            if socket.send(frame).await.is_err() {
                return;
            }
        }
        let heard = tokio::select! {
            heard = socket.recv() => heard,
            _ = stopped.changed() => return,
        };
        steps = match heard {
            Some(Ok(Message::Text(text))) => script.hear(&text),
            Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Close(_))) => {
                // The library has answered it; this lets that go out.
                let _ = timeout(GRACE, socket.recv()).await;
                return;
            }
            Some(Err(_)) | None => return,
        };
    }
}
