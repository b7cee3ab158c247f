//! What a frame goes through, for the fuzzer in `fuzz/`.

use super::event::Frame;
use super::pending::Key;
use super::wire::{Inbound, in_full, understand};
use crate::error::said::Said;
use crate::generated::crosstrade::types;
use crate::transport::body;

/// Reads a frame in every way that a connection and a caller do.
pub fn fuzz_frame(frame: &[u8]) {
    let Ok(text) = std::str::from_utf8(frame) else {
        return;
    };
    for inbound in [understand(text), in_full(text)] {
        match inbound {
            Inbound::Answer { id, data } => {
                if let Some(key) = Key::of(&id) {
                    assert_eq!(Key::of(&key.to_string()), Some(key));
                }
                let data = text.get(data).expect("it lies within the frame");
                let bytes = bytes::Bytes::copy_from_slice(data.as_bytes());
                let headers = http::HeaderMap::new();
                let _ = body::decode::<types::ExecutionList>(&headers, &bytes, Some("data"), None);
                let _ = body::decode_any::<serde_json::Value>(data, Some("data"));
            }
            Inbound::Refusal { .. } => drop(Said::read(frame)),
            Inbound::Quotes => {
                let quotes = serde_json::from_str::<types::MarketData>(text);
                drop(quotes.map(|quotes| Frame::new(quotes, frame)));
            }
            Inbound::Pnl => drop(serde_json::from_str::<types::PnlUpdate>(text)),
            Inbound::Pong | Inbound::Unknown | Inbound::Malformed(_) => {}
        }
    }
}
