//! The server's own operations.
#![expect(dead_code, reason = "declared for the document, never called")]

use super::declare::operations;
use crate::http::openapi::{
    responses::{BatchAnswer, LiveAnswer, MetricsAnswer, ModelAnswer, PredictAnswer, ReadyAnswer},
    schemas::{PredictRequest, Tag},
};
use poem_openapi::{ApiRequest, Webhook, param::Query, payload::Json};

// Predictions of one row and of many. The operations describe them.
#[derive(ApiRequest)]
enum RowBody {
    #[oai(content_type = "application/json")]
    Json(Json<PredictRequest>),
}

#[derive(ApiRequest)]
enum BatchBody {
    #[oai(content_type = "application/json")]
    Json(Json<Vec<PredictRequest>>),
}

operations! {
    /// Predict one row
    ///
    /// The values of a row come by column name, in any order, or as an array in the model's order. Both examples are the same row.
    #[oai(name = "/predict", method = "post", operation_id = "predict", tag = "Tag::Predict")]
    fn predict(
        Predict,
        /// Whether to answer with every class's probability, and with the classes they belong to.
        probabilities: Query<Option<bool>>,
        /// Whether to answer with the distance from the center of every cluster.
        distances: Query<Option<bool>>,
        body: RowBody
    ) -> PredictAnswer;

    /// Predict many rows
    ///
    /// The answers come in the order of the rows. One wrong row refuses the whole batch, and `errors` names every place.
    #[oai(name = "/predict/batch", method = "post", operation_id = "predict_batch", tag = "Tag::Predict")]
    fn predict_batch(
        PredictBatch,
        /// Whether to answer with every class's probability, and with the classes they belong to.
        probabilities: Query<Option<bool>>,
        /// Whether to answer with the distance from the center of every cluster.
        distances: Query<Option<bool>>,
        body: BatchBody
    ) -> BatchAnswer;

    /// The model that is served
    #[oai(name = "/model", method = "get", operation_id = "model", tag = "Tag::Model")]
    fn model(Model) -> ModelAnswer;

    /// Whether predictions are served
    #[oai(name = "/health/ready", method = "get", operation_id = "health_ready", tag = "Tag::Operate")]
    fn ready(Ready) -> ReadyAnswer;

    /// Whether the process is alive
    #[oai(name = "/health/live", method = "get", operation_id = "health_live", tag = "Tag::Operate")]
    fn live(Live) -> LiveAnswer;

    /// Metrics in Prometheus's text format
    #[oai(name = "/metrics", method = "get", operation_id = "metrics", tag = "Tag::Operate")]
    fn metrics(Metrics) -> MetricsAnswer;
}
