//! What each operation may be answered with: statuses, media types and headers. The types are for the document; no value of them is made.
#![expect(dead_code, reason = "app answers")]
#![expect(clippy::large_enum_variant, reason = "no value is ever made")]

use super::schemas::{Prediction, RowPrediction};
use crate::{
    card::ModelCard,
    http::{
        dialects::native::wire::{Alive, Readiness},
        problem::Problem,
    },
};
use poem_openapi::{
    ApiResponse,
    payload::{Json, PlainText},
};

macro_rules! answers {
    ($name:ident, $payload:ty, $too_large:literal) => {
        /// What a prediction may be answered with.
        #[derive(ApiResponse)]
        pub(super) enum $name {
            /// The answer.
            #[oai(
                status = 200,
                content_type = "application/json",
                header(
                    name = "x-model-version",
                    ty = "String",
                    description = "The version of the model that answered."
                )
            )]
            Ok(Json<$payload>),
            /// The body is not JSON, or ended early.
            #[oai(status = 400, content_type = "application/problem+json")]
            BadRequest(Json<Problem>),
            /// The body came too slowly.
            #[oai(status = 408, content_type = "application/problem+json")]
            Timeout(Json<Problem>),
            #[doc = $too_large]
            #[oai(status = 413, content_type = "application/problem+json")]
            TooLarge(Json<Problem>),
            /// The body's media type is not JSON.
            #[oai(status = 415, content_type = "application/problem+json")]
            UnsupportedMediaType(Json<Problem>),
            /// The body does not fit the model: `errors` names every place.
            #[oai(status = 422, content_type = "application/problem+json")]
            Unprocessable(Json<Problem>),
            /// The server is at its limit of predictions at a time.
            #[oai(
                status = 429,
                content_type = "application/problem+json",
                header(
                    name = "retry-after",
                    ty = "u32",
                    description = "Seconds after which to send the request again."
                )
            )]
            Overloaded(Json<Problem>),
            /// The server failed; its log has the cause.
            #[oai(status = 500, content_type = "application/problem+json")]
            Internal(Json<Problem>),
            /// The model is not loaded yet.
            #[oai(
                status = 503,
                content_type = "application/problem+json",
                header(
                    name = "retry-after",
                    ty = "u32",
                    description = "Seconds after which to send the request again."
                )
            )]
            NotReady(Json<Problem>),
        }
    };
}

answers!(PredictAnswer, Prediction, "The body is too large.");
answers!(
    BatchAnswer,
    Vec<RowPrediction>,
    "The body is too large, or the batch has too many rows."
);

/// Whether predictions are served.
#[derive(ApiResponse)]
pub(super) enum ReadyAnswer {
    /// Predictions are served.
    #[oai(status = 200, content_type = "application/json")]
    Ready(Json<Readiness>),
    /// Predictions are not served, or not for long; `reason` tells why.
    #[oai(status = 503, content_type = "application/json")]
    NotReady(Json<Readiness>),
}

/// The model's card.
#[derive(ApiResponse)]
pub(super) enum ModelAnswer {
    /// The model.
    #[oai(status = 200, content_type = "application/json")]
    Card(Json<ModelCard>),
    /// The model is not loaded yet.
    #[oai(status = 503, content_type = "application/problem+json")]
    NotReady(Json<Problem>),
}

/// Whether the process is alive.
#[derive(ApiResponse)]
pub(super) enum LiveAnswer {
    /// The process is alive.
    #[oai(status = 200, content_type = "application/json")]
    Alive(Json<Alive>),
}

/// The metrics.
#[derive(ApiResponse)]
pub(super) enum MetricsAnswer {
    /// Metrics in Prometheus's text format.
    #[oai(
        status = 200,
        content_type = "text/plain; version=0.0.4; charset=utf-8"
    )]
    Text(PlainText<String>),
}
