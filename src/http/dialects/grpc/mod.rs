//! gRPC on the same port: the Open Inference Protocol's service, the health of it, and its description.
//!
//! A call is an HTTP/2 request whose bodies are framed messages and whose outcome is in the trailers. Everything else is as with the other
//! dialects, so it goes through the same door, and no second server is needed.

mod about;
mod calls;
mod deadline;
mod frame;
mod health;
mod infer;
mod messages;
mod reflection;
mod stream;
mod typed;
mod walk;
mod write;

use super::{Call, Dialect, Scored, Target, Written};
use crate::{
    config::Server,
    http::{
        limits::Limits,
        media::MediaType,
        problem::{Code, Failure},
        routes::Route,
        state::ServedModel,
    },
    input::Batch,
};
use calls::ModelInfer;
use hyper::header::HeaderValue;
use infer::Wanted;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// The dialect.
pub(in crate::http) struct Grpc;

/// What a message of gRPC's must not have as it is, beside what is not ASCII.
const NOT_PLAIN: &AsciiSet = &CONTROLS.add(b'%');
/// The most bytes that a message has: clients limit the size of headers.
const MAX_MESSAGE: usize = 2000;

impl Dialect for Grpc {
    type Form = ModelInfer;
    type Wanted = Wanted;

    const READS: &'static [MediaType] = &[MediaType::Grpc];

    fn routes(_: &Server) -> Vec<Route<Target<ModelInfer>>> {
        calls::all()
    }

    fn read(
        _: ModelInfer,
        call: &Call,
        body: &[u8],
        model: &ServedModel,
        limits: &Limits,
    ) -> Result<(Batch, Wanted), Failure> {
        deadline::check(call)?;
        let message = frame::only(call, body, limits.max_body_bytes)?;
        infer::read(&message, model, limits.max_batch_rows)
    }

    fn write(wanted: &Wanted, scored: &Scored<'_>) -> Result<Written, Failure> {
        Ok(frame::answer(&write::answer(wanted, scored)))
    }

    /// The outcome is in the headers, for there is no message. HTTP has no part in the failure, except towards a client that does not speak
    /// gRPC.
    fn tell(failure: &Failure) -> Written {
        let detail = echo(&failure.detail);
        let message = utf8_percent_encode(&detail, NOT_PLAIN).to_string();
        let message = HeaderValue::from_str(&message);
        let mut written = Written::new(MediaType::Grpc, Vec::new());
        let status = HeaderValue::from(u16::from(failure.code.grpc()));
        written.headers.push((frame::STATUS, status));
        written
            .headers
            .extend(message.ok().map(|message| (frame::MESSAGE, message)));
        let speaks = !matches!(
            failure.code,
            Code::UnsupportedMediaType | Code::MethodNotAllowed
        );
        written.status = speaks.then_some(200);
        written
    }

    fn weigh(body: &[u8]) -> usize {
        if frame::is_compressed(body) {
            usize::MAX
        } else {
            body.len()
        }
    }
}

/// The beginning of a text.
fn echo(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= MAX_MESSAGE {
        return text.into();
    }
    let cut = text.floor_char_boundary(MAX_MESSAGE);
    format!("{}…", &text[..cut]).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressed_message_is_never_read_on_a_worker_whatever_its_size() {
        assert_eq!(Grpc::weigh(&[0, 0, 0, 0, 1, 8]), 6);
        assert_eq!(Grpc::weigh(&[1, 0, 0, 0, 1, 8]), usize::MAX);
    }

    #[test]
    fn a_message_of_a_failure_is_ascii_and_short() {
        let failure = Failure::new(Code::InvalidType, format!("ä % {}", "x".repeat(5000)));
        let written = Grpc::tell(&failure);
        let (_, message) = &written.headers[1];
        let message = message.to_str().unwrap();
        assert!(message.starts_with("%C3%A4 %25 xxx") && message.len() < 2100);
        assert_eq!(written.status, Some(200));
    }
}
