//! The V1 protocol of `KServe` and of TensorFlow Serving: `/v1/models/{model}:predict`.
//!
//! Source: <https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol> and
//! <https://www.tensorflow.org/tfx/serving/api_rest>.

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
        media::{MediaType, ResponseBody},
        problem::Failure,
        readiness::Readiness,
        routes::{MODEL, Params, Route},
        state::{ServedModel, State},
    },
    input::Batch,
    load::LoadedModel,
};
use hyper::{Method, Response, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};

/// The dialect.
pub(in crate::http) struct V1;

/// What its bodies hold.
pub(in crate::http) const TAKES: Takes = Takes {
    keys: &[
        ("instances", Arranged::Rows),
        ("inputs", Arranged::RowsOrColumns),
    ],
    parameters: None,
    skips_unknown: false,
    nan: false,
    advice,
};

#[expect(clippy::unnecessary_wraps, reason = "as all advice")]
pub(super) fn advice(rows: &Rows<'_>) -> Option<String> {
    Some(format!(
        "send {{\"instances\": [{}, …]}}",
        features(rows.served)
    ))
}

impl Dialect for V1 {
    type Form = ();
    type Wanted = Shown;

    const READS: &'static [MediaType] = &[MediaType::Json];

    fn routes(_: &Server) -> Vec<Route<Target<()>>> {
        let get = |path, name, tell| Route::new(Method::GET, path, name, Target::Tell(tell));
        let predict = |path| Route::new(Method::POST, path, "v1_predict", Target::Predict(()));
        vec![
            predict("/v1/models/{model}:predict"),
            predict("/v1/models/{model}/versions/{version}:predict"),
            get("/v1/models/{model}", "v1_model", about),
            get("/v1/models/{model}/versions/{version}", "v1_model", about),
            get("/v1/models", "v1_models", list),
        ]
    }

    fn read(
        (): (),
        call: &Call,
        body: &[u8],
        model: &ServedModel,
        limits: &Limits,
    ) -> Result<(Batch, Shown), Failure> {
        read(&TAKES, call, body, model, limits)
    }

    fn write(shown: &Shown, scored: &Scored<'_>) -> Result<Written, Failure> {
        let body = wrapped::write(*shown, scored)?;
        Ok(Written::new(MediaType::Json, body))
    }

    fn tell(failure: &Failure) -> Written {
        let body = json!({"error": failure.summary()});
        Written::new(MediaType::Json, body.to_string().into_bytes())
    }
}

/// Reads a body, whose parameters count as the query's do.
pub(super) fn read(
    takes: &'static Takes,
    call: &Call,
    body: &[u8],
    model: &ServedModel,
    limits: &Limits,
) -> Result<(Batch, Shown), Failure> {
    let served = &model.served;
    let query = call.head.uri.query().unwrap_or_default();
    let asked = wants_probabilities(query, &served.model)?;
    let given = wrapped::read(takes, body, served, limits.max_batch_rows)?;
    let probabilities = given.probabilities.unwrap_or(asked);
    Ok((given.batch, shown(served, probabilities)))
}

/// What is shown of each row: what the package's Python library answers, but the prediction of an ONNX graph, not its outputs.
pub(in crate::http) fn shown(served: &LoadedModel, probabilities: bool) -> Shown {
    match wrapped::shown(served, probabilities, true) {
        Shown::Records | Shown::Outputs => Shown::Prediction,
        shown => shown,
    }
}

/// `GET /v1/models`
fn list(state: &State, _: &Params) -> Result<Response<ResponseBody>, Failure> {
    let model = state.model().ok_or_else(Readiness::no_model)?;
    Ok(answer(StatusCode::OK, &listed(&model.served)))
}

pub(in crate::http) fn listed(served: &LoadedModel) -> Value {
    json!({"models": [served.name]})
}

/// `GET /v1/models/{model}`; the door knows that the model is there.
fn about(state: &State, params: &Params) -> Result<Response<ResponseBody>, Failure> {
    debug_assert!(params.iter().any(|(name, _)| name == MODEL));
    let model = state.model().ok_or_else(Readiness::no_model)?;
    let ready = state.readiness.reason().is_none();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    Ok(answer(status, &told(&model.served, ready)))
}

/// What both servers say of a model, in one object: `KServe` whether it is ready, TensorFlow Serving the state of each version.
pub(in crate::http) fn told(served: &LoadedModel, ready: bool) -> Value {
    let state = if ready { "AVAILABLE" } else { "UNLOADING" };
    json!({
        "name": served.name,
        "ready": ready,
        "model_version_status": [{
            "version": served.version,
            "state": state,
            "status": {"error_code": "OK", "error_message": ""},
        }],
    })
}

/// JSON about the server itself.
pub(super) fn answer(status: StatusCode, body: &Value) -> Response<ResponseBody> {
    let mut response = Response::new(body.to_string().into());
    *response.status_mut() = status;
    let json = MediaType::Json.header();
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
