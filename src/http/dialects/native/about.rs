//! The routes where the server answers about itself: model, health and metrics.

use super::wire::{Alive, Readiness};
use crate::{
    card::ModelCard,
    http::{media::ResponseBody, problem::Failure, readiness, routes::Params, state::State},
};
use hyper::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderValue},
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

/// `GET /metrics`
#[expect(clippy::unnecessary_wraps, reason = "as all routes")]
pub(super) fn metrics(state: &State, _: &Params) -> Answer {
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(response(StatusCode::OK, text, state.metrics.encode()))
}

/// JSON as the document declares it: a field that is not known is absent, never `null`.
fn json(status: StatusCode, answer: &impl ToJSON) -> Response<ResponseBody> {
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response(status, json, answer.to_json_string())
}

fn response(status: StatusCode, media_type: HeaderValue, body: String) -> Response<ResponseBody> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}
