//! Calls and their answers: who gets which, and what a refusal is.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use executions::crosstrade::Socket;
use executions::crosstrade::socket::Event;
use executions::values::Json;
use executions::{Budget, CrossTrade, Error};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::peer::{Peer, Sent, Server};
use super::{connected, meet, quick, unmetered, until};
use crate::clients::{crosstrade, documents, milliseconds};

async fn ask(socket: &Socket, n: usize) -> Result<Value, Error> {
    socket.call("Echo", json!({"n": n})).await
}

#[tokio::test]
async fn an_execution_is_asked_for_and_read_as_the_documents_have_it() {
    let (_server, mut peer, socket) = connected().await;
    let answers = async {
        let asked = peer.call().await;
        assert_eq!(asked.api, "GetExecution");
        assert_eq!(
            asked.args,
            json!({"account": "Sim101", "executionId": "exec_a1b2c3"})
        );
        peer.answer(&asked.id, documents::FILL).await;
        let asked = peer.call().await;
        assert_eq!(asked.api, "ListExecutions");
        // Above what REST allows.
        assert_eq!(
            asked.args,
            json!({"account": "Sim101", "lookbackTime": 3600})
        );
        peer.answer(&asked.id, documents::FILLS).await;
        let asked = peer.call().await;
        assert_eq!(asked.args, json!({"account": "Sim101"}));
        peer.answer(&asked.id, r#"{"executions":[],"new":1.10}"#)
            .await;
    };
    let calls = async {
        let fill = socket
            .execution("Sim101", "exec_a1b2c3")
            .await
            .expect("a fill");
        assert_eq!(fill.price.to_string(), "5804.5");
        assert_eq!(&fill.bytes()[..], documents::FILL.as_bytes());
        assert_eq!((fill.http_status(), fill.attempts()), (None, 1));
        assert_eq!(
            fill.to_execution().reference.to_string(),
            "crosstrade:Sim101/exec_a1b2c3"
        );
        let fills = socket
            .executions("Sim101")
            .lookback(Duration::from_secs(3600))
            .await
            .expect("fills");
        assert_eq!(fills.to_executions().len(), 1);
        let none = socket.executions("Sim101").await.expect("an answer");
        assert!(none.executions.is_empty());
        assert_eq!(none.unknown_members()[0].json.as_str(), "1.10");
    };
    tokio::join!(answers, calls);
}

// fault 41
#[tokio::test]
async fn answers_find_their_calls_in_any_order() {
    let (_server, mut peer, socket) = unmetered().await;
    let answers = async {
        let mut asked = Vec::new();
        for _ in 0..64 {
            asked.push(peer.call().await);
        }
        fastrand::shuffle(&mut asked);
        for asked in asked {
            peer.answer(&asked.id, &asked.args.to_string()).await;
        }
    };
    let calls = join_all((0..64).map(|n| ask(&socket, n)));
    let (calls, ()) = tokio::join!(calls, answers);
    for (n, answer) in calls.into_iter().enumerate() {
        assert_eq!(answer.expect("an answer")["n"], n);
    }
    assert_eq!(socket.strays(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_call_through_one_socket_at_once() {
    let (_server, peer, socket) = unmetered().await;
    let served = tokio::spawn(peer.serve(documents::FILL));
    let tasks = (0..200).map(|_| {
        let socket = socket.clone();
        tokio::spawn(async move {
            for _ in 0..20 {
                socket.execution("Sim101", "a").await.expect("a fill");
            }
        })
    });
    for task in join_all(tasks).await {
        task.expect("no panic");
    }
    assert_eq!(socket.strays(), 0);
    drop(socket);
    assert_eq!(served.await.expect("no panic"), 4000);
}

#[tokio::test]
async fn ids_never_repeat_not_even_on_another_socket() {
    let mut ids = HashSet::new();
    for _ in 0..3 {
        let (_server, mut peer, socket) = connected().await;
        for n in 0..5 {
            let (answer, ()) = tokio::join!(ask(&socket, n), async {
                let asked = peer.call().await;
                assert!(ids.insert(asked.id.clone()));
                peer.answer(&asked.id, "{}").await;
            });
            answer.expect("an answer");
        }
    }
}

// fault 41
#[tokio::test]
async fn an_answer_for_nobody_reaches_nobody_and_is_told_once() {
    let (_server, mut peer, socket) = connected().await;
    let mut events = socket.events();
    let (answer, ids) = tokio::join!(ask(&socket, 1), async {
        let asked = peer.call().await;
        let others = [
            "",
            "nonsense",
            "0.0",
            "1.0",
            "ffffffffffffffff.ffffffff",
            "+1.0",
        ];
        for other in others {
            peer.answer(other, r#"{"n":666}"#).await;
        }
        peer.answer(&asked.id, r#"{"n":1}"#).await;
        peer.answer(&asked.id, r#"{"n":667}"#).await;
        peer.say(r#"{"id":7,"data":{"n":668}}"#).await;
        [&others[..], &[&asked.id, "7"]]
            .concat()
            .iter()
            .map(|id| (*id).to_owned())
            .collect::<Vec<_>>()
    });
    assert_eq!(answer.expect("the right one")["n"], 1);
    for (at, id) in ids.iter().enumerate() {
        let stray = until(&mut events, |event| match event {
            Event::Stray(stray) => Some(stray.clone()),
            _ => None,
        })
        .await;
        assert_eq!((&stray.id, stray.count), (id, at as u64 + 1));
    }
    assert_eq!(socket.strays(), ids.len() as u64);
}

// fault 42
#[tokio::test]
async fn a_call_that_gives_up_or_times_out_leaves_nothing_and_disturbs_nobody() {
    let (_server, mut peer, socket) = connected().await;
    let calls = async {
        let patient = ask(&socket, 0);
        let cancelled = tokio::time::timeout(milliseconds(50), ask(&socket, 1));
        let late = socket
            .call::<Value>("Echo", json!({"n": 2}))
            .read_only()
            .timeout(milliseconds(50));
        let (patient, cancelled, late) = tokio::join!(patient, cancelled, late);
        assert_eq!(patient.expect("an answer")["n"], 0);
        assert!(cancelled.is_err());
        let late = late.expect_err("too late");
        assert!(late.is_timeout() && late.is_retryable() && !late.is_outcome_unknown());
    };
    let answers = async {
        let mut asked = Vec::new();
        for _ in 0..3 {
            asked.push(peer.call().await);
        }
        tokio::time::sleep(milliseconds(150)).await;
        for asked in asked.iter().rev() {
            peer.answer(&asked.id, &asked.args.to_string()).await;
        }
    };
    tokio::join!(calls, answers);
    assert_eq!(socket.strays(), 2);
}

#[tokio::test]
async fn a_deadline_leaves_the_outcome_of_a_write_unknown() {
    let (_server, mut peer, socket) = connected().await;
    let place = socket
        .call::<Value>("PlaceOrder", json!({}))
        .timeout(milliseconds(50));
    let (late, asked) = tokio::join!(place, peer.call());
    assert_eq!(asked.api, "PlaceOrder");
    let late = late.expect_err("no answer");
    assert!(late.is_timeout() && late.is_outcome_unknown() && !late.is_retryable());
    assert!(late.sent_at().is_some());
    assert_eq!(late.attempts(), 1);
}

#[tokio::test]
async fn every_call_has_a_deadline() {
    let server = Server::listen().await;
    let connect = quick(&crosstrade(&server.url())).call_timeout(milliseconds(80));
    let (_peer, socket) = meet(&server, connect).await;
    let started = Instant::now();
    let (fill, fills, other) = tokio::join!(
        socket.execution("Sim101", "a"),
        async { socket.executions("Sim101").await },
        ask(&socket, 1)
    );
    assert!(fill.expect_err("no answer").is_timeout());
    assert!(fills.expect_err("no answer").is_timeout());
    assert!(other.expect_err("no answer").is_timeout());
    assert!(started.elapsed() < milliseconds(2000));
}

#[tokio::test]
async fn a_refusal_is_one_in_every_form() {
    let (_server, mut peer, socket) = connected().await;
    for (frame, code, message) in [
        (
            r#"{"id":"ID","data":{"success":false,"error":"invalid_account","detail":"no"}}"#,
            Some("invalid_account"),
            Some("no"),
        ),
        (
            r#"{"id":"ID","data":{"error":"Invalid request"}}"#,
            None,
            Some("Invalid request"),
        ),
        (
            r#"{"id":"ID","data":{"x":1,"success":true,"error":"invalid_account"}}"#,
            Some("invalid_account"),
            None,
        ),
        (
            r#"{"id":"ID","error":"invalid_account"}"#,
            Some("invalid_account"),
            None,
        ),
        (
            r#"{"type":"error","id":"ID","message":"no"}"#,
            None,
            Some("no"),
        ),
        (r#"{"type":"error","message":"no"}"#, None, Some("no")),
        (
            r#"{"id":"ID","data":{"x":1},"error":"invalid_account"}"#,
            Some("invalid_account"),
            None,
        ),
    ] {
        for typed in [false, true] {
            let call = async {
                if typed {
                    socket.execution("Sim101", "a").await.map(drop)
                } else {
                    ask(&socket, 1).await.map(drop)
                }
            };
            let (answer, ()) = tokio::join!(call, async {
                let asked = peer.call().await;
                peer.say(frame.replace("ID", &asked.id)).await;
            });
            // With members beside them, data that any type takes are taken for what they are.
            let error = answer.expect_err(frame);
            assert_eq!((error.code(), error.message()), (code, message), "{frame}");
            assert_eq!(error.status(), None);
            assert!(!error.is_contract_drift() && !error.is_outcome_unknown());
        }
    }
}

#[tokio::test]
async fn an_answer_that_says_in_two_ways_whether_it_failed_is_no_success_of_any_type() {
    let (_server, mut peer, socket) = connected().await;
    for frame in [
        r#"{"id":"ID","data":{"success":false,"error":"rejected","success":true}}"#,
        r#"{"id":"ID","data":{"success":true,"succes\u0073":false}}"#,
        r#"{"id":"ID","data":{"success":true,"data":{"success":false,"error":"rejected"}}}"#,
        r#"{"id":"ID","data":{"success":"false","x":1}}"#,
        r#"{"id":"ID","data":{"x":1},"success":0}"#,
        r#"{"success":false,"id":"ID","data":{"x":1},"success":true}"#,
        r#"{"id":"ID","data":{"x":1},"error":"rejected","err\u006fr":null}"#,
        r#"{"data":{"success":true},"succes\u0073":false,"id":"ID"}"#,
    ] {
        let call = socket.call::<Json>("PlaceOrder", json!({}));
        let (answer, ()) = tokio::join!(call.timeout(milliseconds(2000)), async {
            let asked = peer.call().await;
            peer.say(frame.replace("ID", &asked.id)).await;
        });
        let error = answer.expect_err(frame);
        assert!(
            !error.is_timeout() && error.body().is_some(),
            "{frame}: {error}"
        );
    }
}

#[tokio::test]
async fn a_fill_of_another_account_does_not_fit_over_a_socket() {
    let (_server, mut peer, socket) = connected().await;
    let calls = async {
        let got = socket.execution("Live99", "x").await;
        let error = got.expect_err("another account");
        assert!(error.is_contract_drift(), "{error}");
        assert_eq!(error.json_path(), Some("account"));
        let got = socket.executions("Live99").await;
        let error = got.expect_err("another account");
        assert_eq!(error.json_path(), Some("executions[0].account"));
        let fill = socket.execution("sim101", "x").await.expect("a fill");
        assert_eq!(fill.asked_id(), Some("x"));
    };
    let answers = async {
        for body in [documents::FILL, documents::FILLS, documents::FILL] {
            let asked = peer.call().await;
            peer.answer(&asked.id, body).await;
        }
    };
    tokio::join!(answers, calls);
}

#[tokio::test]
async fn what_a_refusal_means_is_told_by_its_words_or_its_status() {
    let (_server, mut peer, socket) = connected().await;
    type Is = fn(&Error) -> bool;
    for (data, is) in [
        (
            r#"{"success":false,"error":"addon_disconnected"}"#,
            Error::is_offline as Is,
        ),
        (
            r#"{"success":false,"error":"execution_not_found"}"#,
            Error::is_not_found,
        ),
        (r#"{"error":"Rate limit exceeded"}"#, Error::is_rate_limited),
    ] {
        let (answer, ()) = tokio::join!(socket.execution("Sim101", "a"), async {
            let asked = peer.call().await;
            peer.answer(&asked.id, data).await;
        });
        assert!(is(&answer.expect_err(data)), "{data}");
    }
    for (status, is) in [
        (401, Error::is_auth as Is),
        (404, Error::is_not_found),
        (408, Error::is_offline),
        (429, Error::is_rate_limited),
    ] {
        let (answer, ()) = tokio::join!(socket.execution("Sim101", "a"), async {
            let asked = peer.call().await;
            peer.say(format!(
                r#"{{"id":"{}","error":"x","status":{status}}}"#,
                asked.id
            ))
            .await;
        });
        assert!(is(&answer.expect_err("refused")), "{status}");
    }
}

#[tokio::test]
async fn an_error_that_names_no_call_goes_to_the_events_if_two_are_open_and_is_remembered() {
    let (_server, mut peer, socket) = connected().await;
    let mut events = socket.events();
    let call = |n| {
        socket
            .call::<Value>("Echo", json!({"n": n}))
            .timeout(milliseconds(100))
    };
    let (one, two, ()) = tokio::join!(call(1), call(2), async {
        peer.call().await;
        peer.call().await;
        peer.say(r#"{"type":"error","message":"marker of the error"}"#)
            .await;
    });
    for call in [one, two] {
        let error = call.expect_err("no answer").to_string();
        assert!(error.contains("marker of the error"), "{error}");
    }
    let seen = until(&mut events, |event| match event {
        Event::Refused(error) => Some(error.clone()),
        _ => None,
    })
    .await;
    assert_eq!(seen.message(), Some("marker of the error"));
}

#[tokio::test]
async fn a_rate_limit_error_pauses_the_budget_that_rest_shares() {
    for frame in [
        r#"{"error":"Rate limit exceeded"}"#,
        r#"{"id":"ID","error":"Rate limit exceeded"}"#,
        r#"{"id":"ID","data":{"success":false,"error":"Rate limit exceeded"}}"#,
        r#"{"id":"ID","data":null,"error":"Rate limit exceeded"}"#,
    ] {
        let server = Server::listen().await;
        let budget = Budget::new(20, 0.01).failing();
        let crosstrade = CrossTrade::builder()
            .token("a-token")
            .base_url(server.url())
            .budget(budget)
            .build()
            .expect("complete");
        let (mut peer, socket) = meet(&server, quick(&crosstrade)).await;
        let (answer, ()) = tokio::join!(ask(&socket, 1), async {
            let asked = peer.call().await;
            peer.say(frame.replace("ID", &asked.id)).await;
        });
        assert!(answer.expect_err("refused").is_rate_limited());
        for error in [
            crosstrade.execution("Sim101", "a").await.expect_err("REST"),
            socket
                .execution("Sim101", "a")
                .await
                .expect_err("WebSocket"),
        ] {
            assert!(error.is_rate_limited(), "{error}");
            assert_eq!(error.attempts(), 0);
        }
    }
}

#[tokio::test]
async fn calls_draw_on_the_budget_of_rest() {
    let server = Server::listen().await;
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url(server.url())
        .budget(Budget::new(2, 0.01).failing())
        .build()
        .expect("complete");
    let (peer, socket) = meet(&server, quick(&crosstrade)).await;
    tokio::spawn(peer.serve("{}"));
    ask(&socket, 1).await.expect("the first");
    ask(&socket, 2).await.expect("the second");
    assert!(ask(&socket, 3).await.expect_err("spent").is_rate_limited());
    assert!(
        crosstrade
            .execution("Sim101", "a")
            .await
            .expect_err("spent")
            .is_rate_limited()
    );
}

#[tokio::test]
async fn what_cannot_be_asked_is_not_sent() {
    let (_server, mut peer, socket) = connected().await;
    let long = "x".repeat(1 << 20);
    for error in [
        socket.execution("Sim101", "").await.expect_err("no id"),
        socket.execution("..", "a").await.expect_err("no account"),
        socket
            .executions("Sim101")
            .lookback(milliseconds(1500))
            .await
            .expect_err("half a second"),
        socket
            .executions("Sim101")
            .lookback(Duration::ZERO)
            .await
            .expect_err("nothing"),
        socket.call::<Value>("", ()).await.expect_err("no name"),
        socket.call::<Value>("a\"b", ()).await.expect_err("a quote"),
        socket.call::<Value>("Echo", [1]).await.expect_err("a list"),
        socket
            .call::<Value>("Echo", json!({"x": long}))
            .await
            .expect_err("too long"),
        socket.subscribe([""]).await.expect_err("no instrument"),
        socket
            .subscribe(["ES\u{202e}"])
            .await
            .expect_err("deceptive"),
        socket
            .stream_pnl(Duration::from_nanos(1))
            .await
            .expect_err("too often"),
    ] {
        assert!(error.is_invalid_input(), "{error}");
    }
    let (answer, ()) = tokio::join!(socket.call::<()>("Echo", ()), async {
        let asked = peer.call().await;
        assert_eq!((asked.api.as_str(), asked.args), ("Echo", json!({})));
        peer.answer(&asked.id, "null").await;
    });
    answer.expect("nothing is an answer too");
}

#[tokio::test]
async fn an_answer_may_be_any_json_and_is_read_into_any_type() {
    let (_server, mut peer, socket) = connected().await;
    for data in [
        "[1,2]",
        "5",
        r#"{"positions":[],"error":null}"#,
        r#"{"x":1.10,"success":true,"error":null}"#,
    ] {
        let (exact, ()) = tokio::join!(socket.call::<Json>("Echo", ()), async {
            let asked = peer.call().await;
            // With more after it, so that a first look sees too much.
            peer.say(format!(
                r#"{{"id":"{}","data":{data},"more":[]}}"#,
                asked.id
            ))
            .await;
        });
        assert_eq!(exact.expect("JSON").as_str(), data);
    }
    let (wrapped, ()) = tokio::join!(socket.call::<Vec<u8>>("Echo", ()), async {
        let asked = peer.call().await;
        peer.answer(&asked.id, r#"{"success":true,"data":[1,2]}"#)
            .await;
    });
    assert_eq!(wrapped.expect("in its wrapper"), [1, 2]);
    for data in ["{", "{\"a\":1}", "\"x\"", ""] {
        let (unfit, ()) = tokio::join!(socket.call::<Vec<u8>>("Echo", ()), async {
            let asked = peer.call().await;
            peer.answer(&asked.id, data).await;
        });
        assert!(unfit.expect_err(data).is_contract_drift(), "{data}");
    }
}

#[tokio::test]
async fn dropping_the_last_handle_closes_the_socket() {
    let (_server, mut peer, socket) = connected().await;
    let mut events = socket.events();
    let other = socket.clone();
    drop(socket);
    let (answer, ()) = tokio::join!(ask(&other, 1), async {
        let asked = peer.call().await;
        peer.answer(&asked.id, "{}").await;
    });
    answer.expect("one handle is left");
    drop(other);
    assert_eq!(peer.read().await, Sent::Close(1000));
    peer.close(1000, "").await;
    assert_eq!(peer.read().await, Sent::End);
    while events.next().await.is_some() {}
}

#[tokio::test]
async fn close_ends_calls_and_events_and_is_final() {
    let (_server, mut peer, socket) = connected().await;
    let mut events = socket.events();
    let closed = async {
        let asked = peer.call().await;
        assert_eq!(asked.api, "PlaceOrder");
        peer.call().await;
        let started = Instant::now();
        // The other side does not take its leave.
        socket.close().await.expect("closed");
        assert!(started.elapsed() < milliseconds(2000));
        Instant::now()
    };
    let place = socket.call::<Value>("PlaceOrder", ());
    let read = async { (socket.execution("Sim101", "a").await, Instant::now()) };
    let (place, (read, ended), closed) = tokio::join!(place, read, closed);
    // The calls do not wait for the other side to take its leave.
    assert!(closed - ended > milliseconds(500));
    let place = place.expect_err("nobody knows");
    assert!(place.is_outcome_unknown() && place.is_closed());
    let read = read.expect_err("closed");
    assert!(read.is_closed() && !read.is_outcome_unknown());
    assert!(ask(&socket, 1).await.expect_err("closed").is_closed());
    assert!(
        socket
            .subscribe(["ES 12-25"])
            .await
            .expect_err("closed")
            .is_closed()
    );
    socket.close().await.expect("closed already");
    while events.next().await.is_some() {}
    assert!(socket.events().next().await.is_none());
}

#[test]
fn a_runtime_that_ends_takes_nobody_with_it_for_ever() {
    let first = tokio::runtime::Runtime::new().expect("a runtime");
    let (_server, _peer, socket) = first.block_on(connected());
    first.shutdown_background();
    let second = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let error = second.block_on(async {
        let asked = async { ask(&socket, 1).await };
        tokio::time::timeout(Duration::from_secs(10), asked).await
    });
    assert!(error.expect("no hang").expect_err("closed").is_closed());
}

#[tokio::test]
async fn a_handle_is_cheap_to_clone_and_goes_anywhere() {
    fn anywhere<T: Clone + Send + Sync + 'static>(_: &T) {}
    let (_server, peer, socket) = connected().await;
    anywhere(&socket);
    tokio::spawn(Peer::serve(peer, "{}"));
    let shared = Arc::new(socket);
    let task = tokio::spawn(async move { ask(&shared, 1).await.map(drop) });
    task.await.expect("no panic").expect("an answer");
}
