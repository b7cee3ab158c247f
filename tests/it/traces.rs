//! What a call tells whoever listens to tracing.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use executions::Limits;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::clients::{crosstrade, crosstrade_within, documents, failure, hummingbot, milliseconds};
use crate::wire::{Hang, Read, Wire, answer, ok};

/// Everything that the crate's own targets say on this thread, at any level.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Recorded>>);

#[derive(Default)]
struct Recorded {
    /// Each span's fields by name, in the order the spans were opened.
    spans: Vec<(Id, Fields)>,
    events: Vec<Fields>,
}

/// While there is but one subscriber, tracing asks only the thread that comes by a span first whether anybody listens, and
/// keeps its answer for all: with another test on that thread, nothing would be recorded here.
static ANOTHER: LazyLock<tracing::Dispatch> =
    LazyLock::new(|| tracing::Dispatch::new(Registry::default()));

pub type Fields = BTreeMap<&'static str, String>;

impl Recorder {
    /// Listens until the guard is dropped.
    pub fn listen() -> (Self, DefaultGuard) {
        LazyLock::force(&ANOTHER);
        let recorder = Self::default();
        let subscriber = Registry::default().with(recorder.clone());
        let guard = tracing::subscriber::set_default(subscriber);
        (recorder, guard)
    }

    pub fn spans(&self) -> Vec<Fields> {
        let recorded = self.0.lock().expect("whole");
        recorded
            .spans
            .iter()
            .map(|(_, fields)| fields.clone())
            .collect()
    }

    pub fn events(&self) -> Vec<Fields> {
        self.0.lock().expect("whole").events.clone()
    }

    /// All of it as one text.
    pub fn text(&self) -> String {
        format!("{:?} {:?}", self.spans(), self.events())
    }
}

struct Into<'a>(&'a mut Fields);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

fn is_ours(metadata: &tracing::Metadata<'_>) -> bool {
    metadata.target().split("::").next() == Some("executions")
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        if is_ours(attributes.metadata()) {
            let mut fields = Fields::from([("span", attributes.metadata().name().to_owned())]);
            attributes.record(&mut Into(&mut fields));
            self.0
                .lock()
                .expect("whole")
                .spans
                .push((id.clone(), fields));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut recorded = self.0.lock().expect("whole");
        let span = recorded.spans.iter_mut().rev().find(|(open, _)| open == id);
        if let Some((_, fields)) = span {
            values.record(&mut Into(fields));
        }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if is_ours(event.metadata()) {
            let mut fields = Fields::new();
            event.record(&mut Into(&mut fields));
            self.0.lock().expect("whole").events.push(fields);
        }
    }
}

fn field<'a>(span: &'a Fields, name: &str) -> Option<&'a str> {
    span.get(name).map(|value| value.trim_matches('"'))
}

const FIELDS: [&str; 7] = [
    "attempt",
    "failure",
    "milliseconds",
    "operation",
    "service",
    "span",
    "status",
];

#[tokio::test]
async fn each_attempt_is_a_span_with_its_service_operation_status_and_time() {
    let (recorder, _listening) = Recorder::listen();
    let server = Wire::play([
        vec![Read, answer(503, &[], "{}")],
        vec![Read, ok(documents::EXECUTOR)],
    ])
    .await;
    let executor = hummingbot(&server.url()).executor("abc123...").await;
    assert_eq!(executor.expect("an executor").attempts(), 2);
    let spans = recorder.spans();
    assert_eq!(spans.len(), 2);
    for (span, (attempt, status)) in spans.iter().zip([("1", "503"), ("2", "200")]) {
        assert_eq!(field(span, "service"), Some("hummingbot"));
        assert_eq!(field(span, "operation"), Some("get_executor"));
        assert_eq!(field(span, "attempt"), Some(attempt));
        assert_eq!(field(span, "status"), Some(status));
        assert_eq!(field(span, "failure"), None);
        let took: f64 = field(span, "milliseconds")
            .and_then(|text| text.parse().ok())
            .expect("a number");
        assert!(took > 0.0 && took < 10_000.0);
        assert!(span.keys().all(|name| FIELDS.contains(name)), "{span:?}");
    }
}

#[tokio::test]
async fn an_attempt_without_an_answer_says_why_instead_of_a_status() {
    let (recorder, _listening) = Recorder::listen();
    let server = Wire::play([vec![Read, Hang]]).await;
    let limits = Limits::default().call(milliseconds(50));
    failure(&crosstrade_within(&server.url(), limits)).await;
    let spans = recorder.spans();
    assert_eq!(spans.len(), 1);
    assert_eq!(field(&spans[0], "status"), None);
    assert!(field(&spans[0], "failure").is_some_and(|why| why.contains("Timeout")));
    assert!(field(&spans[0], "milliseconds").is_some());
}

#[tokio::test]
async fn no_trace_holds_a_body_a_header_a_query_or_a_secret() {
    let (recorder, _listening) = Recorder::listen();
    let body = documents::FILLS.replace("Exit", "body-marker");
    let server = Wire::play([
        vec![Read, answer(503, &["x-marker: header-marker"], &body)],
        vec![Read, answer(200, &["x-marker: header-marker"], &body)],
    ])
    .await;
    let crosstrade = crosstrade(&server.url());
    let list = crosstrade.executions("Sim101");
    let list = list
        .lookback(Duration::from_secs(457))
        .await
        .expect("a list");
    assert_eq!(list.attempts(), 2);
    let text = recorder.text();
    assert!(text.contains("list_executions"));
    for marker in ["marker", "457", "lookback", "a-token", "Bearer", "Sim101"] {
        assert!(!text.contains(marker), "{marker}: {text}");
    }
}

#[tokio::test]
async fn what_is_refused_before_it_is_sent_is_no_attempt() {
    let (recorder, _listening) = Recorder::listen();
    let server = Wire::play([vec![Read, Hang]]).await;
    let refused = hummingbot(&server.url()).executor("..").await;
    assert!(refused.is_err());
    assert!(recorder.spans().is_empty());
}
