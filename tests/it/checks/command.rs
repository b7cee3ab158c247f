//! `executions check` and `--contract`, as processes.

use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use super::{in_seconds, with_news};
use crate::command::{FILL, Variables, run, simulator, simulator_with};
use crate::contract::reports::elements;
use crate::wire::{Wire, ok, refusing};

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.file(name).to_str().expect("Unicode").to_owned()
    }
}

fn crosstrade(url: &str) -> Variables {
    vec![
        ("CROSSTRADE_BASE_URL", url.to_owned()),
        ("CROSSTRADE_TOKEN", "a-secret-token".to_owned()),
    ]
}

#[tokio::test]
async fn simulated_services_hold_and_end_with_0() {
    let table = run(&Vec::new(), &["check", "--simulator"]).await;
    assert_eq!(table.code, Some(0), "{}{}", table.out, table.err);
    let rows: Vec<Vec<&str>> = table
        .out
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    assert_eq!(
        rows[0],
        ["outcome", "service", "tried", "status", "why", "reference"]
    );
    assert!(rows.len() > 20 && rows[1..].iter().all(|row| row.len() == 6));
    let held = rows[1..].iter().filter(|row| row[0] == "held").count();
    assert_eq!(held, rows.len() - 2, "{}", table.out);
    // Progress is for who watches.
    assert!(!table.err.contains('…'), "{}", table.err);

    let junit = run(
        &Vec::new(),
        &["check", "--simulator", "refold", "--format", "junit"],
    )
    .await;
    assert_eq!(junit.code, Some(0));
    let names = elements(&junit.out);
    assert_eq!(
        names.iter().filter(|name| **name == "testsuite").count(),
        1,
        "{}",
        junit.out
    );
    assert!(!names.contains(&"failure") && !names.contains(&"error"));

    let json = run(
        &Vec::new(),
        &["check", "--simulator", "b3os", "--format", "json"],
    )
    .await;
    let json: Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(json["report"]["operations"][0]["service"], "b3os");
}

#[tokio::test]
async fn services_of_the_environment_are_checked_with_the_references_given() {
    let (_simulator, variables) = simulator().await;
    let arguments = [
        "check",
        "--reference",
        FILL,
        "--reference",
        "b3os:exec_1",
        "crosstrade",
        "b3os",
    ];
    let ended = run(&variables, &arguments).await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(!ended.out.contains("hummingbot") && ended.out.contains("b3os\tget an execution\t200"));
    // What there is not, given as what there is.
    let arguments = ["check", "b3os", "--reference", "b3os:no-such"];
    let ended = run(&variables, &arguments).await;
    assert_eq!(ended.code, Some(1), "{}", ended.out);
    assert!(
        ended.out.contains("failed\tb3os\tget an execution\t404"),
        "{}",
        ended.out
    );
}

#[tokio::test]
async fn what_cannot_be_checked_ends_with_1_and_says_what_to_do() {
    let nothing = run(&Vec::new(), &["check"]).await;
    assert_eq!(nothing.code, Some(1));
    assert!(
        nothing.out.contains("CROSSTRADE_TOKEN is not set"),
        "{}",
        nothing.out
    );
    assert!(
        nothing.err.contains("executions check --simulator"),
        "{}",
        nothing.err
    );
    let nobody = run(&crosstrade(&refusing()), &["check", "--account", "Sim101"]).await;
    assert_eq!(nobody.code, Some(1), "{}", nobody.out);
    let why = "no connection could be made (3 attempts, to http://127.0.0.1:";
    assert!(nobody.out.contains(why), "{}", nobody.out);
    // Of a list that did not come nobody knows whether it is empty.
    assert!(
        nobody.out.contains("no list came: give a reference"),
        "{}",
        nobody.out
    );
    let (_mute, variables) = simulator_with("mute").await;
    let arguments = [
        "check",
        "crosstrade",
        "--account",
        "Sim101",
        "--timeout",
        "300ms",
    ];
    let mute = run(&variables, &arguments).await;
    assert_eq!(mute.code, Some(1), "{}", mute.err);
    assert!(
        mute.out.contains("\tnot done within 300 ms"),
        "{}",
        mute.out
    );
    let missing = run(&Vec::new(), &["check", "nowhere.har"]).await;
    assert_eq!(missing.code, Some(1));
    assert!(
        missing.err.contains("cannot read nowhere.har"),
        "{}",
        missing.err
    );
}

