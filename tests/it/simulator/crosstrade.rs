//! CrossTrade.

use executions::simulator::{CROSSTRADE_TOKEN, Options, Simulator};
use reqwest::StatusCode;
use reqwest::header::LOCATION;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{CROSSTRADE_ID, EXECUTIONS, compact, crosstrade, parse, request, send, started};

fn ids(list: &Value) -> Vec<&str> {
    list["executions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|fill| fill["id"].as_str().expect("an id"))
        .collect()
}

#[tokio::test]
async fn refuses_a_missing_or_wrong_token() {
    let simulator = started().await;
    let ask = || request(simulator.crosstrade_url(), EXECUTIONS);
    for refused in [
        ask(),
        ask().bearer_auth("wrong"),
        ask().header("authorization", CROSSTRADE_TOKEN),
    ] {
        let answer = send(refused).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.json()["success"], false);
        assert!(answer.json()["error"].is_string());
    }
    let lower = ask().header("authorization", format!("bearer {CROSSTRADE_TOKEN}"));
    assert_eq!(send(lower).await.status, StatusCode::OK);
}

#[tokio::test]
async fn names_the_account_and_the_execution_it_does_not_know() {
    let simulator = started().await;
    let account = crosstrade(&simulator, "/v1/api/accounts/Sim999/executions").await;
    assert_eq!(account.status, StatusCode::BAD_REQUEST);
    let expected =
        json!({"success": false, "error": "invalid_account", "detail": "Account Sim999 not found"});
    assert_eq!(account.json(), expected);

    let execution = crosstrade(&simulator, &format!("{EXECUTIONS}/exec_a1b2c3")).await;
    assert_eq!(execution.status, StatusCode::NOT_FOUND);
    assert_eq!(execution.json()["success"], false);
    assert_eq!(
        execution.json()["detail"],
        "Execution exec_a1b2c3 not found"
    );
}

#[tokio::test]
async fn takes_an_account_in_any_case_and_answers_in_its_own() {
    let simulator = started().await;
    let answer = crosstrade(
        &simulator,
        "/v1/api/accounts/sIM101/executions?lookbackTime=900",
    )
    .await;
    assert_eq!(answer.json()["executions"][0]["account"], "Sim101");
}

#[tokio::test]
async fn lists_what_the_lookback_reaches() {
    let simulator = started().await;
    let list = |query| {
        let path = format!("{EXECUTIONS}{query}");
        let simulator = &simulator;
        async move { crosstrade(simulator, &path).await.json() }
    };
    let (usual, all, short) = (
        list("").await,
        list("?lookbackTime=900").await,
        list("?lookbackTime=120").await,
    );
    assert_eq!(usual, list("?lookbackTime=320").await);
    assert_eq!(
        (ids(&all).len(), ids(&usual).len(), ids(&short).len()),
        (7, 4, 2)
    );
    assert!(
        ids(&all).starts_with(&ids(&usual)) && ids(&usual).starts_with(&ids(&short)),
        "newest first"
    );
    assert!(
        !ids(&all).contains(&CROSSTRADE_ID),
        "the document's own fill is long past"
    );
    assert_eq!(all["success"], true);
}

