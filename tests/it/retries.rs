//! What is sent again, how often, and after how long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use executions::{Hummingbot, Limits, Retry};
use tokio::sync::Notify;

use crate::clients::{
    b3os, crosstrade, documents, eager, failure, hummingbot, milliseconds, refold, refusing_status,
};
use crate::wire::{HalfClose, Hang, Read, Reset, Wait, Wire, answer, head, kept, ok, send};

#[tokio::test]
async fn what_may_pass_is_sent_three_times_and_what_will_not_is_sent_once() {
    for (status, times) in [
        (400, 1),
        (401, 1),
        (402, 1),
        (403, 1),
        (404, 1),
        (405, 1),
        (408, 3),
        (409, 1),
        (410, 1),
        (422, 1),
        (429, 3),
        (451, 1),
        (500, 3),
        (501, 1),
        (502, 3),
        (503, 3),
        (504, 3),
        (505, 1),
        (599, 1),
    ] {
        let server = Wire::always(answer(status, &[], "{}")).await;
        let error = refusing_status(&server.url()).await;
        assert_eq!(server.requests().len(), times, "{status}");
        assert_eq!(error.attempts() as usize, times, "{status}");
        assert_eq!(error.is_retryable(), times == 3, "{status}");
        assert_eq!(error.status().map(|s| s.as_u16()), Some(status));
    }
}

#[tokio::test]
async fn a_success_after_failures_is_a_success_and_each_attempt_is_signed_alike() {
    let server = Wire::play([
        vec![Read, answer(503, &[], "{}")],
        vec![Read, answer(500, &[], "<html>")],
        vec![Read, ok(documents::EXECUTOR)],
    ])
    .await;
    let executor = hummingbot(&server.url()).executor("abc123...").await;
    assert_eq!(executor.expect("an executor").attempts(), 3);
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests[0].contains("authorization: Basic "));
    assert_eq!(requests[0], requests[1]);
    assert_eq!(requests[0], requests[2]);
}

// fault 13
#[tokio::test]
async fn a_read_over_a_kept_connection_that_ends_at_any_moment_is_answered() {
    for end in [vec![], vec![HalfClose, Read, Hang], vec![Reset]] {
        for turns in 0..5 {
            let word = Arc::new(Notify::new());
            let first = vec![Read, kept(documents::EXECUTOR), Wait(Arc::clone(&word))];
            let second = vec![Read, kept(documents::EXECUTOR), Hang];
            let server = Wire::play([[first, end.clone()].concat(), second]).await;
            let hummingbot = hummingbot(&server.url());
            hummingbot.executor("abc123...").await.expect("an executor");
            word.notify_one();
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            hummingbot
                .executor("abc123...")
                .await
                .expect("another connection");
            assert_eq!(server.connections(), 2);
        }
    }
}

#[tokio::test]
async fn retries_can_be_turned_off_or_up() {
    for (retry, times) in [(Retry::never(), 1), (eager(), 3)] {
        let server = Wire::always(answer(503, &[], "{}")).await;
        let hummingbot = with(retry, Limits::default(), &server);
        let error = hummingbot.executor("a").await.expect_err("it is down");
        assert_eq!(
            (error.attempts(), server.requests().len()),
            (times, times as usize)
        );
    }
    for (attempts, times) in [(0, 1), (1, 1), (2, 2), (7, 7)] {
        let server = Wire::always(answer(503, &[], "{}")).await;
        let hummingbot = with(eager().attempts(attempts), Limits::default(), &server);
        hummingbot.executor("a").await.expect_err("it is down");
        assert_eq!(server.requests().len(), times, "{attempts}");
    }
}

fn with(retry: Retry, limits: Limits, server: &Wire) -> Hummingbot {
    Hummingbot::builder()
        .credentials("admin", "a-password")
        .base_url(server.url())
        .retry(retry)
        .limits(limits)
        .build()
        .expect("complete")
}

