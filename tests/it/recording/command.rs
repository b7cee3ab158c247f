//! `--record` and `executions replay`, as processes.

use std::fs::File;
use std::path::{Path, PathBuf};

use executions::recording::Recording;
use executions::simulator::{B3OS_API_KEY, CROSSTRADE_TOKEN, HUMMINGBOT_PASSWORD, REFOLD_API_KEY};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

use crate::command::processes::interrupt;
use crate::command::{FILL, command, run, simulator};

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("traffic.har")
    }

    fn text(&self) -> String {
        self.file().to_str().expect("Unicode").to_owned()
    }
}

/// The recording in a file, which must be valid JSON as a whole.
fn recording(path: &Path) -> Recording {
    let text = std::fs::read(path).expect("a file");
    serde_json::from_slice::<serde::de::IgnoredAny>(&text).expect("valid JSON");
    let text = String::from_utf8_lossy(&text);
    for secret in [
        CROSSTRADE_TOKEN,
        HUMMINGBOT_PASSWORD,
        B3OS_API_KEY,
        REFOLD_API_KEY,
        "Bearer",
        "Basic ",
        "authorization",
        "api-key",
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    Recording::read(File::open(path).expect("a file")).expect("a HAR file")
}

#[tokio::test]
async fn every_command_that_asks_a_service_can_be_recorded() {
    let (_simulator, variables) = simulator().await;
    for (arguments, exchanges, messages, code) in [
        (&["get", FILL][..], 1, 0, 0),
        (&["get", FILL, "--ws"], 1, 2, 0),
        (&["get", "hummingbot:nobody"], 1, 0, 5),
        (&["list", "crosstrade:Sim101"], 1, 0, 0),
        (&["rpc", "ListAccounts"], 1, 2, 0),
        (&["demo"], 7, 2, 0),
    ] {
        let place = Place::new();
        let text = place.text();
        let ended = run(&variables, &[arguments, &["--record", &text]].concat()).await;
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.err);
        let recording = recording(&place.file());
        assert_eq!(recording.entries.len(), exchanges, "{arguments:?}");
        let said = recording
            .entries
            .iter()
            .filter_map(|entry| entry.messages.as_ref());
        assert_eq!(said.map(Vec::len).sum::<usize>(), messages, "{arguments:?}");
    }
}

#[tokio::test]
async fn a_recording_that_cannot_be_is_refused_before_anything_is_asked() {
    let nobody = vec![
        ("CROSSTRADE_BASE_URL", crate::wire::refusing()),
        ("CROSSTRADE_TOKEN", "a-token".to_owned()),
    ];
    let place = Place::new();
    let text = place.text();
    for (arguments, code, words) in [
        (["get", FILL, "--record", "-"], 2, "needs a file"),
        (
            ["completions", "bash", "--record", &text],
            2,
            "commands that ask a service",
        ),
        (
            ["get", FILL, "--record", "/nowhere/at/all.har"],
            1,
            "cannot record to",
        ),
    ] {
        let ended = run(&nobody, &arguments).await;
        assert_eq!(
            (ended.code, ended.out.as_str()),
            (Some(code), ""),
            "{arguments:?}"
        );
        assert!(ended.err.contains(words), "{}", ended.err);
        assert!(!place.file().exists());
    }
    std::fs::write(place.file(), "precious").expect("written");
    let ended = run(&nobody, &["get", FILL, "--record", &text]).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("give another name"), "{}", ended.err);
    assert_eq!(std::fs::read(place.file()).expect("kept"), b"precious");
}

