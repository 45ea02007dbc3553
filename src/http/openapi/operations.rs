//! The operations as poem-openapi declares them: the source of the document, and nothing that runs. The door answers all of them; a test
//! holds its table of routes against what is declared here.
#![expect(dead_code, reason = "declared for the document, never called")]

use crate::http::{
    dialects::native::wire::{Alive, ModelCard, PredictRequest, Prediction, Readiness},
    problem::Problem,
};
use poem::{endpoint::BoxEndpoint, http::Method};
use poem_openapi::{
    ApiRequest, ApiResponse, OpenApi, OpenApiService, Webhook,
    param::Query,
    payload::{Json, PlainText},
    registry::{MetaApi, MetaPath, MetaWebhook, Registry},
};
use std::collections::HashMap;

macro_rules! answers {
    ($name:ident, $payload:ty) => {
        /// What a prediction may be answered with.
        #[derive(ApiResponse)]
        enum $name {
            /// The answer.
            #[oai(status = 200, content_type = "application/json")]
            Ok(Json<$payload>),
            /// The body is not JSON, or ended early.
            #[oai(status = 400, content_type = "application/problem+json")]
            BadRequest(Json<Problem>),
            /// The body came too slowly.
            #[oai(status = 408, content_type = "application/problem+json")]
            Timeout(Json<Problem>),
            /// The body is too large, or the batch has too many rows.
            #[oai(status = 413, content_type = "application/problem+json")]
            TooLarge(Json<Problem>),
            /// The body's media type is not JSON.
            #[oai(status = 415, content_type = "application/problem+json")]
            UnsupportedMediaType(Json<Problem>),
            /// The rows do not fit the model: `errors` names every place.
            #[oai(status = 422, content_type = "application/problem+json")]
            Unprocessable(Json<Problem>),
            /// The server is at its limit; `Retry-After` tells when to try again.
            #[oai(status = 429, content_type = "application/problem+json")]
            Overloaded(Json<Problem>),
            /// The server failed; its log has the cause.
            #[oai(status = 500, content_type = "application/problem+json")]
            Internal(Json<Problem>),
            /// The model is not loaded yet.
            #[oai(status = 503, content_type = "application/problem+json")]
            NotReady(Json<Problem>),
        }
    };
}

answers!(PredictAnswer, Prediction<i64>);
answers!(BatchAnswer, Vec<Prediction<i64>>);

// One row, and many; described by the operations.
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

#[derive(ApiResponse)]
enum ReadyAnswer {
    /// Predictions are served.
    #[oai(status = 200)]
    Ready(Json<Readiness>),
    /// Predictions are not served, or not for long.
    #[oai(status = 503)]
    NotReady(Json<Readiness>),
}

#[derive(ApiResponse)]
enum ModelAnswer {
    /// The model.
    #[oai(status = 200)]
    Card(Json<ModelCard>),
    /// The model is not loaded yet.
    #[oai(status = 503, content_type = "application/problem+json")]
    NotReady(Json<Problem>),
}

/// Declares operations that have no handler. poem-openapi knows such a thing as a webhook, of which a trait may hold one per method: hence
/// a trait per operation, and the path as its name.
macro_rules! operations {
    ($(
        $(#[$meta:meta])*
        fn $name:ident($trait:ident $($arguments:tt)*) -> $answer:ty;
    )*) => {
        $(
            #[Webhook]
            trait $trait {
                $(#[$meta])*
                fn $name(&self $($arguments)*) -> $answer;
            }
        )*

        /// Path and description of every operation.
        fn declared() -> Vec<MetaWebhook> {
            [$(<&dyn $trait>::meta()),*].into_iter().flatten().collect()
        }

        fn register(registry: &mut Registry) {
            $(<&dyn $trait>::register(registry);)*
        }
    };
}

operations! {
    /// Predict one row
    #[oai(name = "/predict", method = "post", operation_id = "predict")]
    fn predict(
        Predict,
        /// Whether to answer with every class's probability.
        probabilities: Query<Option<bool>>,
        body: RowBody
    ) -> PredictAnswer;

    /// Predict many rows
    #[oai(name = "/predict/batch", method = "post", operation_id = "predict_batch")]
    fn predict_batch(
        PredictBatch,
        /// Whether to answer with every class's probability.
        probabilities: Query<Option<bool>>,
        body: BatchBody
    ) -> BatchAnswer;

    /// The model that is served
    #[oai(name = "/model", method = "get", operation_id = "model")]
    fn model(Model) -> ModelAnswer;

    /// Whether the process is alive
    #[oai(name = "/health/live", method = "get", operation_id = "health_live")]
    fn live(Live) -> Json<Alive>;

    /// Whether predictions are served
    #[oai(name = "/health/ready", method = "get", operation_id = "health_ready")]
    fn ready(Ready) -> ReadyAnswer;

    /// Metrics in Prometheus's text format
    #[oai(name = "/metrics", method = "get", operation_id = "metrics")]
    fn metrics(Metrics) -> PlainText<String>;
}

/// The operations, as poem-openapi documents them.
pub(super) struct Operations;

impl OpenApi for Operations {
    fn meta() -> Vec<MetaApi> {
        let path = |MetaWebhook { name, operation }| MetaPath {
            path: name.to_owned(),
            operations: vec![operation],
        };
        let paths = declared().into_iter().map(path).collect();
        vec![MetaApi { paths }]
    }

    fn register(registry: &mut Registry) {
        register(registry);
    }

    /// None: the door answers.
    fn add_routes(self, _: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {}
}

/// The API as poem-openapi documents it, before the model types it.
pub(super) fn service() -> OpenApiService<Operations, ()> {
    OpenApiService::new(Operations, "ml-serving", env!("CARGO_PKG_VERSION"))
        .description("One tree-ensemble model, served.")
}
