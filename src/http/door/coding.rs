//! Compressed bodies: read in gzip, and written in gzip for clients that take it.

use crate::http::{
    media::ResponseBody,
    problem::{Code, Failure},
};
use bytes::Bytes;
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use hyper::{
    Response,
    body::Body,
    header::{
        ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap,
        HeaderName, HeaderValue, VARY,
    },
};
use std::io::{ErrorKind, Read, Write};

pub(in crate::http) const GZIP: HeaderValue = HeaderValue::from_static("gzip");
/// A shorter answer fits into a packet or two either way.
const SHORTEST: u64 = 1 << 10;
/// Longer answers are compressed outside the async workers: this takes about a millisecond.
const INLINE: u64 = 64 << 10;

/// How a request's body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Coding {
    Plain,
    Gzip,
}

impl Coding {
    /// The coding that the headers name.
    ///
    /// # Errors
    /// 415 for any but gzip.
    pub(in crate::http) fn of(headers: &HeaderMap) -> Result<Self, Failure> {
        let mut coding = Self::Plain;
        if !headers.contains_key(CONTENT_ENCODING) {
            return Ok(coding);
        }
        for name in listed(headers, &CONTENT_ENCODING) {
            let gzip = ["gzip", "x-gzip"]
                .iter()
                .any(|x| name.eq_ignore_ascii_case(x));
            match coding {
                _ if name.eq_ignore_ascii_case("identity") || name.is_empty() => {}
                Self::Plain if gzip => coding = Self::Gzip,
                _ => {
                    let detail = "Bodies are read as they are or in gzip; send this one without content-encoding or with \
                                  content-encoding: gzip.";
                    return Err(Failure::new(Code::UnsupportedEncoding, detail));
                }
            }
        }
        Ok(coding)
    }

    /// The body as it was before it was encoded. Unpacking stops at `limit` bytes, however much more there would be.
    ///
    /// # Errors
    /// 413 above the limit, 400 for a body that is not gzip or not all of it.
    pub(in crate::http) fn unpack(self, body: Bytes, limit: usize) -> Result<Bytes, Failure> {
        if self == Self::Plain {
            return Ok(body);
        }
        let mut unpacked = Vec::new();
        let mut gzip = MultiGzDecoder::new(&body[..]).take(limit as u64 + 1);
        match gzip.read_to_end(&mut unpacked) {
            Ok(n) if n > limit => Err(Failure::new(
                Code::BodyTooLarge,
                format!(
                    "Unpacked, the body is larger than {limit} bytes, which is this server's limit."
                ),
            )),
            Ok(_) => Ok(unpacked.into()),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(Failure::new(
                Code::IncompleteBody,
                "The compressed body ends early.",
            )),
            Err(_) => Err(Failure::new(
                Code::InvalidGzip,
                "The body says content-encoding: gzip but is not gzip.",
            )),
        }
    }
}

/// Whether the client takes gzip (RFC 9110, section 12.5.3); a weight of 0 says no.
pub(in crate::http) fn takes_gzip(headers: &HeaderMap) -> bool {
    let (mut named, mut any) = (None, None);
    for coding in listed(headers, &ACCEPT_ENCODING) {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let q = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let wanted = q.map_or(Ok(1.0), str::parse::<f32>).unwrap_or(0.0) > 0.0;
        if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            named = named.or(Some(wanted));
        } else if name == "*" {
            any = any.or(Some(wanted));
        }
    }
    named.or(any).unwrap_or(false)
}

/// The elements of a header that is a list, over all its lines.
pub(in crate::http) fn listed<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(name).into_iter();
    let texts = lines.filter_map(|line| line.to_str().ok());
    texts.flat_map(|line| line.split(',').map(str::trim))
}

/// `text` in gzip.
pub(in crate::http) fn gzip(text: &[u8], level: Compression) -> Option<Bytes> {
    let mut gzip = GzEncoder::new(Vec::with_capacity(text.len() / 4), level);
    let packed = gzip.write_all(text).and_then(|()| gzip.finish());
    packed.ok().map(Bytes::from)
}

/// Whether compressing an answer pays off: it is text, long enough, and not compressed already.
pub(in crate::http) fn is_worth(response: &Response<ResponseBody>) -> bool {
    let headers = response.headers();
    let length = response.body().size_hint().exact().unwrap_or_default();
    length >= SHORTEST && !headers.contains_key(CONTENT_ENCODING) && is_text(headers)
}

fn is_text(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|x| x.to_str().ok());
    let essence = media_type.and_then(|x| x.split(';').next()).unwrap_or("");
    essence.starts_with("text/")
        || essence.ends_with("/json")
        || essence.ends_with("+json")
        || essence == "application/openmetrics-text"
}

/// Says that the answer depends on what the client takes.
pub(in crate::http) fn vary(headers: &mut HeaderMap) {
    // Pages, which have a tag, have said so already.
    if !headers.contains_key(ETAG) {
        headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    }
}

/// The answer in gzip.
pub(in crate::http) async fn pack(response: Response<ResponseBody>) -> Response<ResponseBody> {
    use http_body_util::BodyExt;
    let (mut head, body) = response.into_parts();
    let Ok(body) = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes);
    let text = body.clone();
    let work = move || gzip(&text, Compression::fast());
    let packed = if body.len() as u64 > INLINE {
        tokio::task::spawn_blocking(work).await.ok().flatten()
    } else {
        work()
    };
    if packed.is_some() {
        head.headers.insert(CONTENT_ENCODING, GZIP);
        head.headers.remove(CONTENT_LENGTH);
    }
    Response::from_parts(head, packed.unwrap_or(body).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_sent_to_who_takes_it() {
        for (value, takes) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("br, *", true),
            ("*;q=0.1, gzip;q=0", false),
            ("gzip;q=0.000", false),
            ("identity", false),
            ("br", false),
            ("", false),
            ("gzipped", false),
        ] {
            assert_eq!(
                takes_gzip(&headers(ACCEPT_ENCODING, value)),
                takes,
                "{value}"
            );
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn bodies_are_plain_or_in_gzip() {
        for (value, coding) in [
            ("gzip", Some(Coding::Gzip)),
            ("X-GZIP", Some(Coding::Gzip)),
            ("identity", Some(Coding::Plain)),
            ("identity, gzip", Some(Coding::Gzip)),
            ("gzip, gzip", None),
            ("br", None),
            ("gzip, br", None),
            ("deflate", None),
        ] {
            let found = Coding::of(&headers(CONTENT_ENCODING, value));
            assert_eq!(found.ok(), coding, "{value}");
        }
    }

    #[test]
    fn unpacking_stops_at_the_limit() {
        let packed = gzip(&vec![b' '; 1 << 20], Compression::best()).expect("gzip");
        assert!(packed.len() < 2000);
        let unpack = |limit| Coding::Gzip.unpack(packed.clone(), limit);
        assert_eq!(unpack(1 << 20).map(|body| body.len()).ok(), Some(1 << 20));
        let code = |body: Bytes, limit| Coding::Gzip.unpack(body, limit).map_err(|e| e.code);
        assert_eq!(code(packed.clone(), (1 << 20) - 1), Err(Code::BodyTooLarge));
        assert_eq!(
            code(packed.slice(..500), 1 << 21),
            Err(Code::IncompleteBody)
        );
        assert_eq!(code("plain text".into(), 1 << 21), Err(Code::InvalidGzip));
        assert_eq!(code(Bytes::new(), 1 << 21), Err(Code::IncompleteBody));
    }
}
