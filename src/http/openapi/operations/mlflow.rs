//! The operations of MLflow's scoring protocol.
#![expect(dead_code, reason = "declared for the document, never called")]

use super::declare::operations;
use crate::http::openapi::{
    schemas::Tag,
    wrapped::{MlflowAnswer, MlflowRequest, PingAnswer, VersionAnswer},
};
use poem_openapi::{
    ApiRequest, Webhook,
    param::Query,
    payload::{Json, PlainText},
};

#[derive(ApiRequest)]
enum Body {
    #[oai(content_type = "application/json")]
    Json(Json<MlflowRequest>),
    #[oai(content_type = "text/csv")]
    Csv(PlainText<String>),
}

operations! {
    /// Predict as mlflow models serve does
    ///
    /// The rows come under exactly one of four keys, or as CSV with a header. The values are those that MLflow answers for the same
    /// package: labels or numbers, probabilities where it was logged to predict them. `SageMaker` sends its requests here too.
    #[oai(name = "/invocations", method = "post", operation_id = "mlflow_invocations", tag = "Tag::Mlflow")]
    fn invocations(
        Invocations,
        /// Whether to answer with every class's probability instead.
        probabilities: Query<Option<bool>>,
        body: Body
    ) -> MlflowAnswer;

    /// Whether predictions are served
    #[oai(name = "/ping", method = "get", operation_id = "mlflow_ping", tag = "Tag::Mlflow")]
    fn ping(Ping) -> PingAnswer;

    /// The same as /ping
    #[oai(name = "/health", method = "get", operation_id = "mlflow_health", tag = "Tag::Mlflow")]
    fn health(Health) -> PingAnswer;

    /// The version of MLflow that logged the model
    ///
    /// It is the one that `mlflow models serve` installs for it. Of a model that MLflow has not logged it is the version of this server.
    #[oai(name = "/version", method = "get", operation_id = "mlflow_version", tag = "Tag::Mlflow")]
    fn version(Version) -> VersionAnswer;
}
