//! The description of a wire format. Everything else that happens to a request is in `app`.

mod json;
pub(super) mod native;
mod rows;

use super::{
    media::{MediaType, ResponseBody},
    problem::Failure,
    routes::{Params, Route},
    state::{Limits, ServedModel, State},
};
use crate::{config::Server, input::Batch, model::Predictions};
use hyper::{
    Response,
    header::{HeaderMap, HeaderName, HeaderValue},
    http::request::Parts,
};
use std::time::Duration;

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
}

/// What a dialect's route is for.
pub(super) enum Target<F> {
    /// Rows come in, predictions go out.
    Predict(F),
    /// The server answers about itself.
    Tell(Tell),
    /// It answers about itself in the form that the headers ask for.
    Negotiate(Negotiate),
}

/// What answers about the server itself; the parameters of the path are checked already where they name the model.
pub(super) type Tell = fn(&State, &Params) -> Result<Response<ResponseBody>, Failure>;

/// What answers in the form that the headers of the request ask for.
pub(super) type Negotiate = fn(&State, &HeaderMap) -> Response<ResponseBody>;

/// The parameters of a path that name the model and its version. The door answers 404 for any other model than the one served.
pub(super) const MODEL: &str = "model";
pub(super) const VERSION: &str = "version";

/// A prediction request without its body.
pub(super) struct Call {
    pub(super) head: Parts,
    /// Which of [`Dialect::READS`] the body is.
    #[expect(dead_code, reason = "the native dialect reads JSON only")]
    pub(super) media_type: MediaType,
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
}

impl Written {
    /// A body that needs no headers.
    pub(super) fn new(media_type: MediaType, body: Vec<u8>) -> Self {
        Self {
            media_type,
            headers: Vec::new(),
            body,
        }
    }
}
