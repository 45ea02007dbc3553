//! The operations as poem-openapi sees them: the source of the document, and the handlers of everything that is not a prediction.

use super::{
    document as docs,
    page::page,
    responses::{
        BatchAnswer, LiveAnswer, MetricsAnswer, ModelAnswer, PredictAnswer, Raw, ReadyAnswer,
    },
    schemas::{PredictRequest, Tag},
};
use crate::http::{
    app::{App, Operation},
    dialects::native::wire::{Alive, ModelCard, Readiness},
    predict,
    problem::{Code, Failure, PROBLEM_JSON},
};
use bytes::Bytes;
use poem::{EndpointExt, IntoResponse, Route, endpoint::BoxEndpoint, get, http::StatusCode};
use poem_openapi::{
    OpenApi, OpenApiService,
    param::Query,
    payload::{Html, Json, PlainText},
};
use std::sync::{Arc, Weak};

/// The API of one server. The app owns the API, hence the weak way back.
pub(in crate::http) struct Api {
    app: Weak<App>,
}

impl Api {
    fn app(&self) -> Arc<App> {
        self.app
            .upgrade()
            .expect("an app outlives the requests it handles")
    }

    async fn predict(
        &self,
        operation: Operation,
        probabilities: Option<bool>,
        body: Bytes,
    ) -> Result<Vec<u8>, Failure> {
        let app = self.app();
        let ready = app.ready().ok_or_else(not_loaded)?;
        let query = if probabilities == Some(true) {
            "probabilities=true"
        } else {
            ""
        };
        predict::answer(&app, ready, operation, query, body, ()).await
    }
}

fn not_loaded() -> Failure {
    Failure::new(
        Code::NotReady,
        "The model is not loaded yet; /health/ready tells when it is.",
    )
}

#[OpenApi(
    request_header(
        name = "x-request-id",
        ty = "Option<String>",
        description = "A name for the request, of at most 128 printable characters. The answer repeats it, and so does the log."
    ),
    request_header(
        name = "traceparent",
        ty = "Option<String>",
        description = "The trace that the request belongs to (W3C Trace Context), for the log."
    ),
    response_header(
        name = "x-request-id",
        ty = "String",
        description = "The name of the request: the client's own or a new one."
    )
)]
#[expect(
    clippy::unused_async,
    reason = "poem-openapi takes async handlers only"
)]
impl Api {
    /// Predict one row
    ///
    /// The values of a row come by column name, in any order, or as an array in the model's order. Both examples are the same row.
    #[oai(
        path = "/predict",
        method = "post",
        operation_id = "predict",
        tag = "Tag::Predict"
    )]
    async fn predict_one(
        &self,
        /// Whether to answer with every class's probability, and with the classes they belong to.
        probabilities: Query<Option<bool>>,
        body: Raw<PredictRequest>,
    ) -> PredictAnswer {
        self.predict(Operation::Predict, probabilities.0, body.bytes)
            .await
            .into()
    }

    /// Predict many rows
    ///
    /// The answers come in the order of the rows. One wrong row refuses the whole batch, and `errors` names every place.
    #[oai(
        path = "/predict/batch",
        method = "post",
        operation_id = "predict_batch",
        tag = "Tag::Predict"
    )]
    async fn predict_batch(
        &self,
        /// Whether to answer with every class's probability, and with the classes they belong to.
        probabilities: Query<Option<bool>>,
        body: Raw<Vec<PredictRequest>>,
    ) -> BatchAnswer {
        self.predict(Operation::PredictBatch, probabilities.0, body.bytes)
            .await
            .into()
    }

    /// The model that is served
    #[oai(
        path = "/model",
        method = "get",
        operation_id = "model",
        tag = "Tag::Model"
    )]
    async fn model(&self) -> ModelAnswer {
        match self.app().served() {
            Some(served) => ModelAnswer::Card(Json(ModelCard::of(served))),
            None => ModelAnswer::NotReady(Json(not_loaded().problem())),
        }
    }

    /// Whether predictions are served
    #[oai(
        path = "/health/ready",
        method = "get",
        operation_id = "health_ready",
        tag = "Tag::Operate"
    )]
    async fn ready(&self) -> ReadyAnswer {
        let app = self.app();
        let reason = app.not_ready();
        let readiness = Json(Readiness::of(app.served(), reason));
        if reason.is_none() {
            ReadyAnswer::Ready(readiness)
        } else {
            ReadyAnswer::NotReady(readiness)
        }
    }

    /// Whether the process is alive
    #[oai(
        path = "/health/live",
        method = "get",
        operation_id = "health_live",
        tag = "Tag::Operate"
    )]
    async fn live(&self) -> LiveAnswer {
        LiveAnswer::Alive(Json(Alive {
            status: "alive".to_owned(),
        }))
    }

    /// Metrics in Prometheus's text format
    #[oai(
        path = "/metrics",
        method = "get",
        operation_id = "metrics",
        tag = "Tag::Operate"
    )]
    async fn metrics(&self) -> MetricsAnswer {
        MetricsAnswer::Text(PlainText(self.app().metrics.encode()))
    }
}

/// The API as poem-openapi documents it, before the model types it.
pub(in crate::http) fn service(app: Weak<App>) -> OpenApiService<Api, ()> {
    OpenApiService::new(Api { app }, "ml-serving", env!("CARGO_PKG_VERSION"))
}

/// Every route that is not a prediction: the pages, and the operations that poem-openapi answers.
pub(in crate::http) struct Endpoints {
    pub(in crate::http) pages: BoxEndpoint<'static>,
    pub(in crate::http) operations: BoxEndpoint<'static>,
}

pub(in crate::http) fn endpoints(app: &Arc<App>) -> Endpoints {
    let weak = Arc::downgrade(app);
    let document = {
        let weak = weak.clone();
        move || {
            weak.upgrade()
                .map(|app| docs::document(app.served()))
                .unwrap_or_default()
        }
    };
    let html = document.clone();
    let json = poem::endpoint::make_sync(move |_| {
        document().to_string().with_content_type("application/json")
    });
    let mut pages = Route::new().at("/openapi.json", get(json));
    if app.docs {
        let page = poem::endpoint::make_sync(move |_| Html(page(&html())).into_response());
        let root = poem::endpoint::make_sync(|_| poem::web::Redirect::see_other("/docs"));
        pages = pages.at("/docs", get(page)).at("/", get(root));
    }
    Endpoints {
        pages: pages.catch_all_error(refused).boxed(),
        operations: poem::IntoEndpoint::into_endpoint(service(weak))
            .catch_all_error(refused)
            .boxed(),
    }
}

async fn refused(error: poem::Error) -> poem::Response {
    if error.is_from_response() {
        return error.into_response();
    }
    let failure = match error.status() {
        StatusCode::NOT_FOUND => Failure::new(Code::NotFound, "There is nothing at this path."),
        _ => Failure::internal(error),
    };
    let status =
        StatusCode::from_u16(failure.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    poem::Response::builder()
        .status(status)
        .content_type(PROBLEM_JSON)
        .body(failure.to_json())
}
