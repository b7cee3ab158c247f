//! CrossTrade over a WebSocket, against a server that does byte for byte what a test says.

mod calls;
mod connection;
mod handshake;
pub mod peer;
mod pushes;
mod room;
mod secrets;

use std::time::Duration;

use executions::crosstrade::Socket;
use executions::crosstrade::socket::{Connect, Event, Events};
use executions::{Budget, CrossTrade};

use crate::clients::{crosstrade, milliseconds};
use peer::{Peer, Server};

/// Connects quickly, also again.
pub fn quick(crosstrade: &CrossTrade) -> Connect {
    crosstrade
        .connect()
        .backoff(milliseconds(20), milliseconds(100))
}

/// A socket, and the other end of it.
async fn connected() -> (Server, Peer, Socket) {
    let server = Server::listen().await;
    let (peer, socket) = meet(&server, quick(&crosstrade(&server.url()))).await;
    (server, peer, socket)
}

/// The same, with calls as fast as they come.
async fn unmetered() -> (Server, Peer, Socket) {
    metered(Budget::new(u32::MAX, 1e9)).await
}

/// The same, with calls as fast as a budget has it.
async fn metered(budget: Budget) -> (Server, Peer, Socket) {
    let server = Server::listen().await;
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url(server.url())
        .budget(budget)
        .build()
        .expect("complete");
    let (peer, socket) = meet(&server, quick(&crosstrade)).await;
    (server, peer, socket)
}

pub async fn meet(server: &Server, connect: Connect) -> (Peer, Socket) {
    let (peer, socket) = tokio::join!(server.accept(), connect);
    (peer, socket.expect("the server accepts it"))
}

/// Events up to the first that `pick` wants.
pub async fn until<T>(events: &mut Events, mut pick: impl FnMut(&Event) -> Option<T>) -> T {
    let wanted = async {
        loop {
            let event = events.next().await.expect("the socket is open");
            if let Some(picked) = pick(&event) {
                return picked;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wanted)
        .await
        .expect("it comes soon")
}
