//! The one type for texts that may hold a secret.
//!
//! It is our own and not a crate's, because half of its work is the form that may be shown: a URI without its secrets, which crates for
//! secrets do not have.

use super::redact::{HIDDEN, redact};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{convert::Infallible, fmt, str::FromStr};

/// The parts of Azure's connection strings that are no secret, beside the endpoints.
const PLAIN: [&str; 4] = [
    "accountname",
    "defaultendpointsprotocol",
    "endpointsuffix",
    "usedevelopmentstorage",
];

/// A text that may hold a secret, from the moment that it is read. All that formats it gets the form without secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret {
    text: String,
    shown: String,
}

impl Secret {
    /// A URI: shown without user, password and query.
    pub fn uri(text: impl Into<String>) -> Self {
        let text = text.into();
        let shown = redact(&text);
        Self { text, shown }
    }

    /// A password, a token or a key: nothing of it is shown but that it is there.
    pub fn key(text: impl Into<String>) -> Self {
        let text = text.into();
        let shown = if text.is_empty() { "" } else { HIDDEN };
        Self {
            text,
            shown: shown.to_owned(),
        }
    }

    /// The text with its secrets, for the one who it is meant for.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The texts in it that must not be shown anywhere, in each form that it may be sent in.
    pub fn parts(&self) -> Vec<String> {
        if self.shown == self.text {
            return Vec::new();
        }
        if self.shown == HIDDEN {
            return hidden_parts(&self.text);
        }
        let Some((_, rest)) = self.text.split_once("://") else {
            return vec![self.text.clone()];
        };
        let mut parts = Vec::new();
        let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
        if let Some((user, _)) = before.rsplit_once('@') {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            // A user without a password may be a token.
            let secret = if password.is_empty() { name } else { password };
            parts.extend([secret.to_owned(), decoded(secret)]);
            parts.push(basic(&decoded(name), &decoded(password)));
        }
        for pair in query.split('&') {
            let value = pair.split_once('=').map_or(pair, |(_, value)| value);
            parts.extend([value.to_owned(), decoded(value)]);
        }
        parts
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// The secrets in a text of which nothing is shown: the whole, and those in it where it is a connection string or a signature, of which a
/// store may quote a part.
fn hidden_parts(text: &str) -> Vec<String> {
    let mut parts = vec![text.to_owned()];
    for (name, value) in text.split(';').filter_map(|part| part.split_once('=')) {
        let name = name.trim().to_ascii_lowercase();
        // Else no address and no account could be told any more.
        if !PLAIN.contains(&name.as_str()) && !name.ends_with("endpoint") {
            parts.push(value.trim().to_owned());
        }
    }
    for pair in text
        .split([';', '&', '?', '='])
        .zip(text.split([';', '&', '?', '=']).skip(1))
    {
        if let ("sig", signature) = pair {
            parts.extend([signature.to_owned(), decoded(signature)]);
        }
    }
    parts
}

/// A user and a password as the Basic scheme sends them.
pub fn basic(user: &str, password: &str) -> String {
    BASE64_STANDARD.encode(format!("{user}:{password}"))
}

/// A part of a URI without its percent-encoding.
pub fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

/// A text of the command line is a URI.
impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::uri(text))
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.shown, f)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown)
    }
}

/// A text of the settings is a URI.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::uri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_formats_a_secret_shows_it() {
        let uri = Secret::uri("https://me:hidden@host/m?sig=hidden");
        let key = Secret::key("hidden");
        let json = serde_json::to_string(&(&uri, &key)).expect("written");
        let shown = format!("{uri} {uri:?} {key} {key:?} {json}");
        assert!(!shown.contains("hidden"), "{shown}");
        assert!(shown.contains("https://host/m") && shown.contains("***"));
        assert_eq!(Secret::key("").to_string(), "");
    }

    #[test]
    fn a_hidden_text_is_hidden_whole_and_in_parts() {
        for (text, hidden) in [
            ("a://token", &["a://token"][..]),
            (
                "BlobEndpoint=https://a/;SharedAccessSignature=sv=1&sig=S%3Dx",
                &["sv=1&sig=S%3Dx", "S%3Dx", "S=x"],
            ),
            (
                "DefaultEndpointsProtocol=https;AccountKey=a2V5==",
                &["a2V5=="],
            ),
            ("?sv=1&sig=signature", &["signature"]),
        ] {
            let parts = Secret::key(text).parts();
            for hidden in [&[text], hidden].concat() {
                assert!(
                    parts.iter().any(|part| part == hidden),
                    "{hidden}: {parts:?}"
                );
            }
            assert!(
                !parts.iter().any(|part| part.starts_with("http")),
                "{parts:?}"
            );
        }
        assert!(Secret::key("").parts().is_empty());
    }
}
