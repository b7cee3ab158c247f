//! What an observer is shown and may stop, what a recording holds, and what it is good for again.

mod command;
mod file;
mod observed;
mod pages;
mod replayed;
mod sockets;

use std::sync::{Arc, Mutex};

use executions::observe::{Direction, Exchange, Message, Observer, Veto};
use executions::{CrossTrade, Limits};

use crate::clients::eager;

/// Keeps what it is shown, and vetoes as it is told.
#[derive(Default)]
pub struct Witness {
    pub exchanges: Mutex<Vec<Exchange>>,
    pub messages: Mutex<Vec<Message>>,
    pub closed: Mutex<Vec<(u64, Option<String>)>>,
    veto_exchange: Option<fn(&Exchange) -> bool>,
    veto_message: Option<fn(&Message) -> bool>,
}

impl Witness {
    fn vetoing(veto: fn(&Exchange) -> bool) -> Arc<Self> {
        Arc::new(Self {
            veto_exchange: Some(veto),
            ..Self::default()
        })
    }

    fn vetoing_messages(veto: fn(&Message) -> bool) -> Arc<Self> {
        Arc::new(Self {
            veto_message: Some(veto),
            ..Self::default()
        })
    }

    fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.lock().expect("whole").clone()
    }

    /// Each message's direction, call and text.
    fn messages(&self) -> Vec<(Direction, Option<String>, String)> {
        let messages = self.messages.lock().expect("whole");
        let parts = |message: &Message| {
            let text = String::from_utf8_lossy(&message.data).into_owned();
            let api = message.api.as_deref().map(str::to_owned);
            (message.direction, api, text)
        };
        messages.iter().map(parts).collect()
    }
}

fn veto() -> Veto {
    Veto::new("it is \"wrong\"", "/a/0").rule("the-rule")
}

impl Observer for Witness {
    fn exchange(&self, exchange: &Exchange) -> Result<(), Veto> {
        self.exchanges.lock().expect("whole").push(exchange.clone());
        match self.veto_exchange {
            Some(is) if is(exchange) => Err(veto()),
            _ => Ok(()),
        }
    }

    fn message(&self, message: &Message) -> Result<(), Veto> {
        self.messages.lock().expect("whole").push(message.clone());
        match self.veto_message {
            Some(is) if is(message) => Err(veto()),
            _ => Ok(()),
        }
    }

    fn closed(&self, connection: u64, lost: Option<&str>) {
        let lost = lost.map(str::to_owned);
        self.closed.lock().expect("whole").push((connection, lost));
    }
}

fn watched(url: &str, observer: Arc<dyn Observer>) -> CrossTrade {
    watched_within(url, observer, Limits::default())
}

fn watched_within(url: &str, observer: Arc<dyn Observer>, limits: Limits) -> CrossTrade {
    CrossTrade::builder()
        .token("marker-of-a-token")
        .base_url(url)
        .budget(executions::Budget::new(u32::MAX, 1e9))
        .retry(eager())
        .limits(limits)
        .observer(observer)
        .build()
        .expect("complete")
}
