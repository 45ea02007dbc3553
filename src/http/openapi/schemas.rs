//! The shapes of requests and answers as poem-openapi declares them, before the model types them.
//!
//! These types are never made: bodies are read by `dialects::native::seeds` and written by `dialects::native::wire`. A test holds every
//! example answer, which `wire` wrote, against the properties declared here.

use poem_openapi::{Object, Tags};

/// What the operations are grouped by.
#[derive(Tags)]
pub(super) enum Tag {
    /// Rows in, answers out.
    Predict,
    /// What is served.
    Model,
    /// For probes and for monitoring.
    Operate,
    /// MLflow's scoring protocol, which Amazon SageMaker speaks too.
    #[oai(rename = "MLflow")]
    Mlflow,
    /// The V1 protocol of KServe and of TensorFlow Serving.
    V1,
    /// Vertex AI's containers.
    #[oai(rename = "Vertex AI")]
    Vertex,
    /// The same model in KServe's V2 protocol, for clients of KServe, Triton and MLServer. gRPC is spoken on the same port. Failures have
    /// the form `{"error": …}`.
    #[oai(rename = "Open Inference Protocol")]
    OpenInference,
}

/// One row to predict.
#[derive(Object)]
pub(super) struct PredictRequest {
    /// The row: its values by column name, or as an array in the model's order.
    features: Vec<f64>,
}

/// The answer to one row.
#[derive(Object)]
pub(super) struct Prediction {
    #[oai(flatten)]
    row: RowPrediction,
    /// Milliseconds from the complete request body to the answer.
    latency_ms: f64,
}

/// The answer to one row of a batch.
#[derive(Object)]
pub(super) struct RowPrediction {
    /// The predicted class or number.
    prediction: f64,
    /// The predicted class's text.
    #[oai(skip_serializing_if_is_none)]
    label: Option<String>,
    /// Whether the row is unlike those that the model was fitted on: `prediction` is -1 then, and 1 otherwise.
    #[oai(skip_serializing_if_is_none)]
    anomaly: Option<bool>,
    /// The cluster that the row belongs to: the same as `prediction`.
    #[oai(skip_serializing_if_is_none)]
    cluster: Option<i64>,
    /// The predicted class's probability.
    #[oai(skip_serializing_if_is_none)]
    confidence: Option<f64>,
    /// How far the row is on the good side, as the library's `decision_function`: negative for an anomaly.
    #[oai(skip_serializing_if_is_none)]
    decision: Option<f64>,
    /// How normal the row is, as the library's `score_samples`: the lower, the more abnormal.
    #[oai(skip_serializing_if_is_none)]
    score: Option<f64>,
    /// Only with `?probabilities=true`: every class's probability. `probabilities[i]` belongs to `classes[i]`.
    #[oai(skip_serializing_if_is_none)]
    probabilities: Option<Vec<f64>>,
    /// Only with `?probabilities=true`: every class, in the order of `probabilities`.
    #[oai(skip_serializing_if_is_none)]
    classes: Option<Vec<String>>,
    /// Only with `?distances=true`: how far the row is from each center, as the library's `transform`.
    #[oai(skip_serializing_if_is_none)]
    distances: Option<Vec<f64>>,
}
