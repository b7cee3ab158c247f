//! One connection: frames out, frames in, and pings.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use jiff::Timestamp;
use reqwest::Upgraded;
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message, Utf8Bytes};

use super::event::{Event, Unread};
use super::keep_alive::{KeepAlive, Pulse};
use super::link::Link;
use super::mail::Mail;
use super::wire::{self, MOST_FRAME, READ_BUFFER};
use crate::error::{Error, Kind, Limit};
use crate::transport::upgrade::Opened;

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

pub(super) struct Connection<'a> {
    link: &'a Link,
    stream: WebSocketStream<Upgraded>,
    outgoing: VecDeque<Message>,
    /// The network takes no more for now.
    blocked: bool,
    mail: Mail<'a>,
    keep_alive: KeepAlive,
    /// When something that has a time is due.
    alarm: Pin<Box<Sleep>>,
    /// When the last frame came.
    heard: Instant,
    heard_at: Timestamp,
    /// The service was heard from.
    greeted: bool,
}

impl<'a> Connection<'a> {
    pub async fn new(opened: Opened, link: &'a Link) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            // Nothing is written before the flush.
            .write_buffer_size(2 * MOST_TO_WRITE)
            .max_frame_size(Some(MOST_FRAME))
            .max_message_size(Some(MOST_MESSAGE));
        let (upgraded, config) = (opened.stream, Some(config));
        let settings = &link.settings;
        let now = Instant::now();
        Self {
            link,
            stream: WebSocketStream::from_raw_socket(upgraded, Role::Client, config).await,
            // A ping, to whose answer the service has to come if it does not end the connection before.
            outgoing: VecDeque::from([Message::Ping(Bytes::new())]),
            blocked: false,
            mail: Mail::new(link, opened.number),
            keep_alive: KeepAlive::new(settings.ping_every, settings.ping_grace, now),
            alarm: Box::pin(sleep_until(now)),
            heard: now,
            heard_at: Timestamp::now(),
            greeted: false,
        }
    }

    /// When the last frame came.
    pub fn heard_at(&self) -> Timestamp {
        self.heard_at
    }

    /// Tells whoever watches that it is over, and why if it was lost.
    pub fn closed(&self, lost: Option<&Error>) {
        self.mail.closed(lost);
    }

