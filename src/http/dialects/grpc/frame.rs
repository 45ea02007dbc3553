//! The frames of messages: a byte that says whether the message is compressed, four bytes of length, the message.

use crate::http::{
    dialects::{Call, Written},
    media::MediaType,
    problem::{Code, Failure},
};
use flate2::read::GzDecoder;
use hyper::{
    HeaderMap, Version,
    header::{HeaderName, HeaderValue},
};
use std::{borrow::Cow, io::Read};

/// How a call ended: in the trailers, or in the headers where there is no message.
pub(super) const STATUS: HeaderName = HeaderName::from_static("grpc-status");
pub(super) const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// The bytes before a message.
pub(super) const PREFIX: usize = 5;

/// The message of a call that has one.
pub(super) fn only<'b>(call: &Call, body: &'b [u8], most: usize) -> Result<Cow<'b, [u8]>, Failure> {
    spoken(call)?;
    let Some((message, rest)) = first(body) else {
        let detail = "The body is no whole message of gRPC.";
        return Err(Failure::new(Code::InvalidMessage, detail));
    };
    if !rest.is_empty() {
        let detail = "The call takes one message, and more were sent.";
        return Err(Failure::new(Code::InvalidMessage, detail));
    }
    if is_compressed(body) {
        return inflated(&call.head.headers, message, most).map(Cow::Owned);
    }
    Ok(Cow::Borrowed(message))
}

/// Whether the client speaks HTTP/2, without which there are no trailers.
pub(super) fn spoken(call: &Call) -> Result<(), Failure> {
    if call.head.version == Version::HTTP_2 {
        return Ok(());
    }
    let detail = "gRPC is spoken over HTTP/2; the same is at /v2 over any HTTP.";
    Err(Failure::new(Code::UnsupportedMediaType, detail))
}

/// The first message of `bytes`, as it was sent, and what follows it; nothing if it is not whole.
pub(super) fn first(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (prefix, rest) = bytes.split_first_chunk::<PREFIX>()?;
    let [_, length @ ..] = *prefix;
    let length = usize::try_from(u32::from_be_bytes(length)).ok()?;
    rest.split_at_checked(length)
}

/// Whether the first message is compressed.
pub(super) fn is_compressed(body: &[u8]) -> bool {
    body.first().is_some_and(|flag| *flag != 0)
}

fn inflated(headers: &HeaderMap, message: &[u8], most: usize) -> Result<Vec<u8>, Failure> {
    if headers
        .get("grpc-encoding")
        .is_none_or(|coding| coding != "gzip")
    {
        let detail =
            "Messages may be compressed with gzip only, and the header grpc-encoding must say so.";
        return Err(Failure::new(Code::NotSupported, detail));
    }
    let mut whole = Vec::new();
    let mut reader = GzDecoder::new(message).take(most as u64 + 1);
    if reader.read_to_end(&mut whole).is_err() {
        let detail = "The message is no gzip.";
        return Err(Failure::new(Code::InvalidMessage, detail));
    }
    if whole.len() > most {
        let detail =
            format!("The message is larger than {most} bytes, which is this server's limit.");
        return Err(Failure::new(Code::BodyTooLarge, detail));
    }
    Ok(whole)
}

/// A message in its frame.
pub(super) fn framed(message: &impl prost::Message) -> Vec<u8> {
    let length = message.encoded_len();
    let mut bytes = Vec::with_capacity(PREFIX + length);
    bytes.push(0);
    bytes.extend_from_slice(&(length as u32).to_be_bytes());
    message.encode_raw(&mut bytes);
    bytes
}

/// A message as the whole answer to a call.
pub(super) fn answer(message: &impl prost::Message) -> Written {
    let mut written = Written::new(MediaType::Grpc, framed(message));
    let ok = HeaderValue::from_static("0");
    written.trailers.push((STATUS, ok));
    written
}
