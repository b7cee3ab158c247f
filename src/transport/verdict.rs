//! What a complete answer amounts to: a reply, or an error that says what the service said.

use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION};
use url::Url;

use super::body::Unusable;
use super::request::Unbuilt;
use super::retry::asked_wait;
use super::{Received, Shared};
use crate::error::said::Said;
use crate::error::{Answered, Error, Kind, Refusal, request_id_header};
use crate::observe::Veto;
use crate::values::printable;

/// The error of a request that could not be built.
pub(super) fn unbuilt(unbuilt: Unbuilt) -> Error {
    let problem = match unbuilt {
        Unbuilt::InvalidRequest(problem) => problem,
        _ => "no request can be made of it".to_owned(),
    };
    Error::input("request", problem)
}

/// The error of an answer that is none.
pub(super) fn unusable(shared: &Shared, received: Received, problem: Unusable) -> Error {
    match problem {
        Unusable::Failed => error(shared, received, Kind::Refused(Refusal::InBody)),
        Unusable::Unfit(kind) => error(shared, received, kind),
    }
}

/// An error for an answer that decoded but lacks what its facade needs.
pub(super) fn unfit(shared: &Shared, received: Received, path: &str, problem: &str) -> Error {
    let kind = Kind::Unfit {
        path: Some(path.to_owned()),
        problem: problem.to_owned(),
    };
    error(shared, received, kind)
}

/// The error of a call whose end an observer does not let pass, in place of that end.
pub(super) fn vetoed(shared: &Shared, ended: Result<Received, Error>, veto: Veto) -> Error {
    let Veto {
        problem,
        pointer,
        rule,
        by,
    } = veto;
    let rule = Some(rule).filter(|rule| !rule.is_empty());
    let rule = rule.map_or_else(String::new, |rule| format!(" ({rule})"));
    let kind = Kind::Unfit {
        path: Some(pointer).filter(|pointer| !pointer.is_empty()),
        problem: format!("{by} vetoes it: {problem}{rule}"),
    };
    match ended {
        Ok(received) => error(shared, received, kind),
        Err(failed) => Error::new(kind)
            .tried(failed.attempts(), failed.elapsed())
            .unsettled(failed.sent_at())
            .because(failed),
    }
}

/// An error for an answer to the handshake of a WebSocket that does not open one.
#[cfg(feature = "ws")]
pub(super) fn unopened(shared: &Shared, received: Received) -> Error {
    let kind = match received.status {
        // Whatever its body: there is no id that a 404 could be about.
        Some(StatusCode::NOT_FOUND) => Kind::Refused(Refusal::WrongPath),
        Some(status) if status.is_success() || status.is_informational() => Kind::Unfit {
            path: None,
            problem: format!("a WebSocket was asked for, {} came", status.as_u16()),
        },
        _ => refusal(shared, &received),
    };
    error(shared, received, kind)
}

/// An error for an answer in which the service refuses: by its HTTP status, or in a frame, which may name one, though none is
/// documented.
pub(super) fn refused(shared: &Shared, received: Received) -> Error {
    let kind = refusal(shared, &received);
    error(shared, received, kind)
}

fn refusal(shared: &Shared, received: &Received) -> Kind {
    let Some(status) = received.status else {
        return Kind::Refused(Refusal::InBody);
    };
    if status.is_redirection() {
        return Kind::Redirected {
            to: redirect_target(shared, received),
        };
    }
    if shared.manners.offline == Some(status.as_u16()) {
        return Kind::Refused(Refusal::Offline);
    }
    if status == StatusCode::NOT_FOUND && is_wrong_path(shared, &received.body) {
        return Kind::Refused(Refusal::WrongPath);
    }
    if shared.is_lasting(status, &received.body) {
        return Kind::Refused(Refusal::Lasting);
    }
    Kind::Refused(Refusal::Status)
}

/// The meaning of a refusal that has no status but the one its body may name.
fn meaning(shared: &Shared, said: &Said) -> Refusal {
    let told = (shared.manners.meaning)(said.code.as_deref(), said.message.as_deref());
    let named = || match said.status? {
        status if shared.manners.offline == Some(status.as_u16()) => Some(Refusal::Offline),
        status => Some(Refusal::As(status)),
    };
    told.or_else(named).unwrap_or(Refusal::InBody)
}

