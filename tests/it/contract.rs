//! The checks of answers against the specs: what they find, how they grade it, and what else agrees with them.

mod agreement;
mod clients;
mod documents;
mod examples;
mod frames;
mod grades;
mod oracle;
pub mod reports;
mod schemas;
mod tree;
mod types;

use std::collections::HashMap;
use std::sync::LazyLock;

use executions::Service;
use executions::bytes::Bytes;
use executions::contract::{Contract, Finding, Grade, Rule, Verdict};
use executions::http::HeaderMap;
use executions::jiff::Timestamp;

/// A spec as JSON.
fn spec(service: Service) -> &'static str {
    static SPECS: LazyLock<HashMap<Service, String>> = LazyLock::new(|| {
        let json = |service: &Service| (*service, crate::generation::json(service.as_str()));
        Service::ALL.iter().map(json).collect()
    });
    &SPECS[&service]
}

fn headers(content_type: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", content_type.parse().expect("a value"));
    headers
}

/// The verdict on JSON that came with a status.
fn check(service: Service, operation: &str, status: u16, body: &str) -> Verdict {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let headers = headers("application/json");
    let at = Timestamp::UNIX_EPOCH;
    Contract::of(service).check(operation, status, &headers, &body, at)
}

/// What a finding comes down to.
type Short<'a> = (Rule, Grade, &'a str, &'a str);

fn short(finding: &Finding) -> Short<'_> {
    let Finding { rule, grade, .. } = finding;
    (*rule, *grade, &finding.pointer, finding.found.as_str())
}

fn shorts(verdict: &Verdict) -> Vec<Short<'_>> {
    verdict.findings().iter().map(short).collect()
}
