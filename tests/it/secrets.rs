//! No credential is in any text, whatever happens and whatever the service echoes.

mod checks;
mod recordings;

use std::error::Error as _;
use std::fmt::Debug;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use executions::observe::Observer;
use executions::{
    B3os, Budget, CrossTrade, Error, Execution, Executions, Http, Hummingbot, Limits, Reference,
    Refold, Reply, Retry,
};

use crate::clients::{documents, eager, executions, milliseconds};
use crate::traces::Recorder;
use crate::wire::{Hang, Read, Reset, Step, Wire, answer, head, ok, refusing, send};

/// With characters that JSON and HTML write in another way.
const MARKER: &str = r#"MARK-er"0123<456>\789&abcdefghijklmnopqrstuvwxyz"#;

/// Every form in which the credentials could be shown, and the halves of them that a cut could leave.
fn forbidden() -> Vec<String> {
    let pair = STANDARD.encode(format!("admin:{MARKER}"));
    vec![
        "MARK-er".to_owned(),
        "klmnopqrstuvwxyz".to_owned(),
        pair[..16].to_owned(),
        pair[pair.len() - 16..].to_owned(),
        STANDARD.encode(MARKER)[..16].to_owned(),
    ]
}

/// Collects texts, and fails on one that shows a credential.
#[derive(Default)]
struct Inspector(usize);

impl Inspector {
    fn text(&mut self, what: &str, text: &str) {
        self.0 += 1;
        for form in forbidden() {
            assert!(!text.contains(&form), "{what} shows a credential: {text}");
        }
    }

    fn debug(&mut self, what: &str, value: &impl Debug) {
        self.text(what, &format!("{value:?} {value:#?}"));
    }

    fn error(&mut self, what: &str, error: &Error) {
        self.debug(what, error);
        self.text(what, &error.to_string());
        self.text(what, &error.what());
        for text in [
            error.code(),
            error.message(),
            error.request_id(),
            error.json_path(),
            error.operation(),
        ] {
            self.text(what, text.unwrap_or_default());
        }
        self.text(what, &error.hint().unwrap_or_default());
        let mut cause = error.source();
        while let Some(error) = cause {
            self.text(what, &format!("{error} {error:?} {error:#?}"));
            cause = error.source();
        }
    }
}

/// All four services on one server, each with the marker in its credential; Refold with its key, then with a session.
fn handles(url: &str, limits: Limits) -> [Executions; 2] {
    observed_handles(url, limits, None)
}

fn observed_handles(
    url: &str,
    limits: Limits,
    observer: Option<Arc<dyn Observer>>,
) -> [Executions; 2] {
    let with = |refold: &[(&str, &str)]| {
        let mut variables = vec![
            ("CROSSTRADE_TOKEN", MARKER),
            ("CROSSTRADE_BASE_URL", url),
            ("HUMMINGBOT_USERNAME", "admin"),
            ("HUMMINGBOT_PASSWORD", MARKER),
            ("HUMMINGBOT_BASE_URL", url),
            ("B3OS_API_KEY", MARKER),
            ("B3OS_BASE_URL", url),
            ("REFOLD_BASE_URL", url),
        ];
        variables.extend(refold);
        let Some(observer) = observer.clone() else {
            return executions(&variables).with_limits(limits);
        };
        let observed = Executions::observed(observer).from_variables(|name| {
            let (_, value) = variables.iter().find(|(key, _)| *key == name)?;
            Some((*value).to_owned())
        });
        observed.expect("complete").with_limits(limits)
    };
    [
        with(&[
            ("REFOLD_API_KEY", MARKER),
            ("REFOLD_LINKED_ACCOUNT_ID", "customer"),
        ]),
        with(&[("REFOLD_SESSION_TOKEN", MARKER)]),
    ]
}

const ALL: &[&str] = &[
    "crosstrade:Sim101/a",
    "hummingbot:abc123...",
    "b3os:a",
    "refold:65410cf6cdf931a12d7ab009",
];

