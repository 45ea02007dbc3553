//! The routes where the server answers about itself and its model.

use super::wire::{AllStats, Live, Model, ModelReady, Ready, Server, Stats};
use crate::http::{
    dialects::{Call, Written, tensors::describe},
    media::{MediaType, ResponseBody},
    problem::{Code, Failure},
    routes::Params,
    state::State,
};
use hyper::{Response, StatusCode, header::CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

type Answer = Result<Response<ResponseBody>, Failure>;

/// `GET /v2`
pub(super) fn server(_: &State, _: &Params) -> Answer {
    json(&Server::THIS)
}

/// `GET /v2/health/live`
pub(super) fn live(_: &State, _: &Params) -> Answer {
    json(&Live { live: true })
}

/// `GET /v2/health/ready`
pub(super) fn ready(state: &State, _: &Params) -> Answer {
    let ready = state.readiness.reason().is_none();
    let mut answer = json(&Ready { ready })?;
    if !ready {
        *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    Ok(answer)
}

/// `GET /v2/models/{model}`
pub(super) fn model(state: &State, params: &Params) -> Answer {
    json(&Model::of(&state.named(params)?.served))
}

/// `GET /v2/models/{model}/ready`
pub(super) fn model_ready(state: &State, params: &Params) -> Answer {
    let name = &state.named(params)?.served.name;
    if state.readiness.reason().is_some() {
        let detail = "The server is about to end; send requests to another one.";
        return Err(Failure::new(Code::NotReady, detail));
    }
    json(&ModelReady { name, ready: true })
}

/// `GET /v2/models/{model}/stats`, `GET /v2/models/stats`
pub(super) fn stats(state: &State, _: &Params) -> Answer {
    let model_stats = state.model().into_iter();
    let model_stats = model_stats.map(|model| Stats::of(model)).collect();
    json(&AllStats { model_stats })
}

/// What the index is asked for.
#[derive(Default, Deserialize)]
struct Index {
    /// Only models that are ready. The one that there is is.
    #[serde(default, rename = "ready")]
    _ready: Option<bool>,
}

/// `POST /v2/repository/index`
pub(super) fn index(state: &State, _: &Call, _: &Params, body: &[u8]) -> Result<Written, Failure> {
    if !body.trim_ascii().is_empty() {
        // Through a map, because serde would take an array for the fields in their order.
        serde_json::from_slice::<Map<String, Value>>(body)
            .and_then(|asked| Index::deserialize(Value::Object(asked)))
            .map_err(|error| Failure::new(Code::InvalidJson, error.to_string()))?;
    }
    let index = serde_json::to_vec(&describe::index(state)).map_err(Failure::internal)?;
    Ok(Written::new(MediaType::Json, index))
}

/// `POST /v2/repository/models/{model}/load` and `/unload`
pub(super) fn load(_: &State, _: &Call, _: &Params, _: &[u8]) -> Result<Written, Failure> {
    Err(describe::fixed())
}

fn json(answer: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(answer).map_err(Failure::internal)?;
    let mut response = Response::new(body.into());
    let media_type = MediaType::Json.header();
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    Ok(response)
}
