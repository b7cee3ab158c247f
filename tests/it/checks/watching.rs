//! `.contract(…)` on handles.

use std::sync::Arc;
use std::time::Duration;

use executions::contract::{Grade, Mode, Report, Rule, Unchecked, Watch};
use executions::crosstrade::socket::Event;
use executions::recording::{Recorder, Recording};
use executions::{Budget, CrossTrade, Error, Executions, Hummingbot};

use super::{in_seconds, with_news};
use crate::clients::{documents, eager};
use crate::socket::peer::Server;
use crate::socket::{meet, quick, until};
use crate::traces;
use crate::wire::{Read, Wire, answer, kept, ok};

fn watched(url: &str, watch: impl Into<Watch>) -> CrossTrade {
    CrossTrade::builder()
        .token("a-token")
        .base_url(url)
        .retry(eager())
        .budget(Budget::new(u32::MAX, 1e9))
        .contract(watch)
        .build()
        .expect("complete")
}

/// Gets a fill over a connection that answers it with this.
async fn get(watch: impl Into<Watch>, body: &str) -> Result<(), Error> {
    let server = Wire::always(ok(body)).await;
    let crosstrade = watched(&server.url(), watch);
    crosstrade.execution("Sim101", "a").await.map(drop)
}

fn rules(report: &Report) -> Vec<(Rule, Grade, u64)> {
    let findings = report.findings().into_iter();
    findings
        .map(|finding| (finding.rule, finding.grade, finding.count))
        .collect()
}

#[tokio::test]
async fn what_drifts_or_breaks_is_reported_and_fails_no_caller() {
    let watch = Watch::new(Mode::Report);
    for body in [
        documents::FILL.to_owned(),
        with_news(),
        with_news(),
        in_seconds(),
    ] {
        get(&watch, &body).await.expect("the client reads it");
    }
    let report = watch.report();
    assert_eq!(report.exchanges(), 4);
    assert_eq!(report.unchecked().count(), 0);
    let expected = [
        (Rule::Unit, Grade::Breaks, 1),
        (Rule::Member, Grade::Drift, 2),
    ];
    assert_eq!(rules(&report), expected);
}

#[tokio::test]
async fn an_enforced_contract_ends_a_call_that_breaks_it_and_lets_drift_pass() {
    let watch = Watch::new(Mode::Enforce);
    get(&watch, &with_news()).await.expect("it is drift");
    let error = get(&watch, &in_seconds()).await.expect_err("it breaks");
    assert!(error.is_contract_drift(), "{error}");
    assert_eq!(error.json_path(), Some("/epoch"));
    assert_eq!(watch.report().grade(), Some(Grade::Breaks));
    // Without a watch to ask, too.
    let error = get(Mode::Enforce, &in_seconds()).await;
    assert!(error.expect_err("it breaks").is_contract_drift());
}

#[tokio::test]
async fn a_contract_that_is_off_sees_nothing() {
    let watch = Watch::new(Mode::Off);
    get(&watch, &in_seconds()).await.expect("nobody looks");
    assert_eq!(watch.report().exchanges(), 0);
    assert_eq!(Mode::default(), Mode::Off);
}

#[tokio::test]
async fn one_report_is_of_many_handles_and_of_their_sets() {
    let watch = Watch::new(Mode::Report);
    get(&watch, documents::FILL).await.expect("a fill");
    let server = Wire::always(ok(documents::EXECUTOR)).await;
    let hummingbot = Hummingbot::builder()
        .credentials("admin", "a-password")
        .base_url(server.url())
        .contract(&watch);
    let hummingbot = hummingbot.build().expect("complete");
    hummingbot.executor("abc123...").await.expect("an executor");
    let url = server.url();
    let set = Executions::contract(&watch).from_variables(|name| match name {
        "HUMMINGBOT_USERNAME" | "HUMMINGBOT_PASSWORD" => Some("admin".to_owned()),
        "HUMMINGBOT_BASE_URL" => Some(url.clone()),
        _ => None,
    });
    let reference = "hummingbot:abc123...".parse().expect("a reference");
    set.expect("open")
        .get(&reference)
        .await
        .expect("an executor");
    let report = watch.report();
    let counts = report
        .operations()
        .map(|(service, _, checked)| (service, checked.exchanges));
    assert!(
        counts.eq([("crosstrade", 1), ("hummingbot", 2)]),
        "{report}"
    );
}

#[tokio::test]
async fn every_attempt_is_judged_and_what_got_no_answer_is_not() {
    let watch = Watch::new(Mode::Enforce);
    let html = "<html>";
    let script = |status, body| vec![Read, answer(status, &[], body)];
    let server = Wire::play(vec![
        vec![Read],
        script(503, html),
        script(200, documents::FILL),
    ])
    .await;
    let fill = watched(&server.url(), &watch)
        .execution("Sim101", "a")
        .await;
    assert_eq!(fill.expect("the third time").attempts(), 3);
    let report = watch.report();
    assert_eq!(report.exchanges(), 2);
    // The client reads an error whatever its form.
    assert_eq!(rules(&report), [(Rule::Body, Grade::Drift, 1)]);
}

