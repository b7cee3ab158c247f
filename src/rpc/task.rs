//! The one task that owns the socket: it keeps a connection, and makes another when one is lost.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::connection::{Connection, Ended};
use super::event::{Event, Gap, State};
use super::link::Link;
use super::reconnect::{Backoff, asked, may_reconnect};
use crate::error::Error;
use crate::transport::upgrade::Opened;

/// The task's own hold on what it shares. When it goes, also because the runtime ends before the task has begun or because
/// the task panics, nobody must wait for ever.
struct Owner(Arc<Link>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.end(Link::closed());
    }
}

/// Runs until the socket is closed for good.
pub(super) fn run(link: Arc<Link>, opened: Opened) -> impl Future<Output = ()> + Send {
    let owner = Owner(link);
    async move {
        let why = keep(&owner.0, opened).await;
        owner.0.end(why);
    }
}

/// Keeps a connection; why there will be no other.
async fn keep(link: &Link, mut opened: Opened) -> Error {
    let mut backoff = Backoff::new(link.settings.first_wait, link.settings.most_wait);
    loop {
        let made = Instant::now();
        let mut connection = Connection::new(opened, link).await;
        let why = match poll_fn(|cx| connection.poll(cx)).await {
            Ended::Asked => {
                link.lock().pending.close(&Link::closed());
                connection.closed(None);
                connection.say_goodbye().await;
                return Link::closed();
            }
            Ended::Broken(why) => why,
        };
        let from = connection.heard_at();
        connection.closed(Some(&why));
        // Without a close handshake: the other side may not be there any more.
        drop(connection);
        backoff.ended(made.elapsed());
        tracing::debug!(reason = why.what(), "WebSocket lost");
        link.lock().pending.lose(&why);
        if !may_reconnect(&why) {
            return why;
        }
        opened = match reconnect(link, &mut backoff, why.clone()).await {
            Ok(opened) => opened,
            Err(why) => return why,
        };
        link.lock().subscriptions.forgotten();
        link.enter(State::Connected);
        let to = Timestamp::now();
        link.tell(Event::Gap(Gap { from, to, why }));
    }
}

/// A new connection, however long it takes; or why there will be none.
async fn reconnect(link: &Link, backoff: &mut Backoff, mut why: Error) -> Result<Opened, Error> {
    let mut until = None;
    let mut attempt = 0;
    loop {
        link.enter(State::Reconnecting(why));
        let wait = backoff.next(until, fastrand::f64());
        meanwhile(link, sleep(wait)).await?;
        attempt += 1;
        let handshake = link.transport.upgrade(attempt, link.settings.handshake);
        match meanwhile(link, handshake).await? {
            Ok(opened) => return Ok(opened),
            Err(unopened) if unopened.vetoed || !may_reconnect(&unopened.error) => {
                return Err(unopened.error);
            }
            Err(unopened) => {
                until = asked(unopened.outcome);
                why = unopened.error;
            }
        }
    }
}

/// Waits for `future`; an error as soon as the socket is to be closed.
async fn meanwhile<F: Future>(link: &Link, future: F) -> Result<F::Output, Error> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        link.task.register(cx.waker());
        if link.lock().over.is_some() {
            return Poll::Ready(Err(Link::closed()));
        }
        future.as_mut().poll(cx).map(Ok)
    })
    .await
}
