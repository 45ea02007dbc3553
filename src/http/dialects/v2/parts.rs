//! A body in its parts: JSON, and behind it the bytes of tensors, where a header says how long the JSON is.

use crate::http::problem::{Code, Failure};
use hyper::header::{HeaderMap, HeaderName};

/// How many bytes of the body are JSON (the extension for binary tensors).
pub(super) const HEADER_LENGTH: HeaderName =
    HeaderName::from_static("inference-header-content-length");

/// The byte order mark that some editors and Windows programs put before a text in UTF-8.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// The parts of a body.
pub(in crate::http) struct Parts<'b> {
    pub(in crate::http) json: &'b [u8],
    pub(in crate::http) bytes: &'b [u8],
}

/// Splits a body where the header says.
pub(super) fn split<'b>(headers: &HeaderMap, body: &'b [u8]) -> Result<Parts<'b>, Failure> {
    let Some(length) = headers.get(&HEADER_LENGTH) else {
        let json = body.strip_prefix(BOM).unwrap_or(body);
        return Ok(Parts { json, bytes: &[] });
    };
    let number = length.to_str().ok().and_then(|text| text.parse().ok());
    let parts = number.and_then(|length: usize| body.split_at_checked(length));
    let Some((json, bytes)) = parts else {
        let detail = format!(
            "the header {HEADER_LENGTH} must be the number of bytes of JSON at the start of the body, which has {} bytes",
            body.len()
        );
        return Err(Failure::new(Code::InvalidTensor, detail));
    };
    Ok(Parts { json, bytes })
}
