//! A WebSocket server that does as little as it can, in a process of its own and there on a thread a connection: it answers
//! every text frame with the same execution, under the id that the frame has, in CrossTrade's form or in JSON-RPC's. It reads
//! whatever has come, and writes all the answers at once, so that what is measured is the client.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;

/// The argument with which the benchmark runs itself as the server.
pub const ARGUMENT: &str = "--serve";
/// With it, the server keeps to a core that the client does not use, and to itself.
pub const ALONE: &str = "--on-its-own-core";

/// The server's process, which ends with this.
pub struct Server {
    pub address: String,
    process: Child,
}

impl Server {
    pub fn start(arguments: &[&str]) -> Self {
        let own = std::env::current_exe().expect("a running program has a path");
        let mut process = Command::new(own)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("runs itself");
        let output = process.stdout.take().expect("it is piped");
        let mut address = String::new();
        BufReader::new(output)
            .read_line(&mut address)
            .expect("it says where it listens");
        Self {
            address: address.trim().to_owned(),
            process,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether this process is the server, which it was until the benchmark ended.
pub fn serves(arguments: &[String]) -> bool {
    let has = |wanted| arguments.iter().any(|argument| argument == wanted);
    if !has(ARGUMENT) {
        return false;
    }
    let mut patience = Duration::ZERO;
    if has(ALONE) {
        stay_on_core(1);
        patience = Duration::from_millis(1);
    }
    let document = include_str!("../../tests/data/crosstrade-execution.json");
    let document: serde_json::Value = serde_json::from_str(document).expect("JSON");
    serve_all(document.to_string().leak(), patience);
    true
}

/// Keeps this thread, and those that it starts, on one core: else the system moves client and server about, and how often
/// they share a core is chance.
pub fn stay_on_core(core: usize) {
    #[cfg(target_os = "linux")]
    if std::thread::available_parallelism().is_ok_and(|cores| cores.get() > core) {
        let mut cores = rustix::thread::CpuSet::new();
        cores.set(core);
        // Where it is not allowed, the figures scatter more.
        let _ = rustix::thread::sched_setaffinity(None, &cores);
    }
    let _ = core;
}

/// Serves until the standard input ends, which it does with the benchmark.
fn serve_all(execution: &'static str, patience: Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    println!("{}", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream, execution, patience));
        }
    });
    let _ = std::io::stdin().read(&mut [0]);
}

fn serve(mut stream: TcpStream, execution: &str, patience: Duration) -> Option<()> {
    let _ = stream.set_nodelay(true);
    let mut input = Vec::new();
    let mut chunk = vec![0; 256 * 1024];
    let is_websocket = shake_hands(&mut stream, &mut input)?;
    let mut output = Vec::new();
    loop {
        let mut used = 0;
        while let Some((payload, length)) = if is_websocket {
            frame(&mut input[used..])
        } else {
            line(&input[used..])
        } {
            answer(payload, execution, is_websocket, &mut output);
            used += length;
        }
        input.drain(..used);
        stream.write_all(&output).ok()?;
        output.clear();
        let read = watchful(&mut stream, &mut chunk, patience).ok();
        input.extend_from_slice(&chunk[..read.filter(|read| *read > 0)?]);
    }
}

/// Reads, and looks for something to read for a while before it sleeps.
fn watchful(stream: &mut TcpStream, into: &mut [u8], patience: Duration) -> io::Result<usize> {
    stream.set_nonblocking(true)?;
    let since = Instant::now();
    while since.elapsed() < patience {
        match stream.read(into) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::hint::spin_loop(),
            read => {
                stream.set_nonblocking(false)?;
                return read;
            }
        }
    }
    stream.set_nonblocking(false)?;
    stream.read(into)
}

/// `false` for a peer that starts with a line of its own rather than with HTTP: the raw multiplexer.
fn shake_hands(stream: &mut TcpStream, input: &mut Vec<u8>) -> Option<bool> {
    let mut chunk = [0; 4096];
    while !input.starts_with(b"RAW\n") && !input.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut chunk).ok().filter(|read| *read > 0)?;
        input.extend_from_slice(&chunk[..read]);
    }
    if input.starts_with(b"RAW\n") {
        input.drain(..4);
        return Some(false);
    }
    let head = String::from_utf8(std::mem::take(input)).ok()?;
    let key = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("sec-websocket-key")
            .then(|| value.trim().to_owned())
    })?;
    let mut digest = sha1_smol::Sha1::from(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    digest.update(b"");
    let accept = base64::engine::general_purpose::STANDARD.encode(digest.digest().bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: {accept}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).ok()?;
    Some(true)
}

/// The next client frame's payload, unmasked, and the frame's length. No client here fragments or sends more than 64 KiB.
fn frame(bytes: &mut [u8]) -> Option<(&[u8], usize)> {
    let (length, header) = match bytes.get(1)? & 0x7f {
        126 => (
            usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?])),
            4,
        ),
        length => (usize::from(length), 2),
    };
    let mask: [u8; 4] = bytes.get(header..header + 4)?.try_into().ok()?;
    let start = header + 4;
    let payload = bytes.get_mut(start..start + length)?;
    for word in payload.chunks_mut(4) {
        for (byte, mask) in word.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
    Some((payload, start + length))
}

fn line(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let end = memchr::memchr(b'\n', bytes)?;
    Some((&bytes[..end], end + 1))
}

/// Whatever is no call (a ping, a close) gets no answer.
fn answer(payload: &[u8], execution: &str, is_websocket: bool, output: &mut Vec<u8>) {
    let Some(id) = id(payload) else { return };
    let is_json_rpc = payload.starts_with(b"{\"jsonrpc\"");
    let (start, middle) = if is_json_rpc {
        (r#"{"jsonrpc":"2.0","id":"#, r#","result":"#)
    } else {
        (r#"{"id":"#, r#","data":"#)
    };
    let length = start.len() + id.len() + middle.len() + execution.len() + 1;
    if is_websocket {
        output.push(0x81);
        if length < 126 {
            output.push(length as u8);
        } else {
            output.push(126);
            output.extend_from_slice(&u16::try_from(length).expect("a short answer").to_be_bytes());
        }
    }
    for part in [
        start.as_bytes(),
        id,
        middle.as_bytes(),
        execution.as_bytes(),
        b"}",
    ] {
        output.extend_from_slice(part);
    }
    if !is_websocket {
        output.push(b'\n');
    }
}

/// The JSON token of the member `id`.
fn id(payload: &[u8]) -> Option<&[u8]> {
    let at = memchr::memmem::find(payload, b"\"id\":")? + 5;
    let quoted = usize::from(payload[at] == b'"');
    let end = payload[at + quoted..]
        .iter()
        .position(|byte| matches!(byte, b'"' | b',' | b'}'))?;
    Some(&payload[at..at + quoted + end + quoted])
}
