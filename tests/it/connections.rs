//! Connections that are not made, break, or lead elsewhere.
//!
//! Fault 12, the reset after a POST, belongs to the WebSocket's writes: every operation over HTTP is a GET.

use std::time::Instant;

use executions::{CrossTrade, Http, Limits, Retry};
use reqwest::ClientBuilder;

use crate::clients::{
    b3os, causes, crosstrade, crosstrade_within, documents, eager, executions, failure, hummingbot,
    milliseconds, refold,
};
use crate::tls::Authority;
use crate::wire::{
    Deaf, Drip, HalfClose, Hang, Read, Reset, Wire, answer, head, kept, ok, refusing, send,
};

// fault 7
#[tokio::test]
async fn a_host_without_an_address_is_tried_three_times_and_said_to_be_that() {
    // A label this long is no name, so no resolver is asked.
    let host = format!("http://{}.invalid", "x".repeat(70));
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url(host)
        .allow_http(true)
        .retry(eager())
        .build()
        .expect("complete");
    let error = failure(&crosstrade).await;
    assert!(error.is_unreachable(), "{error}");
    assert!(error.is_retryable());
    assert_eq!(error.attempts(), 3);
    assert!(error.what().contains("resolved"), "{error}");
}

// fault 7
#[tokio::test]
async fn a_refused_connection_is_tried_three_times_and_said_to_be_that() {
    let error = failure(&crosstrade(&refusing())).await;
    assert!(error.is_unreachable(), "{error}");
    assert!(error.is_retryable());
    assert_eq!(error.attempts(), 3);
    assert!(error.what().contains("no connection"), "{error}");
    assert!(causes(&error).contains("refused"), "{}", causes(&error));
    assert_eq!((error.status(), error.body()), (None, None));
}

// fault 7
#[tokio::test]
async fn a_network_without_a_route_is_unreachable() {
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url("http://255.255.255.255")
        .allow_http(true)
        .retry(eager())
        .build()
        .expect("complete");
    let error = failure(&crosstrade).await;
    assert!(error.is_unreachable(), "{error}");
    assert_eq!(error.attempts(), 3);
}

// fault 7
#[tokio::test]
async fn a_connection_that_is_not_made_in_time_ends_at_the_connect_limit() {
    let server = Deaf::listen().await;
    let started = Instant::now();
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url(server.url())
        .retry(eager())
        .connect_timeout(milliseconds(100))
        .build()
        .expect("complete");
    let error = failure(&crosstrade).await;
    assert!(error.is_timeout(), "{error}");
    assert!(
        error.what().contains("no connection within 100 ms"),
        "{error}"
    );
    assert_eq!(error.attempts(), 3);
    assert!(started.elapsed() < milliseconds(4000));
}

/// A handle on a server with TLS, which trusts `root` if given, whatever proxy the environment names.
fn over_tls(url: String, root: Option<&Authority>) -> CrossTrade {
    let mut http = Http::builder().reqwest(ClientBuilder::new().no_proxy());
    if let Some(root) = root {
        http = http.root_certificate(root.pem.as_str());
    }
    CrossTrade::builder()
        .token("a-token")
        .base_url(url)
        .http(http.build().expect("a client"))
        .retry(eager())
        .build()
        .expect("complete")
}

fn https(server: &Wire) -> String {
    format!("https://127.0.0.1:{}", server.port())
}

// fault 8
#[tokio::test]
async fn a_private_authority_is_trusted_once_its_root_certificate_is_given() {
    let authority = Authority::new("ours");
    let script = [vec![Read, ok(documents::FILL)]];
    let server = Wire::play_tls(authority.server(), script).await;
    let fill = over_tls(https(&server), Some(&authority))
        .execution("Sim101", "a")
        .await
        .expect("a fill");
    assert_eq!(fill.attempts(), 1);
    assert!(server.requests()[0].contains("authorization: Bearer a-token"));
}