// fault 16
#[tokio::test]
async fn crosstrades_408_is_its_add_on_being_offline_and_is_sent_once() {
    let body = r#"{"success": false, "error": "addon_disconnected"}"#;
    let server = Wire::always(answer(408, &["retry-after: 0"], body)).await;
    let error = failure(&crosstrade(&server.url())).await;
    assert!(error.is_offline(), "{error}");
    assert!(!error.is_timeout() && !error.is_retryable() && !error.is_auth());
    assert_eq!(error.code(), Some("addon_disconnected"));
    assert_eq!(error.status().map(|s| s.as_u16()), Some(408));
    assert!(error.to_string().contains("NinjaTrader"), "{error}");
    assert_eq!(server.requests().len(), 1);
    let list = crosstrade(&server.url()).executions("Sim101").await;
    assert!(list.expect_err("offline").is_offline());
    assert_eq!(server.requests().len(), 2);
}

// fault 16
#[tokio::test]
async fn another_services_408_is_a_timeout_and_is_tried_again() {
    let server = Wire::always(answer(408, &[], "{}")).await;
    let url = &server.url();
    for error in [
        hummingbot(url).executor("a").await.map(drop),
        b3os(url).execution("a").await.map(drop),
        refold(url).execution("a").await.map(drop),
    ] {
        let error = error.expect_err("408");
        assert!(error.is_timeout() && !error.is_offline() && error.is_retryable());
    }
    assert_eq!(server.requests().len(), 9);
}

/// How often a 429 with these headers is sent, how long it took, and the error.
async fn rate_limited(headers: &[&str]) -> (usize, Duration, executions::Error) {
    rate_limited_within(3, headers).await
}

async fn rate_limited_within(
    attempts: u32,
    headers: &[&str],
) -> (usize, Duration, executions::Error) {
    let server = Wire::always(answer(429, headers, "{}")).await;
    let hummingbot = with(eager().attempts(attempts), Limits::default(), &server);
    let started = Instant::now();
    let error = hummingbot.executor("a").await.expect_err("429");
    assert!(error.is_rate_limited() && error.is_retryable(), "{error}");
    (server.requests().len(), started.elapsed(), error)
}

// fault 17
#[tokio::test]
async fn a_429_waits_as_long_as_the_service_says() {
    for headers in [
        &["retry-after: 0.1"][..],
        &["retry-after:   0.1  "],
        &["retry-after-ms: 100"],
        &["retry-after-ms: 100", "retry-after: 3000"],
    ] {
        let (times, took, error) = rate_limited(headers).await;
        assert_eq!(times, 3, "{headers:?}");
        assert!(took >= milliseconds(200), "{headers:?}: {took:?}");
        assert!(took < milliseconds(4000), "{headers:?}: {took:?}");
        assert_eq!(error.retry_after(), Some(milliseconds(100)));
    }
    let (times, took, error) = rate_limited_within(2, &["retry-after: 1"]).await;
    assert_eq!((times, error.retry_after()), (2, Some(milliseconds(1000))));
    assert!(
        took >= milliseconds(1000) && took < milliseconds(5000),
        "{took:?}"
    );
}

// fault 17
#[tokio::test]
async fn a_429_may_name_a_date_which_counts_from_the_services_own_clock() {
    // Long past here, and a second ahead there.
    let headers = [
        "date: Sun, 06 Nov 1994 08:49:37 GMT",
        "retry-after: Sun, 06 Nov 1994 08:49:38 GMT",
    ];
    let (times, took, error) = rate_limited_within(2, &headers).await;
    assert_eq!((times, error.retry_after()), (2, Some(milliseconds(1000))));
    assert!(took >= milliseconds(1000), "{took:?}");
    let (times, took, _) = rate_limited(&["retry-after: Sun, 06 Nov 1994 08:49:38 GMT"]).await;
    assert_eq!(times, 3);
    assert!(took < milliseconds(4000), "{took:?}");
}