/// An empty 404 tells nothing, so it counts as the service's word on the id.
fn is_wrong_path(shared: &Shared, body: &[u8]) -> bool {
    match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(body) => (shared.manners.is_wrong_path)(&body),
        Err(_) => !body.is_empty(),
    }
}

/// Where a redirect points: its user name, query and fragment may hold anything, so they are left out.
fn redirect_target(shared: &Shared, received: &Received) -> Option<String> {
    let location = received.headers.get(LOCATION)?.to_str().ok()?;
    let from = Url::parse(&shared.base_url).ok()?;
    // Masked as it came, because a URL writes some characters in another way.
    let to = from.join(&shared.signer.mask(location)).ok()?;
    let to = format!("{}{}", to.origin().ascii_serialization(), to.path());
    Some(printable(&to, 200))
}

fn error(shared: &Shared, received: Received, kind: Kind) -> Error {
    let Received {
        status,
        headers,
        body,
        attempts,
        elapsed,
        unsettled,
    } = received;
    let mask = |text: String| shared.signer.mask(&text);
    let said = Said::read(&body);
    let excerpt = (said.code.is_none() && said.message.is_none())
        .then(|| excerpt(&headers, &body, mask))
        .flatten();
    let kind = match kind {
        // It may repeat a value of the answer, of any length.
        Kind::Unfit { path, problem } => Kind::Unfit {
            path,
            problem: printable(&mask(problem), 300),
        },
        Kind::Refused(Refusal::InBody) => Kind::Refused(meaning(shared, &said)),
        other => other,
    };
    let request_id = said
        .request_id
        .or_else(|| request_id_header(&headers).map(str::to_owned));
    let origin = shared.signer.origin();
    let refused = match kind {
        Kind::Refused(Refusal::Status) => status,
        Kind::Refused(Refusal::As(status)) => Some(status),
        _ => None,
    };
    let own = refused.and_then(|status| (shared.manners.hint)(status, said.code.as_deref()));
    let hint = match (&kind, refused) {
        _ if own.is_some() => own.map(str::to_owned),
        (_, Some(StatusCode::UNAUTHORIZED)) => Some(format!("Check the credential in {origin}.")),
        (_, Some(StatusCode::FORBIDDEN)) => Some(format!(
            "The credential in {origin} is known but not allowed this."
        )),
        (Kind::Redirected { .. } | Kind::Refused(Refusal::WrongPath), _) => Some(format!(
            "Check the base URL, {} ({}_BASE_URL).",
            shared.base_url,
            shared.service.name.to_uppercase()
        )),
        _ => None,
    };
    let error = Error::new(kind)
        .tried(attempts, elapsed)
        .unsettled(unsettled)
        .retry_in(asked_wait(&headers, std::time::SystemTime::now()))
        .answered(Answered {
            status,
            headers,
            body,
            said: Said {
                status: said.status,
                code: said.code.map(mask),
                message: said.message.map(mask),
                request_id: request_id.map(mask),
            },
            excerpt,
        });
    match hint {
        Some(hint) => error.hinting(hint),
        None => error,
    }
}

/// The kind and the start of a body that is not the JSON of any documented error: a proxy's HTML, most often.
fn excerpt(
    headers: &http::HeaderMap,
    body: &[u8],
    mask: impl Fn(String) -> String,
) -> Option<String> {
    if body.is_empty() {
        return None;
    }
    // Masked before it is cut: half a secret would not be found any more.
    let line =
        |bytes: &[u8], most| printable(&mask(String::from_utf8_lossy(bytes).into_owned()), most);
    let start = line(&body[..body.len().min(LONGEST_START)], 160);
    let kind = headers
        .get(CONTENT_TYPE)
        .map(|kind| line(kind.as_bytes(), 60));
    let kind = kind.as_deref().unwrap_or("no content type");
    Some(format!("{kind}: {start}"))
}

/// How much of a body is searched for an excerpt: more than any secret is long.
const LONGEST_START: usize = 64 * 1024;
