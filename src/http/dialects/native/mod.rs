//! The server's own JSON: `{"features": …}`, problem documents, and answers about the server itself.

mod about;
pub(in crate::http) mod form;
pub(in crate::http) mod read;
mod row;
mod seeds;
pub(in crate::http) mod wire;

use super::{Call, Dialect, Scored, Target, Written};
use crate::{
    config::Server,
    http::{
        limits::Limits,
        media::MediaType,
        problem::Failure,
        routes::{Guard, Route},
        state::ServedModel,
    },
    input::Batch,
};
use form::Form;
use hyper::Method;
use read::{More, Wanted};
use wire::Answer;

/// The dialect.
pub(in crate::http) struct Native;

impl Dialect for Native {
    type Form = Form;
    type Wanted = Wanted;

    const READS: &'static [MediaType] = &[MediaType::Json];

    fn routes(_: &Server) -> Vec<Route<Target<Form>>> {
        let predict =
            |path, name, form| Route::new(Method::POST, path, name, Target::Predict(form));
        let get = |path, name, tell| Route::new(Method::GET, path, name, Target::Tell(tell));
        let probe = |path, name, tell| get(path, name, tell).guarded(Guard::Probe);
        vec![
            predict("/predict", "predict", Form::One),
            predict("/predict/batch", "predict_batch", Form::Many),
            probe("/health/ready", "health_ready", about::ready),
            probe("/health/live", "health_live", about::live),
            Route::new(
                Method::GET,
                "/metrics",
                "metrics",
                Target::Negotiate(about::metrics),
            )
            .guarded(Guard::Metrics),
            get("/model", "model", about::model),
        ]
    }

    fn read(
        form: Form,
        call: &Call,
        body: &[u8],
        model: &ServedModel,
        limits: &Limits,
    ) -> Result<(Batch, Wanted), Failure> {
        let query = call.head.uri.query().unwrap_or_default();
        let more = More::of(query, &model.served.model)?;
        let batch = read::rows(form, body, &model.served, limits.max_batch_rows)?;
        Ok((batch, Wanted { form, more }))
    }

    fn write(wanted: &Wanted, scored: &Scored<'_>) -> Result<Written, Failure> {
        let answer = Answer {
            served: &scored.model.served,
            predictions: scored.predictions,
            more: wanted.more,
        };
        let body = match wanted.form {
            // Rounded to a tenth of a microsecond.
            Form::One => answer.one((scored.elapsed.as_nanos() / 100) as f64 / 10_000.0),
            Form::Many => answer.batch(),
        };
        let body = body.map_err(Failure::internal)?;
        Ok(Written::new(MediaType::Json, body))
    }

    fn tell(failure: &Failure) -> Written {
        Written::new(MediaType::Problem, failure.to_json())
    }
}
