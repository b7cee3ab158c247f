//! A peer on a real socket does the unexpected to a write; these tell what the write comes to.

use reqwest::Body;
use secrecy::SecretString;
use tokio::sync::Notify;

use super::auth::{Credential, Scheme};
use super::operation::Effect;
use super::*;
use crate::observe::{Exchange, Message, Veto};

#[allow(dead_code, reason = "these tests need a part of it")]
#[path = "../../tests/it/wire.rs"]
mod wire;

use wire::{
    Deaf, HalfClose, Hang, Read, Reset, Step, Wait, Wire, answer, head, kept, refusing, send,
};

static SHOP: ServiceInfo = ServiceInfo {
    name: "shop",
    title: "Shop",
    base_url: "",
    wrapper: None,
    #[cfg(feature = "contract")]
    model: "",
};

static MANNERS: Manners = Manners {
    offline: Some(408),
    is_wrong_path: |_| false,
    hint: |_, _| None,
    is_lasting: |_| false,
    meaning: |_, _| None,
};

static PLACE: Operation = Operation {
    id: "place_order",
    effect: Effect::Write {
        refuses_before: &[400, 401, 404, 422, 429],
    },
    rpc: None,
};

#[derive(Debug, serde::Deserialize)]
struct Order {
    id: String,
}

impl Success for Order {}

const PLACED: &str = r#"{"id":"1"}"#;
/// The service's own error form.
const OWN: &str = r#"{"error":"no_margin","message":"no"}"#;

/// A transport that would send three times within milliseconds.
fn shop(url: &str) -> Shared {
    let secret = SecretString::from("a-token");
    let credential = Credential::new("token", &secret).expect("not empty");
    let connect_timeout = Duration::from_millis(500);
    let http = Http::builder().connect_timeout(connect_timeout);
    Shared {
        service: &SHOP,
        manners: &MANNERS,
        base_url: url.to_owned(),
        #[cfg(feature = "ws")]
        socket_url: None,
        http: http.build().expect("a client"),
        signer: Signer::new(Scheme::Bearer, &credential).expect("plain"),
        retry: Retry::new().first_wait(Duration::ZERO).wait(Duration::ZERO),
        budget: None,
        credits: Arc::new(Mutex::new(Credits::full())),
        observer: None,
    }
}

