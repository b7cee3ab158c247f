//! What an error says of itself, in one line.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use super::{Error, Kind, Limit, Refusal, Unreachable};
use crate::values::printable;

/// Says what happened, without the operation and the hint. The function shows text from outside in so many characters.
pub(super) struct What<'a>(pub &'a Error, pub fn(&str, usize) -> String);

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.0.kind {
            Kind::Setting { name, problem } => write!(f, "{name} {problem}"),
            Kind::Input { what, problem } => write!(f, "the {what} cannot be used: {problem}"),
            Kind::Unreachable(Unreachable::Dns) => {
                f.write_str("the host's name could not be resolved")
            }
            Kind::Unreachable(Unreachable::Connect) => f.write_str("no connection could be made"),
            Kind::Unreachable(Unreachable::Tls) => f.write_str("no TLS connection could be made"),
            Kind::Timeout { limit, after } => {
                let after = Seconds(*after);
                match limit {
                    Limit::Connect => write!(f, "no connection within {after}"),
                    Limit::Attempt => write!(f, "no complete answer within {after}"),
                    Limit::Stall => write!(f, "the answer stalled for {after}"),
                    Limit::Call => write!(f, "not done within {after}"),
                    Limit::Silence => write!(f, "no frame came for {after} after a ping"),
                }
            }
            Kind::Interrupted => f.write_str("the connection broke before the answer was complete"),
            Kind::Redirected { to } => {
                f.write_str("the service redirects, which is not followed so that no credential goes elsewhere")?;
                let mut to = to.iter().map(|to| self.1(to, 300));
                to.try_for_each(|to| write!(f, " (to {to})"))
            }
            Kind::Refused(refusal) => self.refused(f, *refusal),
            Kind::TooLarge { limit } => write!(f, "the answer is larger than {limit} bytes"),
            Kind::Unfit { path, problem } => {
                f.write_str("the answer does not fit the contract")?;
                let mut path = path.iter().map(|path| self.1(path, 300));
                path.try_for_each(|path| write!(f, " at {path}"))?;
                write!(f, ": {}", self.1(problem, 1000))
            }
            Kind::Budget { wait } => {
                write!(
                    f,
                    "the client's rate budget is spent for {}; nothing was sent",
                    Seconds(*wait)
                )
            }
            Kind::HungUp { code, reason } => {
                f.write_str("the service closed the connection")?;
                code.iter().try_for_each(|code| write!(f, " ({code})"))?;
                if reason.is_empty() {
                    return Ok(());
                }
                write!(f, ": {}", self.1(reason, 125))
            }
            Kind::Closed => f.write_str("the socket is closed"),
        }?;
        if let Some(sent) = self.0.sent_at() {
            write!(
                f,
                "; it was sent at {sent} and may or may not have been executed"
            )?;
        }
        self.trail(f)
    }
}

impl What<'_> {
    fn refused(&self, f: &mut fmt::Formatter<'_>, refusal: Refusal) -> fmt::Result {
        let error = self.0;
        let Some(answer) = &error.0.answer else {
            return f.write_str("the service refused");
        };
        match refusal {
            Refusal::Offline => f.write_str("the service answers that its add-on is offline")?,
            Refusal::InBody => f.write_str("the service says it failed")?,
            Refusal::As(StatusCode::NOT_FOUND) => {
                f.write_str("the service knows of no such thing")?;
            }
            Refusal::As(StatusCode::TOO_MANY_REQUESTS) => {
                f.write_str("the service's rate limit is reached")?;
            }
            Refusal::As(status) => write!(f, "the service says it failed, as by {status}")?,
            Refusal::WrongPath | Refusal::Status | Refusal::Lasting => {
                answer
                    .status
                    .iter()
                    .try_for_each(|status| write!(f, "{status}"))?;
                if refusal == Refusal::WrongPath {
                    f.write_str(": the service has no such path")?;
                }
            }
        }
        // B3OS repeats the status as its code.
        let status = match refusal {
            Refusal::As(status) => Some(status),
            _ => answer.status,
        };
        let status = status.map(|status| status.as_u16().to_string());
        let code = answer
            .said
            .code
            .as_ref()
            .filter(|code| Some(*code) != status.as_ref());
        let texts = [code, answer.said.message.as_ref(), answer.excerpt.as_ref()];
        for text in texts.into_iter().flatten() {
            write!(f, ": {}", self.1(text, 300))?;
        }
        Ok(())
    }

    fn trail(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.0;
        let id = error
            .request_id()
            .map(|id| format!("request {}", printable(id, 100)));
        let attempts = (error.attempts() > 1).then(|| format!("{} attempts", error.attempts()));
        let note = error.0.note.clone();
        let notes: Vec<String> = id.into_iter().chain(attempts).chain(note).collect();
        if notes.is_empty() {
            return Ok(());
        }
        write!(f, " ({})", notes.join(", "))
    }
}

/// A duration as a reader says it.
pub(super) struct Seconds(pub Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            short if short < Duration::from_secs(1) => write!(f, "{} ms", short.as_millis()),
            round if round.subsec_millis() == 0 => write!(f, "{} s", round.as_secs()),
            other => write!(f, "{:.1} s", other.as_secs_f64()),
        }
    }
}
