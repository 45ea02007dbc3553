//! Redirects from `http://` to `https://` of the same host. Python's `requests` keeps the credentials on this way and reqwest does not, so
//! they are followed here.

use reqwest::{
    Method, Request, Response, StatusCode, Url,
    header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION},
    redirect::Policy,
};

const MAX_REDIRECTS: usize = 10;

/// Follows every redirect but those of this module.
pub(super) fn policy() -> Policy {
    Policy::custom(|attempt| {
        let from = attempt.previous().last();
        if from.is_some_and(|from| is_upgrade(from, attempt.url())) {
            attempt.stop()
        } else if attempt.previous().len() > MAX_REDIRECTS {
            attempt.error("too many redirects")
        } else {
            attempt.follow()
        }
    })
}

/// As `should_strip_auth` of `requests` has it: both ports are the default ones.
fn is_upgrade(from: &Url, to: &Url) -> bool {
    (from.scheme(), to.scheme()) == ("http", "https")
        && from.host() == to.host()
        && from.port().is_none()
        && to.port().is_none()
}

/// The request that an answer asks for instead of `request`, if it is one of those redirects.
pub(super) fn next(mut request: Request, answer: &Response) -> Option<Request> {
    let status = answer.status();
    if !status.is_redirection() {
        return None;
    }
    let location = answer.headers().get(LOCATION)?.to_str().ok()?;
    let to = answer.url().join(location).ok()?;
    if !is_upgrade(answer.url(), &to) {
        return None;
    }
    // As `requests` and browsers do.
    let becomes_get = match status {
        StatusCode::MOVED_PERMANENTLY => request.method() == Method::POST,
        StatusCode::FOUND | StatusCode::SEE_OTHER => request.method() != Method::HEAD,
        _ => false,
    };
    if becomes_get {
        *request.method_mut() = Method::GET;
        *request.body_mut() = None;
        request.headers_mut().remove(CONTENT_TYPE);
        request.headers_mut().remove(CONTENT_LENGTH);
    }
    *request.url_mut() = to;
    Some(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_stay_on_the_way_to_https_of_the_same_host() {
        let url = |text| Url::parse(text).expect("a URL");
        for (from, to, kept) in [
            ("http://host/a", "https://host/b", true),
            ("http://host:80/a", "https://host:443/a", true),
            ("http://host/a", "https://other/a", false),
            ("http://host:8080/a", "https://host/a", false),
            ("http://host/a", "https://host:8443/a", false),
            ("https://host/a", "http://host/a", false),
        ] {
            assert_eq!(is_upgrade(&url(from), &url(to)), kept, "{from} {to}");
        }
    }
}
