//! The simulated services, asked over real sockets by a client that is not the crate's.

use std::io::ErrorKind;
use std::net::TcpListener;

use executions::simulator::{
    B3OS_API_KEY, CROSSTRADE_TOKEN, HUMMINGBOT_PASSWORD, HUMMINGBOT_USERNAME, Options,
    REFOLD_API_KEY, REFOLD_LINKED_ACCOUNT_ID, REFOLD_SESSION_TOKEN, Simulator,
};
use reqwest::header::{HeaderMap, LOCATION, WWW_AUTHENTICATE};
use reqwest::{Client, Method, RequestBuilder, StatusCode, redirect};
use serde_json::value::RawValue;
use serde_json::{Value, json};

const EXECUTIONS: &str = "/v1/api/accounts/Sim101/executions";
const CROSSTRADE_ID: &str = "550837ff9e784c2895ef6dab22d06be0";
const REFOLD_ID: &str = "65410cf6cdf931a12d7ab009";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        assert_eq!(self.headers["content-type"], "application/json");
        serde_json::from_str(&self.text).expect("a JSON answer")
    }
}

async fn started() -> Simulator {
    Simulator::start(Options::default())
        .await
        .expect("free ports")
}

fn request(url: &str, path: &str) -> RequestBuilder {
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .build()
        .expect("a client");
    client.get(format!("{url}{path}"))
}

async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the simulator answers");
    let (status, headers) = (response.status(), response.headers().clone());
    Answer {
        status,
        headers,
        text: response.text().await.expect("a whole body"),
    }
}

async fn crosstrade(simulator: &Simulator, path: &str) -> Answer {
    send(request(simulator.crosstrade_url(), path).bearer_auth(CROSSTRADE_TOKEN)).await
}

async fn hummingbot(simulator: &Simulator, path: &str) -> Answer {
    let request = request(simulator.hummingbot_url(), path);
    send(request.basic_auth(HUMMINGBOT_USERNAME, Some(HUMMINGBOT_PASSWORD))).await
}

async fn b3os(simulator: &Simulator, id: &str) -> Answer {
    send(request(simulator.b3os_url(), &format!("/v1/executions/{id}")).bearer_auth(B3OS_API_KEY))
        .await
}

fn refold_request(simulator: &Simulator, id: &str) -> RequestBuilder {
    request(
        simulator.refold_url(),
        &format!("/api/v2/public/execution/{id}"),
    )
}

async fn refold(simulator: &Simulator, id: &str) -> Answer {
    let request = refold_request(simulator, id).header("x-api-key", REFOLD_API_KEY);
    send(request.header("linked_account_id", REFOLD_LINKED_ACCOUNT_ID)).await
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("valid JSON")
}

/// The text without what JSON does not care about; order and spelling stay.
fn compact(text: &str) -> String {
    let mut in_string = false;
    text.chars()
        .filter(|&c| {
            in_string ^= c == '"';
            in_string || !c.is_whitespace()
        })
        .collect()
}

fn ids(list: &Value) -> Vec<&str> {
    list["executions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|fill| fill["id"].as_str().expect("an id"))
        .collect()
}

#[tokio::test]
async fn every_document_is_answered_as_the_vendor_wrote_it() {
    let simulator = started().await;
    let pairs = [
        (
            crosstrade(&simulator, &format!("{EXECUTIONS}/{CROSSTRADE_ID}")).await,
            include_str!("../data/crosstrade-execution.json"),
        ),
        (
            hummingbot(&simulator, "/executors/abc123...").await,
            include_str!("../data/hummingbot-executor.json"),
        ),
        (
            hummingbot(&simulator, "/executors/abc123").await,
            include_str!("../data/hummingbot-executor.json"),
        ),
        (
            b3os(&simulator, "document").await,
            include_str!("../data/b3os-execution.json"),
        ),
        (
            refold(&simulator, REFOLD_ID).await,
            include_str!("../data/refold-execution.json"),
        ),
    ];
    for (answer, document) in pairs {
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.json(), parse(document));
        assert_eq!(
            compact(&answer.text),
            compact(document),
            "member order and number spelling"
        );
    }
}

#[tokio::test]
async fn every_reference_it_names_answers() {
    let simulator = started().await;
    let references = simulator.references();
    assert_eq!(references[0], format!("crosstrade:Sim101/{CROSSTRADE_ID}"));
    assert!(references.contains(&format!("refold:{REFOLD_ID}")));
    for reference in references {
        let answer = match reference.split_once(':').expect("service:id") {
            ("crosstrade", id) => {
                let (account, id) = id.split_once('/').expect("account/id");
                crosstrade(
                    &simulator,
                    &format!("/v1/api/accounts/{account}/executions/{id}"),
                )
                .await
            }
            ("hummingbot", id) => hummingbot(&simulator, &format!("/executors/{id}")).await,
            ("b3os", id) => b3os(&simulator, id).await,
            ("refold", id) => refold(&simulator, id).await,
            _ => panic!("{reference} names no service"),
        };
        assert_eq!(answer.status, StatusCode::OK, "{reference}");
    }
}

