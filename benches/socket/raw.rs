//! The limit: the same bytes over plain TCP, a line each, many calls at once, nothing decoded.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, oneshot};

#[derive(Default)]
struct Shared {
    output: RefCell<Vec<u8>>,
    /// The server answers in order.
    open: RefCell<VecDeque<oneshot::Sender<usize>>>,
    written: Notify,
}

pub struct Raw(Rc<Shared>);

impl Raw {
    /// Within a `LocalSet`.
    pub async fn connect(address: &str) -> Self {
        let mut stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("connects");
        stream.set_nodelay(true).expect("a TCP socket");
        stream.write_all(b"RAW\n").await.expect("sends");
        let shared = Rc::new(Shared::default());
        let (mut reader, mut writer) = stream.into_split();
        let writing = Rc::clone(&shared);
        tokio::task::spawn_local(async move {
            loop {
                writing.written.notified().await;
                let output = writing.output.take();
                writer.write_all(&output).await.expect("sends");
            }
        });
        let reading = Rc::clone(&shared);
        tokio::task::spawn_local(async move {
            let mut buffer = vec![0; 64 * 1024];
            let mut length = 0;
            while let Ok(read) = reader.read(&mut buffer).await {
                if read == 0 {
                    return;
                }
                let mut lines = buffer[..read].split(|byte| *byte == b'\n').peekable();
                while let Some(line) = lines.next() {
                    length += line.len();
                    if lines.peek().is_some() {
                        let call = reading.open.borrow_mut().pop_front().expect("an open call");
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
        self.0.open.borrow_mut().push_back(sender);
        self.0
            .output
            .borrow_mut()
            .extend_from_slice(request.as_bytes());
        self.0.written.notify_one();
        answer.await.expect("an answer")
    }
}
