//! What the callers and the task that owns the socket share: the table of open calls behind a lock that nobody holds for
//! long, and the ways to wake each other.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, timeout};

use super::event::{Event, State, Stray};
use super::key::Key;
use super::pending::{End, Pending};
use super::subscriptions::Subscriptions;
use crate::error::{Error, Kind};
use crate::transport::Transport;

/// A socket's settings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub call: Duration,
    pub handshake: Duration,
    pub ping_every: Duration,
    pub ping_grace: Duration,
    pub first_wait: Duration,
    pub most_wait: Duration,
}

pub(super) struct Link {
    pub transport: Transport,
    pub settings: Settings,
    core: Mutex<Core>,
    /// `None` until the service is heard from.
    state: watch::Sender<Option<State>>,
    /// What the state says of it, for those who ask at each call.
    reconnecting: AtomicBool,
    strays: AtomicU64,
}

pub(super) struct Core {
    pub pending: Pending,
    pub subscriptions: Subscriptions,
    /// Nobody is left to call, or somebody asked for the end.
    pub closing: bool,
    closed: Option<Error>,
    /// Wakes the task; taken by the first that does, so that a burst of calls wakes it once.
    task: Option<Waker>,
    events: Option<broadcast::Sender<Event>>,
}

impl Core {
    /// The task will be woken by the next change.
    pub fn watch(&mut self, cx: &Context<'_>) {
        match &mut self.task {
            Some(task) => task.clone_from(cx.waker()),
            None => self.task = Some(cx.waker().clone()),
        }
    }
}

