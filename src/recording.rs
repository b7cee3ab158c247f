//! Recording the traffic as HAR 1.2, the format that browsers' network tools write and read, and reading such a file.
//!
//! A [`Recorder`] is an [`Observer`] that writes each exchange as it ends and each message of a WebSocket as it passes. The
//! file is a complete JSON document after every one of them, so that a process may be killed at any time: what it had not
//! finished sending or receiving is all that is missing. (Only a kill in the very middle of writing an entry can cut the file
//! off; [`Recording::read`] then still reads what stands before it.) No more than the entry at hand is kept in memory.
//!
//! Credentials and cookies are not in what an observer is shown, so they are not in the file; the users' own data are.
//!
//! Beyond HAR, entries have `_service`, `_operation` and `_attempt`; `_failure` says in words why there is no answer, whose
//! status is 0 then. A WebSocket's handshake has its messages as browsers write them, in `_webSocketMessages`, with `_api`
//! where one makes or answers a call. Where other entries came between, a further entry of the same `_connection` with
//! `_continues` holds the messages after them. `_closed` says why a connection was lost, and
//! is null where this side closed it.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use executions::recording::{Recorder, Recording};
//!
//! let recorder = Arc::new(Recorder::create("traffic.har")?);
//! let crosstrade = executions::CrossTrade::builder().token("…").observer(recorder.clone()).build()?;
//! let _ = crosstrade.execution("Sim101", "550837ff9e784c2895ef6dab22d06be0").await;
//! recorder.finish()?;
//! for entry in Recording::read(std::fs::File::open("traffic.har")?)?.entries {
//!     println!("{} {}: {:?}", entry.method, entry.url, entry.answer.map(|answer| answer.status));
//! }
//! # Ok(())
//! # }
//! ```

mod archive;
mod entry;
mod read;
#[cfg(feature = "simulator")]
pub mod replay;

use std::collections::HashMap;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use archive::Archive;
pub use archive::Sink;
pub use read::{Entry, Frame, RecordedResponse, Recording, Unread};

use crate::observe::{Exchange, Message, Observer, Veto};

/// Writes what it observes to a HAR file. It never vetoes, and never fails a call: what goes wrong with the file is told by
/// [`finish`](Self::finish).
///
/// It writes on the path of the calls, so the file belongs on a disk that answers quickly.
pub struct Recorder(Mutex<Inner>);

struct Inner {
    archive: Archive,
    /// The file, where it is one of our own making.
    made: Option<PathBuf>,
    /// What the entries of open connections begin with.
    heads: HashMap<u64, Vec<u8>>,
    written: Count,
    missing: Count,
    /// Why nothing is written any more.
    failed: Option<io::Error>,
    finished: bool,
}

/// How much was written to a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Count {
    /// Requests over HTTP, handshakes of WebSockets included.
    pub exchanges: u64,
    /// Messages of WebSockets.
    pub messages: u64,
}

