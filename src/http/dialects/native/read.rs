//! A body to a batch: read once, straight into the matrix.
//!
//! A wrong value does not stop the reading. The rest is still checked, so that a client sees all mistakes at once. When the body is not
//! JSON, the answer says that, whatever else is wrong with it.

use super::{
    form::{Form, advise_many, advise_one},
    seeds::{BatchSeed, WrappedSeed},
};
use crate::{
    http::{
        dialects::rows::Rows,
        problem::{Code, Failure},
    },
    input::Batch,
    load::LoadedModel,
    model::Model,
};
use serde::de::DeserializeSeed;

/// The byte order mark that some editors and Windows programs put before a text in UTF-8.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// How the answer is written.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Wanted {
    pub(super) form: Form,
    pub(super) probabilities: bool,
}

/// Reads a row, or at most `max_rows` of them.
pub(in crate::http) fn rows(
    form: Form,
    body: &[u8],
    served: &LoadedModel,
    max_rows: usize,
) -> Result<Batch, Failure> {
    let body = body.strip_prefix(BOM).unwrap_or(body);
    let advice = match form {
        Form::One => advise_one,
        Form::Many => advise_many,
    };
    let mut rows = Rows::new(served, body, advice);
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = match form {
        Form::One => WrappedSeed(&mut rows).deserialize(&mut json),
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

/// Whether the query asks for probabilities: `?probabilities=true` or `=1`, in upper or lower case, or the name alone. Other parameters
/// are ignored.
///
/// A regressor has none, and does not mind being asked; a classifier whose library gives none out says so.
pub(in crate::http::dialects) fn wants_probabilities(
    query: &str,
    model: &Model,
) -> Result<bool, Failure> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let Some((_, value)) = pairs.find(|(name, _)| name == "probabilities") else {
        return Ok(false);
    };
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "" if model.labels().is_some() && !model.has_probabilities() => {
            Err(Failure::new(
                Code::InvalidQuery,
                "this model answers classes only: its library gives no probabilities for it",
            ))
        }
        "true" | "1" | "" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Failure::new(
            Code::InvalidQuery,
            "the query parameter probabilities must be true or false",
        )),
    }
}
