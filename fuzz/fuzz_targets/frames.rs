//! Frames as a hostile service might send them: none may panic, and what is taken for an answer lies within its frame.

#![no_main]

libfuzzer_sys::fuzz_target!(|frame: &[u8]| executions::fuzz_frame(frame));
