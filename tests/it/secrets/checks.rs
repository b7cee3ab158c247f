//! What the contract checks say, of services that echo the credential.

use executions::Limits;
use executions::contract::live::{self, Options};
use executions::contract::{Mode, Watch};

use super::{Inspector, echoes, handles, observed_handles, sent};
use crate::wire::{Read, Wire, answer};

#[tokio::test]
async fn no_report_shows_a_credential() {
    let mut inspector = Inspector::default();
    let watch = Watch::new(Mode::Report);
    for (secret, references) in sent() {
        for body in echoes(&secret) {
            for status in [200, 401, 404] {
                let server = Wire::play([vec![Read, answer(status, &[], &body)]]).await;
                let observer = Some(std::sync::Arc::new(watch.clone()) as _);
                let handles = observed_handles(&server.url(), Limits::default(), observer);
                super::ask(&handles, references).await;
            }
        }
    }
    let report = watch.report();
    assert!(report.exchanges() > 300, "{report}");
    inspector.text("the table", &report.to_string());
    inspector.text("the JSON", &report.to_json());
    inspector.text("the XML", &report.to_junit());
    inspector.debug("the report", &report);
    inspector.debug("the watch", &watch);
}

#[tokio::test]
async fn no_live_check_shows_a_credential_or_the_wrong_one() {
    let mut inspector = Inspector::default();
    let (secret, references) = &sent()[0];
    let references = references
        .iter()
        .map(|text| text.parse().expect("a reference"));
    let options = Options::new().references(references).without_socket();
    for body in echoes(secret).iter().step_by(3) {
        for status in [200, 401, 418] {
            let body = format!("{body} wrong-credential");
            let server = Wire::play([vec![Read, answer(status, &[], &body)]]).await;
            for executions in handles(&server.url(), Limits::default()) {
                let trial = live::check(&executions, &options).await;
                inspector.text("the table", &trial.to_string());
                inspector.text("the JSON", &trial.to_json());
                let least = executions::contract::Grade::Drift;
                inspector.text("the XML", &trial.to_junit_from(least));
                inspector.debug("the trial", &trial);
                inspector.debug("the options", &options);
            }
        }
    }
}
