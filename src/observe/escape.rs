//! Escapes text from outside before it is shown on a terminal.

use std::borrow::Cow;

/// `text` without the characters that a terminal acts upon instead of showing them: control characters (`ESC`, with which colours, titles
/// and cursor movements begin, line breaks among them) and marks that turn the direction of writing. Each becomes its Rust escape.
///
/// File names, URIs, cells, column names and what registries answer may hold any of these.
pub fn escape(text: &str) -> Cow<'_, str> {
    let acted_upon =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(acted_upon) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if acted_upon(c) {
            escaped.extend(c.escape_default());
        } else {
            escaped.push(c);
        }
    }
    escaped.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_act_upon_is_spelt_out() {
        let text = "a\u{1b}[31mb\r\u{7}\u{9b}2J\u{202e}c\n";
        assert_eq!(escape(text), "a\\u{1b}[31mb\\r\\u{7}\\u{9b}2J\\u{202e}c\\n");
    }

    #[test]
    fn other_text_is_left_as_it_is() {
        let text = "naïve \\u{1b} 模型 \"x\"";
        assert!(matches!(escape(text), Cow::Borrowed(same) if same == text));
    }
}