    /// Does everything that can be done now: writes the frames that wait, in one go, and hands on the answers that came.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        self.link.task.register(cx.waker());
        loop {
            let was_blocked = self.blocked;
            let is_due = self.alarm.as_mut().poll(cx).is_ready();
            match self.collect(is_due) {
                Err(error) => return Poll::Ready(Ended::Broken(error)),
                Ok(false) => return Poll::Ready(Ended::Asked),
                Ok(true) => {}
            }
            if let Err(error) = self.write(cx).and_then(|()| self.read(cx)) {
                return Poll::Ready(Ended::Broken(error));
            }
            // Nothing was collected as long as the network took no more.
            if !was_blocked || self.blocked {
                return Poll::Pending;
            }
        }
    }

    /// Takes what is to be written. `false` where the socket is to be closed.
    fn collect(&mut self, is_due: bool) -> Result<bool, Error> {
        let mut core = self.link.lock();
        if core.over.is_some() {
            return Ok(false);
        }
        if is_due || std::mem::take(&mut core.streams_changed) {
            let now = Instant::now();
            let mut due = self.keep_alive.pulse(now, self.heard);
            if due == Pulse::Ping {
                // The vendor's accompanies the protocol's.
                self.outgoing.push_back(Message::Ping(Bytes::new()));
                self.outgoing.push_back(Message::text(wire::PING));
                due = self.keep_alive.pulse(now, self.heard);
            }
            let Pulse::Wait(mut due) = due else {
                return Err(Error::new(Kind::Timeout {
                    limit: Limit::Silence,
                    after: self.link.settings.ping_grace,
                }));
            };
            while let Some(frame) = core.subscriptions.next(now) {
                self.outgoing.push_back(Message::text(frame));
            }
            if let Some(at) = core.subscriptions.due() {
                due = due.min(at);
            }
            self.alarm.as_mut().reset(due);
            // So that the alarm is polled.
            self.link.task.wake();
        }
        if !self.blocked && core.pending.has_queued() {
            let now = Timestamp::now();
            let mut bytes = 0;
            while bytes < MOST_TO_WRITE
                && let Some(frame) = core.pending.next_to_write(now)
            {
                bytes += frame.len();
                self.outgoing.push_back(Message::text(frame));
            }
            if core.pending.has_queued() {
                self.link.task.wake();
            }
        }
        Ok(true)
    }

    fn write(&mut self, cx: &mut Context<'_>) -> Result<(), Error> {
        if self.outgoing.is_empty() && !self.blocked {
            return Ok(());
        }
        while !self.outgoing.is_empty()
            && self.stream.poll_ready_unpin(cx).map_err(broken)?.is_ready()
            && let Some(message) = self.outgoing.pop_front()
        {
            if let Message::Text(text) = &message {
                self.mail.sends(text);
            }
            self.stream.start_send_unpin(message).map_err(broken)?;
        }
        let flushed = self.stream.poll_flush_unpin(cx).map_err(broken)?;
        self.blocked = flushed.is_pending() || !self.outgoing.is_empty();
        Ok(())
    }

    fn read(&mut self, cx: &mut Context<'_>) -> Result<(), Error> {
        let now = Instant::now();
        let mut handled = 0;
        let end = loop {
            let message = match self.stream.poll_next_unpin(cx) {
                Poll::Pending => break Ok(()),
                Poll::Ready(Some(Ok(message))) => message,
                Poll::Ready(Some(Err(error))) => break Err(self.unreadable(cx, error)),
                Poll::Ready(None) => break Err(Error::new(Kind::Interrupted)),
            };
            handled += 1;
            let sorted = match message {
                Message::Text(text) => self.mail.text(text, now),
                Message::Binary(bytes) => self.mail.binary(&bytes),
                Message::Close(frame) => {
                    // The other side's leave is returned if that can be done at once.
                    let _ = self.stream.poll_flush_unpin(cx);
                    Err(hung_up(frame))
                }
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(()),
            };
            if sorted.is_err() {
                break sorted;
            }
            if handled >= MOST_AT_ONCE {
                cx.waker().wake_by_ref();
                break Ok(());
            }
        };
        if handled > 0 {
            self.heard = now;
            self.heard_at = Timestamp::now();
            if end.is_ok() && !self.greeted {
                self.greeted = true;
                self.link.heard();
            }
        }
        self.mail.deliver();
        end
    }

    /// The protocol does not let a connection survive this error. Where a frame is to blame, there is an event for it.
    fn unreadable(&mut self, cx: &mut Context<'_>, error: tungstenite::Error) -> Error {
        let unfit = |problem: String| Kind::Unfit {
            path: None,
            problem,
        };
        let (code, kind) = match &error {
            tungstenite::Error::Capacity(_) => {
                let limit = MOST_FRAME;
                (CloseCode::Size, Kind::TooLarge { limit })
            }
            tungstenite::Error::Utf8(_) => {
                (CloseCode::Invalid, unfit("a frame is not UTF-8".to_owned()))
            }
            tungstenite::Error::Protocol(problem)
                if *problem != ProtocolError::ResetWithoutClosingHandshake =>
            {
                (CloseCode::Protocol, unfit(problem.to_string()))
            }
            _ => return broken(error),
        };
        let problem = error.to_string();
        let bytes = Bytes::new();
        self.link.tell(Event::Unread(Unread { problem, bytes }));
        // If it can be said at once.
        let _ = self.stream.start_send_unpin(leave(code));
        let _ = self.stream.poll_flush_unpin(cx);
        Error::new(kind).because(error)
    }

    /// Closes the connection as the protocol has it, in bounded time.
    pub async fn say_goodbye(mut self) {
        let goodbye = async {
            let _ = self.stream.send(leave(CloseCode::Normal)).await;
            while let Some(Ok(message)) = self.stream.next().await {
                if message.is_close() {
                    break;
                }
            }
        };
        let _ = timeout(GOODBYE, goodbye).await;
    }
}

fn leave(code: CloseCode) -> Message {
    let reason = Utf8Bytes::default();
    Message::Close(Some(CloseFrame { code, reason }))
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