/// Asks for these through each handle.
async fn ask(
    handles: &[Executions; 2],
    references: &[&str],
) -> Vec<Result<Reply<Execution>, Error>> {
    let mut results = Vec::new();
    for all in handles {
        for text in references {
            let reference: Reference = text.parse().expect("a reference");
            results.push(all.get(&reference).await);
        }
    }
    results
}

/// Gives each answer to every call for these, and looks at every error they end in.
async fn inspect_errors(answers: Vec<Vec<Step>>, references: &[&str], inspector: &mut Inspector) {
    let scripts: Vec<_> = answers
        .iter()
        .flat_map(|answer| {
            std::iter::repeat_n([&[Read], &answer[..]].concat(), 2 * references.len())
        })
        .collect();
    let server = Wire::play(scripts).await;
    // New ones before CrossTrade's rate budget of the old ones is spent.
    for answers in answers.chunks(20) {
        let handles = handles(&server.url(), Limits::default());
        inspector.debug("the handles", &handles);
        for _ in answers {
            for result in ask(&handles, references).await {
                if let Err(error) = result {
                    inspector.error("an error", &error);
                }
            }
        }
    }
}

/// What can be echoed, and the calls that send it.
fn sent() -> [(String, &'static [&'static str]); 2] {
    let pair = STANDARD.encode(format!("admin:{MARKER}"));
    [(MARKER.to_owned(), ALL), (pair, &["hummingbot:a"])]
}

