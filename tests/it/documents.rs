//! The vendors' documents: their payloads, byte for byte, through the handles.

use executions::values::Json;
use executions::{Executions, Reply, Service, State, b3os, crosstrade, hummingbot, refold};
use jiff::civil::date;
use serde::de::DeserializeOwned;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::clients::{documents, executions};

/// A server with the five documented operations, each answering its document's payload to what the document asks for.
async fn documented() -> (MockServer, Executions) {
    let server = MockServer::start().await;
    let json =
        |body: &'static str| ResponseTemplate::new(200).set_body_raw(body, "application/json");
    let get = |route: &str| Mock::given(method("GET")).and(path(route));
    let token = || header("authorization", "Bearer a-token");
    for mock in [
        get("/v1/api/accounts/Sim101/executions/550837ff9e784c2895ef6dab22d06be0")
            .and(token())
            .respond_with(json(documents::FILL)),
        get("/v1/api/accounts/Sim101/executions")
            .and(token())
            .and(query_param("lookbackTime", "600"))
            .respond_with(json(documents::FILLS)),
        get("/executors/abc123...")
            .and(header("authorization", "Basic YWRtaW46YWRtaW4="))
            .respond_with(json(documents::EXECUTOR)),
        get("/v1/executions/exec_1")
            .and(header("authorization", "Bearer b3sk_key"))
            .respond_with(json(documents::B3OS)),
        get("/api/v2/public/execution/65410cf6cdf931a12d7ab009")
            .and(header("x-api-key", "tk_key"))
            .and(header("linked_account_id", "customer"))
            .respond_with(json(documents::REFOLD)),
    ] {
        mock.mount(&server).await;
    }
    let url = server.uri();
    let handle = executions(&[
        ("CROSSTRADE_TOKEN", "a-token"),
        ("CROSSTRADE_BASE_URL", &url),
        ("HUMMINGBOT_USERNAME", "admin"),
        ("HUMMINGBOT_PASSWORD", "admin"),
        ("HUMMINGBOT_BASE_URL", &url),
        ("B3OS_API_KEY", "b3sk_key"),
        ("B3OS_BASE_URL", &url),
        ("REFOLD_API_KEY", "tk_key"),
        ("REFOLD_LINKED_ACCOUNT_ID", "customer"),
        ("REFOLD_BASE_URL", &url),
    ]);
    (server, handle)
}

/// The digits or the text of an optional value.
fn text<T: ToString>(value: &Option<T>) -> &'static str {
    value
        .as_ref()
        .map_or("absent", |value| value.to_string().leak())
}

fn assert_is_the_documents_fill(fill: &crosstrade::types::Execution) {
    assert_eq!(fill.id, "550837ff9e784c2895ef6dab22d06be0");
    assert_eq!(text(&fill.type_), "NinjaTrader.Cbi.Execution");
    assert_eq!(text(&fill.time), "2025-09-26T18:09:38.3736787");
    assert_eq!(
        fill.time.as_ref().and_then(|time| time.get()),
        Some(date(2025, 9, 26).at(18, 9, 38, 373_678_700))
    );
    assert_eq!(text(&fill.epoch), "1727399378373");
    let epoch = fill.epoch.as_ref().and_then(|epoch| epoch.get());
    assert_eq!(text(&epoch), "2024-09-27T01:09:38.373Z");
    assert_eq!(text(&fill.name), "Exit");
    assert_eq!(text(&fill.order_id), "d99b2043460849ddae409d1b15cb92ff");
    assert_eq!(text(&fill.account), "Sim101");
    assert_eq!(text(&fill.server_name), "DESKTOP-200Q1V3");
    assert_eq!(fill.instrument, "ES 12-25");
    assert_eq!(text(&fill.instrument_type), "Future");
    assert_eq!(text(&fill.position), "0");
    assert_eq!(
        fill.market_position,
        Some(crosstrade::types::MarketPosition::Short)
    );
    assert_eq!(text(&fill.position_strategy), "0");
    assert_eq!(fill.price.to_string(), "5804.5");
    assert_eq!(fill.quantity.to_i64(), Some(1));
    assert_eq!(text(&fill.rate), "1.0");
    assert_eq!(text(&fill.commission), "0.00");
    assert_eq!(text(&fill.slippage), "0.0");
    assert_eq!(text(&fill.lot_size), "1.0");
    assert_eq!(fill.is_entry, Some(false));
    assert_eq!(fill.is_entry_strategy, Some(false));
    assert_eq!(fill.is_exit, Some(true));
    assert_eq!(fill.is_exit_strategy, Some(true));
    assert_eq!(fill.is_initial_entry, Some(false));
    assert_eq!(fill.is_last_exit, Some(true));
    assert_eq!(fill.is_sod, Some(false));
    assert_eq!(text(&fill.bars_in_progress), "0");
    assert_eq!(text(&fill.exchange), "Default");
    assert_eq!(fill.warning, None);
}