// fault 8
#[tokio::test]
async fn a_certificate_that_does_not_hold_is_not_retried_and_says_why() {
    let authority = Authority::new("ours");
    let stranger = Authority::new("a stranger");
    for (tls, trusted, why) in [
        (
            authority.server_for("127.0.0.1", 2001),
            Some(&authority),
            "expired",
        ),
        (
            authority.server_for("example.com", 4096),
            Some(&authority),
            "not valid for name",
        ),
        (stranger.server(), Some(&authority), "UnknownIssuer"),
        (authority.server(), None, "UnknownIssuer"),
    ] {
        let server = Wire::play_tls(tls, [vec![Read, ok(documents::FILL)]]).await;
        let error = failure(&over_tls(https(&server), trusted)).await;
        assert!(error.is_unreachable(), "{error}");
        assert!(!error.is_retryable());
        assert!(error.what().contains("TLS"), "{error}");
        assert!(causes(&error).contains(why), "{why}: {}", causes(&error));
        assert_eq!((error.attempts(), server.connections()), (1, 1));
        assert_eq!(server.requests(), [""; 0]);
    }
}

// fault 8
#[tokio::test]
async fn plain_http_on_an_https_port_is_not_retried_and_says_so() {
    let server = Wire::play([vec![answer(400, &[], "{}"), Hang]]).await;
    let error = failure(&over_tls(https(&server), None)).await;
    assert!(error.is_unreachable(), "{error}");
    assert!(!error.is_retryable());
    assert!(error.what().contains("TLS"), "{error}");
    assert!(!causes(&error).is_empty());
    assert_eq!((error.attempts(), server.connections()), (1, 1));
}

// fault 8
#[tokio::test]
async fn a_tls_handshake_that_is_not_answered_ends_at_the_connect_limit() {
    let server = Wire::play([vec![Hang]]).await;
    let http = Http::builder()
        .reqwest(ClientBuilder::new().no_proxy())
        .connect_timeout(milliseconds(100))
        .build()
        .expect("a client");
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url(https(&server))
        .http(http)
        .retry(Retry::never())
        .build()
        .expect("complete");
    let error = failure(&crosstrade).await;
    assert!(error.is_timeout(), "{error}");
    assert!(error.what().contains("no connection within"), "{error}");
}

// fault 9
#[tokio::test]
async fn a_service_that_never_answers_ends_each_attempt_at_its_limit() {
    let server = Wire::play([vec![Read, Hang]]).await;
    let limits = Limits::default().attempt(milliseconds(100));
    let error = failure(&crosstrade_within(&server.url(), limits)).await;
    assert!(error.is_timeout(), "{error}");
    assert!(error.is_retryable());
    assert!(
        error.what().contains("no complete answer within 100 ms"),
        "{error}"
    );
    assert_eq!((error.attempts(), server.requests().len()), (3, 3));
    assert!(error.elapsed() >= milliseconds(300));
    assert!(error.elapsed() < milliseconds(4000));
}

// fault 9
#[tokio::test]
async fn a_service_that_answers_the_second_time_is_no_failure() {
    let server = Wire::play([vec![Read, Hang], vec![Read, ok(documents::FILL)]]).await;
    let limits = Limits::default().attempt(milliseconds(500));
    let crosstrade = crosstrade_within(&server.url(), limits);
    let fill = crosstrade.execution("Sim101", "a").await.expect("a fill");
    assert_eq!((fill.attempts(), server.requests().len()), (2, 2));
    assert!(fill.elapsed() >= milliseconds(500));
}

// fault 10
#[tokio::test]
async fn a_body_that_stalls_ends_at_the_stall_limit() {
    let server = Wire::play([vec![
        Read,
        head(
            200,
            &["content-type: application/json", "content-length: 100"],
        ),
        send("{\"id\":"),
        Hang,
    ]])
    .await;
    let limits = Limits::default().stall(milliseconds(100));
    let error = failure(&crosstrade_within(&server.url(), limits)).await;
    assert!(error.is_timeout(), "{error}");
    assert!(error.what().contains("stalled for 100 ms"), "{error}");
    assert_eq!((error.attempts(), server.requests().len()), (3, 3));
    assert!(error.elapsed() < milliseconds(4000));
}

// fault 11
#[tokio::test]
async fn a_body_that_drips_for_ever_ends_at_the_limit_of_the_call() {
    let server = Wire::play([vec![
        Read,
        head(
            200,
            &["content-type: application/json", "content-length: 100000"],
        ),
        Drip(b' ', milliseconds(10)),
    ]])
    .await;
    let limits = Limits::default()
        .call(milliseconds(300))
        .stall(milliseconds(5000));
    let error = failure(&crosstrade_within(&server.url(), limits)).await;
    assert!(error.is_timeout(), "{error}");
    assert!(error.what().contains("not done within 300 ms"), "{error}");
    assert_eq!((error.attempts(), server.requests().len()), (1, 1));
    assert!(error.elapsed() >= milliseconds(300));
    assert!(error.elapsed() < milliseconds(3000));
}

