//! Bodies and their media types.

use super::problem::{Code, Failure};
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

/// The body of every answer: in one piece.
pub type ResponseBody = Full<Bytes>;

/// The media types that the dialects read and write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    Json,
    /// A problem document (RFC 9457).
    Problem,
}

impl MediaType {
    /// The value of `content-type`.
    pub(super) const fn header(self) -> HeaderValue {
        match self {
            Self::Json => const { HeaderValue::from_static("application/json") },
            Self::Problem => const { HeaderValue::from_static("application/problem+json") },
        }
    }

    /// What messages call it.
    const fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Problem => "a problem document",
        }
    }

    /// Whether `essence`, a media type without parameters in lower case, is this one.
    fn is(self, essence: &str) -> bool {
        match self {
            Self::Json => essence == "application/json" || essence.ends_with("+json"),
            Self::Problem => essence == "application/problem+json",
        }
    }
}

/// Which of the types `reads` a body is; one without a media type is the first.
pub(super) fn check(headers: &HeaderMap, reads: &[MediaType]) -> Result<MediaType, Failure> {
    let first = reads.first().copied().unwrap_or(MediaType::Json);
    let refuse = |what: &str| {
        let (name, mime) = (first.name(), first.header());
        let mime = mime.to_str().unwrap_or_default();
        let detail = format!("{what}; send {name} with the header content-type: {mime}");
        Err(Failure::new(Code::UnsupportedMediaType, detail))
    };
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Ok(first);
    };
    if *value == first.header() {
        return Ok(first);
    }
    let text = value.to_str().unwrap_or("").to_ascii_lowercase();
    let (essence, parameters) = text.split_once(';').unwrap_or((&text, ""));
    let Some(found) = reads.iter().find(|reads| reads.is(essence.trim())) else {
        let names: Vec<_> = reads.iter().map(|reads| reads.name()).collect();
        let names = names.join(" or ");
        return refuse(&format!("the body's media type is not {names}"));
    };
    let charset = parameters
        .split(';')
        .find_map(|parameter| parameter.trim().strip_prefix("charset="));
    match charset.map(|charset| charset.trim_matches('"')) {
        None | Some("utf-8" | "utf8" | "us-ascii") => Ok(*found),
        Some(_) => {
            let name = found.name();
            refuse(&format!(
                "{name} is UTF-8 here, whatever charset the header names"
            ))
        }
    }
}
