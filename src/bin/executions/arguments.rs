//! Arguments that several commands take.

use std::time::Duration;

use clap::Args;
use executions::crosstrade::Socket;
use executions::{Error, Executions, Limits};
use jiff::SignedDuration;

use crate::output::Form;
use crate::record::Traffic;

#[derive(Args)]
pub struct Asking {
    /// How to print it.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORM")]
    pub output: Form,

    /// How long the whole call may take, retries included: 5s, 1m30s. [default: 1m]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,

    /// Ask CrossTrade over its WebSocket; --timeout is then for connecting and for the answer, each.
    #[arg(long)]
    pub ws: bool,
}

impl Asking {
    /// The services that the environment has settings for.
    pub fn executions(&self, traffic: &Traffic) -> Result<Executions, Error> {
        Ok(limited(traffic.executions()?, self.timeout))
    }

    /// CrossTrade's WebSocket.
    pub async fn socket(&self, traffic: &Traffic) -> Result<Socket, Error> {
        connect(&self.executions(traffic)?, self.timeout).await
    }
}

/// The same services, where each call may take this long.
pub fn limited(executions: Executions, limit: Option<Duration>) -> Executions {
    match limit {
        Some(limit) => executions.with_limits(Limits::default().call(limit).attempt(limit)),
        None => executions,
    }
}

/// CrossTrade's WebSocket; the limit is for connecting and for each answer.
pub async fn connect(executions: &Executions, limit: Option<Duration>) -> Result<Socket, Error> {
    let mut socket = executions.crosstrade()?.connect();
    if let Some(limit) = limit {
        socket = socket.timeout(limit).call_timeout(limit);
    }
    socket.await
}

/// A positive length of time as people write it: `10m`, `90s`, `1h30m`, `PT10M`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let length = text.parse::<SignedDuration>().ok();
    let length = length.and_then(|length| Duration::try_from(length).ok());
    let length = length.filter(|length| !length.is_zero());
    length.ok_or_else(|| "write it as 90s, 10m or 1h30m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, seconds) in [
            ("90s", 90),
            ("10m", 600),
            ("1h30m", 5400),
            ("1h 30m", 5400),
            ("10 minutes", 600),
            ("PT10M", 600),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in [
            "",
            "10",
            "0s",
            "-5s",
            "5s ago",
            "ten minutes",
            "1d",
            "99999999999999999999h",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
