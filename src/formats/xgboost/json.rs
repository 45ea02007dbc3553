//! JSON as XGBoost writes it: with numbers that are none.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

/// Reads a document in which `NaN`, `Infinity` and `-Infinity` may stand for numbers.
///
/// XGBoost 1.7 writes NaN as the threshold of a split by categories.
pub(super) fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(&plain(bytes))
}

/// The same document in real JSON: such numbers become `null` and texts.
fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    const WORDS: [(&[u8], &[u8]); 3] = [
        (b"NaN", b"null"),
        (b"Infinity", b"\"inf\""),
        (b"-Infinity", b"\"-inf\""),
    ];
    let mut out = Vec::new();
    let mut copied = 0;
    let mut in_text = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => in_text = !in_text,
            b'\\' if in_text => at += 1,
            b'N' | b'I' | b'-' if !in_text => {
                let rest = bytes.get(at..).unwrap_or_default();
                if let Some((word, json)) = WORDS.iter().find(|(word, _)| rest.starts_with(word)) {
                    out.extend_from_slice(bytes.get(copied..at).unwrap_or_default());
                    out.extend_from_slice(json);
                    at += word.len();
                    copied = at;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    if copied == 0 {
        return bytes.into();
    }
    out.extend_from_slice(bytes.get(copied..).unwrap_or_default());
    out.into()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn only_numbers_are_rewritten() {
        let text = br#"{"NaN \" NaN": [NaN, -1, -Infinity, Infinity, "\\", NaN]}"#;
        let json = br#"{"NaN \" NaN": [null, -1, "-inf", "inf", "\\", null]}"#;
        assert_eq!(plain(text), json.as_slice());
        assert_eq!(plain(b"[NaN"), b"[null".as_slice());
        assert_eq!(plain(b"\"\\"), b"\"\\".as_slice());
    }
}
