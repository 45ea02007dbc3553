//! Vertex AI's containers: the routes that its environment names, with V1's bodies and parameters beside them.
//!
//! Source: <https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements>.

use super::{
    Call, Dialect, Scored, Target, Written,
    v1::{self, V1},
    wrapped::{Arranged, PROBABILITIES, Shown, Takes},
};
use crate::{
    config::{Server, Vertex as Routes},
    http::{
        limits::Limits,
        media::{MediaType, ResponseBody},
        problem::Failure,
        readiness::Readiness,
        routes::{Guard, Params, Route},
        state::{ServedModel, State},
    },
    input::Batch,
};
use hyper::{Method, Response, StatusCode};
use serde_json::json;
use std::borrow::Cow;

/// The dialect.
pub(in crate::http) struct Vertex;

/// What its bodies hold.
pub(in crate::http) const TAKES: Takes = Takes {
    keys: &[("instances", Arranged::Rows)],
    parameters: Some(("parameters", &[PROBABILITIES])),
    ..v1::TAKES
};

impl Dialect for Vertex {
    type Form = ();
    type Wanted = Shown;

    const READS: &'static [MediaType] = &[MediaType::Json];

    fn routes(server: &Server) -> Vec<Route<Target<()>>> {
        let Routes {
            predict_route,
            health_route,
        } = &server.vertex;
        let at = |path: &Option<String>, method, operation, guard, target| {
            let path = path.clone().map(Cow::Owned);
            path.map(|path| Route {
                method,
                path,
                operation,
                guard,
                target,
            })
        };
        let predict = at(
            predict_route,
            Method::POST,
            "vertex_predict",
            Guard::Key,
            Target::Predict(()),
        );
        let health = at(
            health_route,
            Method::GET,
            "vertex_health",
            Guard::Probe,
            Target::Tell(health),
        );
        predict.into_iter().chain(health).collect()
    }

    fn read(
        (): (),
        call: &Call,
        body: &[u8],
        model: &ServedModel,
        limits: &Limits,
    ) -> Result<(Batch, Shown), Failure> {
        v1::read(&TAKES, call, body, model, limits)
    }

    fn write(shown: &Shown, scored: &Scored<'_>) -> Result<Written, Failure> {
        V1::write(shown, scored)
    }

    fn tell(failure: &Failure) -> Written {
        V1::tell(failure)
    }
}

/// 200 while predictions are served.
fn health(state: &State, _: &Params) -> Result<Response<ResponseBody>, Failure> {
    match state.readiness.reason() {
        None => Ok(v1::answer(StatusCode::OK, &json!({"status": "ready"}))),
        Some(_) if state.model().is_some() => Err(Readiness::draining()),
        Some(_) => Err(Readiness::no_model()),
    }
}