/// A stream that has printed a few lines.
async fn streaming(variables: &[(&'static str, String)], place: &Place) -> Child {
    let text = place.text();
    let arguments = ["stream", "--pnl", "20ms", "--record", &text];
    let mut child = command(&variables.to_vec(), &arguments)
        .spawn()
        .expect("starts");
    let out = child.stdout.take().expect("piped");
    let mut lines = BufReader::new(out).lines();
    for _ in 0..5 {
        lines.next_line().await.expect("readable").expect("a line");
    }
    child.stdout = Some(lines.into_inner().into_inner());
    child
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_that_is_killed_or_interrupted_leaves_a_complete_recording() {
    let (_simulator, variables) = simulator().await;
    for code in [None, Some(130)] {
        let place = Place::new();
        let mut child = streaming(&variables, &place).await;
        match code {
            None => child.start_kill().expect("it runs"),
            Some(_) => interrupt(&child).await,
        }
        drop(child.stdout.take());
        assert_eq!(child.wait().await.expect("ends").code(), code);
        let recording = recording(&place.file());
        assert!(!recording.is_cut_off);
        let messages = recording.entries[0].messages.as_ref().expect("a WebSocket");
        assert!(messages.len() >= 6, "{} messages", messages.len());
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_recording_that_does_not_fit_on_the_disk_ends_with_1_after_the_answer() {
    let (_simulator, variables) = simulator().await;
    let place = Place::new();
    let arguments = [
        "list",
        "crosstrade:Sim101",
        "--lookback",
        "15m",
        "-o",
        "raw",
        "--record",
    ];
    let (out, err) = on_a_small_disk(2, &variables, &arguments, &place).await;
    assert!(out.contains("executions"), "{out}");
    assert_eq!(err.matches("missing exchanges: 1,").count(), 1, "{err}");
    // It would be a recording of nothing.
    assert!(!place.file().exists());
    // The handshake fits, and the second message does not.
    let arguments = [
        "list",
        "crosstrade:Sim101",
        "--lookback",
        "15m",
        "--ws",
        "--record",
    ];
    let (_, err) = on_a_small_disk(4, &variables, &arguments, &place).await;
    assert!(err.contains("missing exchanges: 0, messages: 1"), "{err}");
    assert_eq!(recording(&place.file()).entries.len(), 1);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_without_any_room_gets_no_recording_and_nothing_is_asked() {
    let (_simulator, variables) = simulator().await;
    let place = Place::new();
    let (out, err) = on_a_small_disk(0, &variables, &["get", FILL, "--record"], &place).await;
    assert_eq!(out, "");
    let told = format!("cannot record to {}: ", place.text());
    assert!(err.contains(&told), "{err}");
    assert!(!place.file().exists());
}

/// Runs the command where no file gets longer than so many blocks; it must end with 1.
#[cfg(target_os = "linux")]
async fn on_a_small_disk(
    blocks: u32,
    variables: &[(&'static str, String)],
    arguments: &[&str],
    place: &Place,
) -> (String, String) {
    // An error, and no signal where that is ignored.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut shell = tokio::process::Command::new("sh");
    shell
        .args(["-c", &script, env!("CARGO_BIN_EXE_executions")])
        .args(arguments)
        .arg(place.file());
    let variables = variables.iter().map(|(name, value)| (name, value));
    let ended = shell.envs(variables).output().await.expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (out, err) = (text(ended.stdout), text(ended.stderr));
    assert_eq!(ended.status.code(), Some(1), "{err}");
    (out, err)
}

#[cfg(unix)]
#[tokio::test]
async fn replay_serves_a_recording_to_this_command_until_ctrl_c() {
    let (simulator, variables) = simulator().await;
    let place = Place::new();
    let text = place.text();
    let recorded = run(&variables, &["get", FILL, "-o", "raw", "--record", &text]).await;
    simulator.shutdown().await;
    let mut child = command(&Vec::new(), &["replay", &text])
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut exported = Vec::new();
    for name in ["CROSSTRADE_BASE_URL", "CROSSTRADE_TOKEN"] {
        let line = lines.next_line().await.expect("readable").expect("a line");
        let value = line.strip_prefix(&format!("export {name}='")).expect(name);
        exported.push((name, value.trim_end_matches('\'').to_owned()));
    }
    let again = run(&exported, &["get", FILL, "-o", "raw"]).await;
    assert_eq!((again.code, again.bytes), (Some(0), recorded.bytes));
    let unknown = run(&exported, &["get", "crosstrade:Sim101/other"]).await;
    assert_eq!(unknown.code, Some(5));
    assert!(
        unknown.err.contains("is not in the recording"),
        "{}",
        unknown.err
    );
    interrupt(&child).await;
    let ended = child.wait_with_output().await.expect("ends");
    assert_eq!(ended.status.code(), Some(130));
    let err = String::from_utf8_lossy(&ended.stderr);
    let path = "GET /v1/api/accounts/Sim101/executions";
    assert!(err.contains(&format!("{path}/5508")), "{err}");
    let missed = format!("{path}/other is not in the recording; the nearest is {path}/5508");
    assert!(err.contains(&missed), "{err}");
}

#[tokio::test]
async fn what_is_no_recording_is_refused_by_its_name() {
    let place = Place::new();
    let text = place.text();
    for command in ["replay", "check"] {
        let missing = run(&Vec::new(), &[command, &format!("{text}.none")]).await;
        assert_eq!(missing.code, Some(1));
        let told = format!("error: cannot read {text}.none: ");
        assert!(missing.err.starts_with(&told), "{}", missing.err);
        for (har, problem) in [
            ("{}", "no HAR file"),
            (
                r#"{"log": {"entries": [], "entries": []}}"#,
                "it has two members `entries`",
            ),
        ] {
            std::fs::write(place.file(), har).expect("written");
            let unfit = run(&Vec::new(), &[command, &text]).await;
            assert_eq!(unfit.code, Some(2));
            let told = format!("error: {text}: ");
            assert!(
                unfit.err.starts_with(&told) && unfit.err.contains(problem),
                "{}",
                unfit.err
            );
            assert!(unfit.err.contains("hint: Give a HAR file"), "{}", unfit.err);
            assert!(!unfit.err.contains("settings"), "{}", unfit.err);
        }
    }
    let odd = run(&Vec::new(), &["replay", "a\u{7}b.har"]).await;
    assert!(odd.err.contains(r"a\u{7}b.har"), "{}", odd.err);
}

#[tokio::test]
async fn what_cannot_be_read_of_a_recording_is_told_and_the_rest_is_judged() {
    let place = Place::new();
    let text = place.text();
    let fill: serde_json::Value =
        serde_json::from_str(crate::clients::documents::FILL).expect("JSON");
    let entry = |url: &str, body: &str| {
        serde_json::json!({
            "request": {"method": "GET", "url": url},
            "response": {
                "status": 200,
                "headers": [{"name": "content-type", "value": "application/json"}],
                "content": {"size": fill.to_string().len(), "text": body},
            },
        })
    };
    let path = "https://app.crosstrade.io/v1/api/accounts/Sim101/executions/a";
    let good = entry(path, &fill.to_string());
    let mut odd = entry("https://cdn.example.com/x", "PLACEHOLDER OF BYTES");
    odd["response"]["content"]["encoding"] = "base64".into();
    let cut = entry(path, &fill.to_string()[..100]);
    for (entries, code, told) in [
        (
            vec![&good, &odd],
            0,
            "1 not checked: the recording's entry cannot be read",
        ),
        (
            vec![&good, &cut],
            0,
            "1 not checked: the recording does not hold the whole body",
        ),
        (
            vec![&cut],
            1,
            "1 not checked: the recording does not hold the whole body",
        ),
        (vec![&odd], 1, "Nothing was checked."),
    ] {
        let har = serde_json::json!({"log": {"entries": entries}});
        std::fs::write(place.file(), har.to_string()).expect("written");
        let checked = run(&Vec::new(), &["check", &text]).await;
        assert_eq!(checked.code, Some(code), "{}", checked.err);
        assert!(checked.err.contains(told), "{}", checked.err);
        let is_odd = entries.contains(&&odd);
        let place = format!("{text}: log.entries[{}]: ", entries.len() - 1);
        assert_eq!(checked.err.contains(&place), is_odd, "{}", checked.err);
        assert!(!checked.err.contains("PLACEHOLDER"), "{}", checked.err);
    }
}
