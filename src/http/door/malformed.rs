//! Requests that are no valid HTTP.

use crate::http::problem::{Code, Failure};
use hyper::{
    Version,
    header::{HOST, HeaderValue},
    http::request::Parts,
};

/// Whether a request lacks the host that HTTP/1.1 asks for, or has several (RFC 9112, section 3.2).
pub(in crate::http) fn has_no_host(head: &Parts) -> bool {
    let mut hosts = head.headers.get_all(HOST).iter();
    head.version == Version::HTTP_11 && (hosts.next().is_none() || hosts.next().is_some())
}

/// What is told to a client without a host.
pub(in crate::http) fn no_host() -> Failure {
    Failure::new(
        Code::BadRequest,
        "A request of HTTP/1.1 has one header host; this one has none, or several.",
    )
}

/// What is told where a request cannot be read, by the status that hyper has chosen.
pub(in crate::http) fn unreadable(status: u16) -> Failure {
    let (code, detail) = match status {
        414 => (
            Code::UriTooLong,
            "The path with its query is longer than 64 KiB.",
        ),
        431 => (
            Code::HeadersTooLarge,
            "The headers are larger than 64 KiB or more than 100.",
        ),
        _ => (
            Code::BadRequest,
            "This is not a request in HTTP: its first line or a header is malformed.",
        ),
    };
    Failure::new(code, detail)
}

/// The lines of the headers of such an answer.
pub(in crate::http) fn headers(id: &HeaderValue, media_type: &HeaderValue) -> Vec<u8> {
    let lines = [
        b"content-type: ".as_slice(),
        media_type.as_bytes(),
        b"\r\nx-request-id: ",
        id.as_bytes(),
        b"\r\n",
    ];
    lines.concat()
}
