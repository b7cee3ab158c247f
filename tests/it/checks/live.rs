//! Services asked live: simulated ones, which hold, and others, which do not.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use executions::contract::Grade;
use executions::contract::live::{self, Options, Outcome, Trial};
use executions::simulator::{self, Simulator};
use executions::{Budget, CrossTrade, Executions, Reference, Service};

use super::{in_seconds, with_news};
use crate::clients::{b3os, crosstrade, documents, eager, executions, hummingbot};
use crate::command::FILL;
use crate::contract::reports::elements;
use crate::socket::peer::Server;
use crate::wire::{Read, Wire, answer, ok, refusing};

fn open(simulator: &Simulator) -> Executions {
    let variables = simulator.variables();
    let variables: Vec<_> = variables
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    executions(&variables)
}

fn all(simulator: &Simulator) -> Options {
    let references = simulator.references();
    let references = references
        .iter()
        .map(|text| text.parse().expect("a reference"));
    Options::new().references(references)
}

fn fill() -> Reference {
    FILL.parse().expect("a reference")
}

/// CrossTrade's REST alone.
fn rest() -> Options {
    Options::new().reference(fill()).without_socket()
}

const BEHIND_THE_SOCKET: [&str; 4] = [
    "ListExecutions over the WebSocket",
    "GetExecution over the WebSocket",
    "GetExecution of an unknown one",
    "a push of quotes",
];

fn outcome(trial: &Trial, tried: &str) -> Outcome {
    let mut attempts = trial.attempts.iter();
    let attempt = attempts.find(|attempt| attempt.tried == tried);
    attempt
        .unwrap_or_else(|| panic!("{tried}: {trial}"))
        .outcome
}

#[tokio::test]
async fn all_four_services_hold_their_contracts_when_simulated() {
    let simulator = Simulator::start(simulator::Options::default())
        .await
        .expect("starts");
    let said = Arc::new(Mutex::new(Vec::new()));
    let saying = Arc::clone(&said);
    let options = all(&simulator).progress(move |service, tried| {
        saying
            .lock()
            .expect("whole")
            .push(format!("{service}: {tried}"));
    });
    let trial = live::check(&open(&simulator), &options).await;
    assert!(trial.holds() && trial.is_complete(), "{trial}");
    assert!(trial.grade() < Some(Grade::Drift));
    // No document of B3OS's says which parameter it refuses.
    assert_eq!(trial.count(Outcome::Skipped), 1, "{trial}");
    for service in Service::ALL {
        let of = trial
            .attempts
            .iter()
            .filter(|attempt| attempt.service == *service);
        let statuses: Vec<_> = of.filter_map(|attempt| attempt.status).collect();
        for status in [200, 404, 401] {
            assert!(statuses.contains(&status), "{service}: {statuses:?}");
        }
    }
    for tried in [
        "list executions",
        "list with a lookback that is none",
        "list of an unknown account",
        "GetExecution over the WebSocket",
        "ListExecutions over the WebSocket",
        "GetExecution of an unknown one",
        "a push of quotes",
        "get with an empty id",
        "get for an unknown linked account",
    ] {
        assert_eq!(outcome(&trial, tried), Outcome::Held, "{tried}: {trial}");
    }
    let said = said.lock().expect("whole").join("\n");
    assert!(said.contains("crosstrade: a push of quotes") && said.contains("refold: get"));
    let pushes = trial
        .report
        .operations()
        .find(|(_, name, _)| *name == "marketData");
    assert!(pushes.is_some_and(|(_, _, checked)| checked.exchanges > 0));
}

