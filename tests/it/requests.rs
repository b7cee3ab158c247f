//! What is sent, and what is refused before anything is.

use std::time::Duration;

use executions::{CrossTrade, Error, Hummingbot, Refold};

use crate::clients::{b3os, crosstrade, documents, executions, hummingbot, refold};
use crate::wire::{Wire, ok};

/// Ids that would make a request reach another path, or that no service has.
fn hostile() -> Vec<String> {
    let mut ids: Vec<String> = [
        "",
        ".",
        "..",
        "a/b",
        "/",
        "a\\b",
        "..\\..\\accounts\\delete",
        "%2e%2e",
        "%2E",
        ".%2e",
        "a%2fb",
        "a%5Cb",
        "%00",
        "%252e%252e",
        "%25252e",
        "a\0b",
        "a\nb",
        "a\r\nx-api-key: b",
        "\x7f",
        "a\u{85}b",
        // The rest of the text does not decode, which must not hide what does.
        "a%2fb%ff",
        "%c0%ae%c0%ae",
    ]
    .map(str::to_owned)
    .into();
    ids.push("x".repeat(10_000));
    ids
}

fn assert_refused(result: Result<(), Error>, what: &str) {
    let error = result.expect_err(what);
    assert!(error.is_invalid_input(), "{what:?}: {error}");
    assert_eq!(error.attempts(), 0, "{what:?}");
    assert!(error.service().is_some(), "{what:?}");
    assert!(error.to_string().len() < 1000, "{what:?}");
    assert!(!error.to_string().contains(char::is_control), "{what:?}");
}

// fault 1
#[tokio::test]
async fn an_id_that_could_leave_its_place_in_the_path_is_refused_and_nothing_is_sent() {
    let server = Wire::always(ok("{}")).await;
    let url = &server.url();
    let (crosstrade, hummingbot) = (crosstrade(url), hummingbot(url));
    let (b3os, refold) = (b3os(url), refold(url));
    for id in &hostile() {
        let fill = crosstrade.execution("Sim101", id).await;
        assert_refused(fill.map(drop), id);
        assert_refused(hummingbot.executor(id).await.map(drop), id);
        assert_refused(b3os.execution(id).await.map(drop), id);
        assert_refused(refold.execution(id).await.map(drop), id);
    }
    server.assert_untouched();
}

// fault 1
#[tokio::test]
async fn an_account_that_could_leave_its_place_in_the_path_is_refused_and_nothing_is_sent() {
    let server = Wire::always(ok("{}")).await;
    let crosstrade = crosstrade(&server.url());
    for account in &hostile() {
        let fill = crosstrade.execution(account, "exec_1").await;
        assert_refused(fill.map(drop), account);
        let fills = crosstrade.executions(account).await;
        assert_refused(fills.map(drop), account);
    }
    server.assert_untouched();
}

// fault 1
#[tokio::test]
async fn an_executor_id_that_is_another_route_of_the_server_is_refused() {
    let server = Wire::always(ok("{}")).await;
    for id in ["summary", "performance"] {
        assert_refused(hummingbot(&server.url()).executor(id).await.map(drop), id);
    }
    server.assert_untouched();
}

// fault 1
#[test]
fn a_reference_that_names_no_execution_is_refused_where_it_is_parsed() {
    for id in &hostile() {
        for text in [format!("b3os:{id}"), format!("crosstrade:Sim101/{id}")] {
            // Two slashes are one more segment, and refused as that.
            let error = text
                .parse::<executions::Reference>()
                .expect_err("no reference");
            assert!(error.is_invalid_input(), "{text}");
        }
    }
}

