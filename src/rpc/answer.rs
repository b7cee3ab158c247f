//! What became of a call that was answered: its data read, and what is kept of the frame that it came in.

use std::ops::Range;
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use tungstenite::Utf8Bytes;

use super::connection::READ_BUFFER;
use super::link::Link;
use super::wire::{self, Inbound};
use crate::error::Error;
use crate::transport::Received;
use crate::transport::body::Unusable;

/// So many times its own size a kept answer may hold in memory.
const MOST_WASTE: usize = 16;

pub(super) struct Answered {
    pub frame: Utf8Bytes,
    /// Where its data is, or the status that it refuses with, if it names one.
    pub data: Result<Range<usize>, Option<u16>>,
    pub attempts: u32,
    pub elapsed: Duration,
}

impl Answered {
    /// Reads the data, by `read`, which also gets the name of the member that it may be wrapped in. What it was read from is
    /// for those who keep it.
    pub fn read<T>(
        self,
        link: &Link,
        read: impl Fn(&str, Option<&str>) -> Result<T, Unusable>,
    ) -> Result<(T, Kept), Error> {
        let Self {
            frame,
            data,
            attempts,
            elapsed,
        } = self;
        let whole = 0..frame.len();
        let kept = |frame, part| Kept {
            frame,
            part,
            attempts,
            elapsed,
        };
        let refused = |frame, status| {
            let received = kept(frame, whole).received(status);
            link.transport.refused(received)
        };
        let mut data = match data {
            Ok(data) => data,
            // Heeded as it came.
            Err(status) => return Err(refused(frame, status)),
        };
        let read = |data: &Range<usize>| read(&frame[data.clone()], link.transport.wrapper());
        let mut result = read(&data);
        // Only a look was taken at the frame: there may be more in it than the data.
        if let Err(Unusable::Unfit(_)) = result {
            match wire::in_full(&frame) {
                Inbound::Answer { data: other, .. } if other != data => {
                    result = read(&other);
                    data = other;
                }
                Inbound::Refusal { status, .. } => {
                    let error = refused(frame, status);
                    link.transport.heed(&error);
                    return Err(error);
                }
                _ => {}
            }
        }
        let kept = kept(frame, data);
        match result {
            Ok(value) => Ok((value, kept)),
            Err(unusable) => {
                let error = link.transport.unusable(kept.into_received(), unusable);
                link.transport.heed(&error);
                Err(error)
            }
        }
    }
}

/// A part of a frame, and how it was come by.
pub(super) struct Kept {
    frame: Utf8Bytes,
    part: Range<usize>,
    attempts: u32,
    elapsed: Duration,
}

impl Kept {
    pub fn into_received(self) -> Received {
        self.received(None)
    }

    fn received(self, status: Option<u16>) -> Received {
        let Self { frame, part, .. } = self;
        // What the network gave in one piece stays in memory in one piece: too much of it for a small answer that is kept.
        let body = if part.len() < READ_BUFFER / MOST_WASTE {
            Bytes::copy_from_slice(frame[part].as_bytes())
        } else {
            let mut body = Bytes::from(frame);
            body.truncate(part.end);
            body.advance(part.start);
            body
        };
        Received::over_socket(body, status, self.attempts, self.elapsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_answer_does_not_hold_all_that_was_read_with_it() {
        let least = READ_BUFFER / MOST_WASTE;
        for (length, is_copied) in [(0, true), (least - 1, true), (least, false)] {
            let read = Bytes::from(vec![b'x'; READ_BUFFER]);
            let frame = Utf8Bytes::try_from(read.slice(..length + 20)).expect("text");
            let kept = Kept {
                frame,
                part: 10..10 + length,
                attempts: 1,
                elapsed: Duration::ZERO,
            };
            let body = kept.into_received().body;
            assert_eq!(body, read.slice(..length));
            assert_eq!(read.is_unique(), is_copied, "{length}");
        }
    }
}
