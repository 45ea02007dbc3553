//! The operations of the V1 protocol, and of Vertex AI. The paths of Vertex AI are put in where its variables name them.
#![expect(dead_code, reason = "declared for the document, never called")]

use super::declare::operations;
use crate::http::openapi::{
    schemas::Tag,
    wrapped::{
        V1Answer, V1ModelAnswer, V1ModelsAnswer, V1Request, VertexAnswer, VertexHealthAnswer,
        VertexRequest,
    },
};
use poem_openapi::{
    ApiRequest, Webhook,
    param::{Path, Query},
    payload::Json,
};

#[derive(ApiRequest)]
enum Body {
    #[oai(content_type = "application/json")]
    Json(Json<V1Request>),
}

#[derive(ApiRequest)]
enum VertexBody {
    #[oai(content_type = "application/json")]
    Json(Json<VertexRequest>),
}

operations! {
    /// Predict by the V1 protocol
    ///
    /// It is that of `KServe` and of `TensorFlow` Serving.
    #[oai(name = "/v1/models/{model}:predict", method = "post", operation_id = "v1_predict", tag = "Tag::V1")]
    fn predict(
        Predict,
        /// The model's name.
        model: Path<String>,
        /// Whether to answer with every class's probability instead.
        probabilities: Query<Option<bool>>,
        body: Body
    ) -> V1Answer;

    /// Predict with a version
    #[oai(name = "/v1/models/{model}/versions/{version}:predict", method = "post", operation_id = "v1_predict_version", tag = "Tag::V1")]
    fn predict_version(
        PredictVersion,
        /// The model's name.
        model: Path<String>,
        /// The model's version.
        version: Path<String>,
        /// Whether to answer with every class's probability instead.
        probabilities: Query<Option<bool>>,
        body: Body
    ) -> V1Answer;

    /// Whether the model is ready
    #[oai(name = "/v1/models/{model}", method = "get", operation_id = "v1_model", tag = "Tag::V1")]
    fn model(
        Model,
        /// The model's name.
        model: Path<String>
    ) -> V1ModelAnswer;

    /// Whether a version of the model is ready
    #[oai(name = "/v1/models/{model}/versions/{version}", method = "get", operation_id = "v1_model_version", tag = "Tag::V1")]
    fn model_version(
        ModelVersion,
        /// The model's name.
        model: Path<String>,
        /// The model's version.
        version: Path<String>
    ) -> V1ModelAnswer;

    /// The models that are served
    #[oai(name = "/v1/models", method = "get", operation_id = "v1_models", tag = "Tag::V1")]
    fn models(Models) -> V1ModelsAnswer;

    /// Predict as a container of Vertex AI
    #[oai(name = "AIP_PREDICT_ROUTE", method = "post", operation_id = "vertex_predict", tag = "Tag::Vertex")]
    fn vertex_predict(
        VertexPredict,
        /// Whether to answer with every class's probability instead.
        probabilities: Query<Option<bool>>,
        body: VertexBody
    ) -> VertexAnswer;

    /// Whether predictions are served
    #[oai(name = "AIP_HEALTH_ROUTE", method = "get", operation_id = "vertex_health", tag = "Tag::Vertex")]
    fn vertex_health(VertexHealth) -> VertexHealthAnswer;
}