// fault 2
#[tokio::test]
async fn a_credential_no_header_can_carry_is_refused_by_its_variables_name_and_not_shown() {
    let server = Wire::always(ok("{}")).await;
    let url = &server.url();
    for bad in ["mark\ner", "mark\r\nx-evil: 1", "markér", "mark\0er"] {
        let variables = [
            ("CROSSTRADE_TOKEN", bad),
            ("CROSSTRADE_BASE_URL", url),
            ("B3OS_API_KEY", bad),
            ("B3OS_BASE_URL", url),
            ("REFOLD_SESSION_TOKEN", bad),
            ("REFOLD_BASE_URL", url),
        ];
        let all = executions(&variables);
        for (error, variable) in [
            (all.crosstrade().map(drop), "CROSSTRADE_TOKEN"),
            (all.b3os().map(drop), "B3OS_API_KEY"),
            (all.refold().map(drop), "REFOLD_SESSION_TOKEN"),
        ] {
            let error = error.expect_err("no header can carry it");
            assert!(error.is_invalid_input());
            assert!(error.to_string().contains(variable), "{error}");
            assert!(!format!("{error:?} {all:?}").contains("mark"), "{error:?}");
        }
    }
    server.assert_untouched();
}

// fault 2
#[tokio::test]
async fn an_account_no_header_can_carry_is_refused_by_its_variables_name() {
    let server = Wire::always(ok("{}")).await;
    let url = &server.url();
    for bad in ["customer\n1", "kundé", "a\0b"] {
        let all = executions(&[
            ("B3OS_API_KEY", "key"),
            ("B3OS_ORG_ID", bad),
            ("B3OS_BASE_URL", url),
            ("REFOLD_API_KEY", "key"),
            ("REFOLD_LINKED_ACCOUNT_ID", bad),
            ("REFOLD_BASE_URL", url),
        ]);
        let error = all.b3os().map(drop).expect_err("no header can carry it");
        assert!(error.to_string().contains("B3OS_ORG_ID"), "{error}");
        let error = all.refold().map(drop).expect_err("no header can carry it");
        assert!(
            error.to_string().contains("REFOLD_LINKED_ACCOUNT_ID"),
            "{error}"
        );
        assert!(refold(url).for_linked_account(bad).is_err());
        let reference = format!("refold:{bad}/exec_1").parse();
        if let Ok(reference) = reference {
            let open = executions(&[
                ("REFOLD_API_KEY", "key"),
                ("REFOLD_LINKED_ACCOUNT_ID", "customer"),
                ("REFOLD_BASE_URL", url),
            ]);
            let error = open.get(&reference).await.expect_err("cannot be sent");
            assert!(error.is_invalid_input());
        }
    }
    server.assert_untouched();
}

// fault 3
#[tokio::test]
async fn a_base_url_that_cannot_be_meant_is_refused_by_name_and_not_shown() {
    let server = Wire::always(ok("{}")).await;
    let port = server.port();
    for url in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}/marker"),
        format!("//127.0.0.1:{port}/marker"),
        format!("ftp://127.0.0.1:{port}/marker"),
        format!("http://user:marker@127.0.0.1:{port}"),
        format!("http://marker@127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}/?key=marker"),
        format!("http://127.0.0.1:{port}/#marker"),
        "http://".to_owned(),
        "http://:80/marker".to_owned(),
        "https://exa mple.com/marker".to_owned(),
    ] {
        let all = executions(&[("CROSSTRADE_TOKEN", "t"), ("CROSSTRADE_BASE_URL", &url)]);
        let error = all.crosstrade().map(drop).expect_err(&url);
        assert!(error.is_invalid_input(), "{url}");
        assert!(error.to_string().contains("CROSSTRADE_BASE_URL"), "{error}");
        assert!(!format!("{error} {error:?} {all:?}").contains("marker"));
        let built = CrossTrade::builder().token("t").base_url(&url).build();
        assert!(built.expect_err(&url).to_string().contains("base_url"));
    }
    server.assert_untouched();
}

// fault 3
#[tokio::test]
async fn a_base_url_is_used_with_its_prefix_and_without_its_last_slashes() {
    for (suffix, path) in [
        ("", "/v1/api/accounts/Sim101/executions/exec_1"),
        ("/", "/v1/api/accounts/Sim101/executions/exec_1"),
        (
            "/proxy/ct",
            "/proxy/ct/v1/api/accounts/Sim101/executions/exec_1",
        ),
        (
            "/proxy//ct//",
            "/proxy//ct/v1/api/accounts/Sim101/executions/exec_1",
        ),
        ("/a%20b/", "/a%20b/v1/api/accounts/Sim101/executions/exec_1"),
    ] {
        let server = Wire::always(ok(documents::FILL)).await;
        let crosstrade = crosstrade(&format!(" {}{suffix}\n", server.url()));
        let fill = crosstrade.execution("Sim101", "exec_1").await;
        assert!(fill.is_ok(), "{suffix}: {fill:?}");
        let request = server.requests().remove(0);
        assert!(request.starts_with(&format!("GET {path} HTTP/1.1\r\n")));
    }
}

