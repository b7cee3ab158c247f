//! CrossTrade's WebSocket: one task a connection, which hears, answers, and pushes quotes and P&L.

mod outbox;
mod rpc;
mod wire;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::header::UPGRADE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep, sleep_until, timeout};

use super::crosstrade::{ACCOUNT, CrossTrade, failure};
use super::fault::Fault;
use super::market::{self, Quote};
use super::response::JsonResponse;
use outbox::{Outbox, Step};
use wire::{Reply, Request};

pub(super) const PATH: &str = "/ws/stream";

/// The largest message it takes.
const LARGEST: usize = 1 << 20;

/// The most instruments one connection has quotes of.
const INSTRUMENTS: usize = 200;

/// How long a closing handshake may take.
const FAREWELL: Duration = Duration::from_millis(500);

/// Longer than any client should believe in a mute connection; then its place is freed.
const MUTE: Duration = Duration::from_secs(10 * 60);

/// Not documented by the vendor; what other services close with when they do not take a token.
const UNAUTHORIZED: u16 = 4001;

/// What all connections have in common.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) faults: Arc<[Fault]>,
    /// Heard or dropped: close.
    pub(super) stopped: watch::Receiver<()>,
}

impl Line {
    /// How long a connection may last.
    fn lifetime(&self) -> Duration {
        let latest = self.faults.iter().rev();
        let mut times = latest.filter_map(|fault| match fault {
            Fault::DropAfterTime(time) => Some(*time),
            _ => None,
        });
        times.next().unwrap_or(Duration::MAX)
    }
}

pub(super) fn router(line: Line) -> Router<Arc<CrossTrade>> {
    Router::new().route(PATH, get(open)).layer(Extension(line))
}

async fn open(
    State(desk): State<Arc<CrossTrade>>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, JsonResponse> {
    desk.recognise(&headers)?;
    let Ok(upgrade) = upgrade else {
        let detail = format!("{PATH} speaks WebSocket only");
        let answer = failure(StatusCode::UPGRADE_REQUIRED, "upgrade_required", &detail);
        return Ok(([(UPGRADE, "websocket")], answer).into_response());
    };
    Ok(upgrade
        .max_message_size(LARGEST)
        .on_upgrade(|socket| serve(socket, desk, line)))
}

/// Dropping the socket at the end closes the connection, without a close frame unless one was sent.
async fn serve(mut socket: WebSocket, desk: Arc<CrossTrade>, line: Line) {
    if line.faults.contains(&Fault::RejectAuth) {
        return close(&mut socket, UNAUTHORIZED, "Unauthorized").await;
    }
    let mute = line.faults.contains(&Fault::Mute);
    let mut stopped = line.stopped.clone();
    let talk = async {
        match mute {
            true => sleep(MUTE).await,
            false => converse(&mut socket, Session::new(desk, &line.faults)).await,
        }
    };
    tokio::select! {
        _ = timeout(line.lifetime(), talk) => {}
        _ = stopped.changed() => if !mute {
            close(&mut socket, close_code::AWAY, "The simulator stops").await;
        },
    }
}

async fn converse(socket: &mut WebSocket, mut session: Session) {
    loop {
        let steps = tokio::select! {
            heard = socket.recv(), if session.outbox.has_room() => match heard {
                Some(Ok(Message::Text(text))) => session.hear(&text),
                Some(Ok(Message::Binary(_))) => {
                    let frame = wire::error(None, "Invalid JSON", "Expected a text frame");
                    vec![Step::Send(frame)]
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(_))) => return finish(socket).await,
                Some(Err(_)) | None => return,
            },
            () = or_never(session.outbox.due().map(sleep_until)) => session.outbox.take(Instant::now()),
            _ = or_never(session.quotes.as_mut().map(Interval::tick)) => session.quote(),
            _ = or_never(session.pnl.as_mut().map(Interval::tick)) => session.report(),
        };
        for step in steps {
            match step {
                Step::Send(frame) => {
                    if socket.send(frame).await.is_err() {
                        return;
                    }
                }
                Step::Drop => return,
            }
        }
    }
}

