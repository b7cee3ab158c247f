//! The text of a file, whichever Unicode encoding it is in, and however strictly it keeps to JSON.

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

    /// The text in JSON's own terms where an exporter wrote what JSON does not have: control characters and other escapes in
    /// strings, and words such as `NaN`, which become null. `None` if there is no such thing.
    pub fn mended(&self) -> Option<Text<'static>> {
        let mut mended = String::with_capacity(self.text.len());
        let mut rest = &*self.text;
        while let Some((between, string)) = rest.split_once('"') {
            without_words(&mut mended, between);
            rest = string_after(&mut mended, string);
        }
        without_words(&mut mended, rest);
        let is_patched = self.is_patched;
        (mended != self.text).then(|| Text {
            text: mended.into(),
            is_patched,
        })
    }
}

/// Adds what stands between strings.
fn without_words(mended: &mut String, between: &str) {
    let is_of_word = |letter: char| letter.is_alphanumeric() || "+-._".contains(letter);
    for part in between.split_inclusive(|letter| !is_of_word(letter)) {
        let word = part.trim_end_matches(|letter| !is_of_word(letter));
        let is_number = word
            .trim_start_matches('-')
            .starts_with(|c: char| c.is_ascii_digit());
        if word.is_empty() || is_number || matches!(word, "true" | "false" | "null") {
            mended.push_str(part);
        } else {
            mended.push_str("null");
            mended.push_str(&part[word.len()..]);
        }
    }
}

/// Adds the string whose first quote was read, and returns what follows on it.
fn string_after<'a>(mended: &mut String, text: &'a str) -> &'a str {
    mended.push('"');
    let mut letters = text.char_indices();
    while let Some((place, letter)) = letters.next() {
        let after = &text[place + letter.len_utf8()..];
        match letter {
            '"' => {
                mended.push('"');
                return after;
            }
            '\\' if is_escape(after) => {
                mended.push('\\');
                mended.extend(letters.next().map(|(_, escaped)| escaped));
            }
            '\\' => mended.push_str("\\\\"),
            '\0'..='\x1f' => mended.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => mended.push(letter),
        }
    }
    ""
}

/// Returns true if JSON has the escape with these letters. The text may end before they do.
fn is_escape(letters: &str) -> bool {
    match letters.strip_prefix('u') {
        Some(digits) => digits
            .chars()
            .take(4)
            .all(|digit| digit.is_ascii_hexdigit()),
        None => {
            letters.is_empty() || letters.starts_with(['"', '\\', '/', 'b', 'f', 'n', 'r', 't'])
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
