//! Settings from the environment's stand-in: what is missing is named, what contradicts is refused.

use std::time::Duration;

use executions::{
    B3os, CrossTrade, Error, Executions, Http, Hummingbot, Limits, Refold, Retry, Service,
};

use crate::clients::{documents, executions, milliseconds};
use crate::wire::{Wire, ok};

fn text<T>(result: Result<T, Error>) -> String {
    let Err(error) = result else {
        panic!("it must be refused");
    };
    assert!(error.is_invalid_input(), "{error}");
    error.to_string()
}

#[test]
fn each_service_names_the_variable_it_lacks() {
    let none = executions(&[]);
    assert_eq!(none.open().count(), 0);
    assert!(text(none.crosstrade()).contains("CROSSTRADE_TOKEN"));
    assert!(text(none.hummingbot()).contains("HUMMINGBOT_USERNAME"));
    assert!(text(none.b3os()).contains("B3OS_API_KEY"));
    let refold = text(none.refold());
    for name in [
        "REFOLD_API_KEY",
        "REFOLD_LINKED_ACCOUNT_ID",
        "REFOLD_SESSION_TOKEN",
    ] {
        assert!(refold.contains(name), "{refold}");
    }
    let half = executions(&[("HUMMINGBOT_USERNAME", "admin"), ("REFOLD_API_KEY", "tk")]);
    assert!(text(half.hummingbot()).contains("HUMMINGBOT_PASSWORD"));
    assert!(text(half.refold()).contains("REFOLD_LINKED_ACCOUNT_ID"));
    assert!(text(CrossTrade::builder().build()).contains("CROSSTRADE_TOKEN"));
    assert!(text(Hummingbot::builder().build()).contains("HUMMINGBOT_USERNAME"));
    assert!(text(B3os::builder().build()).contains("B3OS_API_KEY"));
    assert!(text(Refold::builder().build()).contains("REFOLD_API_KEY"));
}

#[tokio::test]
async fn a_reference_to_a_service_that_is_not_open_names_its_variable() {
    let all = executions(&[("B3OS_API_KEY", "b3sk_key")]);
    assert_eq!(all.open().collect::<Vec<_>>(), [Service::B3os]);
    let reference = "crosstrade:Sim101/a".parse().expect("a reference");
    let error = all.get(&reference).await.expect_err("not open");
    assert!(error.is_invalid_input());
    assert_eq!(error.service(), Some("crosstrade"));
    assert!(error.to_string().contains("CROSSTRADE_TOKEN"), "{error}");
}

#[test]
fn one_service_that_is_set_wrongly_does_not_keep_the_others_from_working() {
    let all = executions(&[
        ("CROSSTRADE_TOKEN", "t"),
        ("CROSSTRADE_BASE_URL", "not a url"),
        ("B3OS_API_KEY", "k"),
        ("HUMMINGBOT_ALLOW_HTTP", "perhaps"),
    ]);
    assert_eq!(all.open().collect::<Vec<_>>(), [Service::B3os]);
    assert!(text(all.crosstrade()).contains("CROSSTRADE_BASE_URL"));
    assert!(text(all.hummingbot()).contains("HUMMINGBOT_ALLOW_HTTP"));
}

#[tokio::test]
async fn the_vendors_own_variable_is_read_where_ours_is_not_set() {
    for (variables, expected) in [
        (vec![("XTRADE_TOKEN", "theirs")], "Bearer theirs"),
        (
            vec![("XTRADE_TOKEN", "theirs"), ("CROSSTRADE_TOKEN", " ")],
            "Bearer theirs",
        ),
        (
            vec![("XTRADE_TOKEN", "theirs"), ("CROSSTRADE_TOKEN", "ours")],
            "Bearer ours",
        ),
    ] {
        let server = Wire::always(ok(documents::FILL)).await;
        let url = server.url();
        let mut variables = variables;
        variables.push(("CROSSTRADE_BASE_URL", &url));
        let all = executions(&variables);
        let crosstrade = all.crosstrade().expect("open");
        crosstrade.execution("Sim101", "a").await.expect("a fill");
        assert!(server.requests()[0].contains(expected), "{variables:?}");
    }
}

