//! What the operations may be answered with.
#![expect(dead_code, reason = "app answers")]

use super::schemas::{
    AllStatistics, InferError, InferResponse, ModelMetadata, ModelReady, RepositoryModel,
    ServerLive, ServerMetadata, ServerReady,
};
use poem_openapi::{ApiResponse, payload::Json};

/// What a prediction may be answered with.
#[derive(ApiResponse)]
pub(in crate::http::openapi) enum InferAnswer {
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
    Ok(Json<InferResponse>),
    /// The body is not JSON, ended early, or asks for what this server does not do.
    #[oai(status = 400, content_type = "application/json")]
    BadRequest(Json<InferError>),
    /// There is no such model, or no such version of it.
    #[oai(status = 404, content_type = "application/json")]
    UnknownModel(Json<InferError>),
    /// The body came too slowly.
    #[oai(status = 408, content_type = "application/json")]
    Timeout(Json<InferError>),
    /// The body is too large, or has too many rows.
    #[oai(status = 413, content_type = "application/json")]
    TooLarge(Json<InferError>),
    /// The body's media type is neither JSON nor bytes.
    #[oai(status = 415, content_type = "application/json")]
    UnsupportedMediaType(Json<InferError>),
    /// The tensors do not fit the model or their own description.
    #[oai(status = 422, content_type = "application/json")]
    Unprocessable(Json<InferError>),
    /// The server is at its limit of predictions at a time.
    #[oai(
        status = 429,
        content_type = "application/json",
        header(
            name = "retry-after",
            ty = "u32",
            description = "Seconds after which to send the request again."
        )
    )]
    Overloaded(Json<InferError>),
    /// The server failed; its log has the cause.
    #[oai(status = 500, content_type = "application/json")]
    Internal(Json<InferError>),
    /// The model is not loaded yet.
    #[oai(
        status = 503,
        content_type = "application/json",
        header(
            name = "retry-after",
            ty = "u32",
            description = "Seconds after which to send the request again."
        )
    )]
    NotReady(Json<InferError>),
}

/// What a question about the model may be answered with.
macro_rules! of_model {
    ($name:ident, $payload:ty, $unready:ty) => {
        #[derive(ApiResponse)]
        pub(in crate::http::openapi) enum $name {
            /// The answer.
            #[oai(status = 200, content_type = "application/json")]
            Ok(Json<$payload>),
            /// There is no such model, or no such version of it.
            #[oai(status = 404, content_type = "application/json")]
            UnknownModel(Json<InferError>),
            /// The model is not loaded yet, or the server is about to end.
            #[oai(status = 503, content_type = "application/json")]
            NotReady(Json<$unready>),
        }
    };
}

of_model!(MetadataAnswer, ModelMetadata, InferError);
of_model!(ModelReadyAnswer, ModelReady, InferError);
of_model!(StatsAnswer, AllStatistics, InferError);

/// The server.
#[derive(ApiResponse)]
pub(in crate::http::openapi) enum ServerAnswer {
    /// The server.
    #[oai(status = 200, content_type = "application/json")]
    Ok(Json<ServerMetadata>),
}

/// Whether the process is alive.
#[derive(ApiResponse)]
pub(in crate::http::openapi) enum LiveAnswer {
    /// The process is alive.
    #[oai(status = 200, content_type = "application/json")]
    Alive(Json<ServerLive>),
}

/// Whether predictions are served.
#[derive(ApiResponse)]
pub(in crate::http::openapi) enum ReadyAnswer {
    /// Predictions are served.
    #[oai(status = 200, content_type = "application/json")]
    Ready(Json<ServerReady>),
    /// Predictions are not served, or not for long.
    #[oai(status = 503, content_type = "application/json")]
    NotReady(Json<ServerReady>),
}

/// The models that there are.
#[derive(ApiResponse)]
pub(in crate::http::openapi) enum IndexAnswer {
    /// The one model, once it is loaded.
    #[oai(status = 200, content_type = "application/json")]
    Ok(Json<Vec<RepositoryModel>>),
    /// The body is not JSON.
    #[oai(status = 400, content_type = "application/json")]
    BadRequest(Json<InferError>),
}

/// What is never done.
#[derive(ApiResponse)]
pub(in crate::http::openapi) enum NeverAnswer {
    /// This server does not do that.
    #[oai(status = 400, content_type = "application/json")]
    NotSupported(Json<InferError>),
}
