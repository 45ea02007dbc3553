//! MLflow's scoring protocol, which `SageMaker` speaks too: `/invocations`, `/ping`, `/health`, `/version`.
//!
//! Source: MLflow's `mlflow/pyfunc/scoring_server/__init__.py`. Values are those that `mlflow models serve` answers for the same package.

mod about;
mod csv;

use super::{
    Call, Dialect, Scored, Target, Written,
    native::{form::features, read::wants_probabilities},
    rows::Rows,
    wrapped::{self, Arranged, Shown, Takes},
};
use crate::{
    config::Server,
    http::{
        limits::Limits,
        media::MediaType,
        problem::{Code, Failure},
        routes::{Guard, Route},
        state::ServedModel,
    },
    input::Batch,
};
use hyper::Method;
use serde_json::json;

/// The dialect.
pub(in crate::http) struct Mlflow;

/// What its bodies hold.
pub(in crate::http) const TAKES: Takes = Takes {
    keys: &[
        ("dataframe_split", Arranged::Split),
        ("dataframe_records", Arranged::Records),
        ("instances", Arranged::Rows),
        ("inputs", Arranged::RowsOrColumns),
    ],
    parameters: Some(("params", &[])),
    skips_unknown: true,
    nan: true,
    advice,
};

#[expect(clippy::unnecessary_wraps, reason = "as all advice")]
fn advice(rows: &Rows<'_>) -> Option<String> {
    let key = if rows.schema.named {
        "dataframe_records"
    } else {
        "inputs"
    };
    Some(format!(
        "send {{\"{key}\": [{}, …]}}",
        features(rows.served)
    ))
}

impl Dialect for Mlflow {
    type Form = ();
    type Wanted = Shown;

    const READS: &'static [MediaType] = &[MediaType::Json, MediaType::Csv];

    fn routes(_: &Server) -> Vec<Route<Target<()>>> {
        let get = |path, name, tell| Route::new(Method::GET, path, name, Target::Tell(tell));
        vec![
            Route::new(
                Method::POST,
                "/invocations",
                "mlflow_invocations",
                Target::Predict(()),
            ),
            get("/ping", "mlflow_ping", about::ping).guarded(Guard::Probe),
            get("/health", "mlflow_health", about::ping).guarded(Guard::Probe),
            get("/version", "mlflow_version", about::version),
        ]
    }

    fn read(
        (): (),
        call: &Call,
        body: &[u8],
        model: &ServedModel,
        limits: &Limits,
    ) -> Result<(Batch, Shown), Failure> {
        let served = &model.served;
        let query = call.head.uri.query().unwrap_or_default();
        let probabilities = wants_probabilities(query, &served.model)?;
        let (batch, frame) = if call.media_type == MediaType::Csv {
            (
                csv::read(body, served, limits.max_batch_rows, advice)?,
                true,
            )
        } else {
            let given = wrapped::read(&TAKES, body, served, limits.max_batch_rows)?;
            (
                given.batch,
                matches!(given.arranged, Arranged::Split | Arranged::Records),
            )
        };
        Ok((batch, wrapped::shown(served, probabilities, frame)))
    }

    fn write(shown: &Shown, scored: &Scored<'_>) -> Result<Written, Failure> {
        let body = wrapped::write(*shown, scored)?;
        Ok(Written::new(MediaType::Json, body))
    }

    fn tell(failure: &Failure) -> Written {
        let body = json!({"error_code": error_code(failure.code), "message": failure.summary()});
        Written::new(MediaType::Json, body.to_string().into_bytes())
    }
}

/// MLflow's name for a failure.
///
/// Source: the codes of `mlflow/protos/databricks.proto`.
pub(in crate::http) const fn error_code(code: Code) -> &'static str {
    match code.status() {
        404 => "ENDPOINT_NOT_FOUND",
        408 => "DEADLINE_EXCEEDED",
        429 => "REQUEST_LIMIT_EXCEEDED",
        500 => "INTERNAL_ERROR",
        503 => "TEMPORARILY_UNAVAILABLE",
        _ => "BAD_REQUEST",
    }
}
