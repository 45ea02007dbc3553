//! The operations of the Open Inference Protocol.
#![expect(dead_code, reason = "declared for the document, never called")]

use super::declare::operations;
use crate::http::openapi::{
    schemas::Tag,
    v2::{
        responses::{
            IndexAnswer, InferAnswer, LiveAnswer, MetadataAnswer, ModelReadyAnswer, NeverAnswer,
            ReadyAnswer, ServerAnswer, StatsAnswer,
        },
        schemas::{InferRequest, RepositoryIndexRequest},
    },
};
use poem_openapi::{
    ApiRequest, Webhook,
    param::{Header, Path},
    payload::{Binary, Json},
};

// Rows as tensors. The operations describe them.
#[derive(ApiRequest)]
enum InferBody {
    #[oai(content_type = "application/json")]
    Json(Json<InferRequest>),
    #[oai(content_type = "application/octet-stream")]
    Bytes(Binary<Vec<u8>>),
}

#[derive(ApiRequest)]
enum IndexBody {
    #[oai(content_type = "application/json")]
    Json(Json<RepositoryIndexRequest>),
}

operations! {
    /// Predict rows given as tensors
    ///
    /// The rows come as one tensor of the shape `[rows, columns]` under any name, or, where columns have names, as one tensor of the shape
    /// `[rows, 1]` for each column. `null` is a missing value. `predict` has the classes or numbers; a classifier also has `predict_proba`,
    /// which comes if `outputs` asks for it.
    ///
    /// With the binary extension the body is JSON and then the bytes of the tensors, one after the other, in little endian. The header
    /// `inference-header-content-length` has the length of the JSON, and each input has `parameters.binary_data_size` instead of `data`. A
    /// string has its length before it, in four bytes. An answer comes in the same form where `parameters.binary_data_output` of the
    /// request or `parameters.binary_data` of an output is true.
    #[oai(name = "/v2/models/{model}/infer", method = "post", operation_id = "v2_infer", tag = "Tag::OpenInference")]
    fn infer(
        Infer,
        /// The name of the model.
        model: Path<String>,
        /// How many bytes of the body are JSON, where tensors follow as bytes.
        #[oai(name = "inference-header-content-length")]
        length: Header<Option<u64>>,
        body: InferBody
    ) -> InferAnswer;

    /// Predict rows given as tensors, by a version of the model
    #[oai(name = "/v2/models/{model}/versions/{version}/infer", method = "post", operation_id = "v2_infer_version", tag = "Tag::OpenInference")]
    fn infer_version(
        InferVersion,
        /// The name of the model.
        model: Path<String>,
        /// The version of the model.
        version: Path<String>,
        /// How many bytes of the body are JSON, where tensors follow as bytes.
        #[oai(name = "inference-header-content-length")]
        length: Header<Option<u64>>,
        body: InferBody
    ) -> InferAnswer;

    /// The model and its tensors
    #[oai(name = "/v2/models/{model}", method = "get", operation_id = "v2_model", tag = "Tag::OpenInference")]
    fn model(
        V2Model,
        /// The name of the model.
        model: Path<String>
    ) -> MetadataAnswer;

    /// The model and its tensors, by a version of the model
    #[oai(name = "/v2/models/{model}/versions/{version}", method = "get", operation_id = "v2_model_version", tag = "Tag::OpenInference")]
    fn model_version(
        V2ModelVersion,
        /// The name of the model.
        model: Path<String>,
        /// The version of the model.
        version: Path<String>
    ) -> MetadataAnswer;

    /// Whether the model predicts
    #[oai(name = "/v2/models/{model}/ready", method = "get", operation_id = "v2_model_ready", tag = "Tag::OpenInference")]
    fn model_ready(
        V2ModelReady,
        /// The name of the model.
        model: Path<String>
    ) -> ModelReadyAnswer;

    /// Whether a version of the model predicts
    #[oai(name = "/v2/models/{model}/versions/{version}/ready", method = "get", operation_id = "v2_model_ready_version", tag = "Tag::OpenInference")]
    fn model_version_ready(
        V2ModelVersionReady,
        /// The name of the model.
        model: Path<String>,
        /// The version of the model.
        version: Path<String>
    ) -> ModelReadyAnswer;

    /// What was asked of the model so far
    #[oai(name = "/v2/models/{model}/stats", method = "get", operation_id = "v2_model_stats", tag = "Tag::OpenInference")]
    fn model_stats(
        V2ModelStats,
        /// The name of the model.
        model: Path<String>
    ) -> StatsAnswer;

    /// What was asked of a version of the model so far
    #[oai(name = "/v2/models/{model}/versions/{version}/stats", method = "get", operation_id = "v2_model_stats_version", tag = "Tag::OpenInference")]
    fn model_version_stats(
        V2ModelVersionStats,
        /// The name of the model.
        model: Path<String>,
        /// The version of the model.
        version: Path<String>
    ) -> StatsAnswer;

    /// What was asked of all models so far
    #[oai(name = "/v2/models/stats", method = "get", operation_id = "v2_stats", tag = "Tag::OpenInference")]
    fn stats(V2Stats) -> StatsAnswer;

    /// Whether predictions are served
    #[oai(name = "/v2/health/ready", method = "get", operation_id = "v2_health_ready", tag = "Tag::OpenInference")]
    fn ready(V2Ready) -> ReadyAnswer;

    /// Whether the process is alive
    #[oai(name = "/v2/health/live", method = "get", operation_id = "v2_health_live", tag = "Tag::OpenInference")]
    fn live(V2Live) -> LiveAnswer;

    /// The server and its extensions of the protocol
    #[oai(name = "/v2", method = "get", operation_id = "v2", tag = "Tag::OpenInference")]
    fn server(V2) -> ServerAnswer;

    /// The models that there are
    #[oai(name = "/v2/repository/index", method = "post", operation_id = "v2_index", tag = "Tag::OpenInference")]
    fn index(V2Index, body: IndexBody) -> IndexAnswer;

    /// Refused: a server has one model for its life
    #[oai(name = "/v2/repository/models/{model}/load", method = "post", operation_id = "v2_load", tag = "Tag::OpenInference")]
    fn load(
        V2Load,
        /// The name of the model.
        model: Path<String>
    ) -> NeverAnswer;

    /// Refused: a server has one model for its life
    #[oai(name = "/v2/repository/models/{model}/unload", method = "post", operation_id = "v2_unload", tag = "Tag::OpenInference")]
    fn unload(
        V2Unload,
        /// The name of the model.
        model: Path<String>
    ) -> NeverAnswer;
}
