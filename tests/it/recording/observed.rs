//! Exchanges over HTTP, as an observer sees them.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use executions::observe::{Exchange, Observer};
use executions::{Executions, Limits};

use super::{Witness, watched, watched_within};
use crate::clients::{documents, failure, milliseconds};
use crate::wire::{Hang, Read, Reset, Step, Wire, answer, head, ok, refusing, send};

fn status(exchange: &Exchange) -> u16 {
    let response = exchange.response.as_ref().expect("it was answered");
    response.status.as_u16()
}

#[tokio::test]
async fn every_attempt_is_shown_as_it_was_sent_and_answered() {
    let cookie = answer(503, &["set-cookie: id=1", "x-kept: yes"], r#"{"a": 1}"#);
    let server = Wire::play([vec![Read, cookie], vec![Read, ok(documents::FILL)]]).await;
    let witness = Arc::new(Witness::default());
    let crosstrade = watched(&server.url(), witness.clone());
    let fill = crosstrade.execution("Sim101", "a").await.expect("a fill");
    assert_eq!(fill.attempts(), 2);

    let exchanges = witness.exchanges();
    assert_eq!(exchanges.len(), 2);
    for (exchange, attempt) in exchanges.iter().zip(1..) {
        assert_eq!(
            (exchange.service, exchange.attempt),
            ("crosstrade", attempt)
        );
        assert_eq!(exchange.operation, "get_execution");
        assert_eq!(exchange.method, "GET");
        assert_eq!(exchange.connection, None);
        assert_eq!(
            exchange.url.as_str(),
            format!("{}/v1/api/accounts/Sim101/executions/a", server.url())
        );
        assert!(exchange.elapsed > Duration::ZERO);
        assert!(exchange.request.contains_key("accept"));
        assert!(!exchange.request.contains_key("authorization"));
    }
    assert!(
        server.requests()[0].contains("marker-of-a-token"),
        "it was signed"
    );
    assert_eq!([503, 200], [0, 1].map(|index| status(&exchanges[index])));
    let refused = exchanges[0].response.as_ref().expect("answered");
    assert_eq!(&*refused.body, br#"{"a": 1}"#);
    assert!(refused.headers.contains_key("x-kept"));
    assert!(!refused.headers.contains_key("set-cookie"));
    let answered = exchanges[1].response.as_ref().expect("answered");
    assert_eq!(answered.body, fill.bytes());
    assert!(!format!("{exchanges:?}").contains("marker"));
}

#[tokio::test]
async fn each_kind_of_failure_is_an_exchange_with_words() {
    let quick = Limits::default()
        .attempt(milliseconds(80))
        .stall(milliseconds(40));
    let small = Limits::default().body(10);
    let length = |length: usize| head(200, &[&format!("content-length: {length}")]);
    let scripts: [(&str, Vec<Step>, Limits); 6] = [
        ("no complete answer within", vec![Read, Hang], quick),
        ("stalled", vec![Read, length(9), send("{"), Hang], quick),
        ("broke", vec![Read, Reset], Limits::default()),
        ("broke", vec![Read, length(9), send("{")], Limits::default()),
        (
            "broke",
            vec![Read, head(200, &[]), send("{")],
            Limits::default(),
        ),
        ("larger than", vec![Read, ok(documents::FILL)], small),
    ];
    for (words, script, limits) in scripts {
        let server = Wire::play([script]).await;
        let witness = Arc::new(Witness::default());
        let error = failure(&watched_within(&server.url(), witness.clone(), limits)).await;
        let exchanges = witness.exchanges();
        assert_eq!(exchanges.len(), error.attempts() as usize, "{words}");
        for exchange in exchanges {
            let why = exchange.response.expect_err("it failed");
            assert!(why.contains(words), "{words}: {why}");
        }
    }
    let witness = Arc::new(Witness::default());
    failure(&watched(&refusing(), witness.clone())).await;
    let exchanges = witness.exchanges();
    let why: Vec<_> = exchanges
        .into_iter()
        .filter_map(|e| e.response.err())
        .collect();
    assert_eq!(why, ["no connection could be made"; 3]);
}

#[tokio::test]
async fn a_call_that_its_caller_gives_up_is_shown_too() {
    let server = Wire::play([vec![Read, Hang]]).await;
    let witness = Arc::new(Witness::default());
    let crosstrade = watched(&server.url(), witness.clone());
    let call = crosstrade.execution("Sim101", "a");
    assert!(tokio::time::timeout(milliseconds(50), call).await.is_err());
    let exchanges = witness.exchanges();
    assert_eq!(exchanges.len(), 1);
    let why = exchanges[0].response.as_ref().expect_err("no answer");
    assert!(why.contains("given up"), "{why}");
    assert!(exchanges[0].elapsed >= milliseconds(40));
}

#[tokio::test]
async fn a_veto_ends_the_call_as_contract_drift_and_it_is_not_sent_again() {
    for answer in [ok(documents::FILL), answer(503, &[], r#"{"a": [1]}"#)] {
        let server = Wire::always(answer).await;
        let witness = Witness::vetoing(|exchange| exchange.response.is_ok());
        let error = failure(&watched(&server.url(), witness.clone())).await;
        assert!(
            error.is_contract_drift() && !error.is_retryable(),
            "{error}"
        );
        assert_eq!(error.json_path(), Some("/a/0"));
        assert!(error.what().contains("the-rule"), "{error}");
        assert!(error.what().contains("it is \"wrong\""), "{error}");
        assert_eq!((error.attempts(), server.connections()), (1, 1));
        let shown = witness.exchanges();
        let shown = shown[0].response.as_ref().expect("answered");
        assert_eq!(error.body(), Some(&shown.body));
        assert_eq!(error.status(), Some(shown.status));
        assert_eq!(error.service(), Some("crosstrade"));
    }
}

#[tokio::test]
async fn a_veto_of_a_failure_keeps_it_as_the_cause() {
    let witness = Witness::vetoing(|_| true);
    let error = failure(&watched(&refusing(), witness.clone())).await;
    assert!(error.is_contract_drift(), "{error}");
    assert_eq!((error.attempts(), witness.exchanges().len()), (1, 1));
    let cause = error.source().expect("a cause").to_string();
    assert!(cause.contains("no connection"), "{cause}");
}

#[tokio::test]
async fn several_observers_are_all_told_and_one_veto_is_enough() {
    let server = Wire::always(ok(documents::FILL)).await;
    let witnesses = [
        Arc::new(Witness::default()),
        Witness::vetoing(|_| true),
        Arc::new(Witness::default()),
    ];
    let builder = executions::CrossTrade::builder()
        .token("a-token")
        .base_url(server.url());
    let crosstrade = witnesses
        .iter()
        .fold(builder, |builder, witness| {
            builder.observer(witness.clone())
        })
        .build()
        .expect("complete");
    assert!(failure(&crosstrade).await.is_contract_drift());
    for witness in witnesses {
        assert_eq!(witness.exchanges().len(), 1);
    }
}

#[tokio::test]
async fn all_four_services_can_be_watched_at_once() {
    let server = Wire::always(ok("{}")).await;
    let url = server.url();
    let witness = Arc::new(Witness::default());
    let other = Arc::new(Witness::default());
    let executions = Executions::observed(witness.clone() as Arc<dyn Observer>)
        .observer(other.clone())
        .from_variables(|name| match name {
            "HUMMINGBOT_USERNAME" => Some("admin".to_owned()),
            "B3OS_ORG_ID" => None,
            _ if name.ends_with("_BASE_URL") => Some(url.clone()),
            "CROSSTRADE_TOKEN"
            | "HUMMINGBOT_PASSWORD"
            | "B3OS_API_KEY"
            | "REFOLD_API_KEY"
            | "REFOLD_LINKED_ACCOUNT_ID" => Some("marker-of-a-secret".to_owned()),
            _ => None,
        })
        .expect("complete");
    for reference in ["crosstrade:Sim101/a", "hummingbot:a", "b3os:a", "refold:a"] {
        let _ = executions
            .get(&reference.parse().expect("a reference"))
            .await;
    }
    let seen: Vec<_> = witness.exchanges().iter().map(|e| e.service).collect();
    assert_eq!(seen, ["crosstrade", "hummingbot", "b3os", "refold"]);
    assert_eq!(other.exchanges().len(), 4);
    for exchange in witness.exchanges() {
        for header in ["authorization", "x-api-key", "cookie"] {
            assert!(!exchange.request.contains_key(header), "{header}");
        }
    }
}