#[tokio::test]
async fn attempts_with_several_executions_of_a_service_say_with_which() {
    let simulator = Simulator::start(simulator::Options::default())
        .await
        .expect("starts");
    let options = ["b3os:exec_1", "b3os:no-such", FILL]
        .iter()
        .fold(Options::new().without_socket(), |options, text| {
            options.reference(text.parse().expect("a reference"))
        });
    let trial = live::check(&open(&simulator), &options).await;
    let read = trial
        .attempts
        .iter()
        .filter(|one| one.tried == "get an execution");
    let read: Vec<_> = read
        .filter(|one| one.service != Service::Hummingbot && one.service != Service::Refold)
        .map(|one| (one.reference.as_ref().map(ToString::to_string), one.outcome))
        .collect();
    let b3os = |id: &str| Some(format!("b3os:{id}"));
    assert_eq!(
        read,
        [
            (None, Outcome::Held),
            (b3os("exec_1"), Outcome::Held),
            (b3os("no-such"), Outcome::Failed),
        ]
    );
    let xml = trial.to_junit_from(Grade::Drift);
    assert!(
        xml.contains(r#"name="get an execution, b3os:no-such""#),
        "{xml}"
    );
    assert!(
        xml.contains(r#"name="get an execution" classname="crosstrade""#),
        "{xml}"
    );
    let json: serde_json::Value = serde_json::from_str(&trial.to_json()).expect("JSON");
    let attempts = json["attempts"].as_array().expect("a list");
    assert!(attempts.iter().any(|one| one["reference"] == "b3os:exec_1"));
    assert!(
        trial.to_string().contains("get an execution, b3os:exec_1"),
        "{trial}"
    );
}

#[tokio::test]
async fn a_mute_websocket_is_waited_for_once() {
    let options = simulator::Options::default().fault("mute".parse().expect("a fault"));
    let simulator = Simulator::start(options).await.expect("starts");
    let options = Options::new()
        .reference(fill())
        .only(Service::CrossTrade)
        .socket_timeout(Duration::from_millis(300));
    let trial = live::check(&open(&simulator), &options).await;
    let failed = outcome(&trial, "ListExecutions over the WebSocket");
    assert_eq!(failed, Outcome::Failed, "{trial}");
    for tried in BEHIND_THE_SOCKET.iter().skip(1) {
        assert_eq!(outcome(&trial, tried), Outcome::Skipped, "{trial}");
    }
}

#[tokio::test]
async fn an_account_is_enough_where_there_is_a_list() {
    let simulator = Simulator::start(simulator::Options::default())
        .await
        .expect("starts");
    let options = Options::new().account("Sim101").only(Service::CrossTrade);
    let trial = live::check(&open(&simulator), &options).await;
    assert!(
        trial.holds() && trial.count(Outcome::Skipped) == 0,
        "{trial}"
    );
}

#[tokio::test]
async fn without_a_reference_it_does_not_hold_and_says_how_to_give_one() {
    let simulator = Simulator::start(simulator::Options::default())
        .await
        .expect("starts");
    let trial = live::check(&open(&simulator), &Options::new().without_socket()).await;
    assert!(!trial.holds() && !trial.is_complete(), "{trial}");
    assert!(trial.unread().eq(Service::ALL.iter().copied()), "{trial}");
    assert_eq!(trial.count(Outcome::Failed), 0, "{trial}");
    for service in Service::ALL {
        let mut of = trial
            .attempts
            .iter()
            .filter(|attempt| attempt.service == *service);
        let get = of
            .find(|attempt| attempt.tried == "get an execution")
            .expect("told");
        assert_eq!(get.outcome, Outcome::Skipped);
        assert!(get.why.contains(&format!("{service}:")), "{}", get.why);
    }
}

#[tokio::test]
async fn what_drifts_is_told_from_what_breaks() {
    for (body, expected) in [
        (with_news(), Outcome::Drifted),
        (in_seconds(), Outcome::Broke),
        (documents::FILL.replace("5804.5", "{}"), Outcome::Broke),
    ] {
        let server = Wire::always(ok(&body)).await;
        let trial = live::check(&crosstrade(&server.url()).into(), &rest()).await;
        assert_eq!(outcome(&trial, "get an execution"), expected, "{trial}");
        // A service that answers everything tells its clients of what there is not.
        for tried in ["get an unknown execution", "list with a wrong credential"] {
            assert_eq!(outcome(&trial, tried), Outcome::Broke, "{trial}");
        }
        assert!(!trial.holds() && trial.grade() == Some(Grade::Breaks));
        let requests = server.requests();
        assert_eq!(requests.len(), 6);
        assert!(
            requests.iter().all(|request| request.starts_with("GET ")),
            "nothing is written"
        );
        assert!(
            requests
                .iter()
                .any(|request| request.contains("?lookbackTime=abc "))
        );
        let wrong = |request: &&String| !request.contains("a-token");
        assert_eq!(requests.iter().filter(wrong).count(), 1);
    }
}

#[tokio::test]
async fn another_refusal_than_the_documented_one_is_drift() {
    let gone = answer(410, &[], r#"{"detail": "gone"}"#);
    let server = Wire::always(gone).await;
    let trial = live::check(&hummingbot(&server.url()).into(), &Options::new()).await;
    for tried in ["get an unknown execution", "get with a wrong credential"] {
        assert_eq!(outcome(&trial, tried), Outcome::Drifted, "{trial}");
    }
    assert_eq!(trial.grade(), Some(Grade::Drift));
    assert_eq!(trial.count(Outcome::Failed), 0, "{trial}");
    assert!(!trial.holds());
}

#[tokio::test]
async fn a_report_holds_no_value_that_a_service_quotes_in_its_own_words() {
    let pydantic = "1 validation error for Executor\nprice\n  Input should be a valid number \
        [type=float_parsing, input_value='s3cret, in two words', input_type=str]";
    let list = serde_json::json!({"detail": [
        {"type": "float_parsing", "loc": ["body", "price"], "msg": "no number: 's3cret'", "input": "s3cret"},
    ]});
    for (status, detail) in [
        (500, serde_json::json!({"detail": pydantic})),
        (
            401,
            serde_json::json!({"detail": "no account `s3cret` of mark-s3cret@example.com"}),
        ),
        (503, list),
    ] {
        let server = Wire::always(answer(status, &[], &detail.to_string())).await;
        let options = Options::new().reference("hummingbot:a".parse().expect("a reference"));
        let trial = live::check(&hummingbot(&server.url()).into(), &options).await;
        assert!(trial.count(Outcome::Failed) > 0, "{trial}");
        let xml = trial.to_junit_from(Grade::Drift);
        for report in [trial.to_string(), trial.to_json(), xml] {
            assert!(!report.contains("s3cret"), "{report}");
            assert!(report.contains('…'), "{report}");
        }
    }
}

#[tokio::test]
async fn an_undocumented_status_for_what_there_is_is_drift() {
    let server = Wire::always(answer(418, &[], "{}")).await;
    let trial = live::check(&crosstrade(&server.url()).into(), &rest()).await;
    assert_eq!(
        outcome(&trial, "get an execution"),
        Outcome::Drifted,
        "{trial}"
    );
    assert!(trial.unread().eq([Service::CrossTrade]), "{trial}");
}

#[tokio::test]
async fn a_refusal_inside_a_success_is_one() {
    let refusal = r#"{"success": false, "error": {"message": "no", "code": "not_found"}}"#;
    let server = Wire::always(ok(refusal)).await;
    let options = Options::new().reference("b3os:a".parse().expect("a reference"));
    let trial = live::check(&b3os(&server.url()).into(), &options).await;
    assert_eq!(
        outcome(&trial, "get an unknown execution"),
        Outcome::Held,
        "{trial}"
    );
    assert_eq!(
        outcome(&trial, "get an execution"),
        Outcome::Failed,
        "{trial}"
    );
}

#[tokio::test]
async fn a_websocket_that_answers_for_what_there_is_not_breaks_and_one_without_pushes_does_not() {
    let server = Server::listen().await;
    let wire = Wire::always(ok(documents::FILL)).await;
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url(wire.url())
        .ws_url(format!("{}/ws", server.url().replace("http", "ws")))
        .build()
        .expect("complete");
    let options = Options::new().reference(fill());
    let options = options.push_wait(Duration::from_millis(50));
    let serve = async { server.accept().await.serve(documents::FILL).await };
    let executions = crosstrade.into();
    let check = live::check(&executions, &options);
    let (calls, trial) = tokio::join!(serve, check);
    assert_eq!(calls, 3);
    for (tried, expected) in [
        ("GetExecution over the WebSocket", Outcome::Held),
        ("ListExecutions over the WebSocket", Outcome::Broke),
        ("GetExecution of an unknown one", Outcome::Broke),
        ("a push of quotes", Outcome::Skipped),
    ] {
        assert_eq!(outcome(&trial, tried), expected, "{tried}: {trial}");
    }
}

#[tokio::test]
async fn what_says_nothing_of_the_contract_failed() {
    let refuses = Wire::always(answer(401, &[], r#"{"error": "no"}"#)).await;
    let offline = Wire::always(answer(408, &[], r#"{"error": "addon_disconnected"}"#)).await;
    for url in [refusing(), refuses.url(), offline.url()] {
        let trial = live::check(&crosstrade(&url).into(), &rest()).await;
        for tried in [
            "list executions",
            "get an execution",
            "get an unknown execution",
        ] {
            assert_eq!(outcome(&trial, tried), Outcome::Failed, "{trial}");
        }
        assert!(!trial.holds() && !trial.is_complete(), "{trial}");
        assert!(trial.grade() < Some(Grade::Drift), "{trial}");
    }
}

#[tokio::test]
async fn a_service_that_is_named_and_not_open_failed_and_is_skipped_else() {
    let nothing = executions(&[]);
    let trial = live::check(&nothing, &Options::new()).await;
    assert_eq!(
        (trial.attempts.len(), trial.count(Outcome::Skipped)),
        (4, 4)
    );
    assert!(!trial.holds() && !trial.is_complete());
    let trial = live::check(&nothing, &Options::new().only(Service::Refold)).await;
    assert_eq!((trial.attempts.len(), trial.count(Outcome::Failed)), (1, 1));
    assert!(trial.attempts[0].why.contains("REFOLD_API_KEY"), "{trial}");
    let executor = "hummingbot:a".parse().expect("a reference");
    let options = Options::new().reference(executor).account("Sim101");
    let trial = live::check(&nothing, &options).await;
    assert_eq!(
        (trial.count(Outcome::Failed), trial.count(Outcome::Skipped)),
        (2, 2)
    );
}

#[tokio::test]
async fn a_check_may_run_on_a_task_of_its_own() {
    let nothing = executions(&[]);
    let check = async move { live::check(&nothing, &Options::new()).await };
    let trial = tokio::spawn(check).await.expect("it ends");
    assert_eq!(trial.count(Outcome::Skipped), 4);
}

#[tokio::test]
async fn it_draws_on_the_budget_of_the_handle() {
    let server = Wire::always(ok(documents::FILL)).await;
    let budget = Budget::new(2, 0.01);
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url(server.url())
        .retry(eager())
        .budget(budget.failing())
        .build()
        .expect("complete");
    let trial = live::check(&crosstrade.into(), &rest()).await;
    assert_eq!(server.requests().len(), 2, "{trial}");
    assert!(trial.count(Outcome::Failed) >= 4, "{trial}");
}

#[tokio::test]
async fn frames_that_nobody_can_read_break_and_a_socket_that_refuses_failed() {
    for (fault, tried, expected) in [
        ("garbage", "GetExecution over the WebSocket", Outcome::Broke),
        ("reject-auth", "open the WebSocket", Outcome::Failed),
    ] {
        let options = simulator::Options::default().fault(fault.parse().expect("a fault"));
        let simulator = Simulator::start(options).await.expect("starts");
        let options = Options::new()
            .reference(fill())
            .push_wait(Duration::from_millis(200));
        let options = options.only(Service::CrossTrade);
        let trial = live::check(&open(&simulator), &options).await;
        assert_eq!(outcome(&trial, tried), expected, "{fault}: {trial}");
        assert_eq!(outcome(&trial, "get an execution"), Outcome::Held);
        if fault == "reject-auth" {
            for tried in BEHIND_THE_SOCKET {
                assert_eq!(outcome(&trial, tried), Outcome::Skipped, "{trial}");
            }
        }
    }
}

#[tokio::test]
async fn the_outputs_are_whole() {
    let server = Wire::play([vec![Read, ok(&with_news())]]).await;
    let options = rest().without_wrong_credential();
    let trial = live::check(&crosstrade(&server.url()).into(), &options).await;
    let json: serde_json::Value = serde_json::from_str(&trial.to_json()).expect("JSON");
    let attempts = json["attempts"].as_array().expect("a list");
    assert_eq!(attempts.len(), trial.attempts.len());
    assert_eq!(attempts[1]["outcome"], "drifted");
    assert_eq!(json["report"]["exchanges"], 5);
    let count = |xml: &str, name: &str| elements(xml).iter().filter(|e| **e == name).count();
    let broken = trial.count(Outcome::Broke);
    let drifted = trial.count(Outcome::Drifted);
    assert!(broken > 0 && drifted > 0, "{trial}");
    for (least, failures) in [(Grade::Breaks, broken), (Grade::Drift, broken + drifted)] {
        let xml = trial.to_junit_from(least);
        assert_eq!(count(&xml, "testcase"), trial.attempts.len());
        assert_eq!(count(&xml, "failure"), failures, "{xml}");
        assert_eq!(count(&xml, "skipped"), 2, "{xml}");
    }
}