/// What the neutral view of the documents' fill must be.
fn assert_is_the_fills_view(view: &executions::Execution) {
    assert_eq!(view.service, Service::CrossTrade);
    assert_eq!(view.id, "550837ff9e784c2895ef6dab22d06be0");
    assert_eq!(
        view.reference.to_string(),
        "crosstrade:Sim101/550837ff9e784c2895ef6dab22d06be0"
    );
    assert_eq!(text(&view.name), "Exit");
    assert_eq!((view.state, &view.status), (State::Succeeded, &None));
    assert_eq!(text(&view.started), "2024-09-27T01:09:38.373Z");
    assert_eq!(view.finished, view.started);
    assert_eq!(text(&view.about), "ES 12-25");
}

#[tokio::test]
async fn crosstrades_get_is_read_whole() {
    let (_server, all) = documented().await;
    let crosstrade = all.crosstrade().expect("open");
    let id = "550837ff9e784c2895ef6dab22d06be0";
    let reply = crosstrade.execution("Sim101", id).await.expect("a fill");
    assert_is_the_documents_fill(&reply);
    assert_eq!(reply.success, Some(true));
    assert!(reply.unknown_members().is_empty());
    assert_eq!(reply.bytes(), documents::FILL);
    assert_eq!(
        (
            reply.http_status().map(|status| status.as_u16()),
            reply.attempts()
        ),
        (Some(200), 1)
    );
    assert_eq!(reply.headers()["content-type"], "application/json");
    assert_eq!(reply.request_id(), None);
    assert!(!reply.elapsed().is_zero());
    let view = reply.to_execution();
    assert_is_the_fills_view(&view);
    assert_eq!(view.raw.as_str(), documents::FILL.trim());
}

#[tokio::test]
async fn crosstrades_list_is_read_whole() {
    let (_server, all) = documented().await;
    let crosstrade = all.crosstrade().expect("open");
    let list = crosstrade.executions("Sim101");
    let reply = list
        .lookback(std::time::Duration::from_secs(600))
        .await
        .expect("a list");
    assert_eq!((reply.executions.len(), reply.success), (1, Some(true)));
    assert_is_the_documents_fill(&reply.executions[0]);
    assert_eq!(reply.executions[0].success, None);
    assert!(reply.unknown_members().is_empty());
    assert_eq!(reply.bytes(), documents::FILLS);
    let views = reply.to_executions();
    assert_eq!(views.len(), 1);
    assert_is_the_fills_view(&views[0]);
    let raw = views[0].raw.as_str();
    assert!(documents::FILLS.contains(raw), "the item as it came");
    assert!(raw.starts_with("{\n            \"id\": ") && raw.ends_with("\"Default\"\n        }"));
}

#[tokio::test]
async fn hummingbots_get_is_read_whole() {
    let (_server, all) = documented().await;
    let hummingbot = all.hummingbot().expect("open");
    let reply = hummingbot.executor("abc123...").await.expect("an executor");
    assert_eq!(text(&reply.account_name), "master_account");
    assert_eq!(text(&reply.connector_name), "binance_perpetual");
    assert_eq!(text(&reply.created_at), "2024-01-15T10:30:00Z");
    assert_eq!(text(&reply.cum_fees_quote), "1.25");
    assert_eq!(reply.executor_id, "abc123...");
    assert_eq!(text(&reply.executor_type), "position_executor");
    assert_eq!(text(&reply.filled_amount_quote), "5000");
    assert_eq!(
        (reply.is_active, reply.is_trading),
        (Some(true), Some(true))
    );
    assert_eq!(text(&reply.net_pnl_pct), "2.5");
    assert_eq!(text(&reply.net_pnl_quote), "125.5");
    assert_eq!(text(&reply.side), "BUY");
    assert_eq!(reply.status, hummingbot::types::ExecutorStatus::Running);
    let stamped = reply.timestamp.as_ref().and_then(|at| at.get());
    assert_eq!(text(&stamped), "2024-01-15T10:50:00Z");
    assert_eq!(text(&reply.trading_pair), "BTC-USDT");
    assert_eq!((&reply.close_type, &reply.config), (&None, &None));
    assert!(reply.unknown_members().is_empty());
    assert_eq!(reply.bytes(), documents::EXECUTOR);

    let view = reply.to_execution();
    assert_eq!(
        (view.service, view.id.as_str()),
        (Service::Hummingbot, "abc123...")
    );
    assert_eq!(view.reference.to_string(), "hummingbot:abc123...");
    assert_eq!(text(&view.name), "position_executor");
    assert_eq!(
        (view.state, text(&view.status)),
        (State::Running, "RUNNING")
    );
    assert_eq!(text(&view.started), "2024-01-15T10:30:00Z");
    assert_eq!(view.finished, None);
    assert_eq!(text(&view.about), "BTC-USDT");
    assert_eq!(view.raw.as_str(), documents::EXECUTOR.trim());
}

