//! The operations as poem-openapi declares them: the source of the document, and nothing that runs. The door answers all of them; a test
//! holds its table of routes against what is declared here.

mod declare;
mod mlflow;
mod native;
mod v1;
mod v2;

use poem::{endpoint::BoxEndpoint, http::Method};
use poem_openapi::{
    OpenApi, OpenApiService,
    registry::{
        MetaApi, MetaHeader, MetaOperation, MetaOperationParam, MetaParamIn, MetaPath, MetaWebhook,
        Registry,
    },
    types::Type,
};
use std::collections::HashMap;

/// The operations, as poem-openapi documents them.
pub(super) struct Operations;

impl OpenApi for Operations {
    fn meta() -> Vec<MetaApi> {
        let path = |MetaWebhook { name, operation }| MetaPath {
            path: name.to_owned(),
            operations: vec![with_headers(operation)],
        };
        // A dialect adds its own.
        let paths = native::declared()
            .into_iter()
            .chain(mlflow::declared())
            .chain(v1::declared())
            .chain(v2::declared())
            .map(path)
            .collect();
        vec![MetaApi { paths }]
    }

    fn register(registry: &mut Registry) {
        native::register(registry);
        mlflow::register(registry);
        v1::register(registry);
        v2::register(registry);
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
