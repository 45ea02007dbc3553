//! What each operation may be answered with: statuses, media types and headers.

use super::schemas::{Prediction, RowPrediction};
use crate::http::{
    dialects::native::wire::{Alive, ModelCard, Readiness},
    problem::{Failure, Problem},
};
use bytes::Bytes;
use poem::{IntoResponse, Request, RequestBody};
use poem_openapi::{
    ApiResponse, impl_apirequest_for_payload,
    payload::{Json, ParsePayload, Payload, PlainText},
    registry::{MetaSchemaRef, Registry},
    types::Type,
};
use std::marker::PhantomData;

/// A JSON body that is kept as bytes: the schema is `T`'s, reading and writing are serde's and ours.
pub(super) struct Raw<T> {
    pub(super) bytes: Bytes,
    of: PhantomData<fn() -> T>,
}

impl<T> From<Vec<u8>> for Raw<T> {
    fn from(bytes: Vec<u8>) -> Self {
        Self {
            bytes: bytes.into(),
            of: PhantomData,
        }
    }
}

impl<T: Type> Payload for Raw<T> {
    const CONTENT_TYPE: &'static str = "application/json";

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: Type> ParsePayload for Raw<T> {
    const IS_REQUIRED: bool = true;

    async fn from_request(_: &Request, body: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self {
            bytes: body.take()?.into_bytes().await?,
            of: PhantomData,
        })
    }
}

impl_apirequest_for_payload!(Raw<T>, T: Type);

impl<T: Type> IntoResponse for Raw<T> {
    fn into_response(self) -> poem::Response {
        poem::Response::builder()
            .content_type(Self::CONTENT_TYPE)
            .body(self.bytes)
    }
}

macro_rules! answers {
    ($name:ident, $payload:ty, $too_large:literal) => {
        /// What a prediction may be answered with.
        #[derive(ApiResponse)]
        #[expect(
            dead_code,
            reason = "the door answers most refusals itself; all of them are in the document"
        )]
        pub(super) enum $name {
            /// The answer.
            #[oai(
                status = 200,
                header(
                    name = "x-model-version",
                    ty = "String",
                    description = "The version of the model that answered."
                )
            )]
            Ok(Raw<$payload>),
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

        impl From<Result<Vec<u8>, Failure>> for $name {
            fn from(answer: Result<Vec<u8>, Failure>) -> Self {
                match answer {
                    Ok(bytes) => Self::Ok(bytes.into()),
                    Err(failure) => {
                        let problem = Json(failure.problem());
                        match failure.code.status() {
                            400 => Self::BadRequest(problem),
                            413 => Self::TooLarge(problem),
                            422 => Self::Unprocessable(problem),
                            503 => Self::NotReady(problem),
                            _ => Self::Internal(problem),
                        }
                    }
                }
            }
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
    #[oai(status = 200)]
    Ready(Json<Readiness>),
    /// Predictions are not served, or not for long; `reason` tells why.
    #[oai(status = 503)]
    NotReady(Json<Readiness>),
}

/// The model's card.
#[derive(ApiResponse)]
pub(super) enum ModelAnswer {
    /// The model.
    #[oai(status = 200)]
    Card(Json<ModelCard>),
    /// The model is not loaded yet.
    #[oai(status = 503, content_type = "application/problem+json")]
    NotReady(Json<Problem>),
}

/// Whether the process is alive.
#[derive(ApiResponse)]
pub(super) enum LiveAnswer {
    /// The process is alive.
    #[oai(status = 200)]
    Alive(Json<Alive>),
}

/// The metrics.
#[derive(ApiResponse)]
pub(super) enum MetricsAnswer {
    /// Metrics in Prometheus's text format.
    #[oai(status = 200)]
    Text(PlainText<String>),
}
