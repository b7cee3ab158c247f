//! Answers about something else than was asked for, and references that do not say what to ask for.

use executions::{Error, Reference};

use crate::clients::{b3os, crosstrade, documents, hummingbot, refold};
use crate::wire::{Wire, ok};

/// Expects an answer that does not fit at `path`, and that the error names both and keeps the bytes.
fn expect_another(error: &Error, path: &str, names: [&str; 2], body: &str) {
    assert!(
        error.is_contract_drift() && !error.is_retryable(),
        "{error}"
    );
    assert_eq!(error.json_path(), Some(path));
    for name in names {
        assert!(error.what().contains(name), "{error}");
    }
    assert_eq!(error.body().map(|body| &body[..]), Some(body.as_bytes()));
}

// fault 32
#[tokio::test]
async fn an_answer_with_another_id_does_not_fit() {
    let executor = documents::EXECUTOR.replace("abc123...", "other");
    let server = Wire::always(ok(&executor)).await;
    let got = hummingbot(&server.url()).executor("ABC").await;
    let error = got.expect_err("another executor");
    expect_another(&error, "executor_id", ["`ABC`", "`other`"], &executor);
    assert_eq!(server.requests().len(), 1, "it is not asked for again");

    let run =
        r#"{"code": 200, "data": {"execution": {"id": "exec_2", "status": "workflow_failed"}}}"#;
    let server = Wire::always(ok(run)).await;
    let got = b3os(&server.url()).execution("exec_1").await;
    let error = got.expect_err("another run");
    expect_another(&error, "data.execution.id", ["`exec_1`", "`exec_2`"], run);
    assert!(b3os(&server.url()).execution("exec_2").await.is_ok());

    let run = r#"{"_id": "65410cf6cdf931a12d7ab009", "status": "RUNNING"}"#;
    let server = Wire::always(ok(run)).await;
    let refold = refold(&server.url());
    let got = refold.execution("65410cf6cdf931a12d7ab00a").await;
    let error = got.expect_err("another run");
    expect_another(&error, "_id", ["d7ab00a`", "d7ab009`"], run);
    // The same number, as the service reads it.
    assert!(refold.execution("65410CF6CDF931A12D7AB009").await.is_ok());
}

// fault 32
#[tokio::test]
async fn a_fill_of_another_account_does_not_fit_in_a_list_either() {
    let fill = documents::FILL;
    let server = Wire::always(ok(fill)).await;
    let client = crosstrade(&server.url());
    let got = client.execution("Live99", "x").await;
    let error = got.expect_err("another account");
    expect_another(&error, "account", ["`Live99`", "`Sim101`"], fill);
    let got = client.execution("sIM101", "x").await;
    assert_eq!(got.expect("its own spelling").asked_id(), Some("x"));

    let other = fill.replace("Sim101", "Live99");
    let fills = format!(r#"{{"executions": [{fill}, {other}], "success": true}}"#);
    let server = Wire::always(ok(&fills)).await;
    let got = crosstrade(&server.url()).executions("SIM101").await;
    let error = got.expect_err("one of another account");
    let path = "executions[1].account";
    expect_another(&error, path, ["`SIM101`", "`Live99`"], &fills);
}

#[test]
fn a_reference_that_ends_with_its_account_lacks_an_id() {
    let error = "crosstrade:Sim101".parse::<Reference>();
    let text = error.expect_err("no id").to_string();
    assert!(text.contains("no id after the account"), "{text}");
}
