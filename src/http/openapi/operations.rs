//! The operations as poem-openapi declares them: the source of the document, and nothing that runs. The door answers all of them; a test
//! holds its table of routes against what is declared here.
#![expect(dead_code, reason = "declared for the document, never called")]

use super::{
    responses::{BatchAnswer, LiveAnswer, MetricsAnswer, ModelAnswer, PredictAnswer, ReadyAnswer},
    schemas::{PredictRequest, Tag},
};
use poem::{endpoint::BoxEndpoint, http::Method};
use poem_openapi::{
    ApiRequest, OpenApi, OpenApiService, Webhook,
    param::Query,
    payload::Json,
    registry::{
        MetaApi, MetaHeader, MetaOperation, MetaOperationParam, MetaParamIn, MetaPath, MetaWebhook,
        Registry,
    },
    types::Type,
};
use std::collections::HashMap;

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

/// Declares operations that have no handler. poem-openapi calls such an operation a webhook. A trait may hold one webhook per method, so
/// every operation has a trait, and its name is the path.
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
    ///
    /// The values of a row come by column name, in any order, or as an array in the model's order. Both examples are the same row.
    #[oai(name = "/predict", method = "post", operation_id = "predict", tag = "Tag::Predict")]
    fn predict(
        Predict,
        /// Whether to answer with every class's probability, and with the classes they belong to.
        probabilities: Query<Option<bool>>,
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

/// The operations, as poem-openapi documents them.
pub(super) struct Operations;

impl OpenApi for Operations {
    fn meta() -> Vec<MetaApi> {
        let path = |MetaWebhook { name, operation }| MetaPath {
            path: name.to_owned(),
            operations: vec![with_headers(operation)],
        };
        let paths = declared().into_iter().map(path).collect();
        vec![MetaApi { paths }]
    }

    fn register(registry: &mut Registry) {
        register(registry);
    }

    /// There is none: `app` answers.
    fn add_routes(self, _: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {}
}

/// The headers that every request may have and every answer has.
fn with_headers(mut operation: MetaOperation) -> MetaOperation {
    let request = [
        (
            "x-request-id",
            "A name for the request, of at most 128 printable characters. The answer repeats it, and so does the log.",
        ),
        (
            "traceparent",
            "The trace that the request belongs to (W3C Trace Context), for the log.",
        ),
    ];
    let param = |(name, description): (&str, &str)| MetaOperationParam {
        name: name.to_owned(),
        schema: String::schema_ref(),
        in_type: MetaParamIn::Header,
        description: Some(description.to_owned()),
        required: false,
        deprecated: false,
        explode: true,
        style: None,
    };
    operation.params.extend(request.map(param));
    for response in &mut operation.responses.responses {
        let header = MetaHeader {
            name: "x-request-id".to_owned(),
            description: Some("The name of the request: the client's own or a new one.".to_owned()),
            required: true,
            deprecated: false,
            schema: String::schema_ref(),
        };
        // The header that every answer has comes first.
        response.headers.insert(0, header);
    }
    operation
}

/// The API as poem-openapi documents it, before the model types it.
pub(super) fn service() -> OpenApiService<Operations, ()> {
    OpenApiService::new(Operations, "ml-serving", env!("CARGO_PKG_VERSION"))
}