#[tokio::test]
async fn what_is_skipped_ends_with_1_if_it_is_to_be_strict() {
    // No document of B3OS's says which parameter it refuses; Refold's do.
    for (service, code) in [("b3os", 1), ("refold", 0)] {
        let arguments = ["check", "--simulator", service, "--strict"];
        let ended = run(&Vec::new(), &arguments).await;
        assert_eq!(ended.code, Some(code), "{}{}", ended.out, ended.err);
    }
    let place = Place::new();
    let text = place.text("traffic.har");
    let fill = serde_json::json!({
        "request": {"method": "GET", "url": "https://app.crosstrade.io/v1/api/accounts/Sim101/executions/a"},
        "response": {
            "status": 200,
            "headers": [{"name": "content-type", "value": "application/json"}],
            "content": {"text": crate::clients::documents::FILL},
        },
    });
    let other = serde_json::json!({
        "request": {"method": "GET", "url": "https://example.com/"}, "response": {"status": 200},
    });
    for (entries, arguments, code) in [
        (vec![&fill, &other], vec!["check", &text], 0),
        (vec![&fill, &other], vec!["check", &text, "--strict"], 1),
        (vec![&fill], vec!["check", &text, "--strict"], 0),
    ] {
        let har = serde_json::json!({"log": {"entries": entries}});
        std::fs::write(place.file("traffic.har"), har.to_string()).expect("written");
        let ended = run(&Vec::new(), &arguments).await;
        assert_eq!(ended.code, Some(code), "{}", ended.err);
    }
}

#[tokio::test]
async fn answers_and_findings_are_counted_apart() {
    let body = with_news().replace("5804.5", "\"5804.5\"");
    let server = Wire::always(ok(&body)).await;
    let arguments = ["get", FILL, "--contract", "report"];
    let ended = run(&crosstrade(&server.url()), &arguments).await;
    let told = "1 answer checked: 0 broken, 1 drifted\nfindings: 2 drift\n";
    assert!(ended.err.contains(told), "{}", ended.err);
    let ended = run(&Vec::new(), &["check", "--simulator", "refold"]).await;
    let (_, told) = ended.err.split_once("Tried: ").expect("a sum");
    assert!(told.contains(" held. Answers checked: "), "{told}");
    assert!(told.contains("Findings: "), "{told}");
}

#[tokio::test]
async fn wrong_usage_ends_with_2() {
    for arguments in [
        &["check", "nonsense"][..],
        &["check", "a.har", "b3os"],
        &["check", "a.har", "--simulator"],
        &["check", "a.har", "--record", "b.har"],
        &["check", "--simulator", "--contract", "enforce"],
        &["schema", "--contract", "report"],
        &["check", "--simulator", "--account", "a/b"],
        &["check", "--simulator", "b3os", "--account", "Sim101"],
    ] {
        let ended = run(&Vec::new(), arguments).await;
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.err);
    }
}

#[tokio::test]
async fn a_service_that_drifts_or_breaks_ends_with_8() {
    for (body, lenient) in [(with_news(), 8), (in_seconds(), 8)] {
        let server = Wire::always(ok(&body)).await;
        let variables = crosstrade(&server.url());
        let arguments = [
            "check",
            "crosstrade",
            "--reference",
            FILL,
            "--push-wait",
            "10ms",
        ];
        let ended = run(&variables, &arguments).await;
        assert_eq!(ended.code, Some(lenient), "{}", ended.out);
        assert!(
            ended.out.contains("\ngrade\tservice\toperation"),
            "{}",
            ended.out
        );
    }
}

