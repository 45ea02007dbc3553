//! The values that a variable takes.

use crate::{
    registry::access::truth,
    secret::{Secret, redact},
};
use reqwest::Url;
use serde_json::{Map, Value};

/// What a variable takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Any text.
    Text,
    /// A text that is never shown.
    Hidden,
    /// An object of JSON that is never shown, on one line or on several.
    Json,
    /// A key or a token that goes into a header, and is never shown.
    Key,
    /// A text that goes into a header.
    Word,
    /// The address of a server.
    Address,
    /// A part of a host's name.
    Label,
    /// The path of a URL.
    Path,
    /// Yes or no.
    Truth,
}

impl Takes {
    /// The value, so that nothing secret of it can be shown.
    pub fn value(self, text: String) -> Secret {
        match self {
            Self::Hidden | Self::Json | Self::Key => Secret::key(text),
            _ => Secret::uri(text),
        }
    }

    /// What is wrong with a value, if anything is.
    pub(in crate::registry) fn problem(self, text: &str) -> Option<&'static str> {
        let graphic = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        let wrong = match self {
            Self::Text | Self::Hidden => text.chars().any(char::is_control),
            Self::Json => serde_json::from_str::<Map<String, Value>>(text).is_err(),
            Self::Key | Self::Word => !graphic(text),
            Self::Label => !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
            Self::Path => !text.starts_with('/') || !graphic(text),
            Self::Truth => truth(text).is_none(),
            Self::Address => !is_address(text),
        };
        wrong.then_some(match self {
            Self::Text | Self::Hidden => "it has a line break or another control character",
            Self::Json => "it is no object of JSON",
            Self::Key | Self::Word => {
                "it has a blank, a line break or a letter that is not ASCII; often a line break at its end, which a file brought"
            }
            Self::Label => "it takes a name such as eu-central-1",
            Self::Path => "it takes a path that begins with /",
            Self::Truth => "it takes true or false",
            Self::Address => {
                "it takes an address with its protocol, such as http://minio:9000 or https://HOST"
            }
        })
    }

    /// The value as messages quote it.
    pub(super) fn quoted(self, text: &str) -> String {
        match self {
            Self::Hidden | Self::Json | Self::Key => "a value that is not shown".to_owned(),
            _ => format!("{:?}", redact(text)),
        }
    }
}

/// Whether this is an HTTP server's address without a query.
fn is_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && text.contains("://")
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_may_have_line_breaks_and_must_be_an_object() {
        let pretty = "{\n  \"private_key\": \"a\\nb\"\n}\n";
        assert_eq!(Takes::Json.problem(pretty), None);
        for wrong in ["", "secret", "[]", "{\"a\": \"b\nc\"}"] {
            let problem = Takes::Json.problem(wrong);
            assert_eq!(problem, Some("it is no object of JSON"), "{wrong}");
        }
        let shown = Takes::Json.value(pretty.to_owned()).to_string();
        assert!(!shown.contains("private"), "{shown}");
        assert!(!Takes::Json.quoted(pretty).contains("private"));
    }
}
