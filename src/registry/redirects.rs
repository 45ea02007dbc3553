//! Redirects. They are followed here and not by reqwest, which builds each request of a chain from the headers of the first one: what a
//! server must not get would come back one hop later. It also drops credentials on the way from `http://` to `https://` of the same host,
//! on which Python's `requests` keeps them.

use reqwest::{
    Method, Request, Response, StatusCode, Url,
    header::{
        ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap,
        HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE,
        LOCATION, RANGE, USER_AGENT,
    },
};

const MAX_REDIRECTS: usize = 10;

/// What another server than the one that was asked may know: what is wanted, and in which form. Everything else may be a credential, or
/// say whose it is.
const HARMLESS: [HeaderName; 13] = [
    ACCEPT,
    ACCEPT_ENCODING,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    IF_MATCH,
    IF_MODIFIED_SINCE,
    IF_NONE_MATCH,
    IF_RANGE,
    IF_UNMODIFIED_SINCE,
    RANGE,
    USER_AGENT,
    // Whose the bucket must be; without it, a stranger's would do.
    HeaderName::from_static("x-amz-expected-bucket-owner"),
];

/// The headers of a request's body.
const OF_BODY: [HeaderName; 3] = [CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE];

/// A request without its body, on its way from one address to the next. What it has lost on the way stays lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
}

/// What an answer asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing: it is the answer.
    Arrived,
    /// Another request.
    Onward { head: Box<Head>, keeps_body: bool },
    /// One more than are followed.
    TooMany,
}

impl Head {
    /// What an answer of `status` with `headers` asks for instead of this request, after so many redirects.
    pub(super) fn next(&self, status: StatusCode, headers: &HeaderMap, followed: usize) -> Next {
        let Some(url) = self.location(status, headers) else {
            return Next::Arrived;
        };
        if followed == MAX_REDIRECTS {
            return Next::TooMany;
        }
        let mut head = Self {
            url,
            ..self.clone()
        };
        if head.url.origin() != self.url.origin() && !is_upgrade(&self.url, &head.url) {
            keep(&mut head.headers, |name| HARMLESS.contains(name));
        }
        // As `requests` and browsers do.
        let becomes_get = match status {
            StatusCode::MOVED_PERMANENTLY => self.method == Method::POST,
            StatusCode::FOUND | StatusCode::SEE_OTHER => self.method != Method::HEAD,
            _ => false,
        };
        if becomes_get {
            head.method = Method::GET;
            keep(&mut head.headers, |name| !OF_BODY.contains(name));
        }
        Next::Onward {
            head: Box::new(head),
            keeps_body: !becomes_get,
        }
    }

    fn location(&self, status: StatusCode, headers: &HeaderMap) -> Option<Url> {
        if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let location = headers.get(LOCATION)?.to_str().ok()?;
        let mut url = self.url.join(location).ok()?;
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        // These fail only for URLs that cannot have a user.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        Some(url)
    }
}

/// As `should_strip_auth` of `requests` has it: both ports are the default ones.
fn is_upgrade(from: &Url, to: &Url) -> bool {
    (from.scheme(), to.scheme()) == ("http", "https")
        && from.host() == to.host()
        && from.port().is_none()
        && to.port().is_none()
}

fn keep(headers: &mut HeaderMap, wanted: impl Fn(&HeaderName) -> bool) {
    let kept = headers.iter().filter(|(name, _)| wanted(name));
    let kept: Vec<_> = kept
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    headers.clear();
    for (name, value) in kept {
        headers.append(name, value);
    }
}

/// What came of a request, whose answers were followed.
pub(super) enum Followed {
    /// The last answer.
    Answer(Response),
    /// The address that leads on and on.
    TooMany(Url),
}

