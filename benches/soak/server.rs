//! The other end of the bench: a thread that answers each call with the document's execution, as many at once as it read.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1_smol::Sha1;

const QUOTE: &str =
    r#"{"type":"marketData","quotes":[{"instrument":"ES 12-25","last":5804.5,"bid":5804.25}]}"#;

/// What else it does.
#[derive(Clone, Copy, Default)]
pub struct Habits {
    /// Quotes pushed with each answer.
    pub quotes: usize,
    /// Answers after which it drops a connection; 0 for none.
    pub drop_after: usize,
}

/// Serves every connection on a thread of its own.
pub fn start(data: String, habits: Habits) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let data = data.clone();
            thread::spawn(move || serve(stream, &data, habits));
        }
    });
    address
}

fn serve(mut stream: TcpStream, data: &str, habits: Habits) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    open(&mut stream)?;
    let mut buffer = vec![0; 1 << 20];
    let (mut filled, mut out) = (0, Vec::new());
    let mut answers = 0;
    loop {
        let read = stream
            .read(&mut buffer[filled..])
            .ok()
            .filter(|read| *read > 0)?;
        filled += read;
        let mut at = 0;
        while let Some((start, end)) = frame(&buffer[at..filled]) {
            answer(&mut buffer[at + start - 4..at + end], data, &mut out);
            for _ in 0..habits.quotes {
                out.extend([0x81, u8::try_from(QUOTE.len()).expect("short")]);
                out.extend(QUOTE.as_bytes());
            }
            at += end;
            answers += 1;
            if habits.drop_after > 0 && answers >= habits.drop_after {
                return None;
            }
        }
        buffer.copy_within(at..filled, 0);
        filled -= at;
        stream.write_all(&out).ok()?;
        out.clear();
    }
}

fn open(stream: &mut TcpStream) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let key = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("sec-websocket-key")
            .then(|| value.trim())
    })?;
    let mut sha1 = Sha1::new();
    sha1.update(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11").as_bytes());
    let accept = STANDARD.encode(sha1.digest().bytes());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {accept}\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).ok()
}

/// Where the payload of the first whole frame starts and ends.
fn frame(bytes: &[u8]) -> Option<(usize, usize)> {
    let length = *bytes.get(1)? & 0x7f;
    let (start, length) = match length {
        126 => (
            8,
            usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)),
        ),
        127 => return None,
        short => (6, usize::from(short)),
    };
    (bytes.len() >= start + length).then_some((start, start + length))
}

/// `masked` is the mask and the payload, whose id is between the fourth and fifth quote after `"id"`.
fn answer(masked: &mut [u8], data: &str, out: &mut Vec<u8>) {
    let (mask, payload) = masked.split_at_mut(4);
    for (at, byte) in payload.iter_mut().enumerate() {
        *byte ^= mask[at % 4];
    }
    let text = String::from_utf8_lossy(payload);
    let Some((_, rest)) = text.split_once("\"id\":") else {
        return;
    };
    let id = &rest[..rest.find(',').unwrap_or(rest.len())];
    let length = id.len() + data.len() + r#"{"id":,"data":}"#.len();
    out.extend([0x81, 126]);
    out.extend(
        u16::try_from(length)
            .expect("a small document")
            .to_be_bytes(),
    );
    for part in [r#"{"id":"#, id, r#","data":"#, data, "}"] {
        out.extend(part.as_bytes());
    }
}