// fault 17
#[tokio::test]
async fn a_429_that_asks_for_nothing_sensible_waits_as_if_it_had_not_asked() {
    for headers in [
        &[][..],
        &["retry-after:"],
        &["retry-after: -1"],
        &["retry-after: -inf"],
        &["retry-after: NaN"],
        &["retry-after: nan", "retry-after-ms: NaN"],
        &["retry-after: soon"],
        &["retry-after: 1;2"],
        &["retry-after: 1, 2"],
        &["retry-after: Sun, 99 Nov 1994 08:49:38 GMT"],
        &["retry-after: \u{ff}"],
        &["retry-after: 0"],
        &["retry-after: -0"],
    ] {
        let (times, took, _) = rate_limited(headers).await;
        assert_eq!(times, 3, "{headers:?}");
        assert!(took < milliseconds(4000), "{headers:?}: {took:?}");
    }
}

// fault 17
#[tokio::test]
async fn a_429_that_asks_for_longer_than_is_bearable_ends_the_call_and_is_told() {
    let years = Duration::from_secs(315_360_000);
    for (headers, least) in [
        (&["retry-after: 31"][..], milliseconds(31_000)),
        (&["retry-after: 315360000"], years),
        (&["retry-after-ms: 315360000000"], years),
        (&["retry-after: Fri, 31 Dec 9999 23:59:59 GMT"], years),
        (&["retry-after: 1e300"], years),
        (&["retry-after: inf"], years),
        (&["retry-after: 18446744073709551616"], years),
    ] {
        let (times, took, error) = rate_limited(headers).await;
        assert_eq!(times, 1, "{headers:?}");
        assert!(took < milliseconds(2000), "{headers:?}");
        assert!(error.retry_after() >= Some(least), "{headers:?}");
        assert!(error.to_string().contains("Wait "), "{error}");
    }
}

// fault 17
#[tokio::test]
async fn a_user_without_patience_bounds_survives_any_wait_a_service_asks_for() {
    let patient = eager().retry_after(Duration::MAX).wait(Duration::MAX);
    for headers in [
        "retry-after: inf",
        "retry-after: 1e300",
        "retry-after: 1e18",
    ] {
        let server = Wire::always(answer(429, &[headers], "{}")).await;
        let hummingbot = with(patient, Limits::default(), &server);
        let error = hummingbot.executor("a").await.expect_err("429");
        assert!(error.is_rate_limited());
        assert_eq!(server.requests().len(), 1);
        // The same with a budget, which the answer empties.
        let crosstrade = executions::CrossTrade::builder()
            .token("a-token")
            .base_url(server.url())
            .retry(patient)
            .build()
            .expect("complete");
        assert!(failure(&crosstrade).await.is_rate_limited());
        assert_eq!(server.requests().len(), 2);
        assert!(failure(&crosstrade).await.is_rate_limited());
    }
}

// fault 17
#[tokio::test]
async fn a_wait_past_the_limit_of_the_call_ends_it_at_once_with_the_services_own_words() {
    let body = r#"{"error": "Rate limit exceeded"}"#;
    let server = Wire::always(answer(429, &["retry-after: 20"], body)).await;
    let limits = Limits::default().call(milliseconds(5000));
    let hummingbot = with(eager(), limits, &server);
    let error = hummingbot.executor("a").await.expect_err("429");
    assert!(error.is_rate_limited() && !error.is_timeout());
    assert_eq!(error.message(), Some("Rate limit exceeded"));
    assert_eq!(error.retry_after(), Some(milliseconds(20_000)));
    assert!(error.elapsed() < milliseconds(2000));
    assert_eq!(server.requests().len(), 1);
}

// fault 19
#[tokio::test]
async fn a_refused_credential_is_sent_once_and_its_variable_named() {
    for status in [401, 403] {
        let server = Wire::always(answer(status, &["retry-after: 0"], "{}")).await;
        let url = server.url();
        let all = crate::clients::executions(&[
            ("XTRADE_TOKEN", "t"),
            ("CROSSTRADE_BASE_URL", &url),
            ("HUMMINGBOT_USERNAME", "u"),
            ("HUMMINGBOT_PASSWORD", "p"),
            ("HUMMINGBOT_BASE_URL", &url),
            ("B3OS_API_KEY", "k"),
            ("B3OS_BASE_URL", &url),
            ("REFOLD_SESSION_TOKEN", "s"),
            ("REFOLD_BASE_URL", &url),
        ]);
        for (reference, variable) in [
            ("crosstrade:Sim101/a", "XTRADE_TOKEN"),
            ("hummingbot:a", "HUMMINGBOT_PASSWORD"),
            ("b3os:a", "B3OS_API_KEY"),
            ("refold:a", "REFOLD_SESSION_TOKEN"),
        ] {
            let before = server.requests().len();
            let reference = reference.parse().expect("a reference");
            let error = all.get(&reference).await.expect_err("not allowed");
            assert!(error.is_auth() && !error.is_retryable(), "{error}");
            assert!(error.to_string().contains(variable), "{error}");
            assert_eq!(server.requests().len() - before, 1);
        }
        let error = refold(&url).execution("a").await.expect_err("not allowed");
        assert!(error.to_string().contains("api_key"), "{error}");
    }
}

