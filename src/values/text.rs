//! Short text without an allocation.

use std::ops::Deref;

use arrayvec::ArrayString;

/// Room for a UUID, and for a time with its offset.
const SHORT: usize = 40;

/// A text as it came, which nearly every id and time has room for in place: of the sixteen allocations that a call over the
/// WebSocket made these were four.
#[derive(Clone)]
pub(crate) enum Text {
    Short(ArrayString<SHORT>),
    Long(Box<str>),
}

impl Text {
    pub fn joined(first: &str, second: &str) -> Self {
        let mut short = ArrayString::new();
        match short
            .try_push_str(first)
            .and_then(|()| short.try_push_str(second))
        {
            Ok(()) => Self::Short(short),
            Err(_) => Self::Long([first, second].concat().into()),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        match ArrayString::from(text) {
            Ok(short) => Self::Short(short),
            Err(_) => Self::Long(text.into()),
        }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Short(text) => text,
            Self::Long(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_needs_no_allocation_and_a_long_text_is_whole() {
        let counted = allocation_counter::measure(|| {
            assert_eq!(
                &*Text::from("123e4567-e89b-12d3-a456-426614174000").clone(),
                "123e4567-e89b-12d3-a456-426614174000"
            );
        });
        assert_eq!(counted.count_total, 0);
        for length in [0, SHORT, SHORT + 1, 10 * SHORT] {
            let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
            assert_eq!(*Text::from(&*text), text);
        }
    }
}
