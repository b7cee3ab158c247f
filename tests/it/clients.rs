//! Handles set on a server of a test's own, and what any test says about them.

use std::error::Error as _;
use std::time::Duration;

use executions::{B3os, CrossTrade, Error, Executions, Hummingbot, Limits, Refold, Retry};

/// The vendor documents' payloads, byte for byte.
pub mod documents {
    pub const FILL: &str = include_str!("../data/crosstrade-execution.json");
    pub const FILLS: &str = include_str!("../data/crosstrade-executions.json");
    pub const BAD_REQUEST: &str = include_str!("../data/crosstrade-400.json");
    pub const EXECUTOR: &str = include_str!("../data/hummingbot-executor.json");
    pub const B3OS: &str = include_str!("../data/b3os-execution.json");
    pub const REFOLD: &str = include_str!("../data/refold-execution.json");
    pub const REFOLD_UNAUTHORIZED: &str = include_str!("../data/refold-401.txt");
}

/// Three attempts without waits between them.
pub fn eager() -> Retry {
    Retry::default().first_wait(Duration::ZERO)
}

pub fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

pub fn crosstrade(url: &str) -> CrossTrade {
    crosstrade_within(url, Limits::default())
}

pub fn crosstrade_within(url: &str, limits: Limits) -> CrossTrade {
    CrossTrade::builder()
        .token("a-token")
        .base_url(url)
        .retry(eager())
        .limits(limits)
        .build()
        .expect("complete")
}

pub fn hummingbot(url: &str) -> Hummingbot {
    Hummingbot::builder()
        .credentials("admin", "a-password")
        .base_url(url)
        .retry(eager())
        .build()
        .expect("complete")
}

pub fn b3os(url: &str) -> B3os {
    B3os::builder()
        .api_key("b3sk_key")
        .base_url(url)
        .retry(eager())
        .build()
        .expect("complete")
}

pub fn refold(url: &str) -> Refold {
    Refold::builder()
        .api_key("tk_key", "customer@example.com")
        .base_url(url)
        .retry(eager())
        .build()
        .expect("complete")
}

/// A handle over all four from these variables instead of the environment.
pub fn executions(variables: &[(&str, &str)]) -> Executions {
    Executions::from_variables(|name| {
        let (_, value) = variables.iter().find(|(key, _)| *key == name)?;
        Some((*value).to_owned())
    })
    .expect("the HTTP client can be set up")
}

/// Gets a fill and expects it to fail.
pub async fn failure(crosstrade: &CrossTrade) -> Error {
    crosstrade
        .execution("Sim101", "exec_1")
        .await
        .expect_err("no fill can come of this")
}

/// The texts of an error's causes.
pub fn causes(error: &Error) -> String {
    let mut texts = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts.join(": ")
}

/// Asks Hummingbot, which has no rate budget, and expects it to refuse.
pub async fn refusing_status(url: &str) -> Error {
    let executor = hummingbot(url).executor("a").await;
    executor.expect_err("it refuses")
}
