//! One connection: frames out, frames in, and pings.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::Upgraded;
use tokio::time::{Instant, timeout};
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{CloseFrame, Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Message, Utf8Bytes};

use super::event::{Event, Unread};
use super::keep_alive::{KeepAlive, Pulse};
use super::key::Key;
use super::link::Link;
use super::mail::Mail;
use super::stream::{Inbox, Io};
use super::task::Alarm;
use super::wire;
use crate::error::{Error, Kind, Limit};
use crate::transport::upgrade::Opened;

pub(super) const MOST_FRAME: usize = 1024 * 1024;
pub(super) const READ_BUFFER: usize = 8 * 1024;
const MOST_MESSAGE: usize = 8 * 1024 * 1024;
/// Frames handled, and bytes written, before others get their turn.
const MOST_AT_ONCE: usize = 512;
const MOST_TO_WRITE: usize = 256 * 1024;
/// How long the other side may take to take its leave.
const GOODBYE: Duration = Duration::from_secs(1);

/// Why a connection is over.
pub(super) enum Ended {
    /// This side closes the socket.
    Asked,
    Broken(Error),
}

/// What is to be written.
enum Outgoing {
    /// The protocol's own.
    Ping,
    Text(String),
    /// By what follows its id: the frame is made where nobody waits for the lock.
    Call(Key, String),
}

pub(super) struct Connection<'a> {
    link: &'a Link,
    stream: Upgraded,
    inbox: Inbox,
    protocol: WebSocketContext,
    /// The network takes no more for now.
    blocked: bool,
    outgoing: Vec<Outgoing>,
    mail: Mail<'a>,
    keep_alive: KeepAlive,
    /// The service was heard from.
    greeted: bool,
    alarm: Alarm,
    heard: Timestamp,
}

impl<'a> Connection<'a> {
    pub fn new(opened: Opened, link: &'a Link) -> Self {
        let config = WebSocketConfig::default()
            // The inbox is what is read into; this is only where frames are put together.
            .read_buffer_size(READ_BUFFER)
            // Nothing is written before the flush.
            .write_buffer_size(2 * MOST_TO_WRITE)
            .max_frame_size(Some(MOST_FRAME))
            .max_message_size(Some(MOST_MESSAGE));
        let settings = &link.settings;
        Self {
            link,
            stream: opened.stream,
            inbox: Inbox::default(),
            protocol: WebSocketContext::new(Role::Client, Some(config)),
            blocked: false,
            // A ping, to whose answer the service has to come if it does not end the connection before.
            outgoing: vec![Outgoing::Ping],
            mail: Mail::new(link, opened.number),
            keep_alive: KeepAlive::new(settings.ping_every, settings.ping_grace, Instant::now()),
            alarm: Alarm::new(),
            greeted: false,
            heard: Timestamp::now(),
        }
    }

    /// When the last frame came.
    pub fn heard_at(&self) -> Timestamp {
        self.heard
    }

    /// Tells whoever watches that it is over, and why if it was lost.
    pub fn closed(&self, lost: Option<&Error>) {
        self.mail.closed(lost);
    }

