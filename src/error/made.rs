//! Errors that no service caused, for tests of code that decides by them.
//!
//! Each constructor is named after the predicate that holds for its error. The error says that nothing was attempted
//! ([`attempts`](Error::attempts) is 0) and names no operation.

use std::time::Duration;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use super::said::Said;
use super::{Answered, Error, Kind, Limit, Refusal, Unreachable, request_id_header};
use crate::values::printable;

/// Errors for tests of code that handles errors. `service` is the word that [`service`](Self::service) returns: `crosstrade`.
///
/// ```
/// use std::time::Duration;
/// use executions::Error;
///
/// /// How long to wait before the next try; `None` to give up.
/// fn patience(error: &Error) -> Option<Duration> {
///     match error {
///         e if e.is_outcome_unknown() => None,
///         e if e.is_rate_limited() => Some(e.retry_after().unwrap_or(Duration::from_secs(1))),
///         e => e.is_retryable().then_some(Duration::from_millis(100)),
///     }
/// }
///
/// let wait = Duration::from_secs(7);
/// assert_eq!(patience(&Error::rate_limited("crosstrade", wait)), Some(wait));
/// assert_eq!(patience(&Error::not_found("crosstrade")), None);
/// assert_eq!(patience(&Error::outcome_unknown("crosstrade", jiff::Timestamp::now())), None);
/// ```
impl Error {
    /// An error as an HTTP response of this status makes it, whatever its body: code, message and request id are read from
    /// the body, and [`retry_after`](Self::retry_after) from a `Retry-After` in whole seconds.
    ///
    /// The status decides alone, by the rules of every service: a 3xx [`is_wrong_address`](Self::is_wrong_address), and a 2xx
    /// is a success that the service calls a failure. CrossTrade's 408 is made by [`offline`](Self::offline).
    pub fn answered_with(
        service: &'static str,
        status: StatusCode,
        headers: HeaderMap,
        body: impl Into<Bytes>,
    ) -> Self {
        let body = body.into();
        let kind = match status {
            _ if status.is_redirection() => Kind::Redirected { to: None },
            _ if status.is_success() => Kind::Refused(Refusal::InBody),
            _ => Kind::Refused(Refusal::Status),
        };
        let asked = headers.get(RETRY_AFTER).and_then(|wait| wait.to_str().ok());
        let asked = asked.and_then(|seconds| seconds.trim().parse().ok());
        Self::new(kind)
            .retry_in(asked.map(Duration::from_secs))
            .answered(answer(status, headers, body))
            .with(|inner| inner.service = Some((service, service)))
    }

    /// The service knows no such execution: a 404.
    pub fn not_found(service: &'static str) -> Self {
        Self::answered_with(service, StatusCode::NOT_FOUND, HeaderMap::new(), "")
    }

    /// The credential was not accepted: a 401.
    pub fn auth(service: &'static str) -> Self {
        Self::answered_with(service, StatusCode::UNAUTHORIZED, HeaderMap::new(), "")
    }

    /// The service's rate limit was hit: a 429, which asks to wait this long.
    pub fn rate_limited(service: &'static str, retry_after: Duration) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self::answered_with(service, status, HeaderMap::new(), "").retry_in(Some(retry_after))
    }

    /// The whole call was not done within its limit.
    pub fn timeout(service: &'static str, limit: Duration) -> Self {
        let (limit, after) = (Limit::Call, limit);
        Self::new(Kind::Timeout { limit, after })
            .with(|inner| inner.service = Some((service, service)))
    }

    /// No connection could be made.
    pub fn unreachable(service: &'static str) -> Self {
        Self::new(Kind::Unreachable(Unreachable::Connect))
            .with(|inner| inner.service = Some((service, service)))
    }

    /// CrossTrade's add-on in NinjaTrader is not connected: a 408.
    pub fn offline(service: &'static str) -> Self {
        let answer = answer(StatusCode::REQUEST_TIMEOUT, HeaderMap::new(), Bytes::new());
        Self::new(Kind::Refused(Refusal::Offline))
            .answered(answer)
            .with(|inner| inner.service = Some((service, service)))
    }

    /// A 200 with this body, which is not what the spec promises at a place such as `executions[0].price`.
    pub fn contract_drift(
        service: &'static str,
        json_path: impl Into<String>,
        body: impl Into<Bytes>,
    ) -> Self {
        let kind = Kind::Unfit {
            path: Some(json_path.into()),
            problem: "another type was promised".to_owned(),
        };
        Self::new(kind)
            .answered(answer(StatusCode::OK, HeaderMap::new(), body.into()))
            .with(|inner| inner.service = Some((service, service)))
    }

    /// The connection broke after a call was sent that may change something, so that nobody knows whether it was executed.
    pub fn outcome_unknown(service: &'static str, sent_at: Timestamp) -> Self {
        Self::new(Kind::Interrupted)
            .with(|inner| inner.unsettled = Some(sent_at))
            .with(|inner| inner.service = Some((service, service)))
    }
}

fn answer(status: StatusCode, headers: HeaderMap, body: Bytes) -> Answered {
    let mut said = Said::read(&body);
    if said.request_id.is_none() {
        said.request_id = request_id_header(&headers).map(str::to_owned);
    }
    let is_silent = said.code.is_none() && said.message.is_none() && !body.is_empty();
    let excerpt = is_silent.then(|| printable(&String::from_utf8_lossy(&body), 160));
    Answered {
        status: Some(status),
        headers,
        body,
        said,
        excerpt,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_constructor_makes_its_own_predicate_hold_and_no_other() {
        let (name, second) = ("crosstrade", Duration::from_secs(1));
        let sent = Timestamp::UNIX_EPOCH;
        let made = [
            Error::not_found(name),
            Error::auth(name),
            Error::rate_limited(name, second),
            Error::timeout(name, second),
            Error::unreachable(name),
            Error::offline(name),
            Error::contract_drift(name, "executions[0].price", "{}"),
            Error::outcome_unknown(name, sent),
            Error::answered_with(name, StatusCode::FOUND, HeaderMap::new(), ""),
        ];
        for (at, error) in made.iter().enumerate() {
            let holds = [
                error.is_not_found(),
                error.is_auth(),
                error.is_rate_limited(),
                error.is_timeout(),
                error.is_unreachable(),
                error.is_offline(),
                error.is_contract_drift(),
                error.is_outcome_unknown(),
                error.is_wrong_address(),
            ];
            let own = std::array::from_fn(|predicate| predicate == at);
            assert_eq!(holds, own, "{error}");
            assert_eq!((error.service(), error.attempts()), (Some(name), 0));
            let is_passing = matches!(at, 2..=4);
            assert_eq!(error.is_retryable(), is_passing, "{error}");
        }
        assert_eq!(made[2].retry_after(), Some(second));
        assert_eq!(made[6].json_path(), Some("executions[0].price"));
        assert_eq!(made[7].sent_at(), Some(sent));
    }
}