#[test]
fn both_ways_into_refold_at_once_are_refused_and_named() {
    for (key, account) in [
        (Some("tk"), Some("c")),
        (Some("tk"), None),
        (None, Some("c")),
    ] {
        let mut variables = vec![("REFOLD_SESSION_TOKEN", "s")];
        variables.extend(key.map(|key| ("REFOLD_API_KEY", key)));
        variables.extend(account.map(|account| ("REFOLD_LINKED_ACCOUNT_ID", account)));
        let error = text(executions(&variables).refold());
        assert!(error.contains("REFOLD_SESSION_TOKEN"), "{error}");
        let other = if key.is_some() {
            "REFOLD_API_KEY"
        } else {
            "REFOLD_LINKED_ACCOUNT_ID"
        };
        assert!(error.contains(other), "{error}");
    }
    let built = Refold::builder().api_key("tk", "c").session_token("s");
    assert!(text(built.build()).contains("session_token"));
}

#[tokio::test]
async fn an_account_in_a_reference_beside_a_session_token_is_refused_and_nothing_is_sent() {
    let server = Wire::always(ok(documents::REFOLD)).await;
    let all = executions(&[
        ("REFOLD_SESSION_TOKEN", "s"),
        ("REFOLD_BASE_URL", &server.url()),
    ]);
    let with_account = "refold:customer/a".parse().expect("a reference");
    let error = all.get(&with_account).await.expect_err("two accounts");
    assert!(error.is_invalid_input());
    assert!(
        error.to_string().contains("REFOLD_SESSION_TOKEN"),
        "{error}"
    );
    server.assert_untouched();
    let without = "refold:65410cf6cdf931a12d7ab009"
        .parse()
        .expect("a reference");
    let found = all.get(&without).await.expect("an execution");
    assert_eq!(found.reference, without);
}

#[tokio::test]
async fn a_references_account_is_the_one_asked_for() {
    let server = Wire::always(ok(documents::REFOLD)).await;
    let all = executions(&[
        ("REFOLD_API_KEY", "tk"),
        ("REFOLD_LINKED_ACCOUNT_ID", "default"),
        ("REFOLD_BASE_URL", &server.url()),
    ]);
    for text in [
        "refold:team/a/65410cf6cdf931a12d7ab009",
        "refold:65410cf6cdf931a12d7ab009",
    ] {
        let reference = text.parse().expect("a reference");
        let found = all.get(&reference).await.expect("an execution");
        assert_eq!(found.reference.to_string(), text);
    }
    let requests = server.requests();
    assert!(requests[0].contains("linked_account_id: team/a\r\n"));
    assert!(requests[1].contains("linked_account_id: default\r\n"));
}

#[test]
fn a_hint_names_the_builders_method_beside_the_variable() {
    let base = || CrossTrade::builder().token("t");
    let other_host = base().ws_url("wss://example.com/ws").build();
    let in_the_clear = base().base_url("http://example.com").build();
    for (refused, variable, method) in [
        (in_the_clear, "CROSSTRADE_ALLOW_HTTP=1", "allow_http(true)"),
        (other_host, "CROSSTRADE_BASE_URL", "builder's base_url"),
        (
            CrossTrade::builder().build(),
            "CROSSTRADE_TOKEN",
            "builder's token",
        ),
    ] {
        let text = text(refused);
        assert!(text.contains(variable) && text.contains(method), "{text}");
    }
    let refold = text(Refold::builder().build());
    assert!(
        refold.contains("api_key") && refold.contains("session_token"),
        "{refold}"
    );
}