// fault 4
#[tokio::test]
async fn no_credential_goes_over_plain_http_to_another_machine_unless_opted_in() {
    for service in ["CROSSTRADE", "HUMMINGBOT", "B3OS", "REFOLD"] {
        let (url, opt_in) = (
            format!("{service}_BASE_URL"),
            format!("{service}_ALLOW_HTTP"),
        );
        let error_of = |url_value: &str, opted: Option<&str>| {
            let mut variables = vec![
                ("CROSSTRADE_TOKEN", "t"),
                ("HUMMINGBOT_USERNAME", "u"),
                ("HUMMINGBOT_PASSWORD", "p"),
                ("B3OS_API_KEY", "k"),
                ("REFOLD_SESSION_TOKEN", "s"),
                (url.as_str(), url_value),
            ];
            variables.extend(opted.map(|value| (opt_in.as_str(), value)));
            let all = executions(&variables);
            let handle = match service {
                "CROSSTRADE" => all.crosstrade().map(drop),
                "HUMMINGBOT" => all.hummingbot().map(drop),
                "B3OS" => all.b3os().map(drop),
                _ => all.refold().map(drop),
            };
            handle.err()
        };
        for there in [
            "http://192.0.2.1:8000",
            "http://hummingbot-api:8000",
            "http://0.0.0.0:8000",
            "http://localhost.example.com",
            "http://[2001:db8::1]",
            "http://127.0.0.1.example.com",
        ] {
            let error = error_of(there, None).expect(there);
            assert!(error.is_invalid_input(), "{there}");
            assert!(error.to_string().contains(&opt_in), "{error}");
            assert!(error.to_string().contains(&url), "{error}");
            assert!(error_of(there, Some("0")).is_some(), "{there}");
            assert!(error_of(there, Some("1")).is_none(), "{there}");
        }
        assert!(error_of("http://127.0.0.1:8000", None).is_none());
        assert!(error_of("http://[::1]:8000", None).is_none());
        assert!(error_of("https://example.com", None).is_none());
        let error = error_of("https://example.com", Some("yes please")).expect("no switch");
        assert!(error.to_string().contains(&opt_in), "{error}");
    }
}

// fault 4
#[tokio::test]
async fn a_proxy_sees_no_plain_http_credential_unless_opted_in() {
    let proxy = Wire::always(ok(documents::FILL)).await;
    let build = |allowed: bool| {
        CrossTrade::builder()
            .token("a-token")
            .base_url("http://127.0.0.1:9")
            .proxy(proxy.url())
            .allow_http(allowed)
            .build()
    };
    let error = build(false).expect_err("the proxy would read it");
    assert!(error.is_invalid_input());
    assert!(error.to_string().contains("CROSSTRADE_ALLOW_HTTP"));
    proxy.assert_untouched();
    let fill = build(true)
        .expect("opted in")
        .execution("Sim101", "a")
        .await;
    assert!(fill.is_ok(), "{fill:?}");
    assert!(proxy.requests()[0].starts_with("GET http://127.0.0.1:9/v1/api/"));
}

// fault 4
#[tokio::test]
async fn a_users_own_reqwest_builder_brings_no_proxy_that_would_read_a_credential() {
    let (proxy, server) = (
        Wire::always(ok(documents::FILL)).await,
        Wire::always(ok(documents::FILL)).await,
    );
    let everything = reqwest::Proxy::all(proxy.url()).expect("an address");
    let builder = reqwest::Client::builder().proxy(everything);
    let http = executions::Http::builder().reqwest(builder).build();
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url(server.url())
        .http(http.expect("builds"))
        .build()
        .expect("loopback");
    crosstrade.execution("Sim101", "a").await.expect("a fill");
    proxy.assert_untouched();
    assert_eq!(server.requests().len(), 1);
}

