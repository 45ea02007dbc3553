//! What each operation may be answered with. No value of these types is made.
#![expect(dead_code, reason = "app answers")]

use super::schemas::{
    MlflowError, MlflowPredictions, V1Error, V1Model, V1Models, V1Predictions, VertexReady,
};
use poem_openapi::{
    ApiResponse,
    payload::{Json, PlainText},
};

macro_rules! predictions {
    ($name:ident, $predictions:ty, $error:ty) => {
        /// What a prediction may be answered with.
        #[derive(ApiResponse)]
        pub(in crate::http::openapi) enum $name {
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
            Ok(Json<$predictions>),
            /// The body is not of its media type, or ended early.
            #[oai(status = 400, content_type = "application/json")]
            BadRequest(Json<$error>),
            /// There is no such model or version.
            #[oai(status = 404, content_type = "application/json")]
            NotFound(Json<$error>),
            /// The body came too slowly.
            #[oai(status = 408, content_type = "application/json")]
            Timeout(Json<$error>),
            /// The body is too large, or has too many rows.
            #[oai(status = 413, content_type = "application/json")]
            TooLarge(Json<$error>),
            /// The body's media type is not read here.
            #[oai(status = 415, content_type = "application/json")]
            UnsupportedMediaType(Json<$error>),
            /// The body does not fit the model.
            #[oai(status = 422, content_type = "application/json")]
            Unprocessable(Json<$error>),
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
            Overloaded(Json<$error>),
            /// The server failed; its log has the cause.
            #[oai(status = 500, content_type = "application/json")]
            Internal(Json<$error>),
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
            NotReady(Json<$error>),
        }
    };
}

predictions!(MlflowAnswer, MlflowPredictions, MlflowError);
predictions!(V1Answer, V1Predictions, V1Error);
predictions!(VertexAnswer, V1Predictions, V1Error);

/// Whether predictions are served.
#[derive(ApiResponse)]
pub(in crate::http::openapi) enum PingAnswer {
    /// Predictions are served. The body is an empty line.
    #[oai(status = 200)]
    Ready(PlainText<String>),
    /// Predictions are not served, or not for long.
    #[oai(status = 503, content_type = "application/json")]
    NotReady(Json<MlflowError>),
}

/// The version.
#[derive(ApiResponse)]
pub(in crate::http::openapi) enum VersionAnswer {
    /// The version.
    #[oai(status = 200)]
    Version(PlainText<String>),
    /// The model is not loaded yet.
    #[oai(status = 503, content_type = "application/json")]
    NotReady(Json<MlflowError>),
}

/// The model's state.
#[derive(ApiResponse)]
pub(in crate::http::openapi) enum V1ModelAnswer {
    /// The model is ready.
    #[oai(status = 200, content_type = "application/json")]
    Ready(Json<V1Model>),
    /// There is no such model or version.
    #[oai(status = 404, content_type = "application/json")]
    NotFound(Json<V1Error>),
    /// The model is not loaded yet, or the server is about to end.
    #[oai(status = 503, content_type = "application/json")]
    NotReady(Json<V1Error>),
}

/// The models.
#[derive(ApiResponse)]
pub(in crate::http::openapi) enum V1ModelsAnswer {
    /// The models.
    #[oai(status = 200, content_type = "application/json")]
    Models(Json<V1Models>),
    /// The model is not loaded yet.
    #[oai(status = 503, content_type = "application/json")]
    NotReady(Json<V1Error>),
}

/// Whether predictions are served.
#[derive(ApiResponse)]
pub(in crate::http::openapi) enum VertexHealthAnswer {
    /// Predictions are served.
    #[oai(status = 200, content_type = "application/json")]
    Ready(Json<VertexReady>),
    /// Predictions are not served, or not for long.
    #[oai(status = 503, content_type = "application/json")]
    NotReady(Json<V1Error>),
}
