//! The shapes of bodies and answers before the model types them. These types are never made.

use poem_openapi::{Object, types::Any};
use serde_json::Value;

/// Rows under exactly one of the four keys. Other fields are skipped.
#[derive(Object)]
#[oai(rename = "MlflowRequest")]
pub(in crate::http::openapi) struct MlflowRequest {
    /// A data frame as pandas splits it.
    dataframe_split: Option<Any<Value>>,
}

/// Rows under one of the two keys. Other fields are skipped.
#[derive(Object)]
pub(in crate::http::openapi) struct V1Request {
    /// For each row one element.
    instances: Option<Any<Value>>,
}

/// Rows, and parameters of the prediction.
#[derive(Object)]
pub(in crate::http::openapi) struct VertexRequest {
    /// For each row one element.
    instances: Any<Value>,
}

/// What MLflow answers for the same package.
#[derive(Object)]
pub(in crate::http::openapi) struct MlflowPredictions {
    /// For each row one element; of an ONNX graph that reads a tensor an object of its outputs.
    predictions: Any<Value>,
}

/// What the Python library of the model answers.
#[derive(Object)]
pub(in crate::http::openapi) struct V1Predictions {
    /// For each row one element.
    predictions: Any<Value>,
}

/// A failure.
#[derive(Object)]
pub(in crate::http::openapi) struct MlflowError {
    /// MLflow's name for the kind of failure.
    error_code: String,
    /// What went wrong, and where. Rows count from 0.
    message: String,
}

/// A failure.
#[derive(Object)]
pub(in crate::http::openapi) struct V1Error {
    /// What went wrong, and where. Rows count from 0.
    error: String,
}

/// The models that are served.
#[derive(Object)]
pub(in crate::http::openapi) struct V1Models {
    /// The name of the only one.
    models: Vec<String>,
}

/// The state of a model, as `KServe` and as TensorFlow Serving tell it.
#[derive(Object)]
pub(in crate::http::openapi) struct V1Model {
    name: String,
    /// Whether predictions are served.
    ready: bool,
    model_version_status: Vec<V1ModelVersion>,
}

/// The state of a version.
#[derive(Object)]
pub(in crate::http::openapi) struct V1ModelVersion {
    version: String,
    /// `AVAILABLE` or `UNLOADING`.
    state: String,
    status: V1Status,
}

/// Whether it failed, which a version that is served has not.
#[derive(Object)]
pub(in crate::http::openapi) struct V1Status {
    /// Always `OK`.
    error_code: String,
    /// Always empty.
    error_message: String,
}

/// Predictions are served.
#[derive(Object)]
pub(in crate::http::openapi) struct VertexReady {
    /// Always `ready`.
    status: String,
}
