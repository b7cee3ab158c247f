//! CrossTrade's WebSocket, over a client of another library than the crate's own.

mod calls;
mod faults;
mod pushes;

use std::time::Duration;

use executions::simulator::{CROSSTRADE_TOKEN, Fault, Options, Simulator};
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{CROSSTRADE_ID, EXECUTIONS, crosstrade, parse, request, send, started};

/// Nothing here takes so long.
const LONG: Duration = Duration::from_secs(10);

/// Long enough for what is to come to have come.
const WHILE: Duration = Duration::from_millis(300);

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(simulator: &Simulator) -> Self {
        let authorization = format!("Bearer {CROSSTRADE_TOKEN}");
        match upgrade(simulator, Some(&authorization)).await {
            Ok(socket) => socket,
            Err(why) => panic!("no connection: {why}"),
        }
    }

    async fn say(&mut self, frame: Value) {
        self.send(Message::text(frame.to_string())).await;
    }

    async fn send(&mut self, message: Message) {
        self.0.send(message).await.expect("open");
    }

    async fn call(&mut self, id: &str, api: &str, args: Value) {
        self.say(json!({"action": "rpc", "id": id, "api": api, "args": args}))
            .await;
    }

    /// Calls that leave together.
    async fn burst(&mut self, ids: &[&str]) {
        for id in ids {
            let call = json!({"action": "rpc", "id": id, "api": "GetExecution", "args": fill()});
            let message = Message::text(call.to_string());
            self.0.feed(message).await.expect("open");
        }
        self.0.flush().await.expect("open");
    }

    /// The next message, or how it ended.
    async fn message(&mut self) -> Option<Result<Message, Error>> {
        timeout(LONG, self.0.next()).await.expect("in time")
    }

    async fn text(&mut self) -> String {
        let message = self.message().await.expect("open").expect("a message");
        message.into_text().expect("a text frame").to_string()
    }

    async fn frame(&mut self) -> Value {
        parse(&self.text().await)
    }

    async fn answer(&mut self, id: &str, api: &str, args: Value) -> Value {
        self.call(id, api, args).await;
        let frame = self.frame().await;
        assert_eq!(frame["id"], id, "{frame}");
        frame["data"].clone()
    }

    async fn is_silent(&mut self) -> bool {
        timeout(WHILE, self.0.next()).await.is_err()
    }

    /// The TCP connection ended, and no close frame said so.
    async fn is_dropped(&mut self) -> bool {
        match self.message().await {
            Some(Ok(message)) => panic!("{message:?}"),
            Some(Err(_)) => true,
            None => false,
        }
    }

    async fn close_code(&mut self) -> u16 {
        match self.message().await {
            Some(Ok(Message::Close(Some(frame)))) => frame.code.into(),
            other => panic!("no close frame: {other:?}"),
        }
    }
}

async fn upgrade(simulator: &Simulator, authorization: Option<&str>) -> Result<Socket, Error> {
    let mut request = simulator.crosstrade_socket_url().into_client_request()?;
    if let Some(authorization) = authorization {
        let value = authorization.parse().expect("a header");
        request.headers_mut().insert("authorization", value);
    }
    let connected = timeout(LONG, connect_async(request)).await;
    connected
        .expect("in time")
        .map(|(socket, _)| Socket(socket))
}

async fn faulty(faults: &[&str]) -> Simulator {
    let faults = faults.iter().map(|text| text.parse().expect("a fault"));
    let options = faults.fold(Options::default(), Options::fault);
    Simulator::start(options).await.expect("free ports")
}

fn fill() -> Value {
    json!({"account": "Sim101", "executionId": CROSSTRADE_ID})
}

#[tokio::test]
async fn the_upgrade_takes_the_same_token_as_rest() {
    let simulator = started().await;
    let wrong = [None, Some("Bearer wrong"), Some(CROSSTRADE_TOKEN)];
    for authorization in wrong {
        match upgrade(&simulator, authorization).await {
            Err(Error::Http(answer)) => {
                assert_eq!(answer.status().as_u16(), 401);
                let body = answer.body().as_deref().expect("a body");
                let body: Value = serde_json::from_slice(body).expect("JSON");
                assert_eq!(body["success"], false);
            }
            _ => panic!("{authorization:?} was taken"),
        }
    }
    let lower = format!("bearer {CROSSTRADE_TOKEN}");
    assert!(upgrade(&simulator, Some(&lower)).await.is_ok());
}