#[tokio::test]
async fn fills_have_the_documents_members_and_agreeing_clocks() {
    let simulator = started().await;
    let answer = crosstrade(&simulator, &format!("{EXECUTIONS}?lookbackTime=900")).await;
    let keys = |fill: &str| -> Vec<String> {
        let text = compact(fill);
        let names = text
            .trim_matches(['{', '}'])
            .split(',')
            .map(|member| member.split(':').next().unwrap_or_default());
        names.map(str::to_owned).collect()
    };
    let items = |text: &str| -> Vec<String> {
        #[derive(serde::Deserialize)]
        struct List {
            executions: Vec<Box<RawValue>>,
        }
        let list: List = serde_json::from_str(text).expect("a list");
        list.executions
            .into_iter()
            .map(|fill| fill.get().to_owned())
            .collect()
    };
    let documented = keys(&items(include_str!("../../data/crosstrade-executions.json"))[0]);
    let now = jiff::Timestamp::now().as_millisecond();
    for fill in items(&answer.text) {
        assert_eq!(keys(&fill), documented);
        assert!(
            fill.contains(r#""rate":1.0"#),
            "spelled as the document spells it"
        );
        let fill = parse(&fill);
        let epoch = fill["epoch"].as_i64().expect("milliseconds");
        assert!((now - 900_000..=now).contains(&epoch));
        assert_ne!(fill["isEntry"], fill["isExit"]);

        let time = fill["time"].as_str().expect("a text");
        assert_eq!(time.len(), "2025-09-26T18:09:38.3736787".len());
        let utc = time
            .parse::<jiff::civil::DateTime>()
            .expect("no zone")
            .to_zoned(jiff::tz::TimeZone::UTC);
        assert_eq!(
            utc.expect("in range").timestamp().as_millisecond(),
            epoch - 7 * 3_600_000
        );
    }
}

#[tokio::test]
async fn gets_every_fill_it_lists() {
    let simulator = started().await;
    let list = crosstrade(&simulator, &format!("{EXECUTIONS}?lookbackTime=900"))
        .await
        .json();
    for listed in list["executions"].as_array().expect("a list") {
        let id = listed["id"].as_str().expect("an id");
        let mut got = crosstrade(&simulator, &format!("{EXECUTIONS}/{id}"))
            .await
            .json();
        assert_eq!(
            got.as_object_mut().and_then(|fill| fill.remove("success")),
            Some(json!(true))
        );
        assert_eq!(got, *listed);
    }
}

#[tokio::test]
async fn refuses_a_lookback_out_of_range_or_no_integer() {
    let simulator = started().await;
    for lookback in ["901", "0", "-1", "1.5", "ten", "", "99999999999999999999"] {
        let answer = crosstrade(&simulator, &format!("{EXECUTIONS}?lookbackTime={lookback}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{lookback}");
        assert_eq!(
            answer.json(),
            parse(include_str!("../../data/crosstrade-400.json"))
        );
    }
}

#[tokio::test]
async fn grants_twenty_requests_at_once_and_counts_no_strangers() {
    let simulator = started().await;
    for _ in 0..5 {
        send(request(simulator.crosstrade_url(), EXECUTIONS).bearer_auth("wrong")).await;
    }
    let begun = std::time::Instant::now();
    let mut granted = 0;
    let refused = loop {
        let answer = crosstrade(&simulator, EXECUTIONS).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
        granted += 1;
    };
    let refilled = (begun.elapsed().as_secs_f64() * 3.0).ceil() as usize;
    assert!((20..=20 + refilled).contains(&granted), "{granted} granted");
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.json(), json!({"error": "Rate limit exceeded"}));
}

#[tokio::test]
async fn without_a_budget_it_answers_every_request() {
    let simulator = Simulator::start(Options::default().without_budget())
        .await
        .expect("free ports");
    let begun = std::time::Instant::now();
    for number in 0..200 {
        let answer = crosstrade(&simulator, EXECUTIONS).await;
        assert_eq!(answer.status, StatusCode::OK, "request {number}");
    }
    let granted = 20.0 + begun.elapsed().as_secs_f64() * 3.0;
    assert!(granted < 200.0, "too slow to tell");
}

#[tokio::test]
async fn suggests_a_route_for_a_wrong_path_and_sends_others_to_its_front_page() {
    let simulator = started().await;
    for (path, meant) in [
        (
            "/v1/api/account/Sim101/executions",
            "/v1/api/accounts/{account}/executions",
        ),
        (
            "/v1/api/accounts/Sim101/fills/1",
            "/v1/api/accounts/{account}/executions/{executionId}",
        ),
    ] {
        let answer = crosstrade(&simulator, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.json()["did_you_mean"], meant);
    }
    for path in ["/", "/api/v1/accounts", "/v1/apix"] {
        let answer = crosstrade(&simulator, path).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{path}");
        assert_eq!(answer.headers[LOCATION], "https://crosstrade.io/");
    }
}
