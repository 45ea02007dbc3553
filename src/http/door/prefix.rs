//! The path prefix under which a proxy shows the server: `server.root_path`, or what the proxy says in `x-forwarded-prefix`.

use hyper::header::{HeaderMap, HeaderName};

const X_FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
/// The longest prefix that is taken from a request.
const LONGEST: usize = 256;

/// The prefix of the settings, without a slash at its end; empty where there is none.
#[derive(Clone, Debug, Default)]
pub(in crate::http) struct Prefix(String);

impl Prefix {
    pub(in crate::http) fn new(root_path: &str) -> Self {
        Self(root_path.trim_end_matches('/').to_owned())
    }

    /// `path` without the prefix, for a proxy that leaves it there; `None` if the path does not begin with it.
    pub(in crate::http) fn strip<'p>(&self, path: &'p str) -> Option<&'p str> {
        if self.0.is_empty() {
            return None;
        }
        match path.strip_prefix(self.0.as_str())? {
            "" => Some("/"),
            rest => rest.starts_with('/').then_some(rest),
        }
    }

    /// The prefix that the client of this request sees: the proxy's word, else the setting; empty where neither names one.
    pub(in crate::http) fn seen<'p>(&'p self, request: &'p HeaderMap) -> &'p str {
        forwarded(request).unwrap_or(&self.0)
    }
}

/// The prefix that a proxy names. Of several proxies in a row, each adds its own, the outermost first.
fn forwarded(request: &HeaderMap) -> Option<&str> {
    let value = request.get(X_FORWARDED_PREFIX)?.to_str().ok()?;
    let first = value.split(',').next().unwrap_or_default();
    let prefix = first.trim().trim_end_matches('/');
    (prefix.len() <= LONGEST && is_prefix(prefix)).then_some(prefix)
}

/// Whether `text` is a path of plain segments, which can neither leave the origin (`//host`) nor its place (`..`).
pub(in crate::http) fn is_prefix(text: &str) -> bool {
    let segment = |segment: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        !segment.is_empty() && segment.bytes().all(plain) && segment != "." && segment != ".."
    };
    match text.strip_prefix('/') {
        Some(rest) => rest.split('/').all(segment),
        None => text.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    #[test]
    fn a_path_loses_the_prefix_at_a_slash_only() {
        let prefix = Prefix::new("/models/churn/");
        for (path, rest) in [
            ("/models/churn/predict", Some("/predict")),
            ("/models/churn", Some("/")),
            ("/models/churn/", Some("/")),
            ("/models/churned/predict", None),
            ("/predict", None),
        ] {
            assert_eq!(prefix.strip(path), rest, "{path}");
        }
        assert_eq!(Prefix::default().strip("/predict"), None);
    }

    #[test]
    fn a_prefix_has_plain_segments_only() {
        let seen = |value: &str| {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            let headers = HeaderMap::from_iter([(X_FORWARDED_PREFIX, value)]);
            Prefix::new("/own").seen(&headers).to_owned()
        };
        for (value, prefix) in [
            ("/a/b-1", "/a/b-1"),
            ("/a/", "/a"),
            ("/a, /b", "/a"),
            ("/", ""),
            ("", ""),
            ("//evil.example", "/own"),
            ("/a/../b", "/own"),
            ("/a?b", "/own"),
            ("/a\"b", "/own"),
            ("/%2f", "/own"),
            ("a", "/own"),
            ("https://evil.example", "/own"),
            ("/é", "/own"),
        ] {
            assert_eq!(seen(value), prefix, "{value}");
        }
        assert_eq!(seen(&"/a".repeat(200)), "/own");
        assert_eq!(Prefix::new("/own").seen(&HeaderMap::new()), "/own");
    }
}