// fault 19
#[tokio::test]
async fn a_refusal_is_one_even_if_its_body_never_comes_whole() {
    let length = &["content-type: application/json", "content-length: 1000"][..];
    for end in [vec![], vec![Hang]] {
        for (status, offline) in [(401, false), (403, false), (404, false), (408, true)] {
            let mut script = vec![Read, head(status, length), send("{\"error\": \"x")];
            script.extend(end.clone());
            let server = Wire::play([script]).await;
            let limits = Limits::default().stall(milliseconds(100));
            let crosstrade = crate::clients::crosstrade_within(&server.url(), limits);
            let error = failure(&crosstrade).await;
            assert_eq!(error.status().map(|s| s.as_u16()), Some(status), "{error}");
            assert_eq!(error.is_offline(), offline, "{error}");
            assert_eq!(server.requests().len(), 1, "{status}");
            assert_eq!(error.body().map(|b| &b[..]), Some(&b"{\"error\": \"x"[..]));
        }
    }
}

#[tokio::test]
async fn many_calls_to_a_service_that_is_down_stop_being_retried() {
    let server = Wire::always(answer(503, &[], "{}")).await;
    let hummingbot = hummingbot(&server.url());
    for call in 0..40 {
        let error = hummingbot.executor("a").await.expect_err("it is down");
        assert_eq!(error.attempts(), if call < 10 { 3 } else { 1 }, "{call}");
    }
    assert_eq!(server.requests().len(), 60);
    // Clones pay from the same credits.
    hummingbot.clone().executor("a").await.expect_err("down");
    assert_eq!(server.requests().len(), 61);
}

#[tokio::test]
async fn timeouts_cost_twice_the_credits_and_successes_earn_them_back() {
    let server = Wire::play([
        // Ten retries after timeouts spend all hundred credits in five calls.
        vec![Read, Hang],
    ])
    .await;
    let limits = Limits::default().attempt(milliseconds(20));
    let silent = with(eager(), limits, &server);
    for _ in 0..7 {
        silent.executor("a").await.expect_err("it is silent");
    }
    assert_eq!(server.requests().len(), 5 * 3 + 2);

    let down = || vec![Read, answer(503, &[], "{}")];
    let up = || vec![Read, ok(documents::EXECUTOR)];
    let mut scripts = vec![down(); 61];
    scripts.extend(vec![up(); 5]);
    scripts.push(down());
    let server = Wire::play(scripts).await;
    let hummingbot = hummingbot(&server.url());
    for _ in 0..41 {
        hummingbot
            .executor("abc123...")
            .await
            .expect_err("it is down");
    }
    for _ in 0..5 {
        hummingbot.executor("abc123...").await.expect("it is up");
    }
    let error = hummingbot
        .executor("abc123...")
        .await
        .expect_err("down again");
    assert_eq!(error.attempts(), 2, "five successes earn one retry");
}

#[tokio::test]
async fn waits_between_attempts_are_drawn_below_their_bound() {
    let server = Wire::always(answer(503, &[], "{}")).await;
    let retry = Retry::default().first_wait(milliseconds(100));
    let hummingbot = with(retry, Limits::default(), &server);
    let error = hummingbot.executor("a").await.expect_err("it is down");
    assert_eq!(error.attempts(), 3);
    assert!(error.elapsed() < milliseconds(2000));
}
