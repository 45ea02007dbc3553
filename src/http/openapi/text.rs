//! Escapes text from a model file for Markdown, for code to copy and for HTML.

use serde_json::Value;
use std::fmt::Write;

/// Names longer than this many characters are cut in the description.
const MAX_NAME: usize = 80;

/// `text` as code within a line or a table cell of Markdown.
///
/// A text that Markdown or HTML could take for more than text is shown as a JSON string, with the characters in question escaped.
pub(super) fn code(text: &str) -> String {
    let cut: String = if text.chars().nth(MAX_NAME).is_some() {
        text.chars().take(MAX_NAME).chain(['…']).collect()
    } else {
        text.to_owned()
    };
    let plain = !cut.is_empty() && cut.trim() == cut && cut.chars().all(|c| !special(c));
    if plain && !cut.contains(['"', '\\']) {
        format!("`{cut}`")
    } else {
        format!("`{}`", quoted(&cut))
    }
}

/// A list of names as code, cut after `most`.
pub(super) fn list<'a>(names: impl ExactSizeIterator<Item = &'a str>, most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let shown: Vec<_> = names.take(most).map(code).collect();
    let shown = shown.join(", ");
    if more == 0 {
        shown
    } else {
        format!("{shown} … and {more} more")
    }
}

/// `value` as JSON on one line that stays what it is within single quotes of a shell and within a code block of Markdown.
pub(super) fn json(value: &Value) -> String {
    literal(value, ["null", "true", "false"])
}

/// The same as a literal of Python.
pub(super) fn python(value: &Value) -> String {
    literal(value, ["None", "True", "False"])
}

/// `text` within HTML or an attribute's quotes.
pub(super) fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn literal(value: &Value, words: [&str; 3]) -> String {
    let join = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Null => words[0].to_owned(),
        Value::Bool(x) => words[if *x { 1 } else { 2 }].to_owned(),
        Value::Number(x) => x.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            format!(
                "[{}]",
                join(items.iter().map(|x| literal(x, words)).collect())
            )
        }
        Value::Object(fields) => {
            let field =
                |(name, x): (&String, &Value)| format!("{}: {}", quoted(name), literal(x, words));
            format!("{{{}}}", join(fields.iter().map(field).collect()))
        }
    }
}

/// A string of JSON, and of Python, in which nothing special is left as it is.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for c in Value::from(text).to_string().chars() {
        if special(c) {
            // No special character lies beyond the characters of four digits.
            let _infallible = write!(out, "\\u{:04x}", c as u32);
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether a character may end a code span, a table cell, a quoted text or a tag, or changes how others are shown.
fn special(c: char) -> bool {
    matches!(c, '`' | '|' | '<' | '>' | '&' | '\'')
        || c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_names_are_code_and_others_are_escaped_strings_of_json() {
        assert_eq!(code("sepal_length (cm)"), "`sepal_length (cm)`");
        assert_eq!(code("größe"), "`größe`");
        for (name, shown) in [
            ("a|b", r#"`"a\u007cb"`"#),
            ("a`b", r#"`"a\u0060b"`"#),
            ("<img src=x>", r#"`"\u003cimg src=x\u003e"`"#),
            ("a\nb", r#"`"a\nb"`"#),
            ("a\u{202e}b", r#"`"a\u202eb"`"#),
            ("a\\|b", r#"`"a\\\u007cb"`"#),
            (" a", r#"`" a"`"#),
            ("", r#"`""`"#),
        ] {
            assert_eq!(code(name), shown);
            let text = shown.trim_matches('`');
            assert_eq!(serde_json::from_str::<String>(text).unwrap(), name);
        }
        assert_eq!(code(&"x".repeat(1000)).chars().count(), MAX_NAME + 3);
    }

    #[test]
    fn a_list_is_cut_and_says_so() {
        let names = ["a", "b", "c"];
        assert_eq!(list(names.into_iter(), 3), "`a`, `b`, `c`");
        assert_eq!(list(names.into_iter(), 1), "`a` … and 2 more");
    }

    #[test]
    fn code_to_copy_holds_neither_quotes_nor_fences_nor_tags_of_the_model() {
        let row = json!({"it's ``` </script>": null, "b": [true, 1.5, "\u{2028}"]});
        let text = json(&row);
        assert!(!text.contains(['\'', '`', '<', '>', '\u{2028}']), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), row);
        assert!(python(&row).contains("None") && python(&row).contains("[True, 1.5, "));
    }
}
