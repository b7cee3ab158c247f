//! All that one does with a service, done with Depot.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use executions::contract::live::{self, Options};
use executions::contract::{Mode, Watch, check_recording};
use executions::recording::{Recorder, Recording, replay::Replay};
use executions::{Executions, Reference, Service, State};

const JOB: &str = r#"{"id":"7","status":"done","began":"2026-01-02T03:04:05Z"}"#;

/// The requests that came to stop a job: path and body.
static STOPS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A server of jobs, with one that is not as the spec says, and stops that end in several ways.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap().to_lowercase();
            let length = head.split("content-length: ").nth(1);
            let length = length.map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
            let mut sent = vec![0; length];
            stream.read_exact(&mut sent).unwrap();
            let path = head.split(' ').nth(1).unwrap();
            if path.ends_with("/stop") {
                let sent = String::from_utf8(sent).unwrap();
                STOPS.lock().unwrap().push(format!("{path} {sent}"));
            }
            let list = format!(r#"{{"jobs":[{JOB}]}}"#);
            let (status, body) = match path {
                _ if !head.contains("x-depot-key: any") => ("401 Unauthorized", r#"{"message":"no"}"#),
                "/jobs/7" => ("200 OK", JOB),
                "/jobs/8" => ("200 OK", r#"{"id":"8","status":"done","began":{}}"#),
                "/jobs/7/stop" => ("204 No Content", ""),
                "/jobs/422/stop" => ("422 Unprocessable", r#"{"message":"it is over"}"#),
                "/jobs/409/stop" => ("409 Conflict", r#"{"message":"busy"}"#),
                "/jobs/503/stop" => ("503 Busy", r#"{"message":"busy"}"#),
                // Closed without an answer.
                "/jobs/0/stop" => continue,
                "/jobs?status=done" => ("200 OK", &*list),
                _ => ("404 Not Found", r#"{"message":"no such job"}"#),
            };
            let length = body.len();
            write!(stream, "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").unwrap();
        }
    });
    url
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = server();
    let reference: Reference = "depot:7".parse()?;
    assert_eq!(reference, Reference::new(Service::Depot, None, "7")?);
    assert_eq!("depot".parse::<Service>()?, Service::Depot);
    let schema = executions::schemars::schema_for!(Reference);
    assert!(serde_json::to_string(&schema)?.contains("^(depot|"));
    // The command's help has these.
    assert!(Service::forms().contains("depot:<id>"));

    let variables = |name: &str| match name {
        "DEPOT_BASE_URL" => Some(url.clone()),
        "DEPOT_KEY" => Some("any".to_owned()),
        _ => None,
    };
    let folder = std::env::current_dir()?.join("depot.har");
    let recorder = Arc::new(Recorder::create(&folder)?);
    let report = Watch::new(Mode::Report);
    let observed = Executions::contract(&report).observer(recorder.clone());
    let executions = observed.from_variables(variables)?;
    assert!(executions.open().eq([Service::Depot]));
    let job = executions.get(&reference).await?;
    assert_eq!((job.state, job.started.is_some()), (State::Succeeded, true));
    let jobs = executions.depot()?.jobs(Some("done")).await?;
    assert_eq!(jobs.jobs.len(), 1);
    recorder.finish()?;

    let seen = report.report();
    assert_eq!((seen.exchanges(), seen.findings().len()), (2, 0), "{seen}");
    assert_eq!(seen.unchecked().count(), 0, "{seen}");

    let enforced = Executions::contract(Mode::Enforce).from_variables(variables)?;
    assert_eq!(enforced.get(&reference).await?.id, "7");
    assert_eq!(enforced.depot()?.jobs(Some("done")).await?.jobs.len(), 1);
    let bad = enforced.get(&"depot:8".parse()?).await.expect_err("an object is no time");
    assert!(bad.is_contract_drift(), "{bad}");

    let recording = Recording::read(std::fs::File::open(&folder)?)?;
    let judged = check_recording(&recording);
    assert_eq!((judged.exchanges(), judged.unchecked().count()), (2, 0), "{judged}");
    let replay = Replay::start(&recording, 0).await?;
    let named: std::collections::HashMap<_, _> = replay.variables().into_iter().collect();
    assert_eq!(named.len(), 2, "{named:?}");
    let replayed = Executions::from_variables(|name| named.get(name).cloned())?;
    assert_eq!(replayed.get(&reference).await?.into_inner(), job.into_inner());

    // What a write came to is said, and it is sent once.
    let depot = enforced.depot()?;
    let stop = executions::depot::types::Stop { reason: Some("late".to_owned()) };
    depot.stop("7", &stop).await?;
    for (id, is_unknown) in [("422", false), ("409", true), ("503", true), ("0", true)] {
        let error = depot.stop(id, &Default::default()).await.expect_err(id);
        assert_eq!(error.is_outcome_unknown(), is_unknown, "{error}");
        assert_eq!(error.sent_at().is_some(), is_unknown, "{error}");
        assert!(!error.is_retryable() && error.attempts() == 1, "{error}");
        assert_eq!(error.operation(), Some(&*format!("stop job {id}")));
    }
    let stops = STOPS.lock().unwrap().join(", ");
    let expected = [r#"/jobs/7/stop {"reason":"late"}"#, "/jobs/422/stop {}", "/jobs/409/stop {}", "/jobs/503/stop {}", "/jobs/0/stop {}"];
    assert_eq!(stops, expected.join(", "));

    let options = Options::new().reference(reference).only(Service::Depot);
    let trial = live::check(&executions, &options).await;
    assert!(trial.holds() && trial.has_read(Service::Depot), "{trial}");
    println!("all of it");
    Ok(())
}
