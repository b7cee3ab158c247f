//! Judging what the services answer against their specs.
//!
//! | what is judged | by |
//! |---|---|
//! | a running client | [`Builder::contract`](crate::Builder::contract), with a [`Mode`] or a [`Watch`] |
//! | a recording | [`check_recording`] |
//! | a service as it answers now | [`live`] |
//! | a single answer | [`Contract`] |
//!
//! The specs are in the library, as JSON: nothing is read from a file, and no network is used but by [`live`]. One exchange is checked by its
//! operation, status, headers and body, as a running client shows them to an [`Observer`](crate::observe::Observer) or as a
//! recording has them; a [`Report`] gathers what the checks of many came to.
//!
//! ```
//! use executions::contract::{Contract, Grade, Report};
//! use executions::{Service, bytes::Bytes, http::HeaderMap, jiff::Timestamp};
//!
//! let contract = Contract::of(Service::CrossTrade);
//! let mut headers = HeaderMap::new();
//! headers.insert("content-type", "application/json".parse()?);
//! let body = Bytes::from(r#"{"id": "a", "instrument": "ES 12-25", "quantity": 1, "price": "5804.5"}"#);
//!
//! let verdict = contract.check("get_execution", 200, &headers, &body, Timestamp::now());
//! let finding = &verdict.findings()[0];
//! assert_eq!((finding.grade, &*finding.pointer), (Grade::Drift, "/price"));
//! assert_eq!(finding.found.as_str(), "string that holds a number");
//!
//! let mut report = Report::new();
//! report.add(&verdict);
//! assert!(!report.is_broken());
//! # Ok::<(), executions::http::header::InvalidHeaderValue>(())
//! ```
//!
//! What is found is graded by what it does to a program that uses this library ([`Grade`]), and that is tried rather than
//! guessed: with the decoder of the transport, and with the types that the clients have. A finding says where it is, what
//! the spec says there and what kind of thing came, and never a value; a report can be sent to the vendor as it is.
//!
//! | | |
//! |---|---|
//! | an optional member is missing | nothing |
//! | the answer stands in the wrapper that the spec names; a 200 says `success: false`; a call that the spec does not have | note |
//! | an unknown status, content type, member, word of an enum or frame; a null; a number as text, if the client reads it | drift |
//! | a text that is no time at all, where the client keeps the text | drift |
//! | a required member is missing or null, a type that the client refuses, a second member of a name, JSON that is cut off | breaks |
//! | a time with a zone for one without or the reverse; seconds for milliseconds or the reverse | breaks |
//! | anything under an error status, since the client reads errors whatever their form | at most drift |
//!
//! A spec describes what a vendor documents, and the client reads more than that: the difference is what drift is.

use std::sync::OnceLock;

use bytes::Bytes;
use executions_spec::model::{Model, Operation};
use http::{HeaderMap, Method};
use jiff::Timestamp;

mod answer;
mod finding;
mod findings;
mod frame;
mod json;
mod junit;
pub mod live;
mod operation;
mod plain;
mod reading;
#[cfg(feature = "recording")]
mod recorded;
mod report;
mod schema;
mod verdict;
mod walk;
mod watch;
mod words;

pub use finding::{Finding, Found, Grade, Rule};
#[cfg(feature = "recording")]
pub use recorded::check_recording;
pub use report::{Report, Unchecked};
pub use verdict::Verdict;
pub use watch::{Mode, Watch};

use crate::observe::{Direction, Exchange, Message};
use crate::reference::Service;
use crate::service::ServiceInfo;
use crate::transport::body::Decoder;
use finding::{OTHER, shown};
use findings::Findings;
use schema::Schemas;
use walk::Walk;

/// What a service's spec promises, ready to hold answers against.
#[derive(Debug)]
pub struct Contract {
    service: Service,
    about: &'static ServiceInfo,
    schemas: Schemas,
    operations: Vec<Operation>,
}