// fault 11
#[tokio::test]
async fn a_head_that_drips_for_ever_ends_at_the_limit_of_the_attempt() {
    let server = Wire::play([vec![
        Read,
        send("HTTP/1.1 200 OK\r\nx-slow: "),
        Drip(b'a', milliseconds(10)),
    ]])
    .await;
    let limits = Limits::default().attempt(milliseconds(150));
    let error = failure(&crosstrade_within(&server.url(), limits)).await;
    assert!(error.is_timeout(), "{error}");
    assert_eq!((error.attempts(), server.requests().len()), (3, 3));
    assert!(error.elapsed() < milliseconds(4000));
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_is_tried_again() {
    for broken in [
        vec![Read, Reset],
        vec![Read],
        vec![Read, HalfClose, Hang],
        vec![Read, send("HTTP/1.1 200 OK\r\ncontent-le"), Reset],
        vec![Read, send("it is not even HTTP\r\n\r\n")],
    ] {
        let again = vec![Read, ok(documents::FILL)];
        let server = Wire::play([broken.clone(), broken.clone(), again]).await;
        let crosstrade = crosstrade(&server.url());
        let fill = crosstrade.execution("Sim101", "a").await.expect("a fill");
        assert_eq!((fill.attempts(), server.requests().len()), (3, 3));

        let server = Wire::play([broken]).await;
        let error = failure(&self::crosstrade(&server.url())).await;
        assert!(error.is_retryable() && !error.is_timeout(), "{error}");
        assert!(error.what().contains("broke"), "{error}");
        assert!(!causes(&error).is_empty());
        assert_eq!((error.attempts(), server.requests().len()), (3, 3));
    }
}

// fault 13
#[tokio::test]
async fn a_kept_connection_that_the_service_has_closed_costs_one_more_attempt() {
    for end in [vec![Read], vec![Read, Reset]] {
        let mut first = vec![Read, kept(documents::FILL)];
        first.extend(end);
        let second = vec![Read, kept(documents::FILL), Hang];
        let server = Wire::play([first, second]).await;
        let crosstrade = crosstrade(&server.url());
        for attempts in [1, 2] {
            let fill = crosstrade.execution("Sim101", "a").await.expect("a fill");
            assert_eq!(fill.attempts(), attempts);
        }
        assert_eq!((server.connections(), server.requests().len()), (2, 3));
    }
}

// fault 13
#[tokio::test]
async fn nothing_below_this_crate_sends_a_request_twice() {
    let server = Wire::play([vec![Read, kept(documents::FILL), Read]]).await;
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url(server.url())
        .retry(Retry::never())
        .build()
        .expect("complete");
    crosstrade.execution("Sim101", "a").await.expect("a fill");
    let error = failure(&crosstrade).await;
    assert_eq!(error.attempts(), 1);
    assert_eq!((server.connections(), server.requests().len()), (1, 2));
}

#[tokio::test]
async fn calls_one_after_the_other_use_one_connection() {
    let again = || [Read, kept(documents::FILL)];
    let server = Wire::play([[again(), again(), again()].concat()]).await;
    let crosstrade = crosstrade(&server.url());
    for _ in 0..3 {
        crosstrade.execution("Sim101", "a").await.expect("a fill");
    }
    assert_eq!((server.connections(), server.requests().len()), (1, 3));
}

#[tokio::test]
async fn handles_made_together_share_their_connections() {
    let answers = [documents::FILL, documents::EXECUTOR, documents::FILL];
    let script = answers.map(|body| [Read, kept(body)]).concat();
    let server = Wire::play([script]).await;
    let url = server.url();
    let all = executions(&[
        ("CROSSTRADE_TOKEN", "t"),
        ("CROSSTRADE_BASE_URL", &url),
        ("HUMMINGBOT_USERNAME", "u"),
        ("HUMMINGBOT_PASSWORD", "p"),
        ("HUMMINGBOT_BASE_URL", &url),
    ]);
    for text in [
        "crosstrade:Sim101/a",
        "hummingbot:abc123...",
        "crosstrade:Sim101/b",
    ] {
        let reference = text.parse().expect("a reference");
        all.get(&reference).await.expect("an execution");
    }
    assert_eq!((server.connections(), server.requests().len()), (1, 3));
}

// fault 14
#[tokio::test]
async fn no_redirect_is_followed_wherever_it_leads() {
    let other = Wire::always(ok(documents::FILL)).await;
    let there = [
        "/v1/api/elsewhere?key=marker".to_owned(),
        format!("{}/elsewhere?key=marker#marker", other.url()),
        format!("//127.0.0.1:{}/elsewhere", other.port()),
    ];
    let redirects = |status| {
        let to = |there| vec![Read, answer(status, &[&format!("location: {there}")], "")];
        there.iter().map(to).collect::<Vec<_>>()
    };
    for status in [300, 301, 302, 303, 304, 307, 308] {
        // Each service is sent to each place.
        let server = Wire::play(vec![redirects(status); 5].concat()).await;
        let url = &server.url();
        let (crosstrade, hummingbot) = (crosstrade(url), hummingbot(url));
        let (b3os, refold) = (b3os(url), refold(url));
        let mut results = Vec::new();
        for _ in 0..3 {
            results.push(crosstrade.execution("Sim101", "a").await.map(drop));
        }
        for _ in 0..3 {
            results.push(crosstrade.executions("Sim101").await.map(drop));
        }
        for _ in 0..3 {
            results.push(hummingbot.executor("a").await.map(drop));
        }
        for _ in 0..3 {
            results.push(b3os.execution("a").await.map(drop));
        }
        for _ in 0..3 {
            results.push(refold.execution("a").await.map(drop));
        }
        assert_eq!(server.requests().len(), 15);
        for result in results {
            let error = result.expect_err("a redirect is no answer");
            assert!(error.is_wrong_address(), "{status}: {error}");
            assert!(!error.is_retryable() && !error.is_not_found());
            assert_eq!(error.status().map(|s| s.as_u16()), Some(status));
            assert_eq!(error.attempts(), 1);
            assert!(error.to_string().contains("elsewhere"), "{error}");
            assert!(error.to_string().contains("_BASE_URL"), "{error}");
            assert!(!format!("{error} {error:?}").contains("marker"), "{error}");
        }
    }
    other.assert_untouched();
}

// fault 14
#[tokio::test]
async fn a_redirect_from_https_to_http_is_not_followed() {
    let authority = Authority::new("ours");
    let plain = Wire::always(ok(documents::FILL)).await;
    let location = format!("location: {}/", plain.url());
    let script = [vec![Read, answer(302, &[&location], "")]];
    let server = Wire::play_tls(authority.server(), script).await;
    let error = failure(&over_tls(https(&server), Some(&authority))).await;
    assert!(error.is_wrong_address(), "{error}");
    assert_eq!(server.requests().len(), 1);
    plain.assert_untouched();
}

// fault 14
#[tokio::test]
async fn a_redirect_is_not_followed_by_a_users_own_client_either() {
    let other = Wire::always(ok(documents::FILL)).await;
    let location = format!("location: {}/", other.url());
    let server = Wire::always(answer(307, &[&location], "")).await;
    let eager_to_follow = ClientBuilder::new().redirect(reqwest::redirect::Policy::limited(10));
    let http = Http::builder().reqwest(eager_to_follow).build();
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url(server.url())
        .http(http.expect("a client"))
        .build()
        .expect("complete");
    assert!(failure(&crosstrade).await.is_wrong_address());
    other.assert_untouched();
}

// fault 14
#[tokio::test]
async fn a_redirect_without_a_place_or_with_a_hostile_one_is_still_that() {
    for headers in [
        &[][..],
        &["location: "],
        &["location: a\u{202e}b"],
        &["location: http://user:marker@127.0.0.1/"],
        &["location: //user:marker@127.0.0.1/"],
        &["location: http://["],
    ] {
        let server = Wire::always(answer(302, headers, "")).await;
        let error = failure(&crosstrade(&server.url())).await;
        assert!(error.is_wrong_address(), "{error}");
        assert!(!error.to_string().contains('\u{202e}'), "{error}");
        assert!(!error.to_string().contains("marker"), "{error}");
    }
}