#[tokio::test]
async fn answers_and_pushes_of_a_websocket_are_under_contract_too() {
    for mode in [Mode::Report, Mode::Enforce] {
        let watch = Watch::new(mode);
        let server = Server::listen().await;
        let (mut peer, socket) = meet(&server, quick(&watched(&server.url(), &watch))).await;
        let mut events = socket.events();
        let serve = async {
            peer.say(r#"{"type":"marketData","quotes":[{"instrument":"ES 12-25","last":"1"}]}"#)
                .await;
            let asked = peer.call().await;
            peer.answer(&asked.id, &in_seconds()).await;
            let asked = peer.call().await;
            peer.answer(&asked.id, documents::FILL).await;
        };
        let calls = async {
            let first = socket.execution("Sim101", "a").await;
            match mode {
                Mode::Enforce => {
                    let error = first.expect_err("it breaks");
                    assert!(error.is_contract_drift(), "{error}");
                }
                _ => drop(first.expect("the client reads it")),
            }
            // The socket goes on.
            socket.execution("Sim101", "a").await.expect("a fill");
        };
        tokio::join!(serve, calls);
        until(&mut events, |event| {
            matches!(event, Event::Quotes(_)).then_some(())
        })
        .await;
        let report = watch.report();
        let operations: Vec<_> = report.operations().map(|(_, name, _)| name).collect();
        assert_eq!(operations, ["get_execution", "marketData"], "{report}");
        assert_eq!(report.exchanges(), 3);
        assert!(
            rules(&report).contains(&(Rule::Unit, Grade::Breaks, 1)),
            "{report}"
        );
        assert!(report.grade() == Some(Grade::Breaks) && report.findings().len() > 1);
    }
}

#[tokio::test]
async fn each_new_finding_is_told_once_and_without_a_value() {
    for mode in [Mode::Report, Mode::Enforce] {
        let (recorder, _guard) = traces::Recorder::listen();
        let watch = Watch::new(mode);
        let body = documents::FILL.replace("\"Short\"", "\"Sideways\"");
        for _ in 0..3 {
            get(&watch, &body).await.expect("drift");
        }
        assert_eq!(rules(&watch.report()), [(Rule::Word, Grade::Drift, 3)]);
        let events = recorder.events();
        let told: Vec<_> = events
            .iter()
            .filter(|event| event.contains_key("pointer"))
            .collect();
        let [told] = told[..] else {
            panic!("{mode:?}: {events:?}")
        };
        assert_eq!(told["pointer"], "\"/marketPosition\"");
        assert_eq!(told["rule"], "\"unknown-word\"");
        assert!(!recorder.text().contains("5804.5"));
    }
}

#[tokio::test]
async fn a_recording_beside_the_checks_has_its_addresses_and_headers() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("traffic.har");
    let recorder = Arc::new(Recorder::create(&path).expect("a new file"));
    let server = Wire::always(ok(documents::FILL)).await;
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url(server.url())
        .contract(Mode::Report)
        .observer(recorder.clone())
        .build()
        .expect("complete");
    crosstrade.execution("Sim101", "a").await.expect("a fill");
    recorder.finish().expect("written");
    let file = std::fs::File::open(path).expect("a file");
    let recording = Recording::read(file).expect("a HAR file");
    let entry = &recording.entries[0];
    assert!(
        entry.url.ends_with("/accounts/Sim101/executions/a"),
        "{}",
        entry.url
    );
    assert!(!entry.request_headers.is_empty());
    let answer = entry.answer.as_ref().expect("answered");
    assert!(answer.headers.len() > 1, "{:?}", answer.headers);
}

#[tokio::test]
async fn answers_of_many_megabytes_are_checked_or_counted_and_delay_no_caller() {
    let watch = Watch::new(Mode::Report);
    // Of much work for a check, and of none for the client, which reads no error beyond its first words.
    let members: String = (0..60_000).map(|n| format!(r#""m{n}": {n}, "#)).collect();
    let padding = "x".repeat(9 << 20);
    let body = format!(r#"{{{members} "error": "a", "detail": "{padding}"}}"#);
    let script = (0..12).flat_map(|_| [Read, kept(&body)]).collect();
    let server = Wire::play(vec![script]).await;
    let crosstrade = watched(&server.url(), &watch);
    let mut slowest = Duration::ZERO;
    for _ in 0..12 {
        let before = std::time::Instant::now();
        let _ = crosstrade.execution("Sim101", "a").await;
        slowest = slowest.max(before.elapsed());
    }
    assert!(slowest < Duration::from_secs(20), "{slowest:?}");
    let report = watch.report();
    let left: u64 = report.unchecked().map(|(_, count)| count).sum();
    assert_eq!(report.exchanges() + left, 12, "{report}");
    for (why, _) in report.unchecked() {
        assert!(matches!(why, Unchecked::Full | Unchecked::Waiting), "{why}");
    }
}
