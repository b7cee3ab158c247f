//! A JSON document that grows at its end and is complete after each step: what is new is written over the closing brackets,
//! and the brackets once more after it.

use std::io::{self, Seek, SeekFrom, Write};

use serde_json::Value;

/// Where a recording can go.
pub trait Sink: Write + Seek + Send + 'static {}

impl<S: Write + Seek + Send + 'static> Sink for S {}

const HEAD: &str = concat!(
    r#"{"log":{"version":"1.2","creator":{"name":"executions","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#""},"entries":["#
);
const TAIL: &str = "\n]}}\n";

/// The text before a connection's first message.
const FIRST: &str = "\n";

pub(super) struct Archive {
    sink: Box<dyn Sink>,
    /// Where the closing brackets begin.
    end: u64,
    /// What ends the last entry, which stands among the closing brackets.
    last: Last,
}

#[derive(Clone, Copy)]
enum Last {
    /// There is none yet.
    None,
    Whole,
    /// A connection's entry whose list of messages goes on, and what stands before the next of them.
    Open(u64, &'static str),
    /// One whose list is over.
    Closed,
}

impl Last {
    fn brackets(self) -> &'static str {
        match self {
            Self::None | Self::Whole => "",
            Self::Open(..) => "]}",
            Self::Closed => "}",
        }
    }
}

impl Archive {
    pub fn begin(sink: Box<dyn Sink>) -> io::Result<Self> {
        let mut archive = Self {
            sink,
            end: 0,
            last: Last::None,
        };
        archive.grow(&[HEAD.as_bytes()], Last::None)?;
        Ok(archive)
    }

    /// A whole entry.
    pub fn entry(&mut self, entry: &[u8]) -> io::Result<()> {
        self.grow(&[self.next().as_bytes(), entry], Last::Whole)
    }

    /// The entry of a handshake that opens a connection, whose messages are to follow.
    pub fn socket(&mut self, connection: u64, entry: &[u8]) -> io::Result<()> {
        let entry = entry.strip_suffix(b"}").unwrap_or(entry);
        let list = br#","_webSocketMessages":["#;
        let last = Last::Open(connection, FIRST);
        self.grow(&[self.next().as_bytes(), entry, list], last)
    }

    /// A connection's message. Where another entry came meanwhile, `again` is what that of the connection is resumed with.
    pub fn message(&mut self, connection: u64, again: &[u8], message: &[u8]) -> io::Result<()> {
        let separator = self.resume(connection, again)?;
        let last = Last::Open(connection, ",\n");
        self.grow(&[separator.as_bytes(), message], last)
    }

    /// A connection is over; `lost` says why if this side did not close it.
    pub fn closed(&mut self, connection: u64, again: &[u8], lost: Option<&str>) -> io::Result<()> {
        self.resume(connection, again)?;
        let lost = Value::from(lost).to_string();
        self.grow(&[br#"],"_closed":"#, lost.as_bytes()], Last::Closed)
    }

    /// Says what stands before the next message.
    fn resume(&mut self, wanted: u64, again: &[u8]) -> io::Result<&'static str> {
        match self.last {
            Last::Open(connection, separator) if connection == wanted => Ok(separator),
            _ => self.socket(wanted, again).map(|()| FIRST),
        }
    }

    /// What stands between the last entry and the next.
    fn next(&self) -> String {
        let comma = match self.last {
            Last::None => "",
            _ => ",",
        };
        format!("{}{comma}\n", self.last.brackets())
    }

    /// Writes over the closing brackets in one go. If that fails, they are put back, and blanks after them.
    fn grow(&mut self, parts: &[&[u8]], last: Last) -> io::Result<()> {
        let mut text = parts.concat();
        let grown = text.len() as u64;
        text.extend_from_slice(last.brackets().as_bytes());
        text.extend_from_slice(TAIL.as_bytes());
        let written = self.write(&text);
        match &written {
            Ok(()) => (self.end, self.last) = (self.end + grown, last),
            // A second failure cannot be helped: the first is told.
            Err(_) => drop(self.put_back()),
        }
        written
    }

    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.sink.seek(SeekFrom::Start(self.end))?;
        self.sink.write_all(text)?;
        self.sink.flush()
    }

    fn put_back(&mut self) -> io::Result<()> {
        let length = self.sink.seek(SeekFrom::End(0))?;
        let mut text = format!("{}{TAIL}", self.last.brackets()).into_bytes();
        let covered = usize::try_from(length.saturating_sub(self.end)).unwrap_or(text.len());
        text.resize(covered.max(text.len()), b' ');
        self.write(&text)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A disk with room for so many bytes.
    #[derive(Clone)]
    struct Disk(Arc<Mutex<Cursor<Vec<u8>>>>, usize);

    impl Disk {
        fn of(room: usize) -> Self {
            Self(Arc::default(), room)
        }

        fn json(&self) -> Value {
            let disk = self.0.lock().expect("whole");
            serde_json::from_slice(disk.get_ref()).expect("valid JSON")
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut disk = self.0.lock().expect("whole");
            let room = self.1 - usize::try_from(disk.position()).expect("small");
            if room == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            disk.write(&bytes[..bytes.len().min(room)])
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Disk {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.lock().expect("whole").seek(to)
        }
    }

    type Step = fn(&mut Archive) -> io::Result<()>;

    const STEPS: &[Step] = &[
        |archive| archive.entry(br#"{"n":1}"#),
        |archive| archive.socket(7, br#"{"n":2}"#),
        |archive| archive.message(7, b"{}", br#"{"m":1}"#),
        |archive| archive.message(7, b"{}", br#"{"m":2}"#),
        |archive| archive.entry(br#"{"n":3}"#),
        |archive| archive.message(7, br#"{"again":7}"#, br#"{"m":3}"#),
        |archive| archive.socket(8, br#"{"n":4}"#),
        |archive| archive.closed(8, b"{}", Some("for \"no\" reason")),
        |archive| archive.closed(7, br#"{"again":7}"#, None),
        |archive| archive.entry(br#"{"n":5}"#),
    ];

    #[test]
    fn the_document_is_complete_after_every_step() {
        let disk = Disk::of(usize::MAX);
        let mut archive = Archive::begin(Box::new(disk.clone())).expect("room");
        assert_eq!(disk.json()["log"]["entries"], serde_json::json!([]));
        for step in STEPS {
            step(&mut archive).expect("room");
            disk.json();
        }
        let expected = serde_json::json!([
            {"n": 1},
            {"n": 2, "_webSocketMessages": [{"m": 1}, {"m": 2}]},
            {"n": 3},
            {"again": 7, "_webSocketMessages": [{"m": 3}]},
            {"n": 4, "_webSocketMessages": [], "_closed": "for \"no\" reason"},
            {"again": 7, "_webSocketMessages": [], "_closed": null},
            {"n": 5},
        ]);
        assert_eq!(disk.json()["log"]["entries"], expected);
    }

    #[test]
    fn a_disk_that_is_full_at_any_byte_leaves_a_complete_document() {
        let most = 700;
        let mut failures = 0;
        for room in HEAD.len() + TAIL.len()..most {
            let disk = Disk::of(room);
            let mut archive = Archive::begin(Box::new(disk.clone())).expect("room");
            for step in STEPS {
                let entries = disk.json();
                if step(&mut archive).is_err() {
                    failures += 1;
                    // A step that is two may have got half way.
                    let kept = disk.json().to_string().len();
                    assert!(kept >= entries.to_string().len());
                    break;
                }
            }
        }
        assert!(failures > 100, "{failures}");
    }
}
