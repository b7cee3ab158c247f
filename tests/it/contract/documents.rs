//! The vendors' payloads byte for byte, and the places where their documents contradict themselves, as they are graded.

use executions::Service::{B3os, CrossTrade, Hummingbot, Refold};
use executions::contract::{Grade::*, Rule};

use super::{check, shorts};
use crate::clients::documents;

#[test]
fn the_vendors_payloads_are_as_their_specs_say() {
    for (service, operation, status, body) in [
        (CrossTrade, "get_execution", 200, documents::FILL),
        (CrossTrade, "list_executions", 200, documents::FILLS),
        (CrossTrade, "get_execution", 400, documents::BAD_REQUEST),
        (Hummingbot, "get_executor", 200, documents::EXECUTOR),
        (B3os, "get_execution", 200, documents::B3OS),
        (Refold, "get_execution", 200, documents::REFOLD),
    ] {
        let verdict = check(service, operation, status, body);
        assert!(
            verdict.findings().is_empty(),
            "{service} {operation}:\n{verdict}"
        );
    }
}

#[test]
fn refolds_401_without_its_comma_is_drift() {
    let verdict = check(Refold, "get_execution", 401, documents::REFOLD_UNAUTHORIZED);
    assert_eq!(
        shorts(&verdict),
        [(Rule::Body, Drift, "", "text that is no JSON")]
    );
}

#[test]
fn where_a_document_says_two_things_either_is_read() {
    // GET Execution calls the id an integer and shows 32 hex digits.
    let integer = documents::FILL.replacen("\"550837ff9e784c2895ef6dab22d06be0\"", "64", 1);
    let verdict = check(CrossTrade, "get_execution", 200, &integer);
    assert_eq!(shorts(&verdict), [(Rule::Type, Drift, "/id", "integer")]);
    // The commission is text, and the other amounts are numbers.
    let number = documents::FILL.replacen("\"0.00\"", "0.00", 1);
    let verdict = check(CrossTrade, "get_execution", 200, &number);
    assert_eq!(
        shorts(&verdict),
        [(Rule::Type, Drift, "/commission", "integer")]
    );
    // llms-full.txt describes the answer in `data`, and shows it bare.
    let wrapped = format!("{{\"success\": true, \"data\": {}}}", documents::FILLS);
    let verdict = check(CrossTrade, "list_executions", 200, &wrapped);
    assert_eq!(shorts(&verdict), [(Rule::Wrapped, Note, "", "a wrapper")]);
    // Refold's prose has `_id_` where its examples have `_id`; its list of members has neither.
    let prose = documents::REFOLD.replace("\"_id\"", "\"_id_\"");
    assert!(
        check(Refold, "get_execution", 200, &prose)
            .findings()
            .is_empty()
    );
    let both = documents::REFOLD.replacen("\"_id\"", "\"_id_\": \"a\", \"_id\"", 1);
    let verdict = check(Refold, "get_execution", 200, &both);
    assert_eq!(
        shorts(&verdict),
        [(Rule::Duplicate, Breaks, "/_id", "a second one")]
    );
    // B3OS has `code: 200`, `code: 0`, and an envelope without a code.
    for envelope in ["\"code\": 0,", "\"success\": true,"] {
        let body = documents::B3OS.replacen("\"code\": 200,", envelope, 1);
        assert_ne!(body, documents::B3OS);
        assert!(
            check(B3os, "get_execution", 200, &body)
                .findings()
                .is_empty()
        );
    }
    // Hummingbot's page requires what its server leaves null, and its times are of seconds, with "Z" or an offset.
    let finished = documents::EXECUTOR
        .replacen("\"BUY\"", "null", 1)
        .replacen("1705315800", "null", 1)
        .replacen(
            "2024-01-15T10:30:00Z",
            "2024-01-15T10:30:00.123456+00:00",
            1,
        );
    assert!(
        check(Hummingbot, "get_executor", 200, &finished)
            .findings()
            .is_empty()
    );
    let milliseconds = documents::EXECUTOR.replacen("1705315800", "1705315800000", 1);
    let verdict = check(Hummingbot, "get_executor", 200, &milliseconds);
    assert_eq!(
        shorts(&verdict),
        [(
            Rule::Unit,
            Breaks,
            "/timestamp",
            "number that fits milliseconds"
        )]
    );
    // On some versions of its framework a time loses its offset.
    let local = documents::EXECUTOR.replacen("10:30:00Z", "10:30:00", 1);
    let verdict = check(Hummingbot, "get_executor", 200, &local);
    assert_eq!(
        shorts(&verdict),
        [(Rule::Zone, Breaks, "/created_at", "time without a zone")]
    );
}

#[test]
fn prices_of_thirty_digits_and_beyond_any_float_are_as_promised() {
    for price in [
        "123456789012345678901234567890.12345678901234567890",
        "1e400",
        "-0.00",
    ] {
        let body = documents::FILL.replacen("5804.5", price, 1);
        assert!(
            check(CrossTrade, "get_execution", 200, &body)
                .findings()
                .is_empty()
        );
    }
}
