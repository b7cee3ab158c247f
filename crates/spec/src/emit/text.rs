//! A spec's texts as documentation in Rust.

/// A text as it may stand in a doc comment.
pub fn doc(text: &str) -> String {
    text.trim().to_owned()
}
