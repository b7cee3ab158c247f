//! What a call is known by.

use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// A call's place in the table, and which of the calls that have had it; as text, the call's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub number: u64,
    pub slot: u32,
}

impl Key {
    /// The key that an id names, if it has the form of ours.
    pub fn read(id: &str) -> Option<Self> {
        let id = id.as_bytes();
        let point = id.iter().position(|byte| *byte == b'.')?;
        let slot = read(&id[point + 1..])?.try_into().ok()?;
        let number = read(&id[..point])?;
        Some(Self { number, slot })
    }

    /// Appends the id.
    pub fn write(self, to: &mut String) {
        write(self.number, to);
        to.push('.');
        write(self.slot.into(), to);
    }

    /// The length of the id.
    pub fn len(self) -> usize {
        digits(self.number) + 1 + digits(self.slot.into())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{:x}", self.number, self.slot)
    }
}

/// The first of a socket's numbers, which follow each other: no other call of this process has one of them, and most likely none
/// of another process.
pub(super) fn fresh_numbers() -> u64 {
    static SOCKETS: AtomicU64 = AtomicU64::new(0);
    static START: LazyLock<u64> = LazyLock::new(|| fastrand::u64(..));
    // A million million calls each.
    START.wrapping_add(SOCKETS.fetch_add(1, Ordering::Relaxed) << 40)
}

// By hand, as every call writes an id and reads one: std's formatting and parsing took a twentieth of a call.

fn digits(number: u64) -> usize {
    (16 - number.leading_zeros() as usize / 4).max(1)
}

fn write(number: u64, to: &mut String) {
    for digit in (0..digits(number)).rev() {
        let nibble = (number >> (4 * digit) & 0xf) as u8;
        to.push(char::from(match nibble {
            0..=9 => b'0' + nibble,
            _ => b'a' + nibble - 10,
        }));
    }
}

fn read(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0, |number, digit| {
        let nibble = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u64::from(nibble))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn an_id_is_its_key_and_as_long_as_it_says(number: u64, slot: u32, shift in 0_u32..64) {
            let key = Key { number: number >> shift, slot: slot >> (shift / 2) };
            let mut id = String::new();
            key.write(&mut id);
            proptest::prop_assert_eq!(&id, &key.to_string());
            proptest::prop_assert_eq!(id.len(), key.len());
            proptest::prop_assert_eq!(Key::read(&id), Some(key));
        }
    }

    #[test]
    fn what_is_not_of_its_form_is_no_key() {
        for other in [
            "",
            ".",
            "1",
            "1.",
            ".1",
            "+1.2",
            "1.+2",
            "1.2.3",
            "g.1",
            "é.1",
            "1.100000000",
            "10000000000000000.1",
        ] {
            assert_eq!(Key::read(other), None, "{other}");
        }
    }
}
