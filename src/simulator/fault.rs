//! The bad days that CrossTrade's simulated socket can have, by name.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

/// How long [`Fault::Slow`] takes when the text does not say.
const SLOW: Duration = Duration::from_secs(2);

/// Something wrong with CrossTrade's WebSocket, for [`Options::fault`](super::Options::fault).
///
/// Several work together. An answer is what an RPC call gets; quotes, P&L and `pong` are not answers. Each fault is
/// written as [`Display`](fmt::Display) prints it, and read back by [`FromStr`]:
///
/// ```
/// use executions::simulator::Fault;
///
/// let fault: Fault = "slow=500ms".parse()?;
/// assert_eq!(fault, Fault::Slow(std::time::Duration::from_millis(500)));
/// assert_eq!(Fault::DropAfter(3).to_string(), "drop-after=3");
/// # Ok::<(), executions::simulator::NoSuchFault>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// `drop-after=3`: the TCP connection ends without a close frame after so many answers, every connection anew.
    /// With 0 the first call is carried out, and the connection ends in place of its answer.
    DropAfter(u32),
    /// `drop-after=5s`: the same after a time, whatever was sent.
    DropAfterTime(Duration),
    /// `mute`: takes the connection and is silent: no answer, no push, no protocol pong. So a half-open socket looks.
    Mute,
    /// `reorder`: answers come in pairs, the later first. One that no other follows comes after half a second.
    Reorder,
    /// `duplicate`: each answer comes twice.
    Duplicate,
    /// `unknown-id`: before each answer comes another, with an id that nobody sent.
    UnknownId,
    /// `no-id-error`: errors come as `{"type":"error",…}` without the id of the call they are about.
    NoIdError,
    /// `garbage`: before each answer and each push comes, in turn, text that is no JSON, a binary frame, a type that
    /// nobody knows, JSON that is no object, or a frame of more than 1 MiB.
    Garbage,
    /// `reject-auth`: takes the connection although the token is right, then closes it with code 4001.
    RejectAuth,
    /// `slow=500ms`, or `slow` for two seconds: each answer takes that long. Pongs and pushes do not.
    Slow(Duration),
}

/// Those that are a name and nothing else.
const NAMED: [(&str, Fault); 7] = [
    ("mute", Fault::Mute),
    ("reorder", Fault::Reorder),
    ("duplicate", Fault::Duplicate),
    ("unknown-id", Fault::UnknownId),
    ("no-id-error", Fault::NoIdError),
    ("garbage", Fault::Garbage),
    ("reject-auth", Fault::RejectAuth),
];

/// A text names no [`Fault`]; it prints those there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchFault(());

impl fmt::Display for NoSuchFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMED.map(|(name, _)| name).join(", ");
        write!(
            f,
            "the faults are drop-after=N, drop-after=TIME, {named}, slow[=TIME]"
        )
    }
}

impl std::error::Error for NoSuchFault {}

impl FromStr for Fault {
    type Err = NoSuchFault;

    fn from_str(text: &str) -> Result<Self, NoSuchFault> {
        let mut named = NAMED.into_iter().filter(|(name, _)| *name == text);
        let fault = match text.split_once('=') {
            Some(("drop-after", value)) => match value.parse() {
                Ok(answers) => Some(Self::DropAfter(answers)),
                Err(_) => time(value).map(Self::DropAfterTime),
            },
            Some(("slow", value)) => time(value).map(Self::Slow),
            None if text == "slow" => Some(Self::Slow(SLOW)),
            _ => named.next().map(|(_, fault)| fault),
        };
        fault.ok_or(NoSuchFault(()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DropAfter(answers) => write!(f, "drop-after={answers}"),
            Self::DropAfterTime(time) => write!(f, "drop-after={:#}", signed(*time)),
            Self::Slow(time) => write!(f, "slow={:#}", signed(*time)),
            named => {
                let mut names = NAMED.iter().filter(|(_, fault)| fault == named);
                f.write_str(names.next().map_or("", |(name, _)| name))
            }
        }
    }
}

/// A positive length of time: `2s`, `500ms`, `1m30s`.
fn time(text: &str) -> Option<Duration> {
    let time = Duration::try_from(text.parse::<SignedDuration>().ok()?).ok()?;
    (!time.is_zero()).then_some(time)
}

/// The type that jiff writes as [`time`] reads it.
fn signed(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_prints_it_reads() {
        for fault in [
            Fault::DropAfter(0),
            Fault::DropAfter(3),
            Fault::DropAfterTime(Duration::from_secs(90)),
            Fault::Mute,
            Fault::Reorder,
            Fault::Duplicate,
            Fault::UnknownId,
            Fault::NoIdError,
            Fault::Garbage,
            Fault::RejectAuth,
            Fault::Slow(SLOW),
            Fault::Slow(Duration::new(61, 5_000_001)),
        ] {
            assert_eq!(fault.to_string().parse(), Ok(fault.clone()), "{fault}");
        }
        assert_eq!(Fault::Slow(SLOW).to_string(), "slow=2s");
        assert_eq!("slow".parse(), Ok(Fault::Slow(SLOW)));
    }

    #[test]
    fn what_names_no_fault_is_told_all_that_there_are() {
        for text in [
            "",
            "drop-after",
            "drop-after=",
            "drop-after=-1",
            "drop-after=0s",
            "drop-after=4294967296",
            "mute=1",
            "Mute",
            "slow=",
            "slow=2",
            "slow=-2s",
            " mute",
        ] {
            let told = text.parse::<Fault>().expect_err(text).to_string();
            let names = NAMED.map(|(name, _)| name);
            let valued = ["drop-after=N", "drop-after=TIME", "slow[=TIME]"];
            let mut all = names.iter().chain(&valued);
            assert!(all.all(|name| told.contains(name)), "{told}");
        }
    }
}
