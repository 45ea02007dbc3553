//! API keys: known by their SHA-256 only, and compared in constant time.

use sha2::{Digest, Sha256};
use std::{hint::black_box, str};

/// What a line begins with that holds the digest of a key and not the key.
const DIGEST: &str = "sha256:";
/// A shorter key could be guessed.
const SHORTEST: usize = 8;

/// The digests of the keys that are known.
#[derive(Clone, Default)]
pub(in crate::http) struct Keys(Vec<[u8; 32]>);

impl Keys {
    /// One key per line; empty lines and those that begin with `#` do not count.
    ///
    /// # Errors
    /// What is wrong, and in which line. It does not repeat the line, which may hold a key.
    pub(in crate::http) fn parse(file: &[u8]) -> Result<Self, String> {
        let text = str::from_utf8(file).map_err(|_| "it is not UTF-8".to_owned())?;
        let lines = text.lines().map(str::trim).enumerate();
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let key = |(i, line)| key(line).ok_or_else(|| format!("line {} is no key: {TAKES}", i + 1));
        lines.map(key).collect::<Result<_, _>>().map(Self)
    }

    /// These keys and those of a file.
    pub(in crate::http) fn and(&self, others: &Self) -> Self {
        Self([self.0.as_slice(), &others.0].concat())
    }

    pub(in crate::http) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether `given` is one of the keys. It takes the same time for every key of the same length.
    pub(in crate::http) fn know(&self, given: &[u8]) -> bool {
        let given: [u8; 32] = Sha256::digest(given).into();
        let same = |known: &[u8; 32]| {
            let differ = known
                .iter()
                .zip(&given)
                .fold(0, |all, (a, b)| all | (a ^ b));
            black_box(differ) == 0
        };
        self.0
            .iter()
            .fold(false, |found, known| found | same(known))
    }
}

const TAKES: &str = "a key has 8 characters or more, all of them printable and none a space; a digest of a key is sha256: with 64 \
                     hexadecimal digits";

/// The digest of the key that a text is or describes.
fn key(text: &str) -> Option<[u8; 32]> {
    let Some(hex) = text.strip_prefix(DIGEST) else {
        let plain = text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_graphic());
        return plain.then(|| Sha256::digest(text).into());
    };
    let mut digest = [0; 32];
    let pairs = hex.as_bytes().chunks(2);
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_keys_and_digests_of_keys() {
        let digest = Sha256::digest("second-key");
        let hex = format!("{digest:X}");
        let file = format!("# ours\n\nfirst-key\r\n  sha256:{hex}  \n");
        let keys = Keys::parse(file.as_bytes()).expect("keys");
        assert_eq!(keys.len(), 2);
        for (key, known) in [
            ("first-key", true),
            ("second-key", true),
            ("third-key", false),
            ("first-ke", false),
            ("first-key ", false),
            ("", false),
            (hex.as_str(), false),
        ] {
            assert_eq!(keys.know(key.as_bytes()), known, "{key}");
        }
        assert!(!Keys::default().know(b""));
    }

    #[test]
    fn a_line_that_is_no_key_is_named_by_its_number_and_not_shown() {
        for (file, line) in [
            ("good-key-1\nshort", "line 2"),
            ("two words in it", "line 1"),
            ("sha256:abc", "line 1"),
            ("schlüssel-1", "line 1"),
        ] {
            let error = Keys::parse(file.as_bytes()).err().expect("refused");
            assert!(error.contains(line), "{error}");
            for secret in ["short", "two words", "abc", "schl"] {
                assert!(!error.contains(secret), "{error}");
            }
        }
        assert!(Keys::parse(b"\xff").is_err());
        assert_eq!(Keys::parse(b"# none\n").map(|keys| keys.len()), Ok(0));
    }
}
