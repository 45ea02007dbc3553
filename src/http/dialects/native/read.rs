//! A body to a batch: read once, straight into the matrix.
//!
//! A wrong value does not stop the reading: the rest is still checked, so that a client sees all mistakes at once, and a body that is
//! not JSON is told so whatever else is wrong with it.

use super::{
    rows::Rows,
    seeds::{BatchSeed, RowSeed},
};
use crate::{
    http::{
        problem::{Code, Failure},
        state::LoadedModel,
    },
    input::Batch,
};
use serde::de::DeserializeSeed;

/// What a prediction route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Form {
    /// `{"features": …}`
    One,
    /// `[{"features": …}, …]`
    Many,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Wanted {
    pub(super) form: Form,
    pub(super) probabilities: bool,
}

/// Reads a row, or at most `max_rows` of them.
pub(super) fn rows(
    form: Form,
    body: &[u8],
    model: &LoadedModel,
    max_rows: usize,
) -> Result<Batch, Failure> {
    // A number and its comma take two bytes at least: no body makes this larger than a small multiple of itself.
    let mut rows = Rows::new(model, body.len());
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = match form {
        Form::One => RowSeed(&mut rows).deserialize(&mut json),
        Form::Many => BatchSeed {
            rows: &mut rows,
            max_rows,
        }
        .deserialize(&mut json),
    };
    let failure = match read.and_then(|()| json.end()) {
        Err(error) => Some(rows.syntax(&error)),
        Ok(()) => rows.failure(),
    };
    match failure {
        Some(failure) => Err(failure.of_rows(rows.batch.len())),
        None => Ok(rows.batch),
    }
}

/// `?probabilities=true`; other parameters are other people's business.
pub(super) fn wants_probabilities(query: &str) -> Result<bool, Failure> {
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, "true"));
        if name == "probabilities" {
            return match value {
                "true" | "1" => Ok(true),
                "false" | "0" => Ok(false),
                _ => Err(Failure::new(
                    Code::InvalidQuery,
                    "the query parameter probabilities must be true or false",
                )),
            };
        }
    }
    Ok(false)
}