#[tokio::test]
async fn a_plain_request_is_told_to_upgrade_once_its_token_is_right() {
    let simulator = started().await;
    let plain = crosstrade(&simulator, "/ws/stream").await;
    assert_eq!(plain.status, StatusCode::UPGRADE_REQUIRED);
    assert_eq!(plain.headers["upgrade"], "websocket");
    assert_eq!(plain.json()["success"], false);
    let stranger = send(request(simulator.crosstrade_url(), "/ws/stream")).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_no_request_gets_an_error_and_the_connection_stays() {
    let simulator = started().await;
    let mut socket = Socket::open(&simulator).await;
    for message in [
        Message::text("{\"action\":"),
        Message::text("[]"),
        Message::binary([0xff, 0x00].as_slice()),
        Message::text(r#"{"action":"dance"}"#),
        Message::text(r#"{"action":"rpc","api":"ListAccounts"}"#),
        Message::text(r#"{"action":"subscribe","instruments":"ES"}"#),
    ] {
        socket.send(message).await;
        let frame = socket.frame().await;
        assert_eq!(frame["type"], "error");
        assert!(
            frame["error"].is_string() && frame.get("id").is_none(),
            "{frame}"
        );
    }
    socket.say(json!({"action": "dance", "id": "7"})).await;
    assert_eq!(socket.frame().await["id"], "7");
    socket.say(json!({"action": "ping"})).await;
    assert_eq!(socket.frame().await, json!({"type": "pong"}));
}

#[tokio::test]
async fn rest_and_all_sockets_draw_on_one_budget() {
    let simulator = started().await;
    let (mut first, mut second) = (
        Socket::open(&simulator).await,
        Socket::open(&simulator).await,
    );
    let begun = std::time::Instant::now();
    let (mut granted, mut refused) = (0, [false; 3]);
    while refused.contains(&false) {
        let rest = crosstrade(&simulator, EXECUTIONS).await.status;
        granted += usize::from(rest == StatusCode::OK);
        refused[0] |= rest == StatusCode::TOO_MANY_REQUESTS;
        for (number, socket) in [&mut first, &mut second].into_iter().enumerate() {
            socket.call("1", "GetExecution", fill()).await;
            let frame = socket.frame().await;
            if frame["data"]["success"] == true {
                granted += 1;
            } else {
                assert_eq!(frame, json!({"id": "1", "error": "Rate limit exceeded"}));
                refused[number + 1] = true;
            }
        }
    }
    let refilled = (begun.elapsed().as_secs_f64() * 3.0).ceil() as usize;
    assert!((20..=20 + refilled).contains(&granted), "{granted} granted");
    first.say(json!({"action": "ping"})).await;
    assert_eq!(
        first.frame().await["type"],
        "pong",
        "it costs nothing, nor did connecting"
    );
}

#[tokio::test]
async fn protocol_pings_and_closes_are_answered() {
    let simulator = started().await;
    let mut socket = Socket::open(&simulator).await;
    socket.send(Message::Ping("life".into())).await;
    let pong = socket.message().await.expect("open").expect("a message");
    assert_eq!(pong, Message::Pong("life".into()));
    socket.0.close(None).await.expect("open");
    assert!(matches!(
        socket.message().await,
        Some(Ok(Message::Close(_)))
    ));
    assert!(socket.message().await.is_none());
}

#[tokio::test]
async fn shutdown_and_drop_close_open_sockets() {
    for waits in [true, false] {
        let simulator = started().await;
        let mut socket = Socket::open(&simulator).await;
        socket.answer("1", "GetExecution", fill()).await;
        if waits {
            let told = tokio::spawn(async move { socket.close_code().await });
            let began = std::time::Instant::now();
            simulator.shutdown().await;
            assert!(
                began.elapsed() < Duration::from_secs(1),
                "nobody held it up"
            );
            assert_eq!(told.await.expect("told"), u16::from(CloseCode::Away));
        } else {
            drop(simulator);
            assert_eq!(socket.close_code().await, u16::from(CloseCode::Away));
        }
    }
}
