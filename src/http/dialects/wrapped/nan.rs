//! `NaN`, which Python's writer of JSON puts for a missing value and JSON does not have.

/// The body with `null` for every `NaN` outside of its strings; nothing where there is none.
pub(super) fn as_null(body: &[u8]) -> Option<Vec<u8>> {
    const NAN: &[u8] = b"NaN";
    let mut out = Vec::new();
    let (mut copied, mut at, mut quoted) = (0, 0, false);
    while at < body.len() {
        match body[at] {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'N' if !quoted && body[at..].starts_with(NAN) => {
                out.extend_from_slice(&body[copied..at]);
                out.extend_from_slice(b"null");
                at += NAN.len();
                copied = at;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    if copied == 0 {
        return None;
    }
    out.extend_from_slice(&body[copied..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Option<String> {
        as_null(body.as_bytes()).map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
    }

    #[test]
    fn nan_becomes_null_outside_of_strings_only() {
        let text = r#"{"NaN": [NaN, 1,NaN], "a\"NaN": "NaN"}"#;
        let plain = r#"{"NaN": [null, 1,null], "a\"NaN": "NaN"}"#;
        assert_eq!(read(text).as_deref(), Some(plain));
    }

    #[test]
    fn a_body_without_nan_stays_as_it_is() {
        for body in ["", "[1, 2", r#"{"NaN": "NaN"}"#, "N", "\"\\"] {
            assert_eq!(read(body), None, "{body}");
        }
    }

    #[test]
    fn what_is_no_json_without_nan_is_none_with_null() {
        for body in ["[-NaN]", "[NaNa]", "NaN NaN"] {
            let read = read(body).expect("a NaN");
            serde_json::from_str::<serde_json::Value>(&read).expect_err("no JSON");
        }
    }
}