#[tokio::test]
async fn b3oss_get_is_read_whole_and_its_string_instants_are_kept() {
    let (_server, all) = documented().await;
    let reply = all
        .b3os()
        .expect("open")
        .execution("exec_1")
        .await
        .expect("an execution");
    assert_eq!(reply.request_id(), Some("abc-123"));
    assert_eq!(text(&reply.envelope.code), "200");
    assert_eq!(text(&reply.envelope.message), "success");
    assert_eq!(text(&reply.message), "<string>");
    assert_eq!(reply.status, b3os::types::ExecutionStatus::AwaitingPayment);
    for instant in [
        &reply.created_at,
        &reply.updated_at,
        &reply.started_at,
        &reply.finished_at,
        &reply.events[0].created_at,
    ] {
        let instant = instant.as_ref().expect("kept");
        assert_eq!((instant.as_str(), instant.get()), ("<string>", None));
    }
    let event = &reply.events[0];
    assert_eq!(reply.id, "<string>");
    for id in [
        &reply.checkout_session_id,
        &reply.external_ref,
        &reply.idempotency_key,
        &reply.initiated_by_id,
        &reply.order_id,
        &reply.organization_id,
        &reply.run_id,
        &reply.source_entity_id,
        &reply.workflow_id,
        &event.execution_id,
        &event.id,
        &event.node_id,
        &event.organization_id,
        &event.request_id,
        &event.run_id,
        &event.workflow_id,
    ] {
        assert_eq!(text(id), "<string>");
    }
    for word in [
        &reply.initiated_by_type,
        &reply.payment_status,
        &reply.source_entity_type,
        &reply.source_system,
        &reply.status_reason,
        &event.event_type,
        &event.level,
        &event.message,
        &event.title,
    ] {
        assert_eq!(text(word), "<string>");
    }
    for json in [
        &reply.client_safe_metadata,
        &reply.request_payload,
        &reply.response_payload,
        &event.data,
    ] {
        assert_eq!(json.as_ref().map(Json::as_str), Some("\"<object>\""));
    }
    assert_eq!(reply.events.len(), 1);
    assert!(reply.unknown_members().is_empty());
    assert_eq!(reply.bytes(), documents::B3OS);

    let view = reply.to_execution();
    assert_eq!(
        (view.service, view.id.as_str()),
        (Service::B3os, "<string>")
    );
    assert_eq!(view.reference.to_string(), "b3os:exec_1");
    assert_eq!(view.name, None);
    assert_eq!(
        (view.state, text(&view.status)),
        (State::Pending, "awaiting_payment")
    );
    assert_eq!((view.started, view.finished), (None, None));
    assert_eq!(text(&view.about), "<string>");
    assert_eq!(view.raw.as_str(), documents::B3OS.trim());
}

