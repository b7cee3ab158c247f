//! Quotes and P&L.

use std::time::Instant;

use super::*;

#[tokio::test]
async fn quotes_of_what_is_subscribed_come_a_few_times_a_second() {
    let simulator = started().await;
    let mut socket = Socket::open(&simulator).await;
    let subscribe =
        json!({"action": "subscribe", "instruments": ["ES 12-25", "NQ 12-25", "ES 12-25"]});
    socket.say(subscribe).await;
    let mut volumes = Vec::new();
    for _ in 0..4 {
        let frame = socket.frame().await;
        assert_eq!(frame["type"], "marketData");
        let quotes = frame["quotes"].as_array().expect("a list");
        let names: Vec<_> = quotes.iter().map(|quote| &quote["instrument"]).collect();
        assert_eq!(names, ["ES 12-25", "NQ 12-25"]);
        for quote in quotes {
            assert!(quote["bid"].as_f64() < quote["ask"].as_f64());
            assert!(quote["last"] == quote["bid"] || quote["last"] == quote["ask"]);
        }
        volumes.push(quotes[0]["volume"].as_u64().expect("a count"));
    }
    assert!(
        volumes.is_sorted() && volumes[0] < volumes[3],
        "{volumes:?}"
    );

    let one = json!({"action": "unsubscribe", "instruments": ["ES 12-25", "unheard of"]});
    socket.say(one).await;
    socket.say(json!({"action": "ping"})).await;
    while socket.frame().await["type"] != "pong" {}
    let left = socket.frame().await;
    assert_eq!(left["quotes"].as_array().map(Vec::len), Some(1));
    let all = json!({"action": "unsubscribe", "instruments": ["NQ 12-25"]});
    socket.say(all).await;
    socket.say(json!({"action": "ping"})).await;
    while socket.frame().await["type"] != "pong" {}
    assert!(socket.is_silent().await);
}

#[tokio::test]
async fn profit_comes_as_often_as_was_asked_until_it_is_switched_off() {
    let simulator = started().await;
    let mut socket = Socket::open(&simulator).await;
    let pnl = |enabled| json!({"action": "streamPnl", "enabled": enabled, "interval": 50});
    let asked = Instant::now();
    socket.say(pnl(true)).await;
    let mut last = 0;
    for _ in 0..4 {
        let frame = socket.frame().await;
        assert_eq!(frame["type"], "pnlUpdate");
        assert_eq!(frame["accounts"][0]["account"], "Sim101");
        assert!(frame["accounts"][0]["unrealizedPnl"].is_number());
        let epoch = frame["epoch"].as_u64().expect("milliseconds");
        assert!(epoch >= last, "{last} and {epoch}");
        last = epoch;
    }
    // The first at once; a tick may be a few milliseconds early against the one before, which was late.
    assert!(asked.elapsed() >= Duration::from_millis(3 * 45));
    socket.say(pnl(false)).await;
    socket.say(json!({"action": "ping"})).await;
    while socket.frame().await["type"] != "pong" {}
    assert!(socket.is_silent().await);
}

#[tokio::test]
async fn subscriptions_change_twenty_times_a_minute() {
    let simulator = started().await;
    let mut socket = Socket::open(&simulator).await;
    for _ in 0..21 {
        let none = json!({"action": "unsubscribe", "instruments": ["ES 12-25"]});
        socket.say(none).await;
    }
    let refused = socket.frame().await;
    assert_eq!(refused["type"], "error");
    assert_eq!(refused["error"], "Rate limit exceeded");
    let data = socket.answer("1", "GetExecution", fill()).await;
    assert_eq!(data["success"], true, "calls have a budget of their own");
}

#[tokio::test]
async fn without_a_budget_subscriptions_change_as_often_as_they_like() {
    let options = Options::default().without_budget();
    let simulator = Simulator::start(options).await.expect("free ports");
    let mut socket = Socket::open(&simulator).await;
    for _ in 0..60 {
        let none = json!({"action": "unsubscribe", "instruments": ["ES 12-25"]});
        socket.say(none).await;
    }
    assert!(socket.is_silent().await);
}
