//! All four clients against the simulator: the two share no code, so what one gets wrong the other shows.

use std::time::Duration;

use executions::simulator::{Options, Simulator};
use executions::{Executions, State};

fn open(simulator: &Simulator) -> Executions {
    let variables = simulator.variables();
    Executions::from_variables(|name| {
        variables
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.clone())
    })
    .expect("the HTTP client can be set up")
}

#[tokio::test]
async fn every_reference_that_the_simulator_offers_is_found() {
    let simulator = Simulator::start(Options::default()).await.expect("starts");
    let executions = open(&simulator);
    assert_eq!(executions.open().count(), 4);
    for reference in simulator.references() {
        let reference = reference.parse().expect("a reference");
        let execution = executions.get(&reference).await.expect("is there");
        assert_eq!(execution.reference, reference);
        assert_eq!(execution.attempts(), 1);
        assert_eq!(execution.raw.as_str().as_bytes(), &execution.bytes()[..]);
        assert!(
            execution.unknown_members().is_empty(),
            "{reference}: {:?}",
            execution.unknown_members()
        );
    }
}

#[tokio::test]
async fn the_fills_of_the_last_minutes_are_listed() {
    let simulator = Simulator::start(Options::default()).await.expect("starts");
    let executions = open(&simulator);
    let crosstrade = executions.crosstrade().expect("open");
    let recent = crosstrade.executions("Sim101").await.expect("lists");
    let all = crosstrade
        .executions("Sim101")
        .lookback(Duration::from_secs(900))
        .await
        .expect("lists");
    assert!(!recent.executions.is_empty());
    assert!(all.executions.len() > recent.executions.len());
    let views = all.to_executions();
    assert_eq!(views.len(), all.executions.len());
    for (view, fill) in views.iter().zip(&all.executions) {
        assert_eq!(view.id, fill.id.as_str());
        assert_eq!(view.state, State::Succeeded);
        let again = executions.get(&view.reference).await.expect("is there");
        assert_eq!(again.id, view.id);
    }
}