// fault 5
#[tokio::test]
async fn a_pasted_token_is_trimmed() {
    let server = Wire::always(ok(documents::FILL)).await;
    for token in ["a-token\n", " \ta-token\r\n"] {
        let crosstrade = CrossTrade::builder()
            .token(token)
            .base_url(server.url())
            .build()
            .expect("complete");
        crosstrade.execution("Sim101", "a").await.expect("a fill");
    }
    for request in server.requests() {
        assert!(request.contains("\r\nauthorization: Bearer a-token\r\n"));
    }
}

// fault 5
#[tokio::test]
async fn a_blank_credential_is_not_set() {
    let server = Wire::always(ok("{}")).await;
    for blank in ["", " ", "\n", "\t\r\n "] {
        let missing = |error: Error, variable: &str| {
            assert!(error.is_invalid_input());
            assert!(error.to_string().contains(variable), "{error}");
            assert!(error.to_string().contains("not set"), "{error}");
        };
        let all = executions(&[
            ("CROSSTRADE_TOKEN", blank),
            ("HUMMINGBOT_USERNAME", "admin"),
            ("HUMMINGBOT_PASSWORD", blank),
            ("B3OS_API_KEY", blank),
            ("REFOLD_API_KEY", blank),
        ]);
        assert_eq!(all.open().count(), 0);
        missing(
            all.crosstrade().map(drop).expect_err("blank"),
            "CROSSTRADE_TOKEN",
        );
        missing(
            all.hummingbot().map(drop).expect_err("blank"),
            "HUMMINGBOT_PASSWORD",
        );
        missing(all.b3os().map(drop).expect_err("blank"), "B3OS_API_KEY");
        missing(all.refold().map(drop).expect_err("blank"), "REFOLD_API_KEY");
        let built = CrossTrade::builder().token(blank).build();
        missing(built.expect_err("blank"), "CROSSTRADE_TOKEN");
        let built = Hummingbot::builder().credentials(blank, "p").build();
        missing(built.expect_err("blank"), "HUMMINGBOT_USERNAME");
        let built = Refold::builder().session_token(blank).build();
        missing(built.expect_err("blank"), "REFOLD_API_KEY");
    }
    server.assert_untouched();
}

// fault 6
#[tokio::test]
async fn a_lookback_outside_the_documented_range_is_refused_and_nothing_is_sent() {
    let server = Wire::always(ok(documents::FILLS)).await;
    let crosstrade = crosstrade(&server.url());
    for lookback in [
        Duration::ZERO,
        Duration::from_millis(500),
        Duration::from_nanos(1),
        Duration::from_millis(320_500),
        Duration::from_secs(901),
        Duration::from_secs(1 << 63),
        Duration::from_secs(u64::MAX),
        Duration::MAX,
    ] {
        let fills = crosstrade.executions("Sim101").lookback(lookback).await;
        let error = fills.expect_err("out of range");
        assert_refused(Err(error.clone()), "lookback");
        assert!(error.to_string().contains("900"), "{error}");
    }
    server.assert_untouched();
}

#[tokio::test]
async fn a_lookback_inside_the_range_is_sent_in_seconds_and_none_is_left_to_the_service() {
    for (lookback, target) in [
        (Some(1), "/v1/api/accounts/Sim101/executions?lookbackTime=1"),
        (
            Some(900),
            "/v1/api/accounts/Sim101/executions?lookbackTime=900",
        ),
        (None, "/v1/api/accounts/Sim101/executions"),
    ] {
        let server = Wire::always(ok(documents::FILLS)).await;
        let crosstrade = crosstrade(&server.url());
        let mut list = crosstrade.executions("Sim101");
        if let Some(seconds) = lookback {
            list = list.lookback(Duration::from_secs(seconds));
        }
        list.await.expect("a list");
        let request = server.requests().remove(0);
        assert!(
            request.starts_with(&format!("GET {target} HTTP/1.1\r\n")),
            "{request}"
        );
    }
}

