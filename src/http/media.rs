//! Bodies and their media types.

use super::problem::{Code, Failure};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

pub use super::response_body::ResponseBody;

/// The media types that the dialects read and write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    Json,
    /// JSON and then the bytes of tensors (the binary extension of the Open Inference Protocol).
    Octets,
    Grpc,
    /// A problem document (RFC 9457).
    Problem,
    Csv,
}

impl MediaType {
    /// The value of `content-type`.
    pub(super) const fn header(self) -> HeaderValue {
        match self {
            Self::Json => const { HeaderValue::from_static("application/json") },
            Self::Octets => const { HeaderValue::from_static("application/octet-stream") },
            Self::Grpc => const { HeaderValue::from_static("application/grpc") },
            Self::Problem => const { HeaderValue::from_static("application/problem+json") },
            Self::Csv => const { HeaderValue::from_static("text/csv") },
        }
    }

    /// What messages call it.
    const fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Octets => "bytes",
            Self::Grpc => "gRPC",
            Self::Problem => "a problem document",
            Self::Csv => "CSV",
        }
    }

    /// Whether `essence`, a media type without parameters in lower case, is this one.
    fn is(self, essence: &str) -> bool {
        match self {
            Self::Json => essence == "application/json" || essence.ends_with("+json"),
            Self::Octets => essence == "application/octet-stream",
            Self::Grpc => matches!(essence, "application/grpc" | "application/grpc+proto"),
            Self::Problem => essence == "application/problem+json",
            Self::Csv => essence == "text/csv",
        }
    }
}

/// Whether a request is one of gRPC, whatever its path.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE);
    value.is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
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
