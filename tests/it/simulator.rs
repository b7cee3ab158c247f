//! The simulated services, asked over real sockets by a client that is not the crate's.

mod b3os;
mod crosstrade;
mod hummingbot;
mod refold;
mod socket;

use std::io::ErrorKind;
use std::net::TcpListener;

use executions::simulator::{
    B3OS_API_KEY, CROSSTRADE_TOKEN, HUMMINGBOT_PASSWORD, HUMMINGBOT_USERNAME, Options,
    REFOLD_API_KEY, REFOLD_LINKED_ACCOUNT_ID, Simulator,
};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, StatusCode, redirect};
use serde_json::Value;

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

#[tokio::test]
async fn the_executor_to_try_has_the_id_it_is_asked_for_by() {
    let simulator = started().await;
    let answer = hummingbot(&simulator, "/executors/abc123").await;
    assert_eq!(answer.json()["executor_id"], "abc123");
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
