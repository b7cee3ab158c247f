//! What breaks for the checks is what the clients refuse, over a real connection, whatever the bytes.

use executions::bytes::Bytes;
use executions::contract::{Contract, Grade, Rule, Verdict};
use executions::jiff::Timestamp;
use executions::{Budget, Error, Refold, Service};

use super::headers;
use crate::clients::{b3os, documents, hummingbot};
use crate::properties::{answer, cases, unmetered};
use crate::wire::Wire;

/// Holds the verdict on a body against what the client said of it.
fn compare<T>(body: &[u8], said: Result<T, Error>, verdict: &Verdict) {
    let text = String::from_utf8_lossy(body);
    let is = |rule| {
        verdict
            .findings()
            .iter()
            .any(|finding| finding.rule == rule)
    };
    match said {
        Ok(_) => {
            for finding in verdict.findings() {
                // The client reads another instant, or an array as an object, and cannot know.
                let is_known = match (finding.grade, finding.rule) {
                    (Grade::Breaks, Rule::Zone | Rule::Unit) => true,
                    (Grade::Breaks, Rule::Type) => finding.found.as_str() == "array",
                    (grade, _) => grade < Grade::Breaks,
                };
                assert!(is_known, "the client reads it: {verdict}\n{text}");
            }
            assert!(!is(Rule::Refused), "{text}");
        }
        // The checks are not told what was asked for.
        Err(error) if error.what().contains("was asked for, `") => {}
        Err(error) if error.is_contract_drift() => {
            assert!(
                verdict.is_broken(),
                "the client: {error}\n{verdict}\n{text}"
            );
        }
        Err(error) => {
            assert!(
                is(Rule::Refused) && !verdict.is_broken(),
                "the client: {error}\n{verdict}\n{text}"
            );
        }
    }
}

/// Runs each of a document's cases through one service's operation, all over one connection, and through the checks.
macro_rules! agrees {
    ($name:ident, $service:ident, $operation:literal, $document:expr, |$url:ident| $handle:expr, |$client:ident| $call:expr) => {
        #[tokio::test]
        async fn $name() {
            let bodies = cases($document);
            let script = bodies.iter().flat_map(|body| answer(body)).collect();
            let server = Wire::play(vec![script]).await;
            let $url = server.url();
            let $client = $handle;
            let contract = Contract::of(Service::$service);
            for body in bodies {
                let said = $call.await;
                let headers = headers("application/json");
                let bytes = Bytes::from(body.clone());
                let verdict =
                    contract.check($operation, 200, &headers, &bytes, Timestamp::UNIX_EPOCH);
                compare(&body, said, &verdict);
                // The same bytes as a frame, and in one.
                let frame = [&br#"{"id":"a","data":"#[..], &body, &b"}"[..]].concat();
                for data in [bytes, Bytes::from(frame)] {
                    let _ =
                        contract.check_frame(Some("GetExecution"), &data, Timestamp::UNIX_EPOCH);
                }
            }
        }
    };
}

agrees!(
    crosstrades_get_is_broken_where_the_client_refuses_it,
    CrossTrade,
    "get_execution",
    documents::FILL,
    |url| unmetered(&url),
    |client| client.execution("Sim101", "a")
);
agrees!(
    crosstrades_list_is_broken_where_the_client_refuses_it,
    CrossTrade,
    "list_executions",
    documents::FILLS,
    |url| unmetered(&url),
    |client| client.executions("Sim101")
);
agrees!(
    hummingbots_get_is_broken_where_the_client_refuses_it,
    Hummingbot,
    "get_executor",
    documents::EXECUTOR,
    |url| hummingbot(&url),
    |client| client.executor("abc123...")
);
agrees!(
    b3oss_get_is_broken_where_the_client_refuses_it,
    B3os,
    "get_execution",
    documents::B3OS,
    |url| b3os(&url),
    |client| client.execution("a")
);
agrees!(
    refolds_get_is_broken_where_the_client_refuses_it,
    Refold,
    "get_execution",
    documents::REFOLD,
    |url| Refold::builder()
        .session_token("a-session")
        .base_url(&url)
        .budget(Budget::new(1_000_000, 1e6))
        .build()
        .expect("complete"),
    |client| client.execution("65410cf6cdf931a12d7ab009")
);
