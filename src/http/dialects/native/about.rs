//! The routes where the server answers about itself: model, health and metrics.

use super::wire::{Alive, Readiness};
use crate::{
    card::ModelCard,
    http::{
        door::coding,
        media::{MediaType, ResponseBody},
        problem::Failure,
        readiness,
        routes::Params,
        state::State,
    },
};
use hyper::{
    Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, VARY},
};
use poem_openapi::types::ToJSON;

type Answer = Result<Response<ResponseBody>, Failure>;

/// `GET /model`
pub(super) fn model(state: &State, _: &Params) -> Answer {
    let model = state.model().ok_or_else(readiness::Readiness::no_model)?;
    Ok(json(StatusCode::OK, &ModelCard::of(&model.served)))
}

/// `GET /health/live`
#[expect(clippy::unnecessary_wraps, reason = "as all routes")]
pub(super) fn live(_: &State, _: &Params) -> Answer {
    let status = "alive".to_owned();
    Ok(json(StatusCode::OK, &Alive { status }))
}

/// `GET /health/ready`
#[expect(clippy::unnecessary_wraps, reason = "as all routes")]
pub(super) fn ready(state: &State, _: &Params) -> Answer {
    let served = state.model().map(|model| &model.served);
    let reason = state.readiness.reason();
    let code = match reason {
        None => StatusCode::OK,
        Some(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let readiness = Readiness::of(served, reason);
    Ok(json(code, &readiness))
}

const PROMETHEUS: HeaderValue =
    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
const OPENMETRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// `GET /metrics`
pub(super) fn metrics(state: &State, headers: &HeaderMap) -> Response<ResponseBody> {
    let metrics = &state.metrics;
    let mut answer = if wants_openmetrics(headers) {
        response(StatusCode::OK, OPENMETRICS, metrics.encode_openmetrics())
    } else {
        response(StatusCode::OK, PROMETHEUS, metrics.encode())
    };
    let varies = HeaderValue::from_static("accept");
    answer.headers_mut().insert(VARY, varies);
    answer
}

/// Whether a scraper prefers `OpenMetrics` to Prometheus's own format.
fn wants_openmetrics(headers: &HeaderMap) -> bool {
    let (mut open, mut plain) = (0.0_f32, 0.0_f32);
    for accepted in coding::listed(headers, &ACCEPT) {
        let mut parts = accepted.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let q = parts.find_map(|part| part.strip_prefix("q="));
        let q = q.map_or(Ok(1.0), str::parse).unwrap_or(0.0);
        match name {
            "application/openmetrics-text" => open = open.max(q),
            "text/plain" => plain = plain.max(q),
            _ => {}
        }
    }
    open > 0.0 && open >= plain
}

/// JSON as the document declares it: a field that is not known is absent, never `null`.
fn json(status: StatusCode, answer: &impl ToJSON) -> Response<ResponseBody> {
    response(status, MediaType::Json.header(), answer.to_json_string())
}

fn response(status: StatusCode, media_type: HeaderValue, body: String) -> Response<ResponseBody> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}
