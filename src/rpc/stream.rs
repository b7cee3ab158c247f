//! The network as the protocol's library wants it: something to read from and write to that never waits.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use reqwest::Upgraded;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const READ_AT_ONCE: usize = 64 * 1024;

/// What was read from the network and not yet taken apart.
pub(super) struct Inbox {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    /// The network ended, in order or with an error.
    over: Option<Option<io::Error>>,
}

impl Default for Inbox {
    fn default() -> Self {
        Self {
            buffer: vec![0; READ_AT_ONCE].into_boxed_slice(),
            start: 0,
            end: 0,
            over: None,
        }
    }
}

impl Inbox {
    pub fn is_empty(&self) -> bool {
        self.start == self.end && self.over.is_none()
    }

    pub fn poll_fill(&mut self, stream: &mut Upgraded, cx: &mut Context<'_>) -> Poll<()> {
        let mut buffer = ReadBuf::new(&mut self.buffer);
        match Pin::new(stream).poll_read(cx, &mut buffer) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(error)) => self.over = Some(Some(error)),
            Poll::Ready(Ok(())) if buffer.filled().is_empty() => self.over = Some(None),
            Poll::Ready(Ok(())) => {}
        }
        (self.start, self.end) = (0, buffer.filled().len());
        Poll::Ready(())
    }
}

/// The stream as the protocol's library wants it: it reads what is in the inbox, and writes what the network takes.
pub(super) struct Io<'a, 'b> {
    stream: &'a mut Upgraded,
    inbox: &'a mut Inbox,
    cx: &'a mut Context<'b>,
}

impl<'a, 'b> Io<'a, 'b> {
    pub fn new(stream: &'a mut Upgraded, inbox: &'a mut Inbox, cx: &'a mut Context<'b>) -> Self {
        Self { stream, inbox, cx }
    }
}

impl io::Read for Io<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let inbox = &mut self.inbox;
        let count = into.len().min(inbox.end - inbox.start);
        if count > 0 {
            into[..count].copy_from_slice(&inbox.buffer[inbox.start..inbox.start + count]);
            inbox.start += count;
            return Ok(count);
        }
        match &mut inbox.over {
            None => Err(io::ErrorKind::WouldBlock.into()),
            Some(error) => error.take().map_or(Ok(0), Err),
        }
    }
}

impl io::Write for Io<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        now(Pin::new(&mut *self.stream).poll_write(self.cx, bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        now(Pin::new(&mut *self.stream).poll_flush(self.cx))
    }
}

fn now<T>(poll: Poll<io::Result<T>>) -> io::Result<T> {
    match poll {
        Poll::Ready(result) => result,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}
