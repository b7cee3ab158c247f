//! Decides, without a server, if an attempt at a write leaves open what it did.

use super::operation::Effect;
use crate::error::said::Said;

/// How an attempt ended, as far as it shows whether the service executed the call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ended<'a> {
    /// Before the request was handed to a connection.
    Unsent,
    /// Without a complete response.
    Unanswered,
    /// With a response. One over a WebSocket has a status only where its frame names one.
    Answered { status: Option<u16>, body: &'a [u8] },
}

/// Returns true if an error can be made of the attempt without a doubt about the call: a read changes nothing, a write that
/// was not sent did nothing, and neither did one that the service itself refuses with a status that it gives before it acts.
///
/// Nothing else proves that a write did nothing. A proxy may refuse what it has already forwarded, and CrossTrade answers
/// `success: false` and 408 both where its add-on is offline and where the add-on did not answer in time.
pub(crate) fn is_settled(effect: Effect, ended: Ended<'_>) -> bool {
    let Effect::Write { refuses_before } = effect else {
        return true;
    };
    match ended {
        Ended::Unsent => true,
        Ended::Answered {
            status: Some(status),
            body,
        } => may_refuse_before(status) && refuses_before.contains(&status) && is_its_own(body),
        Ended::Answered { status: None, .. } | Ended::Unanswered => false,
    }
}

/// Returns true if a spec can list the status as given before the service acts: no timeout and no failure of a server.
fn may_refuse_before(status: u16) -> bool {
    (400..500).contains(&status) && status != 408
}

/// Returns true if a body is in the service's own error form, rather than a proxy's page.
fn is_its_own(body: &[u8]) -> bool {
    let said = Said::read(body);
    said.code.is_some() || said.message.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &[u8] = br#"{"error":"invalid_account","detail":"no"}"#;

    fn answered(status: u16, body: &[u8]) -> Ended<'_> {
        let status = Some(status);
        Ended::Answered { status, body }
    }

    #[test]
    fn a_write_is_settled_only_by_proof_that_it_did_nothing() {
        let refuses_before = &[200, 302, 400, 401, 408, 422, 429, 500, 503];
        let listed = Effect::Write { refuses_before };
        let unlisted = Effect::Write {
            refuses_before: &[],
        };
        let over_socket = Ended::Answered {
            status: None,
            body: OWN,
        };
        for (ended, is_proof) in [
            (Ended::Unsent, true),
            (Ended::Unanswered, false),
            (over_socket, false),
            (answered(400, OWN), true),
            (answered(401, br#"{"detail":"Not authenticated"}"#), true),
            (answered(422, br#"{"message":"no"}"#), true),
            (answered(429, br#"{"error":"Rate limit exceeded"}"#), true),
            // Not a word of the service's.
            (answered(400, b""), false),
            (answered(400, b"{}"), false),
            (answered(400, b"<html>Bad Request"), false),
            (answered(400, b"\"no\""), false),
            (answered(400, br#"{"request_id":"a"}"#), false),
            // Its word, but cut off.
            (answered(400, br#"{"error":"invalid_acc"#), false),
            // Not listed.
            (answered(403, OWN), false),
            (answered(404, OWN), false),
            (answered(409, OWN), false),
            // No proof, even where a spec lists them.
            (answered(200, OWN), false),
            (answered(302, OWN), false),
            (answered(408, OWN), false),
            (answered(500, OWN), false),
            (answered(503, OWN), false),
        ] {
            assert_eq!(is_settled(listed, ended), is_proof, "{ended:?}");
            let is_unsent = ended == Ended::Unsent;
            assert_eq!(is_settled(unlisted, ended), is_unsent, "{ended:?}");
            assert!(is_settled(Effect::Read, ended), "{ended:?}");
        }
    }
}