#[tokio::test]
async fn the_variables_are_those_the_clients_read() {
    let simulator = started().await;
    let variables = simulator.variables();
    let value = |name| {
        variables
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(
        value("CROSSTRADE_BASE_URL"),
        Some(simulator.crosstrade_url())
    );
    assert_eq!(value("CROSSTRADE_TOKEN"), Some(CROSSTRADE_TOKEN));
    assert_eq!(
        value("HUMMINGBOT_BASE_URL"),
        Some(simulator.hummingbot_url())
    );
    assert_eq!(value("HUMMINGBOT_USERNAME"), Some(HUMMINGBOT_USERNAME));
    assert_eq!(value("HUMMINGBOT_PASSWORD"), Some(HUMMINGBOT_PASSWORD));
    assert_eq!(value("B3OS_BASE_URL"), Some(simulator.b3os_url()));
    assert_eq!(value("B3OS_API_KEY"), Some(B3OS_API_KEY));
    assert_eq!(value("REFOLD_BASE_URL"), Some(simulator.refold_url()));
    assert_eq!(value("REFOLD_API_KEY"), Some(REFOLD_API_KEY));
    assert_eq!(
        value("REFOLD_LINKED_ACCOUNT_ID"),
        Some(REFOLD_LINKED_ACCOUNT_ID)
    );
    assert_eq!(variables.len(), 10);
}

#[tokio::test]
async fn crosstrade_refuses_a_missing_or_wrong_token() {
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
async fn crosstrade_names_the_account_and_the_execution_it_does_not_know() {
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
async fn crosstrade_takes_an_account_in_any_case_and_answers_in_its_own() {
    let simulator = started().await;
    let answer = crosstrade(
        &simulator,
        "/v1/api/accounts/sIM101/executions?lookbackTime=900",
    )
    .await;
    assert_eq!(answer.json()["executions"][0]["account"], "Sim101");
}

#[tokio::test]
async fn crosstrade_lists_what_the_lookback_reaches() {
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
    assert!(ids(&all).ends_with(&ids(&usual)) && ids(&usual).ends_with(&ids(&short)));
    assert!(
        !ids(&all).contains(&CROSSTRADE_ID),
        "the document's own fill is long past"
    );
    assert_eq!(all["success"], true);
}

#[tokio::test]
async fn crosstrade_fills_have_the_documents_members_and_agreeing_clocks() {
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
    let documented = keys(&items(include_str!("../data/crosstrade-executions.json"))[0]);
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
async fn crosstrade_gets_every_fill_it_lists() {
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
async fn crosstrade_refuses_a_lookback_out_of_range_or_no_integer() {
    let simulator = started().await;
    for lookback in ["901", "0", "-1", "1.5", "ten", "", "99999999999999999999"] {
        let answer = crosstrade(&simulator, &format!("{EXECUTIONS}?lookbackTime={lookback}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{lookback}");
        assert_eq!(
            answer.json(),
            parse(include_str!("../data/crosstrade-400.json"))
        );
    }
}

#[tokio::test]
async fn crosstrade_grants_twenty_requests_at_once_and_counts_no_strangers() {
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
async fn crosstrade_suggests_a_route_for_a_wrong_path_and_sends_others_to_its_front_page() {
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

#[tokio::test]
async fn hummingbot_tells_no_credentials_from_wrong_ones() {
    let simulator = started().await;
    let ask = || request(simulator.hummingbot_url(), "/executors/abc123");
    let wrong = "Incorrect username or password";
    for (refused, detail) in [
        (ask(), "Not authenticated"),
        (ask().bearer_auth("token"), "Not authenticated"),
        (
            ask().header("authorization", "Basic not base64!"),
            "Not authenticated",
        ),
        (ask().basic_auth(HUMMINGBOT_USERNAME, Some("wrong")), wrong),
        (ask().basic_auth("admin", Some(HUMMINGBOT_PASSWORD)), wrong),
        (ask().basic_auth(HUMMINGBOT_USERNAME, None::<&str>), wrong),
    ] {
        let answer = send(refused).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers[WWW_AUTHENTICATE], "Basic");
        assert_eq!(answer.json(), json!({"detail": detail}));
    }
}

#[tokio::test]
async fn hummingbot_answers_finished_executors_as_its_database_has_them() {
    let simulator = started().await;
    let profit = hummingbot(&simulator, "/executors/take-profit-1")
        .await
        .json();
    let failed = hummingbot(&simulator, "/executors/failed-1").await.json();
    assert_eq!(profit["close_type"], "TAKE_PROFIT");
    assert_eq!(failed["close_type"], "FAILED");
    assert_eq!(failed["net_pnl_quote"], Value::Null);
    for executor in [profit, failed] {
        assert_eq!(
            (&executor["status"], &executor["is_active"]),
            (&json!("TERMINATED"), &json!(false))
        );
        assert_eq!(
            (&executor["side"], &executor["timestamp"]),
            (&Value::Null, &Value::Null)
        );
        let created = executor["created_at"].as_str().expect("a text");
        assert!(
            created.ends_with("+00:00") && created.parse::<jiff::Timestamp>().is_ok(),
            "{created}"
        );
    }
}

#[tokio::test]
async fn hummingbot_says_what_it_does_not_know() {
    let simulator = started().await;
    let executor = hummingbot(&simulator, "/executors/nobody").await;
    assert_eq!(executor.status, StatusCode::NOT_FOUND);
    assert_eq!(
        executor.json(),
        json!({"detail": "Executor nobody not found"})
    );
    for path in ["/", "/executors", "/executors/a/b"] {
        let answer = hummingbot(&simulator, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.json(), json!({"detail": "Not Found"}));
    }
    assert_eq!(
        hummingbot(&simulator, "/executors/").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn hummingbot_has_no_rate_limit() {
    let simulator = started().await;
    for _ in 0..40 {
        assert_eq!(
            hummingbot(&simulator, "/executors/abc123").await.status,
            StatusCode::OK
        );
    }
}

#[tokio::test]
async fn b3os_refuses_a_missing_or_wrong_key_in_its_envelope() {
    let simulator = started().await;
    let ask = || request(simulator.b3os_url(), "/v1/executions/exec_1");
    for refused in [
        ask(),
        ask().bearer_auth("b3sk_wrong"),
        ask().header("x-api-key", B3OS_API_KEY),
    ] {
        let answer = send(refused).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.json()["code"], 401);
        assert!(
            !answer.json()["requestId"]
                .as_str()
                .unwrap_or_default()
                .is_empty()
        );
    }
}

#[tokio::test]
async fn b3os_answers_three_executions_with_real_times_in_the_documents_members() {
    let simulator = started().await;
    let document = parse(include_str!("../data/b3os-execution.json"));
    let documented = |value: &Value, part: &str| {
        let names = document
            .pointer(part)
            .and_then(Value::as_object)
            .expect("an object");
        value
            .as_object()
            .expect("an object")
            .keys()
            .all(|name| names.contains_key(name))
    };
    for (id, status) in [
        ("exec_1", "workflow_succeeded"),
        ("exec_2", "awaiting_payment"),
        ("exec_3", "workflow_failed"),
    ] {
        let body = b3os(&simulator, id).await.json();
        let execution = &body["data"]["execution"];
        assert_eq!(
            (&execution["id"], &execution["status"]),
            (&json!(id), &json!(status))
        );
        assert!(documented(execution, "/data/execution"));
        assert_eq!(execution["statusReason"].is_string(), id == "exec_3");
        for at in ["createdAt", "startedAt", "finishedAt", "updatedAt"].map(|name| &execution[name])
        {
            assert!(
                at.is_null()
                    || at
                        .as_str()
                        .is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok()),
                "{at}"
            );
        }
        let events = body["data"]["events"].as_array().expect("events");
        assert!(!events.is_empty());
        for event in events {
            assert_eq!(event["executionId"], id);
            assert!(documented(event, "/data/events/0"));
        }
    }
}

#[tokio::test]
async fn b3os_gives_every_answer_a_request_id_of_its_own() {
    let simulator = started().await;
    let mut seen = std::collections::HashSet::new();
    for id in ["exec_1", "exec_1", "nobody", "nobody"] {
        let answer = b3os(&simulator, id).await;
        assert!(
            seen.insert(
                answer.json()["requestId"]
                    .as_str()
                    .expect("an id")
                    .to_owned()
            )
        );
    }
    let unknown = b3os(&simulator, "nobody").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(unknown.json()["code"], 404);
}

#[tokio::test]
async fn refold_lets_in_a_key_with_its_account_or_a_session_token() {
    let simulator = started().await;
    let ask = || refold_request(&simulator, REFOLD_ID);
    assert_eq!(refold(&simulator, REFOLD_ID).await.status, StatusCode::OK);
    assert_eq!(
        send(ask().bearer_auth(REFOLD_SESSION_TOKEN)).await.status,
        StatusCode::OK
    );

    let documented =
        include_str!("../data/refold-401.txt").replace("Credentials\"", "Credentials\",");
    for refused in [
        ask(),
        ask().header("x-api-key", "tk_wrong"),
        ask().bearer_auth(REFOLD_API_KEY),
    ] {
        let answer = send(refused).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.json(), parse(&documented));
    }
    let key = || ask().header("x-api-key", REFOLD_API_KEY);
    for refused in [key(), key().header("linked_account_id", "somebody-else")] {
        let answer = send(refused).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["status_code"], 400);
    }
}

#[tokio::test]
async fn refold_answers_the_newer_form_a_running_one_and_not_found() {
    let simulator = started().await;
    let completed = refold(&simulator, "65410cf6cdf931a12d7ab00a").await.json();
    assert_eq!(
        (&completed["status"], &completed["_id"]),
        (&json!("COMPLETED"), &Value::Null)
    );
    assert!(
        completed["nodes"]
            .as_array()
            .is_some_and(|nodes| !nodes.is_empty())
    );
    let running = refold(&simulator, "65410cf6cdf931a12d7ab00b").await.json();
    assert_eq!(running["status"], "RUNNING");

    let unknown = refold(&simulator, "nobody").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(unknown.json()["error_code"], "RESOURCE_NOT_FOUND");
    assert_eq!(unknown.json()["message"], "Execution not found");
    assert!(
        !unknown.json()["request_id"]
            .as_str()
            .unwrap_or_default()
            .is_empty()
    );
}

#[tokio::test]
async fn another_method_is_a_405_in_json_on_each() {
    let simulator = started().await;
    for (url, path) in [
        (simulator.crosstrade_url(), EXECUTIONS),
        (simulator.hummingbot_url(), "/executors/abc123"),
        (simulator.b3os_url(), "/v1/executions/exec_1"),
        (simulator.refold_url(), "/api/v2/public/execution/1"),
    ] {
        let answer = send(Client::new().request(Method::DELETE, format!("{url}{path}"))).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{url}");
        assert!(answer.json().is_object());
    }
}

#[tokio::test]
async fn an_id_that_is_no_text_is_refused_as_any_other() {
    let simulator = started().await;
    let status = crosstrade(&simulator, &format!("{EXECUTIONS}/%FF"))
        .await
        .status;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        hummingbot(&simulator, "/executors/%FF").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(b3os(&simulator, "%FF").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        refold(&simulator, "%FF").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn shutdown_frees_the_ports_even_with_a_silent_connection_open() {
    let simulator = started().await;
    let addresses = [
        simulator.crosstrade_url(),
        simulator.hummingbot_url(),
        simulator.b3os_url(),
        simulator.refold_url(),
    ]
    .map(|url| url.trim_start_matches("http://").to_owned());
    let silent = tokio::net::TcpStream::connect(&addresses[0])
        .await
        .expect("listening");
    hummingbot(&simulator, "/executors/abc123").await;
    simulator.shutdown().await;
    for address in addresses {
        let refused = tokio::net::TcpStream::connect(&address)
            .await
            .expect_err("nobody listens");
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    }
    drop(silent);
}

#[tokio::test]
async fn dropping_it_stops_it() {
    let simulator = started().await;
    let address = simulator
        .refold_url()
        .trim_start_matches("http://")
        .to_owned();
    drop(simulator);
    let gone = async {
        while tokio::net::TcpStream::connect(&address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), gone)
        .await
        .expect("it stops listening");
}

#[tokio::test]
async fn a_base_port_gives_four_in_a_row_and_a_taken_one_is_named() {
    // Free when asked for is no promise; another try is, so one of a few has to do.
    for _ in 0..20 {
        let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let last = taken.local_addr().expect("bound").port();
        let why = Simulator::start(Options::default().port(last - 3))
            .await
            .expect_err("its fourth port is taken");
        assert_eq!(why.kind(), ErrorKind::AddrInUse);
        assert!(why.to_string().contains("127.0.0.1:"), "{why}");
        drop(taken);
        if let Ok(simulator) = Simulator::start(Options::default().port(last - 3)).await {
            assert_eq!(
                simulator.crosstrade_url(),
                format!("http://127.0.0.1:{}", last - 3)
            );
            assert_eq!(simulator.refold_url(), format!("http://127.0.0.1:{last}"));
            return;
        }
    }
    panic!("no four ports in a row in twenty tries");
}

#[tokio::test]
async fn a_base_port_without_room_for_four_is_refused() {
    let why = Simulator::start(Options::default().port(65_533))
        .await
        .expect_err("65536 is no port");
    assert_eq!(why.kind(), ErrorKind::InvalidInput);
}