fn json(text: &str) -> String {
    serde_json::to_string(text).expect("JSON")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Bodies that repeat the credential, in the ways services and the proxies before them do.
fn echoes(secret: &str) -> Vec<String> {
    let quoted = json(secret);
    let mut bodies = vec![
        format!(
            r#"{{"success": false, "error": {quoted}, "detail": {quoted}, "request_id": {quoted}}}"#
        ),
        format!(r#"{{"error": {{"message": {quoted}, "code": {quoted}}}, "requestId": {quoted}}}"#),
        format!(r#"{{"detail": [{{"type": {quoted}, "loc": [{quoted}, 1], "msg": {quoted}}}]}}"#),
        format!(
            r#"{{"message": "no such key {}", "error_code": "X"}}"#,
            &quoted[1..quoted.len() - 1]
        ),
        format!("[{quoted}]"),
        format!("{{\"error\": {quoted}"),
        format!("<html><p>Bad key {secret}</p></html>"),
        format!("<html><p>Bad key {}</p></html>", html(secret)),
        format!(
            r#"{{"id": "a", "instrument": "ES", "quantity": 1, "price": 1, "isEntry": {quoted}}}"#
        ),
        format!(r#"{{"id": "a", "instrument": "ES", "quantity": {quoted}, "price": 1}}"#),
        format!(r#"{{"executor_id": "a", "status": "RUNNING", "is_active": {quoted}}}"#),
        format!(r#"{{"code": 200, "data": {{"execution": {quoted}}}, "requestId": {quoted}}}"#),
        format!(r#"{{"status": "RUNNING", "executed_by_thanos": {quoted}}}"#),
        format!(r#"{{{quoted}: 1, {quoted}: 2}}"#),
    ];
    // Where a cut after so many characters would leave a part of it.
    for before in [100, 110, 120, 130, 140, 150, 380] {
        bodies.push(format!("{}{secret}", "x".repeat(before)));
    }
    bodies
}

#[tokio::test]
async fn no_error_shows_a_credential_that_the_service_echoes() {
    let (recorder, _listening) = Recorder::listen();
    let mut inspector = Inspector::default();
    for (secret, references) in sent() {
        let mut answers = Vec::new();
        for body in echoes(&secret) {
            for status in [200, 401, 404] {
                let kind = match body.as_bytes()[0] {
                    b'{' => "content-type: application/json",
                    _ => "content-type: text/html",
                };
                let length = format!("content-length: {}", body.len());
                let head = head(status, &["connection: close", kind, &length]);
                answers.push(vec![head, send(body.as_str())]);
            }
        }
        inspect_errors(answers, references, &mut inspector).await;
    }
    inspector.text("tracing", &recorder.text());
    assert!(recorder.spans().len() > 400, "{}", recorder.spans().len());
    assert!(inspector.0 > 5000, "{} texts", inspector.0);
}

#[tokio::test]
async fn no_error_shows_a_credential_that_comes_back_in_a_header() {
    let mut inspector = Inspector::default();
    for (secret, references) in sent() {
        let mut answers = Vec::new();
        for name in [
            "x-request-id",
            "location",
            "content-type",
            "retry-after",
            "cf-ray",
        ] {
            let header = format!("{name}: {secret}");
            for status in [200, 302, 401, 404] {
                let length = "content-length: 4";
                let head = head(status, &["connection: close", length, &header]);
                answers.push(vec![head, send("oops")]);
            }
        }
        inspect_errors(answers, references, &mut inspector).await;
    }
}

#[tokio::test]
async fn no_success_and_no_failure_of_a_connection_shows_a_credential() {
    let (recorder, _listening) = Recorder::listen();
    let mut inspector = Inspector::default();
    let patient = Limits::default();
    let quick = Limits::default().call(milliseconds(60));
    let mut successes = 0;
    for (script, limits) in [
        (vec![Read, ok(documents::FILL)], patient),
        (vec![Read, ok(documents::EXECUTOR)], patient),
        (vec![Read, ok(documents::B3OS)], patient),
        (vec![Read, ok(documents::REFOLD)], patient),
        (vec![Read, answer(204, &[], "")], patient),
        (
            vec![Read, answer(429, &["retry-after: 99999"], "{}")],
            patient,
        ),
        (vec![Read, Reset], quick),
        (vec![Read, Hang], quick),
        (vec![Read, send("nonsense\r\n\r\n")], quick),
    ] {
        let server = Wire::play([script]).await;
        for result in ask(&handles(&server.url(), limits), ALL).await {
            match result {
                Ok(reply) => {
                    successes += 1;
                    inspector.debug("a reply", &reply);
                    inspector.text("a reply", &serde_json::to_string(&*reply).expect("JSON"));
                }
                Err(error) => inspector.error("an error", &error),
            }
        }
    }
    assert!(successes >= 8, "each document twice");
    let plain = Wire::play([vec![answer(400, &[], "{}"), Hang]]).await;
    let nobody = refusing();
    for url in [plain.url().replace("http:", "https:"), nobody] {
        for result in ask(&handles(&url, quick), ALL).await {
            inspector.error("an error", &result.expect_err("no connection"));
        }
    }
    inspector.text("tracing", &recorder.text());
}

#[tokio::test]
async fn no_handle_builder_or_part_of_one_shows_a_credential() {
    let mut inspector = Inspector::default();
    let proxy = format!("http://user:{}@127.0.0.1:9", "MARK-er");
    macro_rules! inspect {
        ($builder:expr) => {
            let builder = $builder.proxy(&proxy).base_url("https://127.0.0.1:9");
            inspector.debug("a builder", &builder);
            inspector.debug("a handle", &builder.build().expect("complete"));
            let unfit = $builder.base_url("https://user:MARK-er@127.0.0.1/");
            inspector.debug("a builder", &unfit);
            inspector.error(
                "a refused builder",
                &unfit.build().map(drop).expect_err("unfit"),
            );
        };
    }
    inspect!(CrossTrade::builder().token(MARKER));
    inspect!(Hummingbot::builder().credentials("admin", MARKER));
    inspect!(B3os::builder().api_key(MARKER).org_id("org_1"));
    inspect!(Refold::builder().api_key(MARKER, "customer"));
    inspect!(Refold::builder().session_token(MARKER));
    let both = Refold::builder()
        .api_key(MARKER, "customer")
        .session_token(MARKER);
    inspector.error("both ways", &both.build().map(drop).expect_err("both"));
    let http = Http::builder().proxy(&proxy).build().expect("a client");
    inspector.debug("a pool", &http);
    inspector.debug("a budget", &Budget::new(1, 1.0));
    let crosstrade = CrossTrade::builder()
        .token(MARKER)
        .build()
        .expect("complete");
    inspector.debug("a list call", &crosstrade.executions("Sim101"));
    let bad_proxy = CrossTrade::builder()
        .token(MARKER)
        .proxy("http://user:MARK-er@[");
    inspector.debug("a builder", &bad_proxy);
    inspector.error(
        "a bad proxy",
        &bad_proxy.build().map(drop).expect_err("bad"),
    );
}

#[tokio::test]
async fn no_error_shows_a_proxys_password() {
    let (recorder, _listening) = Recorder::listen();
    let mut inspector = Inspector::default();
    for script in [
        vec![Read, answer(407, &[], "MARK-er")],
        vec![Read, answer(502, &[], "MARK-er")],
        vec![Read, Reset],
        vec![Read, ok("{}")],
    ] {
        let proxy = Wire::play([script]).await;
        let address = proxy.url().replace("://", "://user:MARK-er@");
        for (url, allowed) in [
            ("https://example.invalid", false),
            ("http://example.invalid", true),
        ] {
            let crosstrade = CrossTrade::builder()
                .token(MARKER)
                .base_url(url)
                .allow_http(allowed)
                .proxy(&address)
                .retry(Retry::never())
                .build()
                .expect("complete");
            let error = crosstrade
                .execution("Sim101", "a")
                .await
                .expect_err("no fill");
            // What the proxy itself says in plain http is an answer, which may say anything but our own credential.
            if !allowed {
                inspector.error(url, &error);
            }
        }
        assert!(proxy.requests()[0].starts_with("CONNECT example.invalid:443"));
    }
    inspector.text("tracing", &recorder.text());
}

#[tokio::test]
async fn a_credential_goes_to_its_own_service_only() {
    let server = Wire::always(ok("{}")).await;
    let url = &server.url();
    let all = executions(&[
        ("CROSSTRADE_TOKEN", "token-of-crosstrade"),
        ("CROSSTRADE_BASE_URL", url),
        ("HUMMINGBOT_USERNAME", "admin"),
        ("HUMMINGBOT_PASSWORD", "password-of-hummingbot"),
        ("HUMMINGBOT_BASE_URL", url),
        ("B3OS_API_KEY", "key-of-b3os"),
        ("B3OS_BASE_URL", url),
        ("REFOLD_API_KEY", "key-of-refold"),
        ("REFOLD_LINKED_ACCOUNT_ID", "customer"),
        ("REFOLD_BASE_URL", url),
    ]);
    let pair = STANDARD.encode("admin:password-of-hummingbot");
    let secrets = ["token-of-crosstrade", &pair, "key-of-b3os", "key-of-refold"];
    for (text, own) in ["crosstrade:Sim101/a", "hummingbot:a", "b3os:a", "refold:a"]
        .iter()
        .zip(secrets)
    {
        let reference = text.parse().expect("a reference");
        let _ = all.get(&reference).await;
        let requests = server.requests();
        let request = requests.last().expect("sent");
        for secret in secrets {
            assert_eq!(request.contains(secret), secret == own, "{request}");
        }
        let first_line = request.lines().next().expect("a line");
        assert!(!first_line.contains(own), "never in the address");
    }
}

#[tokio::test]
async fn each_error_of_a_call_can_be_cloned_and_sent_to_another_thread() {
    fn goes_anywhere<T: Clone + Send + Sync + std::error::Error + 'static>(_: &T) {}
    let server = Wire::always(answer(500, &[], "{}")).await;
    let crosstrade = CrossTrade::builder()
        .token(MARKER)
        .base_url(server.url())
        .retry(eager())
        .build()
        .expect("complete");
    let error = crosstrade.execution("Sim101", "a").await.expect_err("500");
    goes_anywhere(&error);
    assert!(size_of::<Error>() <= size_of::<usize>());
}
