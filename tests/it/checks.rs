//! The contract in running clients, of recordings, and of the services as they answer: the library's checks and the command's.

mod command;
mod live;
mod recorded;
mod watching;

use crate::clients::documents::FILL;

/// A fill that the client reads, of another instant than was meant.
fn in_seconds() -> String {
    let fill = FILL.replace("1727399378373", "1727399378");
    assert_ne!(fill, FILL);
    fill
}

/// A fill with a member that no spec knows.
fn with_news() -> String {
    FILL.replacen('{', r#"{"news": 1, "#, 1)
}