/// Sends `request`, which `http` must not follow itself, and those that the answers ask for. A request whose body cannot be sent twice is
/// not sent on.
///
/// # Errors
/// Where there is no answer.
pub(super) async fn follow(
    http: &reqwest::Client,
    mut request: Request,
) -> reqwest::Result<Followed> {
    let mut followed = 0;
    loop {
        let again = request.try_clone();
        let answer = http.execute(request).await?;
        let Some(mut again) = again else {
            return Ok(Followed::Answer(answer));
        };
        let head = Head {
            method: again.method().clone(),
            url: again.url().clone(),
            headers: again.headers().clone(),
        };
        match head.next(answer.status(), answer.headers(), followed) {
            Next::Arrived => return Ok(Followed::Answer(answer)),
            Next::TooMany => return Ok(Followed::TooMany(head.url)),
            Next::Onward { head, keeps_body } => {
                let head = *head;
                *again.method_mut() = head.method;
                *again.url_mut() = head.url;
                *again.headers_mut() = head.headers;
                if !keeps_body {
                    *again.body_mut() = None;
                }
                request = again;
                followed += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{AUTHORIZATION, COOKIE, HeaderValue};

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    fn answer(location: &str) -> HeaderMap {
        let value = HeaderValue::from_str(location).expect("a value");
        HeaderMap::from_iter([(LOCATION, value)])
    }

    /// A request with every header that must not go elsewhere, and one that may.
    fn head(method: Method, at: &str) -> Head {
        let secret = HeaderValue::from_static("secret");
        let headers = [
            AUTHORIZATION,
            COOKIE,
            HeaderName::from_static("x-mlflow-workspace"),
            HeaderName::from_static("x-amz-security-token"),
            HeaderName::from_static("x-aws-ec2-metadata-token"),
            CONTENT_TYPE,
        ];
        Head {
            method,
            url: url(at),
            headers: headers
                .map(|name| (name, secret.clone()))
                .into_iter()
                .collect(),
        }
    }

    /// The request after a chain of such redirects.
    fn after(mut head: Head, status: u16, chain: &[&str]) -> (Head, bool) {
        let (status, mut kept) = (StatusCode::from_u16(status).expect("a status"), true);
        for (followed, location) in chain.iter().enumerate() {
            match head.next(status, &answer(location), followed) {
                Next::Onward {
                    head: next,
                    keeps_body,
                } => (head, kept) = (*next, kept && keeps_body),
                other => panic!("{location}: {other:?}"),
            }
        }
        (head, kept)
    }

    #[test]
    fn credentials_stay_on_the_way_to_https_of_the_same_host() {
        for (from, to, kept) in [
            ("http://host/a", "https://host/b", true),
            ("http://host/a", "/b", true),
            ("http://host:80/a", "https://host:443/a", true),
            ("http://host/a", "https://other/a", false),
            ("http://host/a", "//other/a", false),
            ("http://host:8080/a", "https://host/a", false),
            ("http://host/a", "https://host:8443/a", false),
            ("https://host/a", "http://host/a", false),
        ] {
            let (next, _) = after(head(Method::GET, from), 307, &[to]);
            let length = if kept { 6 } else { 1 };
            assert_eq!(next.headers.len(), length, "{from} {to}");
        }
    }

    #[test]
    fn nothing_brings_credentials_back() {
        for chain in [
            &["http://b/", "https://b/"][..],
            &["http://b/x", "http://b/y"],
            &["http://b/", "http://a/"],
            &["http://b/", "https://a/"],
            &["http://b/", "https://b/", "https://b/z"],
        ] {
            let (next, _) = after(head(Method::GET, "http://a/"), 302, chain);
            assert!(next.headers.is_empty(), "{chain:?}: {:?}", next.headers);
        }
    }

    #[test]
    fn a_redirect_changes_the_method_as_in_python() {
        for (status, method, becomes) in [
            (301, Method::POST, Method::GET),
            (301, Method::PATCH, Method::PATCH),
            (302, Method::POST, Method::GET),
            (302, Method::HEAD, Method::HEAD),
            (303, Method::PATCH, Method::GET),
            (307, Method::POST, Method::POST),
            (308, Method::PUT, Method::PUT),
        ] {
            let (next, kept) = after(head(method.clone(), "http://a/"), status, &["/b"]);
            assert_eq!(next.method, becomes, "{status} {method}");
            assert_eq!(kept, method == becomes);
            assert_eq!(next.headers.contains_key(CONTENT_TYPE), kept);
        }
    }

    #[test]
    fn what_is_no_redirect_has_arrived() {
        let head = head(Method::GET, "http://a/");
        for (status, location) in [
            (200, "/b"),
            (304, "/b"),
            (302, "ftp://a/"),
            (302, "http://"),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(head.next(status, &answer(location), 0), Next::Arrived);
        }
        let bare = head.next(StatusCode::FOUND, &HeaderMap::new(), 0);
        assert_eq!(bare, Next::Arrived);
    }

    #[test]
    fn redirects_are_bounded_and_bring_no_user() {
        let start = head(Method::GET, "http://a/");
        let status = StatusCode::FOUND;
        let there = answer("https://a/");
        let (last, _) = after(start, 302, &["https://me:x@a/", "http://a/"].repeat(5));
        assert_eq!(last.url, url("http://a/"));
        assert_eq!(last.next(status, &there, MAX_REDIRECTS), Next::TooMany);
    }
}
