//! Makes HTTP responses of bodies and failures.

use super::{
    dialects::Written,
    media::ResponseBody,
    problem::{Code, Failure},
};
use hyper::{
    Response, StatusCode,
    body::Body,
    header::{
        ACCEPT_ENCODING, ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER,
        WWW_AUTHENTICATE,
    },
};

/// A 200.
pub(super) fn send(written: Written) -> Response<ResponseBody> {
    let body = if written.trailers.is_empty() {
        written.body.into()
    } else {
        let trailers = written.trailers.into_iter().collect();
        ResponseBody::with_trailers(written.body.into(), trailers)
    };
    let mut response = Response::new(body);
    let media_type = written.media_type.header();
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response.headers_mut().extend(written.headers);
    response
}

/// `failure` in the format of `written`, with the status of its code unless the format has another.
pub(super) fn refuse(failure: &Failure, written: Written) -> Response<ResponseBody> {
    let status = StatusCode::from_u16(written.status.unwrap_or(failure.code.status()));
    let mut response = send(written);
    *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if matches!(failure.code, Code::Overloaded | Code::NotReady) {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if failure.code == Code::UnsupportedEncoding {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if failure.code == Code::Unauthorized {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(Ok(allow)) = failure.allow.as_deref().map(HeaderValue::from_str) {
        headers.insert(ALLOW, allow);
    }
    response
}

/// The answer to HEAD: it has the length of the body but no body. In HTTP/1 hyper leaves the body out, in HTTP/2 it does not.
pub(super) fn without_body(response: &mut Response<ResponseBody>) {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    *response.body_mut() = ResponseBody::default();
}
