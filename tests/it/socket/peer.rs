//! A WebSocket server that shares no code with the client: its handshake and frames are its own, and nothing is answered
//! but what a test says.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha1_smol::Sha1;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub struct Server {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Server {
    pub async fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self {
            listener,
            tls: None,
        }
    }

    pub async fn listen_tls(tls: TlsAcceptor) -> Self {
        let mut server = Self::listen().await;
        server.tls = Some(tls);
        server
    }

    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let address = self.listener.local_addr().expect("bound");
        format!("{scheme}://{address}")
    }

    /// The next connection, with its request read and not answered.
    pub async fn request(&self) -> Peer {
        let accept = async {
            let (stream, _) = self.listener.accept().await.expect("a connection");
            let stream: Box<dyn Stream> = match &self.tls {
                Some(tls) => Box::new(tls.accept(stream).await.expect("a handshake")),
                None => Box::new(stream),
            };
            let mut peer = Peer {
                stream,
                head: String::new(),
            };
            while !peer.head.ends_with("\r\n\r\n") {
                let byte = peer.stream.read_u8().await.expect("a request");
                peer.head.push(char::from(byte));
            }
            peer
        };
        tokio::time::timeout(Duration::from_secs(10), accept)
            .await
            .expect("a client comes")
    }

    /// The next connection, with its WebSocket open and the client's first ping answered.
    pub async fn accept(&self) -> Peer {
        let mut peer = self.request().await;
        peer.open().await;
        assert_eq!(peer.read().await, Sent::Ping);
        peer.frame(0x8a, b"").await;
        peer
    }

    /// Answers the next request without opening a WebSocket.
    pub async fn refuse(&self, status: u16, headers: &str, body: &str) {
        let mut peer = self.request().await;
        let answer = format!(
            "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        peer.bytes(answer.as_bytes()).await;
    }

    /// Whether nobody comes for so long.
    pub async fn is_left_alone(&self, time: Duration) -> bool {
        tokio::time::timeout(time, self.listener.accept())
            .await
            .is_err()
    }
}

pub struct Peer {
    stream: Box<dyn Stream>,
    pub head: String,
}

/// A frame that the client sent.
#[derive(Debug, PartialEq)]
pub enum Sent {
    Text(Value),
    Ping,
    Pong,
    Close(u16),
    /// The connection is gone.
    End,
}

pub struct Asked {
    pub id: String,
    pub api: String,
    pub args: Value,
}

impl Peer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub async fn open(&mut self) {
        let key = self.header("sec-websocket-key").expect("a key").to_owned();
        let mut sha1 = Sha1::new();
        sha1.update(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11").as_bytes());
        let accept = STANDARD.encode(sha1.digest().bytes());
        let answer = format!(
            "HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {accept}\r\n\r\n"
        );
        self.bytes(answer.as_bytes()).await;
    }

    /// The next frame. Nothing is answered.
    pub async fn read(&mut self) -> Sent {
        let read = self.try_read();
        match tokio::time::timeout(Duration::from_secs(10), read).await {
            Ok(sent) => sent.unwrap_or(Sent::End),
            Err(_) => panic!("the client says nothing"),
        }
    }

    async fn try_read(&mut self) -> std::io::Result<Sent> {
        let first = self.stream.read_u8().await?;
        let second = self.stream.read_u8().await?;
        assert!(first & 0x80 != 0 && second & 0x80 != 0, "whole and masked");
        let length = match second & 0x7f {
            126 => u64::from(self.stream.read_u16().await?),
            127 => self.stream.read_u64().await?,
            short => u64::from(short),
        };
        let mut mask = [0; 4];
        self.stream.read_exact(&mut mask).await?;
        let mut payload = vec![0; usize::try_from(length).expect("fits")];
        self.stream.read_exact(&mut payload).await?;
        for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
            *byte ^= mask;
        }
        Ok(match first & 0x0f {
            1 => Sent::Text(serde_json::from_slice(&payload).expect("JSON")),
            8 => Sent::Close(u16::from_be_bytes([payload[0], payload[1]])),
            9 => Sent::Ping,
            10 => Sent::Pong,
            other => panic!("opcode {other}"),
        })
    }

    /// The next text.
    pub async fn text(&mut self) -> Value {
        match self.read().await {
            Sent::Text(text) => text,
            other => panic!("{other:?} instead of a text"),
        }
    }

    /// The next call.
    pub async fn call(&mut self) -> Asked {
        let mut text = self.text().await;
        assert_eq!(text["action"], "rpc", "{text}");
        Asked {
            id: text["id"].as_str().expect("an id").to_owned(),
            api: text["api"].as_str().expect("a name").to_owned(),
            args: text["args"].take(),
        }
    }

    pub async fn bytes(&mut self, bytes: &[u8]) {
        // The client may have gone, which is for the test to notice.
        let _ = self.stream.write_all(bytes).await;
        let _ = self.stream.flush().await;
    }

    pub async fn frame(&mut self, first: u8, payload: &[u8]) {
        let mut frame = vec![first];
        match payload.len() {
            short @ 0..126 => frame.push(u8::try_from(short).expect("short")),
            middle @ 126..65536 => {
                frame.push(126);
                frame.extend(u16::try_from(middle).expect("middle").to_be_bytes());
            }
            long => {
                frame.push(127);
                frame.extend((long as u64).to_be_bytes());
            }
        }
        frame.extend_from_slice(payload);
        self.bytes(&frame).await;
    }

    pub async fn say(&mut self, text: impl AsRef<str>) {
        self.frame(0x81, text.as_ref().as_bytes()).await;
    }

    pub async fn answer(&mut self, id: &str, data: &str) {
        self.say(format!(r#"{{"id":"{id}","data":{data}}}"#)).await;
    }

    pub async fn quote(&mut self, last: u32) {
        let quote =
            json!({"type": "marketData", "quotes": [{"instrument": "ES 12-25", "last": last}]});
        self.say(quote.to_string()).await;
    }

    pub async fn close(&mut self, code: u16, reason: &str) {
        let payload = [&code.to_be_bytes()[..], reason.as_bytes()].concat();
        self.frame(0x88, &payload).await;
    }

    /// Answers every call alike until the client goes. How many there were.
    pub async fn serve(mut self, data: &str) -> usize {
        let mut calls = 0;
        loop {
            match self.try_read().await {
                Ok(Sent::Text(text)) => {
                    if let Some(id) = text["id"].as_str() {
                        calls += 1;
                        self.answer(id, data).await;
                    }
                }
                Ok(Sent::Ping) => self.frame(0x8a, &[]).await,
                Ok(Sent::Pong) => {}
                Ok(Sent::Close(code)) => self.close(code, "").await,
                Ok(Sent::End) | Err(_) => return calls,
            }
        }
    }
}
