//! The description of a wire format. Everything else that happens to a request is in `app`.

pub(super) mod grpc;
mod json;
pub(super) mod mlflow;
pub(super) mod native;
mod rows;
mod syntax;
pub(super) mod tensors;
pub(super) mod v1;
pub(super) mod v2;
pub(super) mod vertex;
pub(super) mod wrapped;

use super::{
    limits::Limits,
    media::{MediaType, ResponseBody},
    problem::Failure,
    routes::{Params, Route},
    state::{ServedModel, State},
};
use crate::{config::Server, input::Batch, model::Predictions};
use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::{
    Response,
    header::{HeaderMap, HeaderName, HeaderValue},
    http::request::Parts,
};
use std::{
    io,
    time::{Duration, Instant},
};

/// A wire format: its routes, how bytes become rows, how predictions become bytes, and how a failure is told.
pub(super) trait Dialect: 'static {
    /// How its prediction routes differ, for instance in taking one row or many.
    type Form: Copy + Send + Sync + 'static;

    /// What a request asks for beside its rows, such as probabilities: known when it is read, needed when the answer is written.
    type Wanted;

    /// What its prediction routes read. A body without a media type is taken for the first one, which messages name.
    const READS: &'static [MediaType];

    /// Its routes, the most used ones first.
    fn routes(server: &Server) -> Vec<Route<Target<Self::Form>>>;

    /// Reads a whole body. A failure says how many rows there were.
    fn read(
        form: Self::Form,
        call: &Call,
        body: &[u8],
        model: &ServedModel,
        limits: &Limits,
    ) -> Result<(Batch, Self::Wanted), Failure>;

    /// Writes the answer.
    fn write(wanted: &Self::Wanted, scored: &Scored<'_>) -> Result<Written, Failure>;

    /// Writes a failure. Its status is set by the caller.
    fn tell(failure: &Failure) -> Written;

    /// How many bytes of work a body is. Much work is done outside the async workers.
    fn weigh(body: &[u8]) -> usize {
        body.len()
    }
}

/// What a dialect's route is for.
pub(super) enum Target<F> {
    /// Rows come in, predictions go out.
    Predict(F),
    /// The server answers about itself.
    Tell(Tell),
    /// The same for a question that has a body.
    Ask(Ask),
    /// Answers come as long as the client listens.
    Converse(Converse),
    /// It answers about itself in the form that the headers ask for.
    Negotiate(Negotiate),
}

/// What answers about the server itself; the parameters of the path are checked already where they name the model.
pub(super) type Tell = fn(&State, &Params) -> Result<Response<ResponseBody>, Failure>;

/// What answers a question about the server whose body is there. No prediction's place is taken for it.
pub(super) type Ask = fn(&State, &Call, &Params, &[u8]) -> Result<Written, Failure>;

/// What answers with a stream. It reads the body itself, within limits of its own.
pub(super) type Converse = fn(&State, &Call, Coming) -> Result<Response<ResponseBody>, Failure>;

/// A body that is on its way.
pub(super) type Coming = UnsyncBoxBody<Bytes, io::Error>;
/// What answers in the form that the headers of the request ask for.
pub(super) type Negotiate = fn(&State, &HeaderMap) -> Response<ResponseBody>;

/// A prediction request without its body.
pub(super) struct Call<'a> {
    pub(super) head: &'a Parts,
    /// Which of [`Dialect::READS`] the body is.
    pub(super) media_type: MediaType,
    /// When the request's headers were there.
    pub(super) begun: Instant,
}

/// Predictions to write.
pub(super) struct Scored<'a> {
    pub(super) model: &'a ServedModel,
    pub(super) predictions: &'a Predictions,
    /// The time since the body was complete.
    pub(super) elapsed: Duration,
}

/// A body to send.
pub(super) struct Written {
    pub(super) media_type: MediaType,
    /// What the format says in headers, beside its media type.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Vec<u8>,
    /// What follows the body (gRPC).
    pub(super) trailers: Vec<(HeaderName, HeaderValue)>,
    /// The status of a failure, where the format has another than that of the failure's code.
    pub(super) status: Option<u16>,
}

impl Written {
    /// A body that needs no headers.
    pub(super) fn new(media_type: MediaType, body: Vec<u8>) -> Self {
        Self {
            media_type,
            headers: Vec::new(),
            body,
            trailers: Vec::new(),
            status: None,
        }
    }
}