#[tokio::test]
async fn refolds_get_is_read_whole() {
    let (_server, all) = documented().await;
    let refold = all.refold().expect("open");
    let id = "65410cf6cdf931a12d7ab009";
    let reply = refold.execution(id).await.expect("an execution");
    assert_eq!(text(&reply.id), id);
    assert_eq!(text(&reply.created_at), "2023-10-31T14:19:34.788Z");
    assert_eq!(
        text(&reply.name),
        "Retry for workflow 65200cfd01af0388e905ad92"
    );
    let application = reply.associated_application.as_ref().expect("there");
    assert_eq!(text(&application.id), "64f6d9f33234d3d6419cfdbc");
    assert_eq!(text(&application.name), "Slack");
    assert_eq!(
        text(&application.icon),
        "https://cobalt-app-logos.s3.ap-south-1.amazonaws.com/slack/logo.png"
    );
    assert_eq!(reply.status, Some(refold::types::ExecutionStatus::Errored));
    let workflow = reply.associated_workflow.as_ref().expect("there");
    assert_eq!(text(&workflow.id), "64f7258e35b72267edc02589");
    assert_eq!(text(&workflow.name), "Post message to a channel");
    assert_eq!(text(&workflow.icon), "");
    assert_eq!(reply.environment, Some(refold::types::Environment::Test));
    assert_eq!(text(&reply.config_id), "12345");
    assert_eq!(text(&reply.associated_event_id), "6523dfdeffed0fb7e2c3b90e");
    assert!(reply.unknown_members().is_empty());
    assert_eq!(reply.bytes(), documents::REFOLD);

    let view = reply.to_execution();
    assert_eq!((view.service, view.id.as_str()), (Service::Refold, id));
    assert_eq!(view.reference.to_string(), format!("refold:customer/{id}"));
    assert_eq!(
        text(&view.name),
        "Retry for workflow 65200cfd01af0388e905ad92"
    );
    assert_eq!((view.state, text(&view.status)), (State::Failed, "ERRORED"));
    assert_eq!(text(&view.started), "2023-10-31T14:19:34.788Z");
    assert_eq!(view.finished, None);
    assert_eq!(text(&view.about), "Post message to a channel");
    assert_eq!(view.raw.as_str(), documents::REFOLD.trim());
}

#[tokio::test]
async fn any_service_is_asked_by_reference_and_answers_in_the_neutral_view() {
    let (_server, all) = documented().await;
    for (text, body, state) in [
        (
            "crosstrade:Sim101/550837ff9e784c2895ef6dab22d06be0",
            documents::FILL,
            State::Succeeded,
        ),
        ("hummingbot:abc123...", documents::EXECUTOR, State::Running),
        ("b3os:exec_1", documents::B3OS, State::Pending),
        (
            "refold:65410cf6cdf931a12d7ab009",
            documents::REFOLD,
            State::Failed,
        ),
        (
            "refold:customer/65410cf6cdf931a12d7ab009",
            documents::REFOLD,
            State::Failed,
        ),
    ] {
        let reference = text.parse().expect("a reference");
        let reply = all.get(&reference).await.expect(text);
        assert_eq!((&reply.reference, reply.state), (&reference, state));
        assert_eq!(reply.bytes(), body);
        assert!(reply.unknown_members().is_empty(), "{text}");
        // The view goes through JSON and back as it was, its original included.
        let json = serde_json::to_string(&*reply).expect("JSON");
        assert!(json.contains(&format!("\"reference\":\"{text}\"")));
        assert!(json.contains(body.trim()), "the original as it came");
        let again: executions::Execution = serde_json::from_str(&json).expect("the same");
        assert_eq!(again, *reply);
    }
}

#[tokio::test]
async fn nothing_of_an_answer_is_lost_when_its_type_is_written_again() {
    let (_server, all) = documented().await;
    let as_value = |json: &str| serde_json::from_str::<serde_json::Value>(json).expect("JSON");
    let fill = all.crosstrade().expect("open");
    let id = "550837ff9e784c2895ef6dab22d06be0";
    let fill = fill.execution("Sim101", id).await.expect("a fill");
    let written = serde_json::to_string(&*fill).expect("JSON");
    assert_eq!(as_value(&written), as_value(documents::FILL));
    assert!(written.contains("\"rate\":1.0") && written.contains("\"commission\":\"0.00\""));
    let executor = all.hummingbot().expect("open");
    let executor = executor.executor("abc123...").await.expect("an executor");
    let written = serde_json::to_string(&*executor).expect("JSON");
    assert_eq!(as_value(&written), as_value(documents::EXECUTOR));
    let run = all.refold().expect("open");
    let run = run
        .execution("65410cf6cdf931a12d7ab009")
        .await
        .expect("a run");
    let written = serde_json::to_string(&*run).expect("JSON");
    assert_eq!(as_value(&written), as_value(documents::REFOLD));
    let run = all
        .b3os()
        .expect("open")
        .execution("exec_1")
        .await
        .expect("a run");
    let written = serde_json::to_string(&run).expect("JSON");
    assert_eq!(as_value(&written), as_value(documents::B3OS));
}

