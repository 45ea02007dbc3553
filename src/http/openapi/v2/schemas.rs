//! The shapes of requests and answers. `dialects::v2` reads and writes them; a test holds what it writes against them.

use poem_openapi::Object;
use serde_json::Value;

/// Rows as tensors.
#[derive(Object)]
pub(in crate::http::openapi) struct InferRequest {
    /// A name for the request, which the answer repeats.
    #[oai(skip_serializing_if_is_none)]
    id: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    parameters: Option<InferParameters>,
    /// The rows: one tensor, or one for each column.
    inputs: Vec<InferInput>,
    /// What to answer; without it `predict`.
    #[oai(skip_serializing_if_is_none)]
    outputs: Option<Vec<InferRequestedOutput>>,
}

/// How a request, a tensor or an output is meant. Others are ignored.
#[derive(Object)]
pub(in crate::http::openapi) struct InferParameters {
    /// How strings are meant: `np`, `pd`, `str` and `datetime` as they are, `base64` and `pd_json` (each string is a JSON value).
    #[oai(skip_serializing_if_is_none)]
    content_type: Option<String>,
    /// Of an input: how many bytes it has behind the JSON.
    #[oai(skip_serializing_if_is_none)]
    binary_data_size: Option<u64>,
    /// Of an output: whether it is answered as bytes.
    #[oai(skip_serializing_if_is_none)]
    binary_data: Option<bool>,
    /// Of a request: whether all outputs are answered as bytes.
    #[oai(skip_serializing_if_is_none)]
    binary_data_output: Option<bool>,
}

/// A tensor of values.
#[derive(Object)]
pub(in crate::http::openapi) struct InferInput {
    /// The name of the column, or any name for the whole matrix.
    name: String,
    /// Rows, and values per row.
    shape: Vec<u64>,
    datatype: String,
    #[oai(skip_serializing_if_is_none)]
    parameters: Option<InferParameters>,
    /// The values, row after row: in one array, or in an array for each row.
    #[oai(skip_serializing_if_is_none)]
    data: Option<Vec<Value>>,
}

/// An output that is asked for.
#[derive(Object)]
pub(in crate::http::openapi) struct InferRequestedOutput {
    /// `predict` or `predict_proba`.
    name: String,
    #[oai(skip_serializing_if_is_none)]
    parameters: Option<InferParameters>,
}

/// Answers as tensors.
#[derive(Object)]
pub(in crate::http::openapi) struct InferResponse {
    model_name: String,
    model_version: String,
    /// The name of the request, if it has one.
    #[oai(skip_serializing_if_is_none)]
    id: Option<String>,
    outputs: Vec<InferOutput>,
}

/// A tensor of answers.
#[derive(Object)]
pub(in crate::http::openapi) struct InferOutput {
    /// `predict`: classes as their labels, or numbers. `predict_proba`: the probability of every class.
    name: String,
    /// Rows, and values per row.
    shape: Vec<u64>,
    datatype: String,
    parameters: InferParameters,
    /// The values, row after row, unless they follow as bytes.
    #[oai(skip_serializing_if_is_none)]
    data: Option<Vec<Value>>,
}

/// A failure.
#[derive(Object)]
pub(in crate::http::openapi) struct InferError {
    /// What went wrong, and where.
    error: String,
}

/// The server.
#[derive(Object)]
pub(in crate::http::openapi) struct ServerMetadata {
    name: String,
    version: String,
    /// The extensions of the protocol that the server has.
    extensions: Vec<String>,
}

/// The model and its tensors.
#[derive(Object)]
pub(in crate::http::openapi) struct ModelMetadata {
    name: String,
    versions: Vec<String>,
    platform: String,
    inputs: Vec<TensorMetadata>,
    outputs: Vec<TensorMetadata>,
}

/// A tensor that the model takes or answers.
#[derive(Object)]
pub(in crate::http::openapi) struct TensorMetadata {
    name: String,
    datatype: String,
    /// -1 is the number of rows.
    shape: Vec<i64>,
}

/// Whether the process is alive.
#[derive(Object)]
pub(in crate::http::openapi) struct ServerLive {
    live: bool,
}

/// Whether predictions are served.
#[derive(Object)]
pub(in crate::http::openapi) struct ServerReady {
    ready: bool,
}

/// Whether the model predicts.
#[derive(Object)]
pub(in crate::http::openapi) struct ModelReady {
    name: String,
    ready: bool,
}

/// How many times something was done, and how long it took together.
#[derive(Object)]
pub(in crate::http::openapi) struct StatisticDuration {
    count: u64,
    /// Nanoseconds.
    ns: u64,
}

/// Requests by what became of them.
#[derive(Object)]
pub(in crate::http::openapi) struct InferStatistics {
    success: StatisticDuration,
    fail: StatisticDuration,
    queue: StatisticDuration,
}

/// What was asked of a model so far.
#[derive(Object)]
pub(in crate::http::openapi) struct ModelStatistics {
    name: String,
    version: String,
    /// Rows predicted.
    inference_count: u64,
    /// Requests answered.
    execution_count: u64,
    inference_stats: InferStatistics,
    /// Always empty.
    batch_stats: Vec<Value>,
}

/// What was asked of all models so far.
#[derive(Object)]
pub(in crate::http::openapi) struct AllStatistics {
    model_stats: Vec<ModelStatistics>,
}

/// Which models to list.
#[derive(Object)]
pub(in crate::http::openapi) struct RepositoryIndexRequest {
    /// Whether to list only models that are ready.
    #[oai(skip_serializing_if_is_none)]
    ready: Option<bool>,
}

/// A model that there is.
#[derive(Object)]
pub(in crate::http::openapi) struct RepositoryModel {
    name: String,
    version: String,
    /// Always `READY`.
    state: String,
    /// Always empty.
    reason: String,
}