#[tokio::test]
async fn names_stay_one_segment_of_the_path_whatever_they_hold() {
    for (name, segment) in [
        ("My Account (live)", "My%20Account%20(live)"),
        (" a ", "%20a%20"),
        ("Größe", "Gr%C3%B6%C3%9Fe"),
        ("模拟", "%E6%A8%A1%E6%8B%9F"),
        ("a?b#c&d=e", "a%3Fb%23c&d=e"),
        ("100%", "100%25"),
        ("50%25", "50%2525"),
        ("a;b:c@d+e", "a;b:c@d+e"),
        ("abc123...", "abc123..."),
        ("\"<>`{}", "%22%3C%3E%60%7B%7D"),
    ] {
        let body = documents::FILL.replace(r#""account": "Sim101","#, "");
        let server = Wire::always(ok(&body)).await;
        let fill = crosstrade(&server.url()).execution(name, name).await;
        let fill = fill.expect(name);
        let request = server.requests().remove(0);
        let path = request.split(' ').nth(1).expect("a path");
        assert_eq!(
            path,
            format!("/v1/api/accounts/{segment}/executions/{segment}")
        );
        let reference = fill.to_execution().reference;
        assert_eq!((reference.account(), reference.id()), (Some(name), name));
    }
}

/// The head's lines but the first, in lower case up to the colon.
fn headers(request: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = request.trim_end().split("\r\n").skip(1).collect();
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn each_service_is_signed_its_own_way_and_told_nothing_more() {
    let server = Wire::always(ok("{}")).await;
    let url = &server.url();
    let agent = concat!("user-agent: executions/", env!("CARGO_PKG_VERSION"));
    let host = format!("host: 127.0.0.1:{}", server.port());
    let sign = |lines: &[&'static str]| {
        let mut all = vec![
            "accept-encoding: gzip",
            "accept: application/json",
            agent,
            host.as_str(),
        ];
        all.extend(lines);
        all.sort_unstable();
        all.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let _ = crosstrade(url).execution("Sim101", "a").await;
    let _ = crosstrade(url).executions("Sim101").await;
    let _ = hummingbot(url).executor("a").await;
    let _ = b3os(url).execution("a").await;
    let with_org = executions::B3os::builder()
        .api_key("b3sk_key")
        .org_id("org_1")
        .base_url(url)
        .build()
        .expect("complete");
    let _ = with_org.execution("a").await;
    let _ = refold(url).execution("a").await;
    let session = Refold::builder()
        .session_token("a.b.c")
        .base_url(url)
        .build()
        .expect("complete");
    let _ = session.execution("a").await;
    let other = refold(url).for_linked_account("other").expect("a name");
    let _ = other.execution("a").await;
    let requests = server.requests();
    let expected: [&[&str]; 8] = [
        &["authorization: Bearer a-token"],
        &["authorization: Bearer a-token"],
        &["authorization: Basic YWRtaW46YS1wYXNzd29yZA=="],
        &["authorization: Bearer b3sk_key"],
        &["authorization: Bearer b3sk_key", "x-org-id: org_1"],
        &[
            "linked_account_id: customer@example.com",
            "x-api-key: tk_key",
        ],
        &["authorization: Bearer a.b.c"],
        &["linked_account_id: other", "x-api-key: tk_key"],
    ];
    assert_eq!(requests.len(), expected.len());
    for (request, expected) in requests.iter().zip(expected) {
        assert_eq!(headers(request), sign(expected), "{request}");
        assert!(!request.contains("api-version"));
    }
    let paths: Vec<&str> = requests
        .iter()
        .map(|request| request.split(' ').nth(1).expect("a path"))
        .collect();
    assert_eq!(
        paths,
        [
            "/v1/api/accounts/Sim101/executions/a",
            "/v1/api/accounts/Sim101/executions",
            "/executors/a",
            "/v1/executions/a",
            "/v1/executions/a",
            "/api/v2/public/execution/a",
            "/api/v2/public/execution/a",
            "/api/v2/public/execution/a",
        ]
    );
}