    /// Everything that can be done now: writes the calls that wait, in one go, and hands on the answers that came.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        loop {
            let Some(due) = self.collect(cx) else {
                return Poll::Ready(Ended::Asked);
            };
            let was_blocked = self.blocked;
            let result = self.ping().and_then(|pulse| {
                self.write(cx)?;
                self.read(cx)?;
                Ok(pulse)
            });
            match result {
                Err(error) => return Poll::Ready(Ended::Broken(error)),
                // Nothing was taken from the queue meanwhile.
                Ok(_) if was_blocked && !self.blocked => {}
                Ok(pulse) => {
                    let at = due.map_or(pulse, |due| due.min(pulse));
                    if !self.alarm.rings(cx, Some(at)) {
                        return Poll::Pending;
                    }
                }
            }
        }
    }

    /// Takes what is to be written, and says when there is more to do; `None` where the socket is to be closed.
    fn collect(&mut self, cx: &mut Context<'_>) -> Option<Option<Instant>> {
        let now = Instant::now();
        let mut woken = Vec::new();
        let mut core = self.link.lock();
        if core.closing {
            return None;
        }
        core.watch(cx);
        core.pending.expire(now, &mut woken);
        let mut due = core.pending.earliest();
        if !self.blocked {
            while let Some(frame) = core.subscriptions.next(now) {
                self.outgoing.push(Outgoing::Text(frame));
            }
            let mut bytes = 0;
            if core.pending.has_queued() {
                let sent = Timestamp::now();
                while bytes < MOST_TO_WRITE
                    && let Some((key, tail)) = core.pending.next_to_write(sent)
                {
                    bytes += tail.len();
                    self.outgoing.push(Outgoing::Call(key, tail));
                }
            }
            due = due.into_iter().chain(core.subscriptions.due()).min();
            if core.pending.has_queued() {
                cx.waker().wake_by_ref();
            }
        }
        drop(core);
        woken.into_iter().for_each(Waker::wake);
        Some(due)
    }

    /// Pings if it is time; when to look again.
    fn ping(&mut self) -> Result<Instant, Error> {
        loop {
            match self.keep_alive.pulse(Instant::now()) {
                Pulse::Wait(until) => return Ok(until),
                // The vendor's accompanies the protocol's.
                Pulse::Ping => self
                    .outgoing
                    .extend([Outgoing::Ping, Outgoing::Text(wire::PING.to_owned())]),
                Pulse::Dead => {
                    return Err(Error::new(Kind::Timeout {
                        limit: Limit::Silence,
                        after: self.link.settings.ping_grace,
                    }));
                }
            }
        }
    }

    fn write(&mut self, cx: &mut Context<'_>) -> Result<(), Error> {
        if self.outgoing.is_empty() && !self.blocked {
            return Ok(());
        }
        let mut io = Io::new(&mut self.stream, &mut self.inbox, cx);
        for outgoing in self.outgoing.drain(..) {
            let text = match outgoing {
                Outgoing::Ping => None,
                Outgoing::Text(text) => Some(text),
                Outgoing::Call(key, tail) => Some(wire::call(key, &tail)),
            };
            let message = match text {
                None => Message::Ping(Bytes::new()),
                Some(text) => {
                    self.mail.sends(&text);
                    Message::Text(text.into())
                }
            };
            match self.protocol.write(&mut io, message) {
                // It is kept, and written by a flush to come.
                Err(error) if is_would_block(&error) => {}
                other => other.map_err(broken)?,
            }
        }
        self.blocked = match self.protocol.flush(&mut io) {
            Err(error) if is_would_block(&error) => true,
            other => other.map(|()| false).map_err(broken)?,
        };
        Ok(())
    }

    fn read(&mut self, cx: &mut Context<'_>) -> Result<(), Error> {
        let mut handled = 0;
        let end = loop {
            if self.inbox.is_empty() {
                if self.inbox.poll_fill(&mut self.stream, cx).is_pending() {
                    break Ok(());
                }
                self.mail.comes(Instant::now());
            }
            if let Err(end) = self.read_inbox(cx, &mut handled) {
                break Err(end);
            }
            if handled >= MOST_AT_ONCE {
                cx.waker().wake_by_ref();
                break Ok(());
            }
        };
        if handled > 0 {
            self.heard = Timestamp::now();
            self.keep_alive.heard();
            if end.is_ok() && !self.greeted {
                self.greeted = true;
                self.link.heard();
            }
        }
        self.mail.deliver();
        end
    }

    fn read_inbox(&mut self, cx: &mut Context<'_>, handled: &mut usize) -> Result<(), Error> {
        loop {
            let mut io = Io::new(&mut self.stream, &mut self.inbox, cx);
            let message = match self.protocol.read(&mut io) {
                Ok(message) => message,
                Err(error) if is_would_block(&error) => return Ok(()),
                Err(error) => return Err(self.unreadable(cx, error)),
            };
            *handled += 1;
            match message {
                Message::Text(text) => self.mail.text(text)?,
                Message::Binary(bytes) => self.mail.binary(&bytes)?,
                Message::Close(frame) => {
                    // The other side's leave is returned if that can be done at once.
                    let mut io = Io::new(&mut self.stream, &mut self.inbox, cx);
                    let _ = self.protocol.flush(&mut io);
                    return Err(hung_up(frame));
                }
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// What the protocol does not let a connection survive. Where a frame is to blame, there is an event for it.
    fn unreadable(&mut self, cx: &mut Context<'_>, error: tungstenite::Error) -> Error {
        let (code, kind) = match &error {
            tungstenite::Error::Capacity(_) => {
                let limit = MOST_FRAME;
                (CloseCode::Size, Kind::TooLarge { limit })
            }
            tungstenite::Error::Utf8(_) => (CloseCode::Invalid, unfit("a frame is not UTF-8")),
            tungstenite::Error::Protocol(problem)
                if *problem != tungstenite::error::ProtocolError::ResetWithoutClosingHandshake =>
            {
                (CloseCode::Protocol, unfit(&problem.to_string()))
            }
            _ => return broken(error),
        };
        let problem = error.to_string();
        let bytes = Bytes::new();
        self.link.tell(Event::Unread(Unread { problem, bytes }));
        let mut io = Io::new(&mut self.stream, &mut self.inbox, cx);
        let reason = Utf8Bytes::default();
        // If it can be said at once.
        let _ = self
            .protocol
            .close(&mut io, Some(CloseFrame { code, reason }));
        Error::new(kind).because(error)
    }

    /// Closes the connection as the protocol has it, in bounded time.
    pub async fn say_goodbye(mut self) {
        let code = CloseCode::Normal;
        let reason = Utf8Bytes::default();
        let mut frame = Some(CloseFrame { code, reason });
        let goodbye = poll_fn(|cx| {
            let mut io = Io::new(&mut self.stream, &mut self.inbox, cx);
            let said = match frame.take() {
                Some(frame) => self.protocol.close(&mut io, Some(frame)),
                None => self.protocol.flush(&mut io),
            };
            if said.is_err_and(|error| !is_would_block(&error)) {
                return Poll::Ready(());
            }
            loop {
                if self.inbox.is_empty() && self.inbox.poll_fill(&mut self.stream, cx).is_pending()
                {
                    return Poll::Pending;
                }
                let mut io = Io::new(&mut self.stream, &mut self.inbox, cx);
                match self.protocol.read(&mut io) {
                    Ok(Message::Close(_)) => return Poll::Ready(()),
                    Err(error) if !is_would_block(&error) => return Poll::Ready(()),
                    _ => {}
                }
            }
        });
        let _ = timeout(GOODBYE, goodbye).await;
    }
}

fn unfit(problem: &str) -> Kind {
    Kind::Unfit {
        path: None,
        problem: problem.to_owned(),
    }
}

fn broken(error: tungstenite::Error) -> Error {
    Error::new(Kind::Interrupted).because(error)
}

fn hung_up(frame: Option<CloseFrame>) -> Error {
    let (code, reason) = match frame {
        Some(frame) => (Some(frame.code.into()), frame.reason.to_string()),
        None => (None, String::new()),
    };
    Error::new(Kind::HungUp { code, reason })
}

fn is_would_block(error: &tungstenite::Error) -> bool {
    matches!(error, tungstenite::Error::Io(error) if error.kind() == io::ErrorKind::WouldBlock)
}
