//! The limit: the same bytes over plain TCP, a line each, many calls at once, nothing decoded.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, oneshot};

#[derive(Default)]
struct Shared {
    calls: Mutex<Calls>,
    written: Notify,
}

#[derive(Default)]
struct Calls {
    output: Vec<u8>,
    /// The server answers in order.
    open: VecDeque<oneshot::Sender<usize>>,
}

pub struct Raw(Arc<Shared>);

impl Raw {
    pub async fn connect(address: &str) -> Self {
        let mut stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("connects");
        stream.set_nodelay(true).expect("a TCP socket");
        stream.write_all(b"RAW\n").await.expect("sends");
        let shared = Arc::new(Shared::default());
        let (mut reader, mut writer) = stream.into_split();
        let writing = Arc::clone(&shared);
        tokio::spawn(async move {
            loop {
                writing.written.notified().await;
                let output = std::mem::take(&mut writing.calls.lock().expect("whole").output);
                writer.write_all(&output).await.expect("sends");
            }
        });
        let reading = Arc::clone(&shared);
        tokio::spawn(async move {
            let mut buffer = vec![0; 64 * 1024];
            let mut length = 0;
            while let Ok(read) = reader.read(&mut buffer).await {
                if read == 0 {
                    return;
                }
                let mut calls = reading.calls.lock().expect("whole");
                let mut lines = buffer[..read].split(|byte| *byte == b'\n').peekable();
                while let Some(line) = lines.next() {
                    length += line.len();
                    if lines.peek().is_some() {
                        let call = calls.open.pop_front().expect("an open call");
                        let _ = call.send(std::mem::take(&mut length));
                    }
                }
            }
        });
        Self(shared)
    }

    /// The length of the answer.
    pub async fn call(&self, account: &str, id: &str) -> usize {
        let request = format!(
            "{{\"action\":\"rpc\",\"id\":\"12345678\",\"api\":\"GetExecution\",\"args\":{{\"account\":\"{account}\",\"executionId\":\"{id}\"}}}}\n"
        );
        let (sender, answer) = oneshot::channel();
        {
            let mut calls = self.0.calls.lock().expect("whole");
            calls.open.push_back(sender);
            calls.output.extend_from_slice(request.as_bytes());
        }
        self.0.written.notify_one();
        answer.await.expect("an answer")
    }
}