impl Recorder {
    /// Records to a new file, which only its owner may read (mode 0600 on Unix).
    ///
    /// # Errors
    /// The file exists, or cannot be created or written.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let file = open(path, OpenOptions::new().create_new(true))?;
        match Self::to(file) {
            Ok(recorder) => {
                recorder.lock().made = Some(path.to_owned());
                Ok(recorder)
            }
            Err(why) => {
                remove(path);
                Err(named(path)(why))
            }
        }
    }

    /// As [`create`](Self::create), in place of what stands in the file if there is one.
    ///
    /// # Errors
    /// The file cannot be created or written.
    pub fn replace(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let file = open(path, OpenOptions::new().create(true).truncate(true))?;
        Self::to(file).map_err(named(path))
    }

    /// Records to a place of your own. It is overwritten from its start, in which it must be empty.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn to(sink: impl Sink) -> io::Result<Self> {
        Ok(Self(Mutex::new(Inner {
            archive: Archive::begin(Box::new(sink))?,
            made: None,
            heads: HashMap::new(),
            written: Count::default(),
            missing: Count::default(),
            failed: None,
            finished: false,
        })))
    }

    /// Ends the recording: what comes after is not recorded. Says how much was written.
    ///
    /// # Errors
    /// Something could not be written (the disk is full), with how much is missing; told the first time only. What was
    /// written before that is in the file, as a complete document; a file of [`create`](Self::create)'s in which there would
    /// be nothing is removed.
    pub fn finish(&self) -> io::Result<Count> {
        let mut inner = self.lock();
        inner.finished = true;
        let missing = std::mem::take(&mut inner.missing);
        let why = match inner.failed.take() {
            Some(why) => why,
            None if missing == Count::default() => return Ok(inner.written),
            None => io::Error::other("their connections were open before it began"),
        };
        if inner.written == Count::default()
            && let Some(made) = inner.made.take()
        {
            remove(&made);
        }
        let Count {
            exchanges,
            messages,
        } = missing;
        let problem = format!(
            "the recording is not complete: {why} (missing exchanges: {exchanges}, messages: {messages})"
        );
        Err(io::Error::new(why.kind(), problem))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic in the middle leaves the archive at worst with an entry that is not counted.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Writes something, unless something could not be written before: there would be a gap that nobody sees.
    fn write(&mut self, write: impl FnOnce(&mut Archive) -> io::Result<()>, what: Count) {
        if self.finished {
            return;
        }
        if self.failed.is_none()
            && let Err(why) = write(&mut self.archive)
        {
            tracing::warn!(%why, "the recording ends here");
            self.failed = Some(why);
        }
        let count = match self.failed {
            None => &mut self.written,
            Some(_) => &mut self.missing,
        };
        count.exchanges += what.exchanges;
        count.messages += what.messages;
    }
}

const ONE_EXCHANGE: Count = Count {
    exchanges: 1,
    messages: 0,
};
const ONE_MESSAGE: Count = Count {
    exchanges: 0,
    messages: 1,
};

impl Observer for Recorder {
    fn exchange(&self, exchange: &Exchange) -> Result<(), Veto> {
        // Before anything is locked, as it is most of the work.
        let text = entry::of(exchange);
        let mut inner = self.lock();
        match exchange.connection.filter(|_| entry::opens(exchange)) {
            None => inner.write(|archive| archive.entry(&text), ONE_EXCHANGE),
            Some(connection) => {
                inner.write(|archive| archive.socket(connection, &text), ONE_EXCHANGE);
                inner.heads.insert(connection, entry::continued(exchange));
            }
        }
        Ok(())
    }

    fn message(&self, message: &Message) -> Result<(), Veto> {
        let text = entry::frame(message);
        let mut inner = self.lock();
        let connection = message.connection;
        let Some(head) = inner.heads.remove(&connection) else {
            // Its handshake was before the recording.
            inner.missing.messages += u64::from(!inner.finished);
            return Ok(());
        };
        inner.write(
            |archive| archive.message(connection, &head, &text),
            ONE_MESSAGE,
        );
        inner.heads.insert(connection, head);
        Ok(())
    }

    fn closed(&self, connection: u64, lost: Option<&str>) {
        let mut inner = self.lock();
        if let Some(head) = inner.heads.remove(&connection) {
            inner.write(
                |archive| archive.closed(connection, &head, lost),
                Count::default(),
            );
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.lock();
        f.debug_struct("Recorder")
            .field("written", &inner.written)
            .field("missing", &inner.missing)
            .finish_non_exhaustive()
    }
}

fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    let file = options.write(true).open(path).map_err(named(path))?;
    own(&file).map_err(named(path))?;
    Ok(file)
}

fn named(path: &Path) -> impl Fn(io::Error) -> io::Error {
    move |why| {
        let problem = format!("cannot record to {}: {why}", path.display());
        io::Error::new(why.kind(), problem)
    }
}

/// An empty file would look like a recording of nothing. That it cannot be removed is no worse than what is told already.
fn remove(path: &Path) {
    let _ = std::fs::remove_file(path);
}

/// Keeps the file to its owner even where it existed and others could read it.
#[cfg(unix)]
fn own(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = file.metadata()?;
    match metadata.is_file() && metadata.permissions().mode() & 0o077 != 0 {
        true => file.set_permissions(std::fs::Permissions::from_mode(0o600)),
        false => Ok(()),
    }
}

#[cfg(not(unix))]
fn own(_: &File) -> io::Result<()> {
    Ok(())
}
