//! Text from outside, as a terminal may have it.

use std::borrow::Cow;

use executions::values::is_deceptive;

/// Makes everything visible in the text that could act on a terminal, break a line or mislead the eye.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(is_deceptive) {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\t' | '\n' | '\r' => plain.extend(c.escape_default()),
            c if is_deceptive(c) => plain.extend(c.escape_unicode()),
            c => plain.push(c),
        }
    }
    plain.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_on_a_terminal_passes() {
        for (text, plain) in [
            ("ES 12-25 – Größe €", "ES 12-25 – Größe €"),
            ("\u{1b}[2J\u{7}", "\\u{1b}[2J\\u{7}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\tb\r\nc", "a\\tb\\r\\nc"),
            ("\u{202e}gpj", "\\u{202e}gpj"),
            ("pay\u{200b}pal\u{e0041}", "pay\\u{200b}pal\\u{e0041}"),
        ] {
            assert_eq!(escaped(text), plain);
        }
    }
}
