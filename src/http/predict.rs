//! A prediction: read, score, write, count. The same for every dialect.

use super::{
    dialects::{Call, Dialect, Scored, Written},
    door::coding::Coding,
    limits::Limits,
    problem::{Code, Failure},
    state::ServedModel,
};
use crate::{
    input::Batch,
    model::{Predictions, Unanswered, Why},
};
use bytes::Bytes;
use std::{cell::RefCell, sync::Arc, time::Instant};

thread_local! {
    static PREDICTIONS: RefCell<Predictions> = RefCell::default();
}

/// From a whole body to the answer, for one route of a dialect.
pub(super) type Predict =
    Arc<dyn Fn(&Call, &[u8], &ServedModel, &Limits) -> Result<Done, Failure> + Send + Sync>;

/// An answer that is ready to send.
pub(super) struct Done {
    pub(super) written: Written,
    /// The rows that were predicted.
    pub(super) rows: usize,
}

/// What predicts at the routes of the dialect `D` that have the form `form`.
pub(super) fn handler<D: Dialect>(form: D::Form) -> Predict {
    Arc::new(move |call, body, model, limits| predict::<D>(form, call, body, model, limits))
}

/// Predicts outside the async workers, where a large body would hold up other connections, and so would unpacking one. `admitted` is held until the work is done, even
/// if the client has gone by then.
pub(super) async fn on_blocking_thread(
    predict: &Predict,
    call: &Call<'_>,
    (body, coding): (Bytes, Coding),
    model: &Arc<ServedModel>,
    limits: &Limits,
    admitted: impl Send + 'static,
) -> Result<Done, Failure> {
    let (predict, model, limits) = (predict.clone(), model.clone(), *limits);
    let (head, media_type, begun) = (call.head.clone(), call.media_type, call.begun);
    let work = tokio::task::spawn_blocking(move || {
        let _admitted = admitted;
        let body = coding.unpack(body, limits.max_body_bytes)?;
        let call = Call {
            head: &head,
            media_type,
            begun,
        };
        predict(&call, &body, &model, &limits)
    });
    work.await
        .unwrap_or_else(|error| Err(Failure::internal(error)))
}

fn predict<D: Dialect>(
    form: D::Form,
    call: &Call,
    body: &[u8],
    model: &ServedModel,
    limits: &Limits,
) -> Result<Done, Failure> {
    let start = Instant::now();
    let (batch, wanted) = D::read(form, call, body, model, limits)?;
    let rows = batch.len();
    PREDICTIONS
        .with_borrow_mut(|predictions| {
            score(model, &batch, predictions)?;
            let elapsed = start.elapsed();
            let scored = Scored {
                model,
                predictions,
                elapsed,
            };
            let written = D::write(&wanted, &scored)?;
            // Writing one row takes less than a look at the clock.
            let elapsed = if rows == 1 { elapsed } else { start.elapsed() };
            let seconds = elapsed.as_secs_f64();
            model.metrics.predicted(rows, &predictions.classes, seconds);
            Ok(Done { written, rows })
        })
        .map_err(|failure: Failure| failure.of_rows(rows))
}

fn score(model: &ServedModel, batch: &Batch, predictions: &mut Predictions) -> Result<(), Failure> {
    let engine = &model.served.model;
    let scored = engine.predict_with(Some(&model.workers), batch, predictions);
    let refused = match scored {
        Err(error @ Unanswered::Width { .. }) => return Err(Failure::internal(error)),
        Err(Unanswered::Refused { row, why }) => Some((row, why)),
        Ok(()) => predictions.not_finite().map(|row| (row, Why::NotFinite)),
    };
    match refused {
        Some((row, why)) => {
            let hint = match why {
                Why::NotFinite => "; one of them is out of the range that it was fitted for",
                Why::Category | Why::Alone | Why::TooLong => "",
            };
            let detail = format!("row {row}: {why}{hint}");
            Err(Failure::new(Code::OutOfRange, detail))
        }
        None => Ok(()),
    }
}
