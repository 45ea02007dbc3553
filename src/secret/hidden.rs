//! Keeps the secrets that were read out of everything that is written to standard error, whoever writes it: the texts of servers and of
//! libraries, which may quote what they were sent, and panics.

use super::{redact::HIDDEN, text::basic};
use std::{
    borrow::Cow,
    io::{self, Write},
    sync::RwLock,
};

/// Shorter texts are not looked for: they occur in words.
const SHORTEST: usize = 5;

/// The texts, in every form that a line may have them in; the longer ones first.
static TEXTS: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// From now on, `secrets` are not written.
pub fn hide<'a>(secrets: impl IntoIterator<Item = &'a str>) {
    let mut texts = TEXTS
        .write()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    for secret in secrets {
        let json = serde_json::to_string(secret).unwrap_or_default();
        let encoded =
            percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC);
        let forms = [
            secret.to_owned(),
            json.trim_matches('"').to_owned(),
            encoded.to_string(),
        ];
        for form in forms {
            if form.len() >= SHORTEST && !texts.contains(&form) {
                texts.push(form);
            }
        }
    }
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
}

/// From now on, neither the password of a user is written nor what the Basic scheme sends of both.
pub fn hide_user(user: &str, password: &str) {
    hide([password, basic(user, password).as_str()]);
}

/// `text` without those secrets.
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    let texts = TEXTS
        .read()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut shown = Cow::Borrowed(text);
    for secret in texts.iter() {
        if shown.contains(secret.as_str()) {
            shown = Cow::Owned(shown.replace(secret.as_str(), HIDDEN));
        }
    }
    shown
}

/// Standard error without those secrets. A line of the log comes in one piece.
pub struct Stderr;

impl Write for Stderr {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        io::stderr()
            .lock()
            .write_all(without_secrets(&text).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_form() {
        hide(["pa\"ss wörd", "abc", "pa\"ss wörd and more"]);
        for text in [
            "the password pa\"ss wörd is wrong",
            r#"{"text": "pa\"ss wörd"}"#,
            "http://me:pa%22ss%20w%C3%B6rd@host",
        ] {
            let shown = without_secrets(text);
            assert!(shown.contains("***") && !shown.contains("rd\""), "{shown}");
            assert!(
                !shown.contains("wörd") && !shown.contains("w%C3"),
                "{shown}"
            );
        }
        assert_eq!(without_secrets("pa\"ss wörd and more"), "***");
        assert_eq!(without_secrets("abcdef"), "abcdef");
    }
}
