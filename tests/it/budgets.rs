//! The rate budget: shared, waited for or not, and emptied by a 429.

use std::time::Instant;

use executions::{Budget, CrossTrade, Limits, Refold, Retry};
use futures_util::future::join_all;

use crate::clients::{crosstrade, documents, eager, failure, milliseconds};
use crate::wire::{Hang, Read, Wire, answer, kept, ok};

fn with(budget: &Budget, retry: Retry, url: &str) -> CrossTrade {
    CrossTrade::builder()
        .token("a-token")
        .base_url(url)
        .budget(budget.clone())
        .retry(retry)
        .build()
        .expect("complete")
}

#[tokio::test]
async fn crosstrade_sends_twenty_at_once_and_then_three_a_second() {
    let server = Wire::always(ok(documents::FILL)).await;
    let crosstrade = crosstrade(&server.url());
    let started = Instant::now();
    let burst = join_all((0..20).map(|_| crosstrade.execution("Sim101", "a"))).await;
    assert!(burst.iter().all(Result::is_ok));
    assert!(started.elapsed() < milliseconds(3000));
    assert_eq!(server.requests().len(), 20);
    // Three more do not come back before the bucket has refilled by three.
    let next = join_all((0..3).map(|_| crosstrade.execution("Sim101", "a"))).await;
    assert!(next.iter().all(Result::is_ok));
    assert!(
        started.elapsed() >= milliseconds(950),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn refold_sends_five_at_once_and_hummingbot_and_b3os_as_many_as_asked() {
    let server = Wire::always(ok("{}")).await;
    let url = &server.url();
    let refold = crate::clients::refold(url);
    let calls = (0..8).map(|_| refold.execution("a"));
    let started = Instant::now();
    join_all(calls).await;
    assert!(
        started.elapsed() >= milliseconds(100),
        "{:?}",
        started.elapsed()
    );
    let hummingbot = crate::clients::hummingbot(url);
    let b3os = crate::clients::b3os(url);
    let before = server.requests().len();
    join_all((0..30).map(|_| hummingbot.executor("a"))).await;
    join_all((0..30).map(|_| b3os.execution("a"))).await;
    assert_eq!(server.requests().len() - before, 60);
}

#[tokio::test]
async fn handles_that_share_a_budget_share_its_turns() {
    let server = Wire::always(ok(documents::FILL)).await;
    let budget = Budget::new(3, 0.01);
    let one = with(&budget.failing(), eager(), &server.url());
    let two = with(&budget.failing(), eager(), &server.url());
    let refold = Refold::builder()
        .api_key("tk", "c")
        .base_url(server.url())
        .budget(budget.clone())
        .limits(Limits::default().call(milliseconds(1000)))
        .build()
        .expect("complete");
    one.execution("Sim101", "a").await.expect("the first");
    two.execution("Sim101", "a").await.expect("the second");
    one.clone()
        .execution("Sim101", "a")
        .await
        .expect("the third");
    for error in [
        failure(&one).await,
        failure(&two).await,
        refold.execution("a").await.map(drop).expect_err("spent"),
    ] {
        assert!(error.is_rate_limited() && error.is_retryable(), "{error}");
        assert_eq!((error.attempts(), error.status()), (0, None));
        let wait = error.retry_after().expect("a wait");
        assert!(
            wait > milliseconds(90_000) && wait <= milliseconds(100_000),
            "{wait:?}"
        );
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_handles_own_budget_is_its_own_and_its_clones() {
    let server = Wire::always(ok(documents::FILL)).await;
    let first = crosstrade(&server.url());
    join_all((0..20).map(|_| first.execution("Sim101", "a"))).await;
    let quick = Limits::default().call(milliseconds(50));
    let spent = failure(&first.with_limits(quick)).await;
    assert!(spent.is_rate_limited(), "{spent}");
    let fresh = crosstrade(&server.url()).with_limits(Limits::default());
    fresh.execution("Sim101", "a").await.expect("a full bucket");
}

#[tokio::test]
async fn a_call_that_could_not_be_sent_in_time_fails_at_once_and_takes_no_turn() {
    let server = Wire::always(ok(documents::FILL)).await;
    let budget = Budget::new(1, 2.0);
    let crosstrade = with(&budget, eager(), &server.url());
    crosstrade.execution("Sim101", "a").await.expect("a turn");
    let started = Instant::now();
    let quick = crosstrade.with_limits(Limits::default().call(milliseconds(100)));
    for _ in 0..5 {
        let error = failure(&quick).await;
        assert!(error.is_rate_limited() && !error.is_timeout(), "{error}");
    }
    assert!(started.elapsed() < milliseconds(400));
    // Had those five taken turns, this one would come after three seconds.
    crosstrade.execution("Sim101", "a").await.expect("a turn");
    assert!(
        started.elapsed() < milliseconds(2500),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_caller_that_stops_waiting_gives_its_turn_back() {
    let server = Wire::always(ok(documents::FILL)).await;
    let budget = Budget::new(1, 2.0);
    let crosstrade = with(&budget, eager(), &server.url());
    crosstrade.execution("Sim101", "a").await.expect("a turn");
    let started = Instant::now();
    let waiters = join_all((0..10).map(|_| crosstrade.execution("Sim101", "a")));
    let gave_up = tokio::time::timeout(milliseconds(50), waiters).await;
    assert!(gave_up.is_err());
    assert_eq!(server.requests().len(), 1);
    crosstrade.execution("Sim101", "a").await.expect("a turn");
    assert!(
        started.elapsed() < milliseconds(3000),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(server.requests().len(), 2);
}

// fault 17
#[tokio::test]
async fn a_429_holds_everyone_who_shares_the_budget_for_as_long_as_it_says() {
    let server = Wire::play([
        vec![Read, answer(429, &["retry-after: 0.3"], "{}")],
        vec![Read, ok(documents::FILL)],
    ])
    .await;
    let budget = Budget::new(20, 100.0);
    let one = with(&budget, Retry::default(), &server.url());
    let two = with(&budget, Retry::default(), &server.url());
    let started = Instant::now();
    let never = Retry::never().retry_after(milliseconds(1000));
    let refused = failure(&with(&budget, never, &server.url())).await;
    assert!(refused.is_rate_limited());
    for crosstrade in [&one, &two] {
        crosstrade.execution("Sim101", "a").await.expect("a fill");
        assert!(started.elapsed() >= milliseconds(300));
    }
    assert_eq!(server.requests().len(), 3);
}

// fault 17
#[tokio::test]
async fn a_429_holds_those_too_who_already_wait_for_their_turn() {
    let server = Wire::play([
        vec![Read, answer(429, &["retry-after: 0.5"], "{}")],
        vec![Read, ok(documents::FILL)],
    ])
    .await;
    let budget = Budget::new(1, 10.0);
    let retry = Retry::never().retry_after(milliseconds(5000));
    let crosstrade = with(&budget, retry, &server.url());
    let started = Instant::now();
    let calls = (0..3).map(|_| async {
        let result = crosstrade.execution("Sim101", "a").await;
        (result.is_ok(), started.elapsed())
    });
    let ends = join_all(calls).await;
    assert_eq!(
        ends.iter().filter(|(is_ok, _)| *is_ok).count(),
        2,
        "{ends:?}"
    );
    for (is_ok, at) in ends {
        assert!(!is_ok || at >= milliseconds(500), "sent at {at:?}");
    }
}

// fault 17
#[tokio::test]
async fn a_service_that_asks_for_years_does_not_stop_the_others_for_as_long() {
    let server = Wire::play([
        vec![Read, answer(429, &["retry-after: 315360000"], "{}")],
        vec![Read, ok(documents::FILL)],
    ])
    .await;
    let retry = eager().retry_after(milliseconds(200));
    let budget = Budget::new(20, 100.0);
    let crosstrade = with(&budget, retry, &server.url());
    let started = Instant::now();
    assert!(failure(&crosstrade).await.is_rate_limited());
    crosstrade.execution("Sim101", "a").await.expect("a fill");
    assert!(started.elapsed() >= milliseconds(200));
    assert!(started.elapsed() < milliseconds(3000));
}

#[tokio::test]
async fn a_budget_that_fails_ends_the_call_with_the_services_own_429() {
    let body = r#"{"error": "Rate limit exceeded"}"#;
    let server = Wire::always(answer(429, &["retry-after: 0"], body)).await;
    let budget = Budget::new(20, 0.01).failing();
    let error = failure(&with(&budget, eager(), &server.url())).await;
    assert!(error.is_rate_limited());
    assert_eq!(error.status().map(|s| s.as_u16()), Some(429));
    assert_eq!(error.message(), Some("Rate limit exceeded"));
    assert_eq!((error.attempts(), server.requests().len()), (1, 1));
    assert!(!error.to_string().contains("nothing was sent"), "{error}");
}

#[tokio::test]
async fn each_attempt_takes_a_turn() {
    let server = Wire::always(answer(503, &[], "{}")).await;
    let budget = Budget::new(2, 0.01).failing();
    let error = failure(&with(&budget, eager(), &server.url())).await;
    assert_eq!(error.status().map(|s| s.as_u16()), Some(503));
    assert_eq!((error.attempts(), server.requests().len()), (2, 2));
}

#[tokio::test]
async fn a_budget_of_nonsense_neither_panics_nor_stops_a_program() {
    let again = || [Read, kept(documents::FILL)];
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::MAX, 1e-300] {
        let server = Wire::play([[again(), again(), [Read, Hang]].concat()]).await;
        let crosstrade = with(&Budget::new(0, rate).failing(), eager(), &server.url());
        crosstrade.execution("Sim101", "a").await.expect("one turn");
        let _ = crosstrade.execution("Sim101", "a").await;
    }
}
