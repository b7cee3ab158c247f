//! A service's words without the values that it quotes in them.
//!
//! Nobody can tell a value from a word for certain, so only what looks like a word stays: no quoted text, nothing after an equals
//! sign, and no number, id, address or account.

use crate::values::printable;

/// This stands in the place of anything that may be a value.
const MASK: &str = "…";

/// As [`printable`], with `…` in the place of whatever may be a value.
pub(super) fn masked(text: &str, most: usize) -> String {
    let text = unquoted(text);
    let mut words: Vec<String> = Vec::new();
    for line in text.lines() {
        // A value may be of several words: it ends where the next one is named.
        let mut is_value = false;
        for word in line.split_whitespace() {
            is_value |= word.contains('=');
            let shown = match is_value && !word.contains('=') {
                true => continue,
                false => plain(word),
            };
            if shown != MASK || words.last().is_none_or(|last| last != MASK) {
                words.push(shown);
            }
        }
    }
    printable(&words.join(" "), most)
}

/// The text with a mask for each quoted part. A quote that is never closed reaches to the end.
fn unquoted(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(place) = opening(rest) {
        let (before, quoted) = rest.split_at(place);
        let mut letters = quoted.chars();
        let quote = letters.next().unwrap_or_default();
        shown.push_str(before);
        shown.push_str(MASK);
        rest = closing(letters.as_str(), closed_by(quote));
    }
    shown + rest
}

fn closed_by(quote: char) -> char {
    match quote {
        '“' => '”',
        '‘' => '’',
        '«' => '»',
        other => other,
    }
}

/// Where a quote begins; an apostrophe within a word is none.
fn opening(text: &str) -> Option<usize> {
    let mut before = ' ';
    text.char_indices().find_map(|(place, letter)| {
        let is_quote = "\"'`“‘«".contains(letter);
        let is_within = letter == '\'' && before.is_alphanumeric();
        before = letter;
        (is_quote && !is_within).then_some(place)
    })
}

/// The text after the quote's end.
fn closing(text: &str, quote: char) -> &str {
    let mut is_escaped = false;
    for (place, letter) in text.char_indices() {
        let after = &text[place + letter.len_utf8()..];
        let is_within = letter == '\'' && after.starts_with(char::is_alphanumeric);
        if letter == quote && !is_escaped && !is_within {
            return after;
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    ""
}

/// The word with the punctuation around it, or a mask in its place.
fn plain(word: &str) -> String {
    if let Some((name, _)) = word.split_once('=') {
        return format!("{}={MASK}", plain(name));
    }
    let is_around = |letter: char| !letter.is_alphanumeric() && letter != '_';
    let core = word.trim_matches(is_around);
    if word.contains(MASK) || (core.is_empty() && word.len() > 1) {
        return MASK.to_owned();
    }
    if core.is_empty() || core.split('.').enumerate().all(is_name) {
        return word.to_owned();
    }
    let start = word.len() - word.trim_start_matches(is_around).len();
    format!("{}{MASK}{}", &word[..start], &word[start + core.len()..])
}

/// Returns true if it is a word, or a step of a path such as `body.legs.0`.
fn is_name((place, part): (usize, &str)) -> bool {
    let digits = part.chars().filter(|letter| letter.is_numeric()).count();
    let is_plain = |letter: char| letter.is_alphanumeric() || "_-'’".contains(letter);
    let is_started = place > 0 || part.starts_with(|c: char| c.is_alphabetic() || c == '_');
    !part.is_empty() && is_started && digits <= 2 && part.len() <= 40 && part.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_and_whatever_may_be_a_value_does_not() {
        for (text, shown) in [
            ("Invalid Credentials", "Invalid Credentials"),
            ("Account Sim999 not found", "Account … not found"),
            ("it's the account's name", "it's the account's name"),
            (
                "body.legs.0.price: Field required",
                "body.legs.0.price: Field required",
            ),
            (
                "1 validation error for Executor\nprice\n  Input should be a valid number [type=float_parsing, input_value='s3cret, or so', input_type=str]",
                "… validation error for Executor price Input should be a valid number [type=… input_value=… input_type=…",
            ),
            (
                "[input_value={'key': \"it's\", 'n': Some Body}, input_type=dict]\nNo more",
                "[input_value=… input_type=… No more",
            ),
            (
                r#"invalid type: string "a \" b", expected f64"#,
                "invalid type: string … expected f64",
            ),
            ("no account 'O'Brien' here", "no account … here"),
            ("no account 'never closed", "no account …"),
            (
                "of mark@example.com (10.0.0.1), at 5804.5",
                "of … (…), at …",
            ),
            ("<html><b>x</b>", "<…>"),
            ("to https://h/a/b", "to …"),
        ] {
            assert_eq!(masked(text, 300), shown, "{text}");
        }
    }
}
