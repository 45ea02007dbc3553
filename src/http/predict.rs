//! The prediction dialects: bytes in, bytes out, free of any HTTP library's types.

use super::{
    app::{App, Operation},
    dialects::native::{format::RowFormat, wire::Answer},
    problem::{Code, Failure},
};
use crate::{load::LoadedModel, model::Predictions};
use bytes::Bytes;
use std::{
    cell::RefCell,
    sync::Arc,
    time::{Duration, Instant},
};

/// A model and what requests to it need, worked out once.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) served: LoadedModel,
    format: RowFormat,
    /// Bodies larger than this are worked on outside the async workers.
    inline_bytes: usize,
}

/// About half a millisecond of work; longer work would hold up other connections.
const INLINE_STEPS: usize = 500_000;
/// Parsing alone takes that long for this many bytes.
const INLINE_BYTES: usize = 64 << 10;

thread_local! {
    static ANSWER: RefCell<Predictions> = RefCell::default();
}

impl Ready {
    pub(super) fn new(served: LoadedModel) -> Self {
        let format = RowFormat::new(&served.model);
        let steps_per_row = (served.model.n_trees() * served.model.depth().max(1)).max(1);
        // A feature takes two bytes of JSON at least.
        let inline_bytes = (INLINE_STEPS / steps_per_row).max(1) * format.width() * 2;
        Self {
            served,
            format,
            inline_bytes: inline_bytes.clamp(4 << 10, INLINE_BYTES),
        }
    }
}

/// Answers a complete body, off the async workers if it is large. `admitted` is held until the work is done, even if the client
/// has gone by then.
pub(super) async fn answer(
    app: &Arc<App>,
    ready: &Arc<Ready>,
    operation: Operation,
    query: &str,
    body: Bytes,
    admitted: impl Send + 'static,
) -> Result<Vec<u8>, Failure> {
    let probabilities = wants_probabilities(query)?;
    if body.len() <= ready.inline_bytes {
        return score(app, ready, operation, probabilities, &body);
    }
    let (app, ready) = (app.clone(), ready.clone());
    let work = tokio::task::spawn_blocking(move || {
        let _admitted = admitted;
        score(&app, &ready, operation, probabilities, &body)
    });
    work.await
        .unwrap_or_else(|error| Err(Failure::internal(error)))
}

fn score(
    app: &App,
    ready: &Ready,
    operation: Operation,
    probabilities: bool,
    body: &[u8],
) -> Result<Vec<u8>, Failure> {
    let start = Instant::now();
    let batch = operation == Operation::PredictBatch;
    let format = &ready.format;
    let (rows, failure) = if batch {
        format.parse_batch(body, app.limits.max_batch_rows)
    } else {
        format.parse_one(body)
    };
    let metrics = app.metrics.model();
    if let Some(failure) = failure {
        metrics.inspect(|metrics| metrics.refused(rows.count().max(1)));
        return Err(failure);
    }
    ANSWER.with_borrow_mut(|predictions| {
        ready
            .served
            .model
            .predict(&rows.batch, predictions)
            .map_err(Failure::internal)?;
        if predictions.scores.iter().any(|x| !x.is_finite()) {
            return Err(Failure::internal(
                "the model answered with a number that is not finite",
            ));
        }
        let answer = Answer {
            served: &ready.served,
            predictions,
            probabilities,
        };
        let (body, elapsed) = if batch {
            (answer.batch(), start.elapsed())
        } else {
            let elapsed = start.elapsed();
            (answer.one(milliseconds(elapsed)), elapsed)
        };
        let body = body.map_err(Failure::internal)?;
        metrics.inspect(|metrics| {
            metrics.predicted(rows.count(), &predictions.classes, elapsed.as_secs_f64());
        });
        Ok(body)
    })
}

/// To a tenth of a microsecond.
fn milliseconds(elapsed: Duration) -> f64 {
    (elapsed.as_nanos() / 100) as f64 / 10_000.0
}

/// `?probabilities=true`; other parameters are other people's business.
fn wants_probabilities(query: &str) -> Result<bool, Failure> {
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
