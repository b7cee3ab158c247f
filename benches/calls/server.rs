//! A server that does next to nothing, so that the clients' cost is what shows: every request gets the same answer.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// Starts it on a thread of its own and says where it is. It waits for as long as it `takes` before each answer.
pub fn start(body: String, takes: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let answer: Arc<[u8]> = [head.into_bytes(), body.into_bytes()].concat().into();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || serve(stream, &answer, takes));
        }
    });
    format!("http://{address}")
}

/// Until the client hangs up. No request here has a body, so a blank line ends one.
fn serve(mut stream: TcpStream, answer: &[u8], takes: Duration) {
    let _ = stream.set_nodelay(true);
    let mut buffer = [0; 4096];
    let mut held = 0;
    while let Ok(read) = stream.read(&mut buffer[held..]) {
        held += read;
        if read == 0 {
            return;
        }
        if buffer[..held].ends_with(b"\r\n\r\n") {
            held = 0;
            if !takes.is_zero() {
                std::thread::sleep(takes);
            }
            if stream.write_all(answer).is_err() {
                return;
            }
        }
    }
}
