//! Texts without their secrets, for messages, logs and answers.
//!
//! Texts are cut as text and not as parsed URLs: the address that a mistake has made unreadable has its password too.

use std::borrow::Cow;

/// What stands in the place of a secret.
pub(super) const HIDDEN: &str = "***";

/// URIs whose first part is the name of a container and no user.
const CONTAINERS: [&str; 7] = ["az", "azure", "adl", "abfs", "abfss", "wasb", "wasbs"];

/// The URI without what may be secret in it: user and password, and the query of a signed address.
pub fn redact(uri: &str) -> String {
    match uri.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => addressed(scheme, rest),
        _ => bare(uri).into_owned(),
    }
}

/// The same for each address in a text, such as the message of a library or of a server.
pub fn redact_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        let is_border = |c: char| c.is_whitespace() || "\"'`<>()[]{}|,;:".contains(c);
        let end = word.trim_end_matches(is_border).len();
        let (core, after) = word.split_at(end);
        let start = match core.find("://") {
            Some(at) => {
                let scheme = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
                core[..at].trim_end_matches(scheme).len()
            }
            None => core.len() - core.trim_start_matches(is_border).len(),
        };
        let (before, address) = core.split_at(start);
        shown.extend([before, &redact(address), after]);
    }
    shown
}

fn is_scheme(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(plain)
}

/// `scheme://rest`
fn addressed(scheme: &str, rest: &str) -> String {
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    if is_torn(authority, tail) {
        // A / ? or # in a password has torn it apart. All that it can be goes.
        let after = rest.rsplit('@').next().unwrap_or_default();
        return format!("{scheme}://{HIDDEN}@{}", without_query(after));
    }
    let host = match authority.rsplit_once('@') {
        Some((user, _)) if CONTAINERS.contains(&scheme) && !user.contains(':') => {
            Cow::Borrowed(authority)
        }
        Some((_, host)) => shown_host(host),
        None => shown_host(authority),
    };
    format!("{scheme}://{host}{}", without_query(tail))
}

/// Whether the `authority` may be the beginning of a user and a password that go on in the `tail`.
fn is_torn(authority: &str, tail: &str) -> bool {
    let beyond = match tail.as_bytes().first() {
        // What follows a ? in an address with a path is a query.
        Some(b'/' | b'\\') => tail.split(['?', '#']).next().unwrap_or_default(),
        _ => tail,
    };
    let may_be_user = authority.contains(':') && !is_v6(authority);
    may_be_user && (beyond.contains('@') || (has_no_port(authority) && tail.contains('@')))
}

fn is_v6(host: &str) -> bool {
    host.starts_with('[') && host.contains(']')
}

/// Whether what follows the last colon of a host is no number.
fn has_no_port(host: &str) -> bool {
    // The forms in messages are http://HOST:PORT.
    host.rsplit_once(':')
        .is_some_and(|(_, port)| port != "PORT" && port.parse::<u16>().is_err())
}

/// A host with its port. What is no port may be a password.
fn shown_host(host: &str) -> Cow<'_, str> {
    match host.split_once(':') {
        Some((name, _)) if !is_v6(host) && has_no_port(host) => {
            Cow::Owned(format!("{name}:{HIDDEN}"))
        }
        _ => Cow::Borrowed(host),
    }
}

fn without_query(text: &str) -> &str {
    text.split(['?', '#']).next().unwrap_or_default()
}

/// A text without `scheme://`: a path, a URI of MLflow's, or an address with a mistake.
fn bare(text: &str) -> Cow<'_, str> {
    if ["models:", "runs:", "builtin:"]
        .iter()
        .any(|own| text.starts_with(own))
    {
        return Cow::Borrowed(text);
    }
    let lower = text.to_ascii_lowercase();
    if ["accountkey=", "sharedaccesssignature=", "sharedaccesskey="]
        .iter()
        .any(|key| lower.contains(key))
    {
        return Cow::Borrowed(HIDDEN);
    }
    let signed = |(_, query): (_, &str)| query.contains('=');
    let text = if text.split_once('?').is_some_and(signed) {
        without_query(text)
    } else {
        text
    };
    match text.rsplit_once('@') {
        Some((user, host)) if user.contains(':') => Cow::Owned(format!("{HIDDEN}@{host}")),
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_a_uri_are_redacted() {
        for (uri, shown) in [
            ("https://me:secret@host/m.zip?sig=x#y", "https://host/m.zip"),
            ("https://token@host/m@1/a", "https://host/m@1/a"),
            ("https://host/a b?X-Amz-Signature=x", "https://host/a b"),
            ("https://[::1]:5000/a@b", "https://[::1]:5000/a@b"),
            ("az://c/m?sv=1&sig=x", "az://c/m"),
            ("az://c@account/m", "az://c@account/m"),
            ("az://c:secret@account/m", "az://account/m"),
            ("s3://key:secret@bucket/m", "s3://bucket/m"),
            (
                "wasbs://c@account.blob.core.windows.net/m?sig=x",
                "wasbs://c@account.blob.core.windows.net/m",
            ),
            ("models:/a?b/1", "models:/a?b/1"),
            ("models:/a@champion", "models:/a@champion"),
            ("runs:/1/a@b", "runs:/1/a@b"),
            ("/srv/a?b", "/srv/a?b"),
            ("mlflow:5000", "mlflow:5000"),
            ("http://HOST:PORT", "http://HOST:PORT"),
        ] {
            assert_eq!(redact(uri), shown, "{uri}");
        }
    }

    #[test]
    fn a_secret_is_redacted_where_the_address_cannot_be_read() {
        for uri in [
            "http://me:se/cret@host:5000",
            "http://me:se?cret@host:5000/a?sig=b",
            "http://me:se#cret@host:5000",
            "http://me:se@cret@host:5000",
            "http://me:se@cr/et@host",
            "http://me:se cret@host:5000",
            "http://me:%secret%zz@host:5000",
            "http://me:1/secret@host",
            "http://me:1?secret@host",
            "http://me:se\\cret@host",
            "http://me:secret",
            "http://me:secret/path",
            "http://[me:secret@host",
            "http://[me:se/cret@host",
            "http:/me:secret@host/a",
            "http:me:secret@host",
            "me:secret@host:5000",
            "host/m.zip?sig=secret",
            "https:/host/m.zip?sig=secret",
            "mlflow-artifacts://me:secret@host/a",
            "file://me:secret@host/a",
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=secret==;BlobEndpoint=https://a/",
        ] {
            let shown = redact(uri);
            assert!(
                !shown.contains("se") && !shown.contains("cret"),
                "{uri}: {shown}"
            );
        }
    }

    #[test]
    fn addresses_in_a_text_are_redacted() {
        assert_eq!(
            redact_text("GET \"https://me:pw@host/a?sig=b\" (http://c/d?e=f), in 2s: a@b"),
            "GET \"https://host/a\" (http://c/d), in 2s: a@b"
        );
        let plain = "the model at ./a has 3 trees: [1, 2]\n  and a?\n";
        assert_eq!(redact_text(plain), plain);
    }
}
