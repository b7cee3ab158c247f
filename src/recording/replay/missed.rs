//! What was asked for and is not in the recording.

use std::fmt;

use serde_json::{Value, json};

/// A request, or a message of a WebSocket, that the recording has no answer for. It prints as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missed {
    /// `GET /v1/api/accounts/Sim101/executions`; over a WebSocket `ListAccounts {}`, or the whole message where it is no call.
    pub asked: String,
    /// Those of the recording that are most like it, at most three.
    pub nearest: Vec<String>,
}

impl Missed {
    pub(super) fn among(asked: String, known: impl Iterator<Item = String>) -> Self {
        let nearest = nearest(&asked, known);
        Self { asked, nearest }
    }

    /// As the client is told.
    pub(super) fn to_json(&self) -> Value {
        json!({"error": "not_recorded", "message": self.message(), "nearest": self.nearest})
    }

    fn message(&self) -> String {
        format!("{} is not in the recording", self.asked)
    }
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())?;
        match self.nearest.first() {
            Some(nearest) => write!(f, "; the nearest is {nearest}"),
            None => Ok(()),
        }
    }
}

/// The three keys that share most with what was asked for, at their beginnings and ends.
fn nearest(asked: &str, keys: impl Iterator<Item = String>) -> Vec<String> {
    let shared = |key: &str| {
        let same = |(a, b): &(u8, u8)| a == b;
        let start = asked.bytes().zip(key.bytes()).take_while(same).count();
        let end = asked.bytes().rev().zip(key.bytes().rev());
        start + end.take_while(same).count()
    };
    let mut keys: Vec<String> = keys.collect();
    keys.sort_by_key(|key| std::cmp::Reverse(shared(key)));
    keys.truncate(3);
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_share_their_beginning_and_end() {
        let keys = ["GET /a/1/fills", "GET /b", "POST /x", "GET /a/2"];
        let found = nearest("GET /a/2/fills", keys.map(str::to_owned).into_iter());
        assert_eq!(found, ["GET /a/1/fills", "GET /a/2", "GET /b"]);
    }
}
