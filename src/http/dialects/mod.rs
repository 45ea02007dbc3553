//! What a wire format has to say about itself; everything else that happens to a request is the door's.

pub(super) mod native;

use super::{
    media::{MediaType, ResponseBody},
    problem::Failure,
    routes::{Params, Route},
    state::{Limits, ServedModel, State},
};
use crate::{config::Server, input::Batch, model::Predictions};
use hyper::{Response, http::request::Parts};
use std::time::Duration;

/// A wire format: its routes, how bytes become rows, how predictions become bytes, and how a failure is told.
pub(super) trait Dialect: 'static {
    /// What sets its prediction routes apart: one row or many, for instance.
    type Form: Copy + Send + Sync + 'static;

    /// What a request wants beside its rows: found while reading, needed for writing.
    type Wanted;

    /// What its prediction routes read.
    const READS: MediaType;

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

    /// Writes a failure; its status is the door's business.
    fn tell(failure: &Failure) -> Written;
}

/// What a dialect's route is for.
pub(super) enum Target<F> {
    /// Rows come in, predictions go out.
    Predict(F),
    /// The server tells something about itself.
    Tell(fn(&State) -> Result<Response<ResponseBody>, Failure>),
}

/// A prediction request without its body.
pub(super) struct Call {
    pub(super) head: Parts,
    #[expect(dead_code, reason = "no route of the native dialect has parameters")]
    pub(super) params: Params,
}

/// Predictions to write.
pub(super) struct Scored<'a> {
    pub(super) model: &'a ServedModel,
    pub(super) predictions: &'a Predictions,
    /// Since the body was complete.
    pub(super) elapsed: Duration,
}

/// A body to send.
pub(super) struct Written {
    pub(super) media_type: MediaType,
    pub(super) body: Vec<u8>,
}
