//! The text of a file, whichever Unicode encoding it is in.

use std::borrow::Cow;

pub(super) struct Text<'a> {
    pub text: Cow<'a, str>,
    /// Some of the bytes are no text; U+FFFD stands in their place.
    pub is_patched: bool,
}

impl<'a> Text<'a> {
    /// Takes UTF-16 by its byte order mark, or by the zero beside the first letter of any JSON; anything else is UTF-8.
    pub fn of(bytes: &'a [u8]) -> Self {
        match bytes {
            [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
            [_, 0, ..] => utf16(bytes, u16::from_le_bytes),
            [0, _, ..] => utf16(bytes, u16::from_be_bytes),
            _ => {
                let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
                let text = String::from_utf8_lossy(text);
                let is_patched = matches!(text, Cow::Owned(_));
                Self { text, is_patched }
            }
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Text<'static> {
    let (pairs, _) = bytes.as_chunks();
    let mut is_patched = false;
    let letters = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).map(|letter| {
        letter.unwrap_or_else(|_| {
            is_patched = true;
            char::REPLACEMENT_CHARACTER
        })
    });
    let text = Cow::Owned(letters.collect());
    Text { text, is_patched }
}
