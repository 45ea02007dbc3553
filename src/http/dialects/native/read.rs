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
    model::{Kind, Model},
};
use serde::de::DeserializeSeed;

/// The byte order mark that some editors and Windows programs put before a text in UTF-8.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// The query parameters.
const PROBABILITIES: &str = "probabilities";
const DISTANCES: &str = "distances";

/// How the answer is written.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Wanted {
    pub(super) form: Form,
    pub(super) more: More,
}

/// What is answered only where it is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::http) struct More {
    pub(in crate::http) probabilities: bool,
    pub(in crate::http) distances: bool,
}

impl More {
    /// What a query asks for.
    ///
    /// # Errors
    /// If the model has none of it, or the value is neither true nor false.
    pub(super) fn of(query: &str, model: &Model) -> Result<Self, Failure> {
        let distances = flag(query, DISTANCES)?;
        if distances && model.kind() == Kind::Clusterer && !model.has_distances() {
            return Err(Failure::new(
                Code::InvalidQuery,
                "this model answers clusters only: its library gives no distances for it",
            ));
        }
        Ok(Self {
            probabilities: wants_probabilities(query, model)?,
            distances,
        })
    }
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

/// Whether the query asks for probabilities, see [`flag`].
///
/// A regressor has none, and does not mind being asked; a model whose library gives none out for its classes says so.
pub(in crate::http::dialects) fn wants_probabilities(
    query: &str,
    model: &Model,
) -> Result<bool, Failure> {
    let asked = flag(query, PROBABILITIES)?;
    if asked && !model.has_probabilities() && model.kind() != Kind::Regressor {
        let what = match model.kind() {
            Kind::AnomalyDetector => "anomalies and their scores",
            Kind::Clusterer => "clusters",
            _ => "classes",
        };
        let detail =
            format!("this model answers {what} only: its library gives no probabilities for it");
        return Err(Failure::new(Code::InvalidQuery, detail));
    }
    Ok(asked)
}

/// Whether a query says `name=true` or `=1`, in upper or lower case, or the name alone. Other parameters are ignored.
fn flag(query: &str, name: &str) -> Result<bool, Failure> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let Some((_, value)) = pairs.find(|(found, _)| found == name) else {
        return Ok(false);
    };
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "" => Ok(true),
        "false" | "0" => Ok(false),
        _ => {
            let detail = format!("the query parameter {name} must be true or false");
            Err(Failure::new(Code::InvalidQuery, detail))
        }
    }
}
