//! The part that the callers and the task share: the table of calls behind a lock that nobody holds for long, and the ways to
//! wake each other.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::task::AtomicWaker;
use tokio::sync::{broadcast, oneshot, watch};
use tokio::time::{Instant, timeout, timeout_at};

use super::event::{Event, State, Stray};
use super::pending::{End, Key, Pending};
use super::subscriptions::Subscriptions;
use crate::error::{Error, Kind};
use crate::service::ServiceInfo;
use crate::transport::Transport;
use crate::transport::budget::Budget;

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
    pub service: &'static ServiceInfo,
    /// Shared with REST.
    pub budget: Option<Budget>,
    pub settings: Settings,
    core: Mutex<Core>,
    /// Woken by every change that the task has to know of; a burst of calls wakes it once.
    pub task: AtomicWaker,
    /// `None` until the service is heard from.
    state: watch::Sender<Option<State>>,
    strays: AtomicU64,
}

pub(super) struct Core {
    pub pending: Pending,
    pub subscriptions: Subscriptions,
    /// The service may have to be told of the subscriptions.
    pub streams_changed: bool,
    /// Why no call is taken any more.
    pub over: Option<Error>,
    /// `None` once the socket is closed for good.
    events: Option<broadcast::Sender<Event>>,
}

impl Link {
    pub fn new(transport: Transport, settings: Settings, events: usize) -> Self {
        Self {
            service: transport.service(),
            budget: transport.budget().cloned(),
            transport,
            settings,
            core: Mutex::new(Core {
                pending: Pending::new(),
                subscriptions: Subscriptions::new(Instant::now()),
                streams_changed: false,
                over: None,
                events: Some(broadcast::Sender::new(events)),
            }),
            task: AtomicWaker::new(),
            state: watch::Sender::new(None),
            strays: AtomicU64::new(0),
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, Core> {
        // The table is whole between its methods, none of which panics halfway.
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something that the task has to know of. An error if the socket is closed.
    fn change(&self, change: impl FnOnce(&mut Core)) -> Result<(), Error> {
        let mut core = self.lock();
        if let Some(why) = &core.over {
            return Err(why.clone());
        }
        change(&mut core);
        drop(core);
        self.task.wake();
        Ok(())
    }

    /// Opens a call. An error if the socket is closed.
    pub fn open(&self, key: Key, frame: String) -> Result<Place<'_>, Error> {
        let (caller, end) = oneshot::channel();
        let opened = self.change(|core| core.pending.open(key, frame, caller));
        if opened.is_err() {
            self.give_back();
        }
        opened.map(|()| Place {
            link: self,
            key: Some(key),
            end,
        })
    }

    /// Returns what a call that was not sent drew on the budget.
    fn give_back(&self) {
        if let Some(budget) = &self.budget {
            budget.give_back();
        }
    }

    /// Changes what is streamed. An error if the socket is closed.
    pub fn stream(&self, change: impl FnOnce(&mut Subscriptions)) -> Result<(), Error> {
        self.change(|core| {
            change(&mut core.subscriptions);
            core.streams_changed = true;
        })
    }

    pub fn ask_to_close(&self) {
        // An error means that it is closed already.
        let _ = self.change(|core| core.over = Some(Self::closed()));
    }

    /// Returns true if there is no connection for now.
    pub fn is_reconnecting(&self) -> bool {
        matches!(*self.state.borrow(), Some(State::Reconnecting(_)))
    }

    /// Waits until it is known whether there is another connection.
    pub async fn reconnected(&self) {
        self.until(|state| !matches!(state, Some(State::Reconnecting(_))))
            .await;
    }

    /// Waits until it is closed for good.
    pub async fn closing(&self) {
        self.until(|state| matches!(state, Some(State::Closed(_))))
            .await;
    }

    /// The state once there is any; `None` where that takes too long.
    pub async fn first_state(&self, longest: Duration) -> Option<State> {
        timeout(longest, self.until(Option::is_some)).await.ok()?
    }

    async fn until(&self, is_so: impl FnMut(&Option<State>) -> bool) -> Option<State> {
        // The sender lives as long as this.
        self.state.subscribe().wait_for(is_so).await.ok()?.clone()
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

    pub fn enter(&self, state: State) {
        self.state.send_replace(Some(state.clone()));
        self.tell(Event::State(state));
    }

    pub fn tell(&self, event: Event) {
        if let Some(events) = &self.lock().events {
            // Nobody may be listening.
            let _ = events.send(event);
        }
    }

    pub fn has_listeners(&self) -> bool {
        let core = self.lock();
        let mut events = core.events.iter();
        events.any(|events| events.receiver_count() > 0)
    }

    pub fn listen(&self) -> Option<broadcast::Receiver<Event>> {
        Some(self.lock().events.as_ref()?.subscribe())
    }

    pub fn stray(&self, id: String) {
        let count = self.strays.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::debug!(count, "an answer matched no open call");
        self.tell(Event::Stray(Stray { id, count }));
    }

    pub fn strays(&self) -> u64 {
        self.strays.load(Ordering::Relaxed)
    }

    /// There will be no other connection. Every call ends, and so do the events.
    pub fn end(&self, why: Error) {
        let mut core = self.lock();
        core.over.get_or_insert_with(|| why.clone());
        core.pending.close(&why);
        let events = core.events.take();
        drop(core);
        // It ends once.
        if let Some(events) = events {
            self.state.send_replace(Some(State::Closed(why.clone())));
            let _ = events.send(Event::State(State::Closed(why)));
        }
    }

    pub fn closed() -> Error {
        Error::new(Kind::Closed)
    }
}

/// A call's place in the table, which it leaves when this is dropped.
pub(super) struct Place<'a> {
    link: &'a Link,
    key: Option<Key>,
    end: oneshot::Receiver<End>,
}

impl Place<'_> {
    /// Waits for the call's end, until `deadline` at the longest.
    pub async fn end(mut self, deadline: Instant) -> End {
        let came = timeout_at(deadline, &mut self.end).await;
        let came = came.ok().and_then(Result::ok);
        if came.is_some() {
            self.key = None;
        }
        let end = came
            .or_else(|| self.leave())
            // It came together with the deadline.
            .or_else(|| self.end.try_recv().ok())
            .unwrap_or_else(|| End::Closed {
                sent: None,
                why: Link::closed(),
            });
        if end.is_unwritten() {
            self.link.give_back();
        }
        end
    }

    fn leave(&mut self) -> Option<End> {
        let key = self.key.take()?;
        let mut core = self.link.lock();
        let end = core.pending.give_up(key);
        let is_task_due = core.pending.has_queued();
        drop(core);
        if is_task_due {
            // Others may have the room that it leaves.
            self.link.task.wake();
        }
        end
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if self.leave().is_some_and(|end| end.is_unwritten()) {
            self.link.give_back();
        }
    }
}
