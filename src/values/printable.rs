//! Text from outside, made safe to show.

/// Returns `text` for one line of a terminal or a log: breaks become spaces, other deceptive characters are escaped, and past
/// `most` characters it is cut.
pub(crate) fn printable(text: &str, most: usize) -> String {
    let mut line = String::new();
    for (count, c) in text.trim().chars().enumerate() {
        if count == most {
            line.push('…');
            break;
        }
        match c {
            '\n' | '\r' | '\t' => line.push(' '),
            c if is_deceptive(c) => line.extend(c.escape_unicode()),
            c => line.push(c),
        }
    }
    line
}

/// Tells characters that change what a reader or a terminal makes of the text around them: controls, marks that reorder or
/// join text, and those that take no ink and hide in a name.
#[must_use]
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            // The soft hyphen, the grapheme joiner, the Arabic letter mark.
            '\u{ad}' | '\u{34f}' | '\u{61c}'
            // Hangul fillers, Khmer vowels without a shape, Mongolian selectors and the vowel separator.
            | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{ffa0}'
            // Zero widths, line and paragraph separators, bidirectional controls, invisible operators.
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            // Variation selectors, the byte order mark, fillers and annotations.
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
            // Shorthand and musical formats, tags and more variation selectors.
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_cannot_be_rewritten_by_what_the_service_says() {
        assert_eq!(
            printable("a\x1b[2Jb\u{202e}c\nd", 80),
            "a\\u{1b}[2Jb\\u{202e}c d"
        );
        assert_eq!(printable("abcdef", 3), "abc…");
    }

    #[test]
    fn what_takes_no_ink_is_deceptive_and_letters_are_not() {
        for c in "\0\u{1b}\u{9b}\u{ad}\u{34f}\u{61c}\u{3164}\u{200b}\u{202e}\u{2066}\u{fe0f}\u{feff}\u{e0041}\u{e0100}".chars() {
            assert!(is_deceptive(c), "{c:?}");
        }
        for c in "ES 12-25 – Größe € 日本 한글 ع".chars() {
            assert!(!is_deceptive(c), "{c:?}");
        }
    }
}
