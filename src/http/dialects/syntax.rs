//! What a body is that is not JSON, as far as that can be found out: single quotes, `NaN`, UTF-16.

use serde_json::Error;

/// What a client is told about a body that the JSON reader stopped at.
pub(in crate::http::dialects) fn explain(body: &[u8], error: &Error) -> String {
    if is_wide(body) {
        return "The body is UTF-16 or UTF-32; send JSON as UTF-8.".to_owned();
    }
    if error.line() == 1 && error.column() == 0 {
        return "The body is empty; send JSON.".to_owned();
    }
    match foreign(body, error) {
        Some((what, column)) => {
            let line = error.line();
            format!("The body is not valid JSON: {what} (line {line}, column {column})")
        }
        None => format!("The body is not valid JSON: {error}"),
    }
}

/// Whether text has more than one byte per letter: it begins with such a byte order mark, or has a zero byte in its first letter.
fn is_wide(body: &[u8]) -> bool {
    body.starts_with(b"\xFF\xFE")
        || body.starts_with(b"\xFE\xFF")
        || body.iter().take(2).any(|byte| *byte == 0)
}

/// Finds what other languages write at the place where the reader stopped. Gives what to send instead, and the column where it begins.
fn foreign(body: &[u8], error: &Error) -> Option<(String, usize)> {
    if error.is_eof() {
        return None;
    }
    let line = body.split(|byte| *byte == b'\n').nth(error.line() - 1)?;
    let stop = error.column().checked_sub(1)?;
    if line.get(stop) == Some(&b'\'') {
        let what = "it quotes with ' where JSON takes \"".to_owned();
        return Some((what, stop + 1));
    }
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-_".contains(byte);
    let (before, after) = line.split_at_checked(stop)?;
    let start = stop - before.iter().rev().take_while(|byte| is_word(byte)).count();
    let length = after.iter().take_while(|byte| is_word(byte)).count();
    let word = str::from_utf8(&line[start..stop + length]).ok()?;
    // A backslash begins an escape, in the middle of a string.
    if start > 0 && line[start - 1] == b'\\' {
        return None;
    }
    let small = word.to_ascii_lowercase();
    let instead = match small.trim_start_matches(['-', '+']) {
        _ if ["null", "true", "false"].contains(&word) => return None,
        "nan" | "na" | "none" | "null" | "nil" | "undefined" => "send null for a missing value",
        "infinity" | "inf" => "send a finite number",
        "true" => "send true",
        "false" => "send false",
        _ => return None,
    };
    Some((format!("{word} is not JSON; {instead}"), start + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(body: &[u8]) -> String {
        let error = serde_json::from_slice::<serde_json::Value>(body).unwrap_err();
        explain(body, &error)
    }

    #[test]
    fn words_of_other_languages_are_named_with_what_to_send_instead() {
        for (body, expected) in [
            (
                "[1,NaN]",
                "NaN is not JSON; send null for a missing value (line 1, column 4)",
            ),
            (
                "[nan]",
                "nan is not JSON; send null for a missing value (line 1, column 2)",
            ),
            (
                "[-NaN]",
                "-NaN is not JSON; send null for a missing value (line 1, column 2)",
            ),
            (
                "[\n1,\n None]",
                "None is not JSON; send null for a missing value (line 3, column 2)",
            ),
            (
                "[undefined]",
                "undefined is not JSON; send null for a missing value (line 1, column 2)",
            ),
            (
                "[NULL]",
                "NULL is not JSON; send null for a missing value (line 1, column 2)",
            ),
            (
                "[-Infinity]",
                "-Infinity is not JSON; send a finite number (line 1, column 2)",
            ),
            (
                "[inf, 1]",
                "inf is not JSON; send a finite number (line 1, column 2)",
            ),
            ("[True]", "True is not JSON; send true (line 1, column 2)"),
            (
                "[FALSE]",
                "FALSE is not JSON; send false (line 1, column 2)",
            ),
            (
                "{'a': 1}",
                "it quotes with ' where JSON takes \" (line 1, column 2)",
            ),
            (
                "['a']",
                "it quotes with ' where JSON takes \" (line 1, column 2)",
            ),
        ] {
            let expected = format!("The body is not valid JSON: {expected}");
            assert_eq!(explained(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn what_only_looks_like_a_word_of_another_language_is_left_to_the_reader() {
        for body in [
            "[1 null]",
            "[\"\\NaN\"]",
            "[\"nan",
            "[nano]",
            "[1,]",
            "{a: 1}",
            "[\"\x01NaN\"]",
            "[\"\\u00zz NaN\"]",
        ] {
            let error = serde_json::from_str::<serde_json::Value>(body).unwrap_err();
            let expected = format!("The body is not valid JSON: {error}");
            assert_eq!(explained(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn text_of_two_and_four_bytes_a_letter_is_named() {
        let wide = "The body is UTF-16 or UTF-32; send JSON as UTF-8.";
        let units = || "{\"a\":1}".encode_utf16();
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        let four: Vec<u8> = units()
            .flat_map(|unit| u32::from(unit).to_le_bytes())
            .collect();
        for body in [&little, &big, &four] {
            assert_eq!(explained(body), wide);
        }
        assert_eq!(explained(&[b"\xFF\xFE", &little[..]].concat()), wide);
        assert_eq!(explained(&[b"\xFE\xFF", &big[..]].concat()), wide);
        assert_eq!(explained(b""), "The body is empty; send JSON.");
        assert_eq!(
            explained(b"{\"a\":\"\xE9\"}"),
            "The body is not valid JSON: invalid unicode code point at line 1 column 7"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_body_is_too_odd_to_be_explained(body in proptest::collection::vec(0u8.., 0..40)) {
            if let Err(error) = serde_json::from_slice::<serde_json::Value>(&body) {
                proptest::prop_assert!(!explain(&body, &error).is_empty());
            }
        }
    }
}