impl Link {
    pub fn new(transport: Transport, settings: Settings, events: usize) -> Self {
        Self {
            transport,
            settings,
            core: Mutex::new(Core {
                pending: Pending::new(),
                subscriptions: Subscriptions::new(Instant::now()),
                closing: false,
                closed: None,
                task: None,
                events: Some(broadcast::Sender::new(events)),
            }),
            state: watch::Sender::new(None),
            reconnecting: AtomicBool::new(false),
            strays: AtomicU64::new(0),
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, Core> {
        // The table is whole between its methods, none of which panics halfway.
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something that the task has to know of; an error where the socket is closed.
    pub fn change<T>(&self, change: impl FnOnce(&mut Core) -> T) -> Result<T, Error> {
        let mut core = self.lock();
        if let Some(why) = &core.closed {
            return Err(why.clone());
        }
        if core.closing {
            return Err(Self::closed());
        }
        let changed = change(&mut core);
        let task = core.task.take();
        drop(core);
        task.into_iter().for_each(Waker::wake);
        Ok(changed)
    }

    /// Opens a call, by what follows its id, once the [`Place`] is polled; that brings its end.
    pub fn open(&self, tail: String, deadline: Instant) -> Place<'_> {
        Place {
            link: self,
            unopened: Some((tail, deadline)),
            key: None,
        }
    }

    /// What a call is told that asks whether it has ended, and so leaves the table if it has.
    fn ask<T>(&self, ask: impl FnOnce(&mut Pending) -> Option<T>) -> Option<T> {
        let mut core = self.lock();
        let told = ask(&mut core.pending)?;
        // Others may have the room that it leaves.
        let task = match core.pending.has_queued() {
            true => core.task.take(),
            false => None,
        };
        drop(core);
        task.into_iter().for_each(Waker::wake);
        Some(told)
    }

    /// What was drawn for a call that was not sent is there for others.
    fn give_back(&self) {
        if let Some(budget) = self.transport.budget() {
            budget.give_back();
        }
    }

    /// Whether there is no connection for now.
    pub fn is_reconnecting(&self) -> bool {
        self.reconnecting.load(Ordering::Relaxed)
    }

    /// Waits until it is known whether there is another connection.
    pub async fn reconnected(&self) {
        let mut state = self.state.subscribe();
        let known = state.wait_for(|state| !matches!(state, Some(State::Reconnecting(_))));
        // The sender lives as long as this.
        let _ = known.await;
    }

    pub fn ask_to_close(&self) {
        // An error means that it is closed already.
        let _ = self.change(|core| core.closing = true);
    }

    pub fn tell(&self, event: Event) {
        if let Some(events) = &self.lock().events {
            // Nobody may be listening.
            let _ = events.send(event);
        }
    }

    pub fn has_listeners(&self) -> bool {
        let core = self.lock();
        core.events
            .as_ref()
            .is_some_and(|events| events.receiver_count() > 0)
    }

    pub fn listen(&self) -> Option<broadcast::Receiver<Event>> {
        Some(self.lock().events.as_ref()?.subscribe())
    }

    pub fn state(&self) -> State {
        self.state.borrow().clone().unwrap_or(State::Connected)
    }

    /// The service has been heard from, as it would not be if it had taken the connection only to end it.
    pub fn heard(&self) {
        self.state.send_if_modified(|state| {
            let is_first = state.is_none();
            state.get_or_insert(State::Connected);
            is_first
        });
    }

    /// The state once there is any; `None` where that takes too long.
    pub async fn first_state(&self, longest: Duration) -> Option<State> {
        let mut state = self.state.subscribe();
        let first = timeout(longest, state.wait_for(Option::is_some)).await;
        first.ok()?.ok()?.clone()
    }

    /// Waits until it is closed for good.
    pub async fn closing(&self) {
        let mut state = self.state.subscribe();
        let closed = state.wait_for(|state| matches!(state, Some(State::Closed(_))));
        // The sender lives as long as this.
        let _ = closed.await;
    }

    pub fn enter(&self, state: State) {
        let reconnecting = matches!(state, State::Reconnecting(_));
        self.reconnecting.store(reconnecting, Ordering::Relaxed);
        self.state.send_replace(Some(state.clone()));
        self.tell(Event::State(state));
    }

    pub fn stray(&self, id: String) {
        let count = self.strays.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::debug!(count, "an answer for nobody came");
        self.tell(Event::Stray(Stray { id, count }));
    }

    pub fn strays(&self) -> u64 {
        self.strays.load(Ordering::Relaxed)
    }

    /// The connection is gone; another may come.
    pub fn lose(&self, why: &Error) {
        let mut woken = Vec::new();
        self.lock().pending.lose(why, &mut woken);
        woken.into_iter().for_each(Waker::wake);
    }

    /// The socket is being closed: no call will be answered.
    pub fn end_calls(&self, why: &Error) {
        let mut woken = Vec::new();
        self.lock().pending.close(why, &mut woken);
        woken.into_iter().for_each(Waker::wake);
    }

    /// There will be no other connection. Every call ends, and so do the events.
    pub fn end(&self, why: Error) {
        let mut core = self.lock();
        if core.closed.is_some() {
            return;
        }
        core.closed = Some(why.clone());
        drop(core);
        self.end_calls(&why);
        self.enter(State::Closed(why));
        self.lock().events = None;
    }

    pub fn closed() -> Error {
        Error::new(Kind::Closed)
    }
}

/// A call's place in the table, which it leaves when this is dropped. Its end, or why the socket is closed.
pub(super) struct Place<'a> {
    link: &'a Link,
    unopened: Option<(String, Instant)>,
    key: Option<Key>,
}

impl Future for Place<'_> {
    type Output = Result<End, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some((tail, deadline)) = self.unopened.take() {
            let waker = cx.waker().clone();
            let open = |core: &mut Core| core.pending.open(deadline, tail, waker);
            match self.link.change(open) {
                Ok(key) => self.key = Some(key),
                Err(closed) => {
                    self.link.give_back();
                    return Poll::Ready(Err(closed));
                }
            }
            return Poll::Pending;
        }
        let key = self.key.expect("polled no more once it was ready");
        let Some(end) = self.link.ask(|pending| pending.poll(key, cx.waker())) else {
            return Poll::Pending;
        };
        self.key = None;
        if end.is_unwritten() {
            self.link.give_back();
        }
        Poll::Ready(Ok(end))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            let unwritten = self.link.ask(|pending| Some(pending.cancel(key)));
            if unwritten == Some(true) {
                self.link.give_back();
            }
        }
    }
}
