//! Whether two texts for people say the same.

/// The words of a text: where they are the same, only the typing changed.
pub fn words(text: &str) -> Vec<String> {
    // A point or a sign before a digit belongs to the number: 0.1 is not 01, nor -1 the same as 1.
    let letters: Vec<char> = text.chars().collect();
    let is_digit = |index: Option<usize>| {
        let letter = index.and_then(|index| letters.get(index));
        letter.is_some_and(char::is_ascii_digit)
    };
    let kept = letters.iter().enumerate().map(|(at, letter)| match letter {
        ',' if is_digit(at.checked_sub(1)) && is_digit(at.checked_add(1)) => ',',
        '.' | '-' | '–' if is_digit(at.checked_add(1)) => *letter,
        letter if is_punctuation(*letter) || letter.is_whitespace() => ' ',
        // A letter, a digit, or what says something by itself: £, %, ≤, ±.
        letter => *letter,
    });
    let text: String = kept.flat_map(char::to_lowercase).collect();
    text.split_whitespace().map(str::to_owned).collect()
}

/// What sets words apart or off, in prose and in Markdown.
fn is_punctuation(letter: char) -> bool {
    ".,;:?'\"`*_#-|\\()[]{}«»".contains(letter)
        // Dashes, quotation marks, bullets, dots.
        || matches!(letter, '\u{2010}'..='\u{2027}')
}

/// A text as it can stand in a sentence.
pub fn quoted(text: &str) -> String {
    const MOST: usize = 120;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = text.chars().take(MOST).collect();
    let dots = if cut.len() < text.len() { "…" } else { "" };
    format!("`{cut}{dots}`")
}