async fn place(transport: &Transport) -> Result<Reply<Order>, Error> {
    let (url, client) = transport.address();
    let request = client
        .post(format!("{url}/orders"))
        .body(r#"{"quantity":1}"#);
    let request = Request::new(&PLACE, request.build().expect("a request"));
    transport.send(Target::get("order", "7"), Ok(request)).await
}

/// The error of an order placed with this service.
async fn refused(shared: Shared, limits: Limits) -> Error {
    let placed = place(&Transport::new(shared, limits)).await;
    placed
        .map(|order| order.into_inner().id)
        .expect_err("no order")
}

/// The error of an order that a peer handles so on every connection, and how many times it saw the request.
async fn played(script: Vec<Step>) -> (Error, usize) {
    let peer = Wire::play([script]).await;
    let quick = Duration::from_millis(500);
    let limits = Limits::default().stall(quick).attempt(quick * 3).body(1000);
    let error = refused(shop(&peer.url()), limits).await;
    (error, peer.requests().len())
}

fn assert_unknown(error: &Error, what: &str) {
    assert!(error.is_outcome_unknown(), "{what}: {error}");
    assert!(!error.is_retryable(), "{what}: {error}");
    let sent = error.sent_at().expect("it was sent");
    let since = Timestamp::now().duration_since(sent);
    assert!((0..10).contains(&since.as_secs()), "{what}: {error}");
    let hint = error.hint().unwrap_or_default();
    assert!(hint.contains("before you repeat it"), "{what}: {hint}");
    let text = error.to_string();
    assert!(
        text.starts_with("Shop: the outcome of `get order 7` is unknown: "),
        "{text}"
    );
    assert!(text.contains(&sent.to_string()), "{text}");
}

fn assert_settled(error: &Error, what: &str) {
    assert!(!error.is_outcome_unknown(), "{what}: {error}");
    assert_eq!(error.sent_at(), None, "{what}");
    let text = error.to_string();
    assert!(text.starts_with("Shop: could not get order 7: "), "{text}");
}

fn html(status: u16) -> Step {
    let body = "<html>the proxy</html>";
    let length = format!("content-length: {}", body.len());
    let Step::Send(mut bytes) = head(status, &["content-type: text/html", &length]) else {
        return Hang;
    };
    bytes.extend_from_slice(body.as_bytes());
    send(bytes)
}

#[tokio::test]
async fn a_write_that_never_connected_did_nothing_and_may_be_tried_again() {
    let no_host = format!("http://{}.invalid", "x".repeat(70));
    let deaf = Deaf::listen().await;
    for (what, url) in [
        ("no address", no_host),
        ("connection refused", refusing()),
        ("connect timeout", deaf.url()),
    ] {
        let error = refused(shop(&url), Limits::default()).await;
        assert_settled(&error, what);
        assert!(error.is_retryable(), "{what}: {error}");
        assert_eq!(error.attempts(), 3, "{what}");
    }
}

#[cfg(feature = "rustls")]
#[tokio::test]
async fn a_write_whose_tls_handshake_failed_did_nothing() {
    let peer = Wire::play([vec![answer(400, &[], OWN), Hang]]).await;
    let url = peer.url().replace("http:", "https:");
    let error = refused(shop(&url), Limits::default()).await;
    assert!(error.is_unreachable() && !error.is_retryable(), "{error}");
    assert_settled(&error, "TLS");
    assert_eq!((error.attempts(), peer.connections()), (1, 1));
}

#[tokio::test]
async fn a_write_that_is_refused_on_this_side_is_not_sent() {
    let peer = Wire::always(answer(200, &[], PLACED)).await;
    let transport = Transport::new(shop(&peer.url()), Limits::default());
    let target = Target::get("order", "7");

    let too_large = Unbuilt::InvalidRequest("the body is too large".to_owned());
    let error = transport.send::<Order>(target, Err(too_large)).await;
    let error = error.expect_err("not built");
    assert!(error.is_invalid_input(), "{error}");
    assert_settled(&error, "not built");

    let stream = Body::wrap_stream(futures_util::stream::empty::<Result<Bytes, Error>>());
    let request = transport.shared.http.client.post(peer.url()).body(stream);
    let request = Request::new(&PLACE, request.build().expect("a request"));
    let error = transport.send::<Order>(target, Ok(request)).await;
    assert_settled(&error.expect_err("a stream"), "cannot be copied");

    let budget = Budget::new(1, 0.01).failing();
    let now = Instant::now();
    budget.draw(now, now).await.expect("the only one");
    let mut spent = shop(&peer.url());
    spent.budget = Some(budget);
    let error = refused(spent, Limits::default()).await;
    assert!(error.is_rate_limited() && error.is_retryable(), "{error}");
    assert_settled(&error, "no budget");
    peer.assert_untouched();
}

#[tokio::test]
async fn a_write_that_the_service_refuses_before_it_acts_did_nothing() {
    for (status, times) in [(400, 1), (401, 1), (404, 1), (422, 1), (429, 3)] {
        let (error, seen) = played(vec![Read, answer(status, &[], OWN)]).await;
        assert_settled(&error, &status.to_string());
        assert_eq!((seen, error.attempts()), (times, times as u32), "{status}");
        assert_eq!(error.is_retryable(), status == 429, "{status}");
        assert_eq!(error.code(), Some("no_margin"));
    }
}

#[tokio::test]
async fn a_write_that_is_refused_without_proof_is_unknown_and_keeps_the_words() {
    for status in [
        402, 403, 405, 408, 409, 410, 418, 500, 501, 502, 503, 504, 599,
    ] {
        let (error, seen) = played(vec![Read, answer(status, &["retry-after: 0"], OWN)]).await;
        assert_unknown(&error, &status.to_string());
        assert_eq!(seen, 1, "{status}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(
            (error.code(), error.message()),
            (Some("no_margin"), Some("no"))
        );
        assert_eq!(error.body().map(|body| &**body), Some(OWN.as_bytes()));
        assert_eq!(error.is_offline(), status == 408);
        assert_eq!(error.is_timeout(), status == 504);
        assert_eq!(error.is_auth(), status == 403);
    }
}

#[tokio::test]
async fn a_listed_status_proves_nothing_unless_the_service_itself_says_it() {
    let length = &["content-length: 100"];
    let half = || vec![Read, head(422, length), send(&OWN[..20])];
    for (what, script) in [
        ("HTML 400", vec![Read, html(400)]),
        ("HTML 401", vec![Read, html(401)]),
        ("HTML 404", vec![Read, html(404)]),
        ("HTML 429", vec![Read, html(429)]),
        ("empty 400", vec![Read, answer(400, &[], "")]),
        ("JSON 400 without words", vec![Read, answer(400, &[], "{}")]),
        ("422 closed in the middle", half()),
        ("422 reset in the middle", [half(), vec![Reset]].concat()),
        ("422 that stalls", [half(), vec![Hang]].concat()),
    ] {
        let (error, seen) = played(script).await;
        assert_unknown(&error, what);
        assert_eq!(seen, 1, "{what}");
        assert!(error.status().is_some(), "{what}");
    }
}

#[tokio::test]
async fn the_other_predicates_say_how_an_unknown_outcome_came_about() {
    let (error, _) = played(vec![Read, html(401)]).await;
    assert!(error.is_auth());
    let hint = error.hint().unwrap_or_default();
    assert!(
        hint.ends_with("repeat it. Check the credential in token."),
        "{hint}"
    );
    let (error, _) = played(vec![Read, answer(429, &["retry-after: 7"], "")]).await;
    assert!(error.is_rate_limited());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    let (error, _) = played(vec![Read, answer(404, &[], "")]).await;
    assert!(error.is_not_found());
    assert_unknown(&error, "empty 404");
}

#[tokio::test]
async fn a_write_whose_answer_does_not_come_whole_is_unknown_and_sent_once() {
    type Is = fn(&Error) -> bool;
    let broke: Is = |error| error.what().contains("the connection broke");
    let length = &["content-length: 100"];
    let part = || vec![Read, head(200, length), send(r#"{"id""#)];
    let location = &["location: https://example.com/", "content-length: 0"];
    for (what, is, script) in [
        ("closed", broke, vec![Read]),
        ("reset", broke, vec![Read, Reset]),
        ("half closed", broke, vec![Read, HalfClose, Hang]),
        ("not HTTP", broke, vec![Read, send("no\r\n\r\n")]),
        (
            "reset in the head",
            broke,
            vec![Read, send("HTTP/1.1 2"), Reset],
        ),
        ("reset in the body", broke, [part(), vec![Reset]].concat()),
        ("closed in the body", broke, part()),
        ("never answered", Error::is_timeout, vec![Read, Hang]),
        ("stalled", Error::is_timeout, [part(), vec![Hang]].concat()),
        (
            "moved",
            Error::is_wrong_address,
            vec![Read, head(301, location)],
        ),
        (
            "see other",
            Error::is_wrong_address,
            vec![Read, head(303, location)],
        ),
        (
            "kept method",
            Error::is_wrong_address,
            vec![Read, head(307, location)],
        ),
    ] {
        let (error, seen) = played(script).await;
        assert_unknown(&error, what);
        assert_eq!((seen, error.attempts()), (1, 1), "{what}");
        assert!(is(&error), "{what}: {error}");
    }
}

#[tokio::test]
async fn a_success_that_is_none_leaves_a_write_unknown() {
    type Is = fn(&Error) -> bool;
    let failed: Is = |error| {
        error
            .what()
            .contains("the service says it failed: no_margin")
    };
    let drift: Is = Error::is_contract_drift;
    let refusal = r#"{"id":"1","success":false,"error":"no_margin"}"#;
    let large = format!(r#"{{"id":"{}"}}"#, "1".repeat(1000));
    for (what, is, script) in [
        (
            "another type",
            drift,
            vec![Read, answer(200, &[], r#"{"id":1}"#)],
        ),
        ("HTML", drift, vec![Read, html(200)]),
        (
            "202 without the type",
            drift,
            vec![Read, answer(202, &[], "{}")],
        ),
        ("204", drift, vec![Read, head(204, &[])]),
        (
            "success: false",
            failed,
            vec![Read, answer(200, &[], refusal)],
        ),
        (
            "too large",
            Error::is_too_large,
            vec![Read, answer(200, &[], &large)],
        ),
    ] {
        let (error, seen) = played(script).await;
        assert_unknown(&error, what);
        assert_eq!((seen, error.attempts()), (1, 1), "{what}");
        assert!(is(&error), "{what}: {error}");
    }
    let peer = Wire::always(answer(200, &[], PLACED)).await;
    let transport = Transport::new(shop(&peer.url()), Limits::default());
    let order = place(&transport).await.expect("an order");
    let error = transport.unfit(order, "id", "it is another's");
    let target = Target::get("order", "7");
    assert_unknown(&error.of(&SHOP, target), "unfit for its facade");
}

struct Vetoing;

impl Observer for Vetoing {
    fn exchange(&self, _: &Exchange) -> Result<(), Veto> {
        Err(Veto::new("it is not to pass", ""))
    }

    fn message(&self, _: &Message) -> Result<(), Veto> {
        Ok(())
    }
}

#[tokio::test]
async fn a_veto_leaves_a_write_as_known_as_it_was() {
    for (what, script, is_known) in [
        ("a success", vec![Read, answer(200, &[], PLACED)], false),
        ("a broken connection", vec![Read, Reset], false),
        ("a 503", vec![Read, answer(503, &[], OWN)], false),
        ("a refusal", vec![Read, answer(422, &[], OWN)], true),
    ] {
        let peer = Wire::play([script]).await;
        let mut watched = shop(&peer.url());
        watched.observer = Some(Arc::new(Vetoing));
        let error = refused(watched, Limits::default()).await;
        assert!(error.is_contract_drift(), "{what}: {error}");
        match is_known {
            true => assert_settled(&error, what),
            false => assert_unknown(&error, what),
        }
        assert_eq!(peer.requests().len(), 1, "{what}");
    }
}

#[tokio::test]
async fn a_write_is_sent_again_after_a_refusal_until_one_attempt_is_unknown() {
    let again = || answer(429, &["retry-after-ms: 100"], OWN);
    let peer = Wire::play([vec![Read, again()], vec![Read, answer(200, &[], PLACED)]]).await;
    let transport = Transport::new(shop(&peer.url()), Limits::default());
    let order = place(&transport).await.expect("an order");
    assert_eq!((order.attempts(), peer.requests().len()), (2, 2));

    let peer = Wire::play([vec![Read, again()], vec![Read]]).await;
    let began = Timestamp::now();
    let error = refused(shop(&peer.url()), Limits::default()).await;
    assert_unknown(&error, "lost");
    assert_eq!((error.attempts(), peer.requests().len()), (2, 2));
    let sent = error.sent_at().expect("it was sent").duration_since(began);
    assert!(
        sent.as_millis() >= 100,
        "the time is the last attempt's: {sent}"
    );
}

/// The client learns of the end after it wrote the second request, between being given the request and writing it, or before.
/// Only in the second case does the HTTP library send the request again by itself, all of which it had kept.
#[tokio::test]
async fn a_write_over_a_kept_connection_that_ends_at_any_moment_arrives_once() {
    for end in [vec![], vec![HalfClose, Read, Hang], vec![Reset]] {
        for turns in 0..5 {
            let word = Arc::new(Notify::new());
            let first = vec![Read, kept(PLACED), Wait(Arc::clone(&word))];
            let second = vec![Read, kept(PLACED), Hang];
            let peer = Wire::play([[first, end.clone()].concat(), second]).await;
            let transport = Transport::new(shop(&peer.url()), Limits::default());
            place(&transport).await.expect("an order");
            word.notify_one();
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            match place(&transport).await {
                Ok(order) => {
                    assert_eq!(order.attempts(), 1);
                    assert_eq!((peer.connections(), peer.requests().len()), (2, 2));
                }
                Err(error) => {
                    assert_unknown(&error, "ended");
                    assert_eq!(peer.connections(), 1, "nothing was sent again");
                }
            }
        }
    }
}
