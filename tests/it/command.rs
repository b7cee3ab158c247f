//! The command as a process: what it prints where, and how it ends.

mod failures;
mod forms;
pub mod processes;
mod simulated;
mod socket;

use std::process::Stdio;

use executions::simulator::{Options, Simulator};
use tokio::process::Command;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

pub const FILL: &str = "crosstrade:Sim101/550837ff9e784c2895ef6dab22d06be0";
const TOKEN: &str = "marker-of-a-secret-token";
pub const FILLS: &str = include_str!("../data/crosstrade-executions.json");

pub type Variables = Vec<(&'static str, String)>;

pub struct Ended {
    pub code: Option<i32>,
    pub bytes: Vec<u8>,
    pub out: String,
    pub err: String,
}

/// The command with these variables alone for its environment.
pub fn command(variables: &Variables, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_executions"));
    command
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs it to its end; no output may hold a credential, nor colours, which belong on terminals.
pub async fn run(variables: &Variables, arguments: &[&str]) -> Ended {
    let ended = outcome(command(variables, arguments)).await;
    assert!(!ended.out.contains('\u{1b}') && !ended.err.contains('\u{1b}'));
    for (name, secret) in variables {
        let is_secret = ["TOKEN", "PASSWORD", "KEY"]
            .iter()
            .any(|word| name.ends_with(word));
        if is_secret {
            assert!(
                !ended.out.contains(secret.as_str()),
                "{name} in {}",
                ended.out
            );
            assert!(
                !ended.err.contains(secret.as_str()),
                "{name} in {}",
                ended.err
            );
        }
    }
    ended
}

async fn outcome(mut command: Command) -> Ended {
    let ended = command.output().await.expect("the command runs");
    Ended {
        code: ended.status.code(),
        out: String::from_utf8_lossy(&ended.stdout).into_owned(),
        err: String::from_utf8_lossy(&ended.stderr).into_owned(),
        bytes: ended.stdout,
    }
}

pub async fn simulator() -> (Simulator, Variables) {
    simulator_with(None).await
}

pub async fn simulator_with(fault: impl Into<Option<&str>>) -> (Simulator, Variables) {
    let fault = fault.into().map(|fault| fault.parse().expect("a fault"));
    let options = fault.into_iter().fold(Options::default(), Options::fault);
    let simulator = Simulator::start(options).await.expect("starts");
    let variables = simulator.variables();
    (simulator, variables)
}

/// A service that answers everything alike.
async fn answering(answer: ResponseTemplate) -> (MockServer, Variables) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let variables = crosstrade(&server.uri());
    (server, variables)
}

fn json(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body, "application/json")
}

fn crosstrade(url: &str) -> Variables {
    vec![
        ("CROSSTRADE_BASE_URL", url.to_owned()),
        ("CROSSTRADE_TOKEN", TOKEN.to_owned()),
    ]
}