impl Contract {
    /// The contract of a service. Its spec is read at the first call, once in a process.
    pub fn of(service: Service) -> &'static Self {
        static CONTRACTS: [OnceLock<Contract>; Service::ALL.len()] =
            [const { OnceLock::new() }; Service::ALL.len()];
        CONTRACTS[service as usize].get_or_init(|| {
            let about = service.provider().info;
            let model: Model = serde_json::from_str(about.model).expect("build.rs wrote it");
            Self {
                service,
                about,
                schemas: Schemas(model.components),
                operations: model.operations,
            }
        })
    }

    /// The contract of a service by its name in lower case, as an [`Exchange`] and a recording have it.
    pub fn named(service: &str) -> Option<&'static Self> {
        service.parse().ok().map(Self::of)
    }

    /// The decoder that the client reads a success with; `None` for an operation that no client has.
    fn decoder(&self, operation: &str) -> Option<Decoder> {
        let mut decoders = self.service.provider().decoders.iter();
        let (_, decode) = decoders.find(|(known, _)| known.id == operation)?;
        Some(*decode)
    }

    /// The `operationId`s of the spec.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.iter().map(|operation| &*operation.id)
    }

    /// The operation that a request is of, for recordings that do not say: by the path as sent, without its query. A path may
    /// begin with segments of a base URL of one's own.
    pub fn operation_at(&self, method: &Method, path: &str) -> Option<&str> {
        operation::at(&self.operations, method, path).map(|operation| &*operation.id)
    }

    /// Checks an exchange that ended with an answer; `None` for one that did not, which no contract speaks of.
    ///
    /// The exchange is taken to be one with this service.
    pub fn check_exchange(&self, exchange: &Exchange) -> Option<Verdict> {
        let response = exchange.response.as_ref().ok()?;
        Some(self.check(
            exchange.operation,
            response.status.as_u16(),
            &response.headers,
            &response.body,
            exchange.started,
        ))
    }

    /// Checks an answer by its parts: the `operationId` of what was asked, what came, and when it was asked.
    ///
    /// Of an operation that the spec does not have nothing can be said but that.
    pub fn check(
        &self,
        operation: &str,
        status: u16,
        headers: &HeaderMap,
        body: &Bytes,
        at: Timestamp,
    ) -> Verdict {
        let mut findings = Findings::default();
        let name = match self.operations.iter().find(|known| *known.id == *operation) {
            Some(operation) => {
                answer::over_http(self, operation, status, headers, body, &mut findings);
                &operation.id
            }
            None => {
                let mut walk = Walk::new(&self.schemas, &mut findings);
                let expected = "an operation of the spec";
                walk.say(Rule::Operation, Grade::Note, expected, "another");
                shown(operation).unwrap_or(OTHER)
            }
        };
        Verdict::new(self.about.name, name, Some(status), at, &findings)
    }

    /// Checks a message that a WebSocket received: a frame that was pushed, or the answer to the call that the message names.
    /// `None` for one that was sent.
    pub fn check_message(&self, message: &Message) -> Option<Verdict> {
        let is_received = message.direction == Direction::Received;
        let (api, is_text) = (message.api.as_deref(), message.is_text);
        is_received.then(|| frame::verdict(self, api, is_text, &message.data, message.at))
    }

    /// Checks a text frame that a WebSocket received, by its parts: the name of the call that it answers (`GetExecution`),
    /// if it answers one, what came, and when.
    pub fn check_frame(&self, api: Option<&str>, data: &Bytes, at: Timestamp) -> Verdict {
        frame::verdict(self, api, true, data, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_of_every_spec_is_read_as_its_client_reads_it() {
        for service in Service::ALL {
            let contract = Contract::of(*service);
            assert!(!contract.operations.is_empty(), "{service}");
            for operation in &contract.operations {
                assert!(
                    contract.decoder(&operation.id).is_some(),
                    "{service} {}",
                    operation.id
                );
                let success = operation.success().expect("build.rs requires one");
                assert!(success.body.is_some() && operation.error().is_some());
            }
            for (push, component) in service.provider().pushes {
                assert!(contract.schemas.named(component).is_some(), "{push}");
            }
        }
    }

    #[test]
    fn what_an_observer_is_shown_is_checked_as_its_parts_are() {
        let at = Timestamp::UNIX_EPOCH;
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "text/html".parse().expect("a value"));
        let response = crate::observe::Response {
            status: http::StatusCode::OK,
            headers: headers.clone(),
            body: Bytes::from_static(b"<html>"),
        };
        let mut exchange = Exchange {
            service: "refold",
            operation: "get_execution",
            attempt: 1,
            connection: None,
            started: at,
            elapsed: std::time::Duration::ZERO,
            method: Method::GET,
            url: "http://localhost/x".parse().expect("a URL"),
            request: HeaderMap::new(),
            response: Ok(response),
        };
        let contract = Contract::named(exchange.service).expect("one of the four");
        let verdict = contract.check_exchange(&exchange).expect("an answer");
        let body = Bytes::from_static(b"<html>");
        let parts = contract.check("get_execution", 200, &headers, &body, at);
        assert_eq!(verdict.findings(), parts.findings());
        assert!(verdict.is_broken());
        let veto = verdict.veto().expect("it breaks");
        assert_eq!(veto.pointer, "");
        assert!(veto.problem.contains("text/html"), "{veto:?}");
        exchange.response = Err("it timed out".to_owned());
        assert!(contract.check_exchange(&exchange).is_none());
    }

    #[test]
    fn what_a_socket_sent_is_not_judged_and_what_is_binary_is_read_by_nobody() {
        let mut message = Message {
            service: "crosstrade",
            connection: 1,
            url: "wss://localhost/ws".parse().expect("a URL"),
            at: Timestamp::UNIX_EPOCH,
            direction: Direction::Sent,
            api: Some("GetExecution".into()),
            is_text: true,
            data: Bytes::from_static(br#"{"id": "a", "data": {"id": "b"}}"#),
        };
        let contract = Contract::of(Service::CrossTrade);
        assert!(contract.check_message(&message).is_none());
        message.direction = Direction::Received;
        let verdict = contract.check_message(&message).expect("it came");
        let missing = verdict.findings().iter().map(|finding| &*finding.pointer);
        assert!(missing.eq(["/data/instrument", "/data/price", "/data/quantity"]));
        message.is_text = false;
        let verdict = contract.check_message(&message).expect("it came");
        assert_eq!(verdict.findings()[0].found.as_str(), "a binary frame");
        assert!(verdict.is_broken());
    }

    #[test]
    fn an_operation_is_found_by_its_path_and_by_its_name_over_the_socket() {
        let contract = Contract::of(Service::CrossTrade);
        let at = |path| contract.operation_at(&Method::GET, path);
        let get = Some("get_execution");
        assert_eq!(at("/v1/api/accounts/Sim101/executions/x"), get);
        assert_eq!(at("/proxy/ct/v1/api/accounts/Sim101/executions/x"), get);
        assert_eq!(
            at("/v1/api/accounts/a%20b/executions"),
            Some("list_executions")
        );
        assert_eq!(at("/v1/api/accounts//executions"), None);
        assert_eq!(at("/v1/api/accounts/a/positions"), None);
        assert_eq!(
            contract.operation_at(&Method::POST, "/v1/api/accounts/a/executions"),
            None
        );
        let operations = &contract.operations;
        let called = |api| operation::called(operations, api).map(|operation| &*operation.id);
        assert_eq!(called("GetExecution"), get);
        assert_eq!(called("get_execution"), None);
    }
}