#[test]
fn settings_of_a_pool_beside_a_pool_are_refused() {
    let with_pool = || {
        let http = Http::new().expect("a client");
        CrossTrade::builder().token("t").http(http)
    };
    assert!(text(with_pool().connect_timeout(milliseconds(1)).build()).contains("http"));
    assert!(text(with_pool().proxy("http://127.0.0.1:1").build()).contains("http"));
    assert!(text(with_pool().root_certificate("x").build()).contains("http"));
    assert!(with_pool().build().is_ok());
}

#[test]
fn a_certificate_or_proxy_that_is_none_is_refused() {
    let base = || CrossTrade::builder().token("t");
    for pem in [
        "",
        "marker",
        "-----BEGIN CERTIFICATE-----\nmarker\n-----END CERTIFICATE-----\n",
    ] {
        assert!(
            text(base().root_certificate(pem).build()).contains("certificate"),
            "{pem}"
        );
    }
    for proxy in ["", "http://", "http://user:marker@"] {
        let error = base().proxy(proxy).build().map(drop).expect_err(proxy);
        assert!(error.is_invalid_input());
        assert!(
            !format!("{error} {error:?}").contains("marker"),
            "{error:?}"
        );
    }
}

#[test]
fn a_user_name_with_a_colon_is_refused() {
    let built = Hummingbot::builder().credentials("a:b", "c").build();
    assert!(text(built).contains("colon"));
}

#[test]
fn each_limit_reads_back_as_it_was_set_and_leaves_the_others_alone() {
    let (five, nine) = (milliseconds(5), milliseconds(9));
    let default = Limits::new();
    assert_eq!(default, Limits::default());
    let of = |limits: Limits| {
        let times = [
            limits.call_limit(),
            limits.attempt_limit(),
            limits.stall_limit(),
        ];
        (times, limits.body_limit())
    };
    let ([call, attempt, stall], body) = of(default);
    assert_eq!(of(default.call(five)), ([five, attempt, stall], body));
    assert_eq!(of(default.attempt(five)), ([call, five, stall], body));
    assert_eq!(of(default.stall(five)), ([call, attempt, five], body));
    assert_eq!(of(default.body(5)), ([call, attempt, stall], 5));
    let ten_years = Duration::from_secs(10 * 365 * 24 * 3600);
    assert_eq!(default.call(Duration::MAX).call_limit(), ten_years);

    let default = Retry::new();
    assert_eq!(default, Retry::default());
    let of = |retry: Retry| {
        let waits = [
            retry.first_wait_limit(),
            retry.wait_limit(),
            retry.retry_after_limit(),
        ];
        (retry.attempts_limit(), waits)
    };
    let (attempts, [first, any, asked]) = of(default);
    assert_eq!(of(default.attempts(9)), (9, [first, any, asked]));
    assert_eq!(of(default.first_wait(nine)), (attempts, [nine, any, asked]));
    assert_eq!(of(default.wait(nine)), (attempts, [first, nine, asked]));
    assert_eq!(
        of(default.retry_after(nine)),
        (attempts, [first, any, nine])
    );
}

#[test]
fn handles_that_were_built_make_one_over_all_of_them() {
    let b3os = |url: &str| {
        let builder = B3os::builder().api_key("b3sk_x");
        builder.base_url(url).build().expect("complete")
    };
    let hummingbot = Hummingbot::builder().credentials("admin", "admin");
    let executions = Executions::from(b3os("http://127.0.0.1:1"))
        .with(hummingbot.build().expect("complete"))
        .with(b3os("http://127.0.0.1:2"));
    assert!(executions.open().eq([Service::Hummingbot, Service::B3os]));
    let b3os = format!("{:?}", executions.b3os().expect("given"));
    assert!(b3os.contains("http://127.0.0.1:2"), "{b3os}");
    let error = executions.refold().expect_err("not given");
    assert_eq!(
        error.to_string(),
        "Refold: refold has no handle here. Add one by `with`."
    );
    let limits = executions.b3os().expect("given").limits();
    let other = executions.with_limits(limits.call(std::time::Duration::from_secs(3)));
    let limits = other.b3os().expect("given").limits();
    assert_eq!(limits.call_limit(), std::time::Duration::from_secs(3));
}
