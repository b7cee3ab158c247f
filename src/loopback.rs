//! Serving on 127.0.0.1, for programs of this machine alone.
//!
//! Any page that a browser on this machine shows can send requests here, and a name of its own that it lets resolve to
//! 127.0.0.1 would even let it read the answers. So a request is answered only under a name of this machine, and only if no
//! page of another origin sent it. A peer that is gone or never speaks keeps no connection.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::serve::{IncomingStream, Listener};
use socket2::{SockRef, Socket};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep};

/// How long a peer may take for its first request.
const FIRST: Duration = Duration::from_secs(10);

/// How long a connection lasts on which nothing can be, or needs to be, written: longer than clients are silent over a
/// WebSocket, whose pings are answered.
const QUIET: Duration = Duration::from_secs(60);

/// Serves until `stopped` changes or its sender is dropped, and then finishes the requests under way. Handlers find a [`Cut`]
/// in the connection's info.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    mut stopped: watch::Receiver<()>,
) -> io::Result<()> {
    let port = listener.local_addr()?.port();
    let router = router.layer(from_fn_with_state(port, guard));
    let service = router.into_make_service_with_connect_info::<Cut>();
    let stop = async move {
        // An error says the same: the sender is dropped.
        let _ = stopped.changed().await;
    };
    axum::serve(Loopback(listener), service)
        .with_graceful_shutdown(stop)
        .await
}

async fn guard(State(port): State<u16>, request: Request, next: Next) -> Response {
    let target = request.uri().authority();
    match refusal(target, request.headers(), port) {
        None => next.run(request).await,
        Some(why) => (StatusCode::FORBIDDEN, format!("{why}\n")).into_response(),
    }
}

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Why a request is not answered, if it is not.
fn refusal(target: Option<&Authority>, headers: &HeaderMap, port: u16) -> Option<&'static str> {
    let hosts = headers.get_all(HOST);
    let is_host = |host: &HeaderValue| is_own(host.as_bytes(), port, port);
    let is_target = |target: &Authority| is_own(target.as_str().as_bytes(), port, port);
    if !hosts.iter().all(is_host) || !target.is_none_or(is_target) {
        return Some("only requests for localhost or 127.0.0.1, with this port, are answered here");
    }
    let is_origin = |origin: &HeaderValue| {
        let origin = origin.as_bytes().strip_prefix(b"http://");
        origin.is_some_and(|origin| is_own(origin, port, 80))
    };
    let is_own_site = |site: &HeaderValue| site == "same-origin" || site == "none";
    let is_page = !headers.get_all(ORIGIN).iter().all(is_origin)
        || !headers.get_all(FETCH_SITE).iter().all(is_own_site);
    is_page.then_some("web pages are not answered here")
}

/// Returns true if it names this machine and the port; one without a port means `usual`.
fn is_own(authority: &[u8], port: u16, usual: u16) -> bool {
    let Ok(authority) = Authority::try_from(authority) else {
        return false;
    };
    let host = authority.host();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_local = host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let given = authority.port_u16().unwrap_or(usual);
    is_local && given == port && !authority.as_str().contains('@')
}

/// A second handle to the connection of a request, to close it without an answer, as a replay does.
#[derive(Clone)]
#[cfg_attr(not(feature = "recording"), allow(dead_code))]
pub(crate) struct Cut(Option<Arc<Socket>>);

impl Connected<IncomingStream<'_, Loopback>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Loopback>) -> Self {
        let socket = SockRef::from(&stream.io().stream).try_clone();
        Self(socket.ok().map(Arc::new))
    }
}

#[cfg(feature = "recording")]
impl Cut {
    pub fn cut(&self) {
        if let Some(socket) = &self.0 {
            let _ = socket.shutdown(std::net::Shutdown::Both);
        }
    }
}

pub(crate) struct Loopback(TcpListener);

impl Listener for Loopback {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Small frames one after another would else wait for each other's acknowledgement.
        let _ = stream.set_nodelay(true);
        let patience = Box::pin(sleep(FIRST));
        (Connection { stream, patience }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A connection that fails once it has waited too long since something was last written to it. What is read does not count: a
/// request that comes a byte at a time would last for ever.
pub(crate) struct Connection {
    stream: TcpStream,
    patience: Pin<Box<Sleep>>,
}

impl Connection {
    fn wait<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        ready!(self.patience.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn written(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending => self.wait(context),
            Poll::Ready(written) => {
                self.patience.as_mut().reset(Instant::now() + QUIET);
                Poll::Ready(written)
            }
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending => self.wait(context),
            read => read,
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(pairs: &[(&'static str, &str)]) -> bool {
        let pairs = pairs.iter().map(|(name, value)| {
            let value = value.parse().expect("a header");
            (HeaderName::from_static(name), value)
        });
        refusal(None, &pairs.collect(), 7700).is_some()
    }

    #[test]
    fn this_machine_is_answered_under_each_of_its_names_and_no_page_is() {
        for host in [
            "localhost:7700",
            "LOCALHOST:7700",
            "127.0.0.1:7700",
            "127.1.2.3:7700",
            "[::1]:7700",
            "127.0.0.1",
        ] {
            assert!(!is_refused(&[("host", host)]), "{host}");
            let origin = format!("http://{host}");
            let is_page = host.ends_with(".1");
            let headers = [("host", host), ("origin", &*origin)];
            assert_eq!(is_refused(&headers), is_page, "{origin}");
        }
        for host in [
            "evil.example:7700",
            "127.0.0.1.evil.example:7700",
            "localhost.evil.example:7700",
            "localhost:7700@evil.example",
            "evil.example@localhost:7700",
            "localhost:7701",
            "192.168.1.2:7700",
            "",
        ] {
            assert!(is_refused(&[("host", host)]), "{host}");
        }
        for origin in [
            "https://evil.example",
            "http://evil.example:7700",
            "http://localhost:3000",
            "http://localhost",
            "https://localhost:7700",
            "null",
            "file://",
        ] {
            let headers = [("host", "localhost:7700"), ("origin", origin)];
            assert!(is_refused(&headers), "{origin}");
        }
        for (site, expected) in [("cross-site", true), ("same-site", true), ("none", false)] {
            assert_eq!(is_refused(&[("sec-fetch-site", site)]), expected, "{site}");
        }
    }
}