fn made<T: DeserializeOwned>(text: &str) -> Reply<T> {
    Reply::from_json(text).expect("the type's JSON")
}

#[tokio::test]
async fn a_reply_made_from_json_has_the_view_that_the_services_reply_has() {
    let (_server, all) = documented().await;
    let fill = made::<crosstrade::types::Execution>(documents::FILL).to_execution();
    let fills = made::<crosstrade::types::ExecutionList>(documents::FILLS).to_executions();
    assert_is_the_fills_view(&fill);
    assert_is_the_fills_view(&fills[0]);
    for (text, mut view) in [
        (
            "hummingbot:abc123...",
            made::<hummingbot::types::Executor>(documents::EXECUTOR).to_execution(),
        ),
        (
            "b3os:exec_1",
            made::<b3os::Answered>(documents::B3OS).to_execution(),
        ),
        (
            "refold:65410cf6cdf931a12d7ab009",
            made::<refold::types::Execution>(documents::REFOLD).to_execution(),
        ),
    ] {
        let reference = text.parse().expect("a reference");
        let reply = all.get(&reference).await.expect(text);
        // It is the one thing that only the caller knows.
        view.reference = reference;
        assert_eq!(view, *reply, "{text}");
    }
}

#[test]
fn a_reply_made_from_json_says_that_no_service_was_asked() {
    let text = documents::EXECUTOR.replacen('{', "{\"new\": 1.50,", 1);
    let reply = made::<hummingbot::types::Executor>(&text);
    assert_eq!(reply.bytes(), &text);
    assert_eq!((reply.http_status(), reply.attempts()), (None, 0));
    assert!(reply.headers().is_empty() && reply.elapsed().is_zero());
    assert_eq!(reply.request_id(), None);
    let unknown = reply.unknown_members();
    assert_eq!(
        (unknown[0].path.as_str(), unknown[0].json.as_str()),
        ("new", "1.50")
    );
    let run = made::<b3os::Answered>(documents::B3OS);
    assert_eq!(run.request_id(), Some("abc-123"));
}

#[test]
fn json_that_is_not_the_types_makes_no_reply() {
    let make = Reply::<crosstrade::types::ExecutionList>::from_json;
    let error = make(r#"{"executions": [{"id": 1}]}"#).expect_err("no fill");
    assert!(error.is_contract_drift(), "{error}");
    assert_eq!(error.json_path(), Some("executions[0]"));
    for text in ["", "{", "[]", "\u{feff}{}"] {
        assert!(make(text).expect_err(text).is_contract_drift(), "{text}");
    }
    assert!(make(r#"{"success": false}"#).is_err());
    assert!(Reply::<b3os::Answered>::from_json("{}").is_err());
}

#[tokio::test]
async fn the_clone_of_a_reply_is_a_reply_with_all_that_came_with_it() {
    let (_server, all) = documented().await;
    let b3os = all.b3os().expect("open");
    let run = b3os.execution("exec_1").await.expect("an execution");
    let again: Reply<b3os::Answered> = run.clone();
    assert_eq!((&*again, again.bytes()), (&*run, run.bytes()));
    assert_eq!(again.to_execution(), run.to_execution());
    assert_eq!(
        (again.headers(), again.http_status()),
        (run.headers(), run.http_status())
    );
    let id = again.map(|run| run.execution.id.to_string());
    assert_eq!((id.as_str(), id.attempts()), ("<string>", run.attempts()));
}

#[test]
fn each_document_fits_the_schema_of_its_type() {
    for (name, document) in [
        ("crosstrade.Execution", documents::FILL),
        ("crosstrade.ExecutionList", documents::FILLS),
        ("hummingbot.Executor", documents::EXECUTOR),
        ("b3os.ExecutionEnvelope", documents::B3OS),
        ("refold.Execution", documents::REFOLD),
    ] {
        let schema = executions::schemas::of(name).expect(name);
        let document = serde_json::from_str(document).expect("JSON");
        let fits = jsonschema::validate(schema.as_value(), &document);
        assert!(fits.is_ok(), "{name}: {fits:?}");
    }
    assert_eq!(executions::schemas::of("crosstrade.Fill"), None);
}
