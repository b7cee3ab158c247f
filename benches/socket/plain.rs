//! What one writes over tokio-tungstenite without thinking about speed: a map of open calls, and a flush a message.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use executions::crosstrade::types::Execution;
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use tokio::sync::{Mutex, oneshot};
use tokio_tungstenite::tungstenite::Message;

type Open = Arc<std::sync::Mutex<HashMap<String, oneshot::Sender<String>>>>;
type Stream = tokio_tungstenite::WebSocketStream<tokio::net::TcpStream>;

pub struct Plain {
    sink: Mutex<futures_util::stream::SplitSink<Stream, Message>>,
    open: Open,
    last: AtomicU64,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Deserialize)]
struct Answer {
    data: Execution,
}

impl Plain {
    pub async fn connect(address: &str) -> Self {
        let stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("connects");
        stream.set_nodelay(true).expect("a TCP socket");
        let url = format!("ws://{address}/ws/stream");
        let (stream, _) = tokio_tungstenite::client_async(url, stream)
            .await
            .expect("upgrades");
        let (sink, mut stream) = stream.split();
        let open = Open::default();
        let calls = Arc::clone(&open);
        tokio::spawn(async move {
            while let Some(Ok(Message::Text(text))) = stream.next().await {
                let Id { id } = serde_json::from_str(&text).expect("an id");
                if let Some(call) = calls.lock().expect("whole").remove(&id) {
                    let _ = call.send(text.to_string());
                }
            }
        });
        Self {
            sink: Mutex::new(sink),
            open,
            last: AtomicU64::new(0),
        }
    }

    pub async fn execution(&self, account: &str, id: &str) -> Execution {
        let call = self.last.fetch_add(1, Ordering::Relaxed).to_string();
        let (sender, answer) = oneshot::channel();
        self.open
            .lock()
            .expect("whole")
            .insert(call.clone(), sender);
        let request = serde_json::json!({
            "action": "rpc", "id": call, "api": "GetExecution", "args": { "account": account, "executionId": id },
        });
        self.sink
            .lock()
            .await
            .send(Message::text(request.to_string()))
            .await
            .expect("sends");
        let text = answer.await.expect("an answer");
        serde_json::from_str::<Answer>(&text)
            .expect("an execution")
            .data
    }
}
