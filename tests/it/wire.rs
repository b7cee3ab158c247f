//! A server that misbehaves to the byte: it plays a script on each connection, counts what came, and keeps what it read.
//!
//! For answers no HTTP library would send: cut off, dripped, stalled, reset, or no HTTP at all.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// One thing the server does on a connection. When a script is over, the connection is closed.
#[derive(Clone)]
pub enum Step {
    /// Reads a request to its end.
    Read,
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes so many times, or until the client hangs up.
    Flood(Vec<u8>, usize),
    /// Sends one byte at a time, for ever, with a pause between.
    Drip(u8, Duration),
    /// Keeps the connection open and says nothing more.
    Hang,
    /// Says that nothing more will come, and keeps listening.
    HalfClose,
    /// Ends the connection with a TCP reset.
    Reset,
    /// Goes on once the test says so.
    Wait(Arc<Notify>),
}

pub use Step::{Drip, Flood, HalfClose, Hang, Read, Reset, Send, Wait};

/// A text or bytes to send.
pub fn send(bytes: impl Into<Vec<u8>>) -> Step {
    Send(bytes.into())
}

/// The head of an answer with exactly these headers.
pub fn head(status: u16, headers: &[&str]) -> Step {
    let mut head = format!("HTTP/1.1 {status} X\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    send(head + "\r\n")
}

/// A complete answer with a body of JSON and these further headers, after which the connection is of no use.
pub fn answer(status: u16, headers: &[&str], body: &str) -> Step {
    let mut text = format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    send(text + "\r\n" + body)
}

/// The same, after which the connection can be used again.
pub fn kept(body: &str) -> Step {
    send(format!(
        "HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ))
}

/// A complete 200 with a body of JSON.
pub fn ok(body: &str) -> Step {
    answer(200, &[], body)
}

pub struct Wire {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<String>,
}

impl Wire {
    /// Plays the scripts in turn, one a connection, and the last one on all that follow.
    pub async fn play(scripts: impl Into<Vec<Vec<Step>>>) -> Self {
        Self::listen(None, scripts.into()).await
    }

    /// The same over TLS. A connection whose handshake fails plays nothing.
    pub async fn play_tls(tls: TlsAcceptor, scripts: impl Into<Vec<Vec<Step>>>) -> Self {
        Self::listen(Some(tls), scripts.into()).await
    }

    /// Answers every connection with this and closes it.
    pub async fn always(answer: Step) -> Self {
        Self::play([vec![Read, answer]]).await
    }

    async fn listen(tls: Option<TlsAcceptor>, scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let seen = Arc::<Mutex<Seen>>::default();
        let mut tasks = JoinSet::new();
        let counted = Arc::clone(&seen);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    continue;
                };
                let turn = {
                    let mut seen = counted.lock().expect("whole");
                    seen.connections += 1;
                    (seen.connections - 1).min(scripts.len() - 1)
                };
                let (script, seen, tls) =
                    (scripts[turn].clone(), Arc::clone(&counted), tls.clone());
                connections.spawn(async move {
                    match tls {
                        None => play(stream, script, &seen, TcpStream::set_zero_linger).await,
                        Some(tls) => {
                            let stream = tls.accept(stream).await?;
                            let reset = |stream: &TlsStream<TcpStream>| {
                                stream.get_ref().0.set_zero_linger()
                            };
                            play(stream, script, &seen, reset).await
                        }
                    }
                });
            }
        });
        Self {
            address,
            seen,
            _tasks: tasks,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections came.
    pub fn connections(&self) -> usize {
        self.seen.lock().expect("whole").connections
    }

    /// The requests that came, in order: each head, and the body if it has a length.
    pub fn requests(&self) -> Vec<String> {
        self.seen.lock().expect("whole").requests.clone()
    }

    /// Fails if so much as a connection came.
    pub fn assert_untouched(&self) {
        assert_eq!(self.connections(), 0, "{:?}", self.requests());
    }
}

async fn play<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    script: Vec<Step>,
    seen: &Mutex<Seen>,
    reset: impl FnOnce(&S) -> io::Result<()>,
) -> io::Result<()> {
    for step in script {
        match step {
            Read => {
                let Ok(request) = read(&mut stream).await else {
                    return Ok(());
                };
                seen.lock().expect("whole").requests.push(request);
            }
            Send(bytes) => stream.write_all(&bytes).await?,
            Flood(bytes, times) => {
                for _ in 0..times {
                    stream.write_all(&bytes).await?;
                }
            }
            Drip(byte, pause) => loop {
                stream.write_all(&[byte]).await?;
                stream.flush().await?;
                tokio::time::sleep(pause).await;
            },
            Hang => {
                // Until the client hangs up.
                while stream.read(&mut [0; 1024]).await? > 0 {}
            }
            HalfClose => stream.shutdown().await?,
            Reset => return reset(&stream),
            Wait(word) => word.notified().await,
        }
        stream.flush().await?;
    }
    stream.shutdown().await
}

async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<String> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&request).into_owned();
    let mut lines = head.lines();
    let length = lines.find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().expect("a length"))];
    stream.read_exact(&mut body).await?;
    Ok(head + &String::from_utf8_lossy(&body))
}

/// A port on which connections are neither refused nor made, as its queue is full.
pub struct Deaf {
    address: SocketAddr,
    _listener: TcpListener,
    _queued: Vec<TcpStream>,
}

impl Deaf {
    pub async fn listen() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket
            .bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .expect("a free port");
        let listener = socket.listen(1).expect("listens");
        let address = listener.local_addr().expect("bound");
        let mut queued = Vec::new();
        // Once a connection is not made at once, no later one is either.
        while let Ok(stream) =
            tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await
        {
            queued.push(stream.expect("made"));
        }
        Self {
            address,
            _listener: listener,
            _queued: queued,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// An address that refuses connections: its port is taken, and nobody listens on it.
pub fn refusing() -> String {
    let socket = TcpSocket::new_v4().expect("a socket");
    let anywhere = "127.0.0.1:0".parse().expect("an address");
    socket.bind(anywhere).expect("a free port");
    let address = socket.local_addr().expect("bound");
    // Kept to the end of the tests, or another one's server might get the port.
    std::mem::forget(socket);
    format!("http://{address}")
}