/// What one connection asked for.
struct Session {
    desk: Arc<CrossTrade>,
    outbox: Outbox,
    instruments: BTreeSet<String>,
    quotes: Option<Interval>,
    pnl: Option<Interval>,
}

impl Session {
    fn new(desk: Arc<CrossTrade>, faults: &[Fault]) -> Self {
        Self {
            desk,
            outbox: Outbox::new(faults),
            instruments: BTreeSet::new(),
            quotes: None,
            pnl: None,
        }
    }

    fn hear(&mut self, text: &str) -> Vec<Step> {
        let heard = Request::parse(text).and_then(|request| self.act(request));
        match heard {
            Ok(steps) => steps,
            Err(frame) => vec![Step::Send(frame)],
        }
    }

    /// # Errors
    /// The frame that says why not.
    fn act(&mut self, request: Request) -> Result<Vec<Step>, Message> {
        match request {
            Request::Rpc { id, api, args } => {
                let reply = match self.desk.charge() {
                    Ok(()) => {
                        let (Ok(answer) | Err(answer)) = rpc::call(&self.desk, &api, &args);
                        Reply::answered(&id, &answer)
                    }
                    Err(refused) => Reply::refused(&id, &refused),
                };
                let now = Instant::now();
                self.outbox.answer(reply, now);
                return Ok(self.outbox.take(now));
            }
            Request::Subscribe(instruments) => {
                self.desk.charge_subscription().map_err(wire::refusal)?;
                self.subscribe(instruments)?;
            }
            Request::Unsubscribe(instruments) => {
                self.desk.charge_subscription().map_err(wire::refusal)?;
                self.instruments
                    .retain(|known| !instruments.contains(known));
                if self.instruments.is_empty() {
                    self.quotes = None;
                }
            }
            Request::StreamPnl(every) => self.pnl = every.map(ticking),
            Request::Ping => return Ok(vec![Step::Send(wire::pong())]),
        }
        // No acknowledgement of these is documented.
        Ok(Vec::new())
    }

    fn subscribe(&mut self, instruments: Vec<String>) -> Result<(), Message> {
        let mut all = self.instruments.clone();
        all.extend(instruments);
        if all.len() > INSTRUMENTS {
            let detail = format!("More than {INSTRUMENTS} instruments");
            return Err(wire::error(None, "Invalid request", &detail));
        }
        self.instruments = all;
        self.quotes.get_or_insert_with(|| ticking(market::PERIOD));
        Ok(())
    }

    fn quote(&mut self) -> Vec<Step> {
        let uptime = self.desk.uptime();
        let quotes: Vec<_> = self
            .instruments
            .iter()
            .map(|name| Quote::at(name, uptime))
            .collect();
        self.outbox.push(wire::market_data(&quotes))
    }

    fn report(&mut self) -> Vec<Step> {
        let epoch = Timestamp::now().as_millisecond();
        let account = market::gains(ACCOUNT, self.desk.uptime());
        self.outbox.push(wire::pnl_update(epoch, &account))
    }
}

/// The first tick is at once; one that is missed is not made up for.
fn ticking(every: Duration) -> Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

async fn or_never<T>(future: Option<impl Future<Output = T>>) -> T {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}

async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let frame = Message::Close(Some(CloseFrame {
        code,
        reason: reason.into(),
    }));
    // A peer that does not read must not hold it up.
    if let Ok(Ok(())) = timeout(FAREWELL, socket.send(frame)).await {
        finish(socket).await;
    }
}

/// Reads on until the closing handshake is through, so that the peer gets to see it.
async fn finish(socket: &mut WebSocket) {
    let through = async { while let Some(Ok(_)) = socket.recv().await {} };
    let _ = timeout(FAREWELL, through).await;
}