#[tokio::test]
async fn what_the_demo_and_the_check_record_is_judged_clean() {
    let place = Place::new();
    for (name, arguments) in [
        ("demo.har", &["demo"][..]),
        ("check.har", &["check", "--simulator"]),
    ] {
        let text = place.text(name);
        let recorded = run(&Vec::new(), &[arguments, &["--record", &text]].concat()).await;
        assert_eq!(recorded.code, Some(0), "{}", recorded.err);
        let ended = run(&Vec::new(), &["check", &text]).await;
        assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
        assert!(ended.err.contains("The contract holds.\n"), "{}", ended.err);
        assert!(
            ended.err.contains("crosstrade list_executions: "),
            "{}",
            ended.err
        );
    }
}

#[tokio::test]
async fn a_doctored_recording_ends_with_8_and_with_0_where_drift_is_let_pass() {
    let place = Place::new();
    let text = place.text("demo.har");
    let recorded = run(&Vec::new(), &["demo", "--record", &text]).await;
    assert_eq!(recorded.code, Some(0), "{}", recorded.err);
    let har = std::fs::read_to_string(place.file("demo.har")).expect("a file");
    for (from, to, strict, lenient) in [
        (
            r#"\"status\":\"workflow_succeeded\""#,
            r#"\"status\":\"workflow_paused\""#,
            8,
            0,
        ),
        (r#"\"executor_id\":"#, r#"\"id_of_it\":"#, 8, 8),
    ] {
        let doctored = har.replace(from, to);
        assert_ne!(doctored, har, "{from}");
        std::fs::write(place.file("doctored.har"), doctored).expect("written");
        let text = place.text("doctored.har");
        let ended = run(&Vec::new(), &["check", &text]).await;
        assert_eq!(ended.code, Some(strict), "{}", ended.out);
        assert!(ended.out.lines().count() > 1, "{}", ended.out);
        let ended = run(&Vec::new(), &["check", &text, "--fail-on", "breaks"]).await;
        assert_eq!(ended.code, Some(lenient), "{}", ended.out);
        let junit = run(&Vec::new(), &["check", &text, "--format", "junit"]).await;
        assert!(elements(&junit.out).contains(&"failure"), "{}", junit.out);
    }
}

#[tokio::test]
async fn any_command_can_be_held_to_the_contract() {
    let server = Wire::always(ok(&in_seconds())).await;
    let variables = crosstrade(&server.url());
    let off = run(&variables, &["get", FILL]).await;
    assert_eq!((off.code, off.err.as_str()), (Some(0), ""));
    let report = run(&variables, &["get", FILL, "--contract", "report"]).await;
    assert_eq!((report.code, &report.out), (Some(0), &off.out));
    assert!(
        report.err.contains("/epoch") && report.err.contains("is broken"),
        "{}",
        report.err
    );
    let enforce = run(&variables, &["get", FILL, "--contract", "enforce"]).await;
    assert_eq!((enforce.code, enforce.out.as_str()), (Some(8), ""));
    let told = "/epoch: the contract's check vetoes it: unit: ";
    assert!(enforce.err.contains(told), "{}", enforce.err);
    assert!(
        enforce.err.contains("`--contract enforce` ended it"),
        "{}",
        enforce.err
    );
    // One below the other, as on any terminal.
    let finding = "breaks  crosstrade get_execution 200 /epoch\n        unit: ";
    assert!(report.err.contains(finding), "{}", report.err);
    let sum = "crosstrade get_execution: 1 answer checked: 1 broken, 0 drifted\n";
    assert!(report.err.contains(sum), "{}", report.err);
}

#[tokio::test]
async fn what_was_not_read_is_said_and_a_reference_of_another_service_is_refused() {
    let (_simulator, variables) = simulator().await;
    let checked = run(&variables, &["check", "hummingbot"]).await;
    assert_eq!(checked.code, Some(1), "{}", checked.err);
    let told = "No execution of hummingbot was read";
    assert!(checked.err.contains(told), "{}", checked.err);
    let arguments = ["check", "hummingbot", "--reference", "hummingbot:abc123"];
    let checked = run(&variables, &arguments).await;
    assert_eq!(checked.code, Some(0), "{}", checked.err);
    assert!(!checked.err.contains("was read"), "{}", checked.err);
    let arguments = ["check", "hummingbot", "--reference", "b3os:exec_1"];
    let refused = run(&variables, &arguments).await;
    assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
}
