//! The routes of the protocol where the server answers about itself.

use crate::http::{
    media::ResponseBody, problem::Failure, readiness::Readiness, routes::Params, state::State,
};
use hyper::{
    Response,
    header::{CONTENT_TYPE, HeaderValue},
};

/// `GET /ping` and `GET /health`: a line without text while predictions are served.
pub(super) fn ping(state: &State, _: &Params) -> Result<Response<ResponseBody>, Failure> {
    match state.readiness.reason() {
        None => Ok(text("\n".to_owned())),
        Some(_) if state.model().is_some() => Err(Readiness::draining()),
        Some(_) => Err(Readiness::no_model()),
    }
}

/// `GET /version`: the version of MLflow that logged the model, which is the one that `mlflow models serve` installs for it. Of a model
/// without one the version of this server.
pub(super) fn version(state: &State, _: &Params) -> Result<Response<ResponseBody>, Failure> {
    let served = &state.model().ok_or_else(Readiness::no_model)?.served;
    let logged = served.pyfunc.mlflow_version.as_deref();
    Ok(text(logged.unwrap_or(env!("CARGO_PKG_VERSION")).to_owned()))
}

fn text(text: String) -> Response<ResponseBody> {
    let mut response = Response::new(text.into());
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}
