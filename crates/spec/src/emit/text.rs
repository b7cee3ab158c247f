//! A spec's texts as documentation in Rust.
//!
//! rustdoc reads Markdown, and `cargo test` runs the code blocks in it. Others write specs, so only harmless Markdown keeps its
//! meaning: paragraphs, headings, flat lists, quotes, emphasis, and code within a line. rustdoc shows the rest as it was typed.

use proc_macro2::Span;
use syn::visit_mut::{self, VisitMut};

use crate::source::shown;

/// Makes every doc comment of generated Rust safe, including those that progenitor composes.
pub struct SafeDocs;

impl VisitMut for SafeDocs {
    fn visit_attribute_mut(&mut self, attribute: &mut syn::Attribute) {
        if let syn::Meta::NameValue(pair) = &mut attribute.meta
            && pair.path.is_ident("doc")
            && let syn::Expr::Lit(syn::ExprLit { lit, .. }) = &mut pair.value
            && let syn::Lit::Str(text) = &lit
        {
            *lit = syn::LitStr::new(&doc(&text.value()), Span::call_site()).into();
        }
        visit_mut::visit_attribute_mut(self, attribute);
    }
}

/// Escapes whatever rustdoc would take for a code block, HTML, a link or a table, and shows hidden characters as `U+202E`.
pub fn doc(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        // Indented code needs four columns, in lists and quotes too: no line has more than one space in a row.
        safe(&line.split_whitespace().collect::<Vec<_>>().join(" "))
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn safe(line: &str) -> String {
    let mut safe = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(letter) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches(letter).len();
        let (taken, after) = match letter {
            '`' => match code(rest, run) {
                Some(length) => (rest[..length].chars().map(shown).collect(), length),
                None => ("\\`".repeat(run), run),
            },
            '~' if run >= 3 => ("\\~".repeat(run), run),
            '\\' => {
                let next = rest[1..].chars().next();
                match next.filter(char::is_ascii_punctuation) {
                    Some(next) => (format!("\\{next}"), 2),
                    None => ("\\".to_owned(), 1),
                }
            }
            '<' | '[' | '&' | '|' => (format!("\\{letter}"), 1),
            _ => (shown(letter), letter.len_utf8()),
        };
        safe += &taken;
        rest = &rest[after..];
    }
    safe
}

/// Returns the length of the code span that a run of backticks opens, if it closes in the same line. Three could be a fence.
fn code(rest: &str, run: usize) -> Option<usize> {
    if run >= 3 {
        return None;
    }
    let mut at = run;
    loop {
        at += rest[at..].find('`').filter(|_| run < 3)?;
        let end = rest.len() - rest[at..].trim_start_matches('`').len();
        if end - at == run {
            return Some(end);
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::doc;
    use crate::source::is_hidden;

    /// The first thing in a text that rustdoc would take for more than text.
    fn harm(text: &str) -> Option<String> {
        // The options of rustdoc.
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_SMART_PUNCTUATION;
        // rustdoc asks for the items that a broken link may be to.
        let mut link = |_| Some(("item".into(), "".into()));
        let mut events = Parser::new_with_broken_link_callback(text, options, Some(&mut link));
        let harm = events.find(|event| match event {
            Event::Html(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) => true,
            Event::TaskListMarker(_) => true,
            Event::Start(tag) => !matches!(
                tag,
                Tag::Paragraph
                    | Tag::Heading { .. }
                    | Tag::BlockQuote(_)
                    | Tag::List(_)
                    | Tag::Item
                    | Tag::Emphasis
                    | Tag::Strong
                    | Tag::Strikethrough
            ),
            Event::Text(text) | Event::Code(text) => text.chars().any(is_hidden),
            _ => false,
        });
        harm.map(|event| format!("{event:?}"))
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in [
            "Id of the run, such as `run_1`: *never* **empty**.",
            "States:\n\n- `a`: first\n- ``b`c``: second\n\n1. one\n2. two",
            "# Heading\n\n> a quote\n\n\\*no list, 100 % ~ 3 > 2, größer",
        ] {
            assert_eq!(doc(text), text);
            assert_eq!(harm(text), None);
        }
        assert_eq!(doc("  a\r\n    b\t c\n"), "a\nb c");
        assert_eq!(doc("`Vec<[u8]>` a[0] <b>"), "`Vec<[u8]>` a\\[0] \\<b>");
        assert_eq!(doc("a\u{202e}b"), "aU+202Eb");
    }

    #[test]
    fn no_text_becomes_code_html_or_a_link() {
        for text in [
            "x.\n\n```\npanic!()\n```",
            "x.\n\n~~~rust\npanic!()\n~~~",
            "Like:\n\n    {\"a\": 1}\n",
            "\tpanic!()",
            "- a\n\n      panic!()",
            "-     panic!()",
            "1.\n\n        panic!()",
            ">     panic!()",
            "> ```\n> panic!()\n> ```",
            "- ```\n  panic!()",
            "\\````\nx\n````",
            "<!-- hidden\n\n    -->\n\n    x",
            "<pre>x</pre><script>alert(1)</script>",
            "[`crate::Secret`] [x][y] [a](javascript:b) ![i](http://i)\n\n[y]: javascript:z",
            "a ` b\n` [x](javascript:c) `",
            "| a | b |\n|---|---|\n| `x | [y](z) ` | |",
            "`a | [x](y) | b`\n:-- | --",
            "[^1]\n\n[^1]:     x",
            "<https://example.org> <me@example.org>",
            "&#x202e;&lt;b> a\u{2066}b\u{200b}\u{feff}\u{e0041}",
            "*/ panic!(); /*",
        ] {
            let safe = doc(text);
            assert_eq!(harm(&safe), None, "{safe}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn no_text_whatever_becomes_more_than_text(
            text in "([-`~<>\\[\\]()!\\\\|&#*_:=+.0-9 \t\r\n]|    |```|~~~|\n\n|- |1\\. |> |--|<a|x|é|\u{202e}|\u{200d}){0,40}"
        ) {
            let safe = doc(&text);
            prop_assert_eq!(harm(&safe), None, "{}", &safe);
            prop_assert_eq!(doc(&safe), safe);
        }
    }
}
