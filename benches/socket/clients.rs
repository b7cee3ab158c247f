//! Everything that calls, and how it is called.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use executions::crosstrade::Socket;
use executions::crosstrade::types::Execution;
use executions::{Budget, CrossTrade};
use jsonrpsee::core::client::ClientT as _;
use jsonrpsee::core::params::ObjectParams;
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};

use super::plain::Plain;
use super::raw::Raw;

const ACCOUNT: &str = "Sim101";
const ID: &str = "550837ff9e784c2895ef6dab22d06be0";
/// The clients, which go by their place in this.
pub const NAMES: [&str; 4] = [
    "this crate",
    "jsonrpsee",
    "tokio-tungstenite",
    "raw TCP, undecoded",
];

/// Each with a socket of its own.
pub struct Clients {
    ours: Socket,
    jsonrpsee: WsClient,
    plain: Plain,
    raw: Raw,
}

impl Clients {
    pub async fn connect(address: &str) -> Self {
        let crosstrade = CrossTrade::builder()
            .base_url(format!("http://{address}"))
            .token("bench")
            .budget(Budget::new(u32::MAX, 1e9))
            .build()
            .expect("complete settings");
        let builder = WsClientBuilder::default().max_concurrent_requests(4096);
        Self {
            ours: crosstrade.connect().await.expect("connects"),
            jsonrpsee: builder
                .build(format!("ws://{address}/ws/stream"))
                .await
                .expect("connects"),
            plain: Plain::connect(address).await,
            raw: Raw::connect(address).await,
        }
    }

    pub async fn close(&self) {
        self.ours.close().await.expect("it closes");
    }

    async fn call(&self, client: usize) {
        match client {
            0 => {
                let reply = self.ours.execution(ACCOUNT, ID).await.expect("a fill");
                assert_eq!(black_box(reply).id, *ID);
            }
            1 => {
                let mut parameters = ObjectParams::new();
                parameters.insert("account", ACCOUNT).expect("serialises");
                parameters.insert("executionId", ID).expect("serialises");
                let answer = self.jsonrpsee.request("GetExecution", parameters);
                let fill: Execution = answer.await.expect("a fill");
                assert_eq!(black_box(fill).id, *ID);
            }
            2 => assert_eq!(black_box(self.plain.execution(ACCOUNT, ID).await).id, *ID),
            _ => assert!(black_box(self.raw.call(ACCOUNT, ID).await) > 600),
        }
    }
}

/// How many calls, and how many of them in flight.
#[derive(Clone, Copy)]
pub struct Load {
    pub at_once: usize,
    pub count: usize,
}

impl Load {
    /// Runs tasks that call one time after the other, as many as calls are to be in flight; the seconds that calls took,
    /// where they are to be timed.
    pub async fn run(self, clients: &Arc<Clients>, client: usize, timed: bool) -> Vec<f64> {
        let lane = |clients: Arc<Clients>| async move {
            let mut times = Vec::new();
            for _ in 0..self.count / self.at_once {
                if !timed {
                    clients.call(client).await;
                    continue;
                }
                let sent = Instant::now();
                clients.call(client).await;
                times.push(sent.elapsed().as_secs_f64());
            }
            times
        };
        let lanes: Vec<_> = (0..self.at_once)
            .map(|_| tokio::spawn(lane(Arc::clone(clients))))
            .collect();
        let mut times = Vec::new();
        for lane in lanes {
            times.extend(lane.await.expect("no panic"));
        }
        times
    }
}
