//! The operations as poem-openapi sees them: the source of the document, and the handlers of everything that is not a prediction.

use super::document as docs;
use crate::http::{
    app::{App, Operation},
    dialects::native::wire::{Alive, ModelCard, PredictRequest, Prediction, Readiness},
    predict,
    problem::{Code, Failure, PROBLEM_JSON, Problem},
};
use bytes::Bytes;
use poem::{
    EndpointExt, IntoResponse, Request, RequestBody, Route, endpoint::BoxEndpoint, get,
    http::StatusCode,
};
use poem_openapi::{
    ApiResponse, OpenApi, OpenApiService, impl_apirequest_for_payload,
    param::Query,
    payload::{Html, Json, ParsePayload, Payload, PlainText},
    registry::{MetaSchemaRef, Registry},
    types::Type,
};
use std::{
    marker::PhantomData,
    sync::{Arc, Weak},
};

/// The API of one server. The app owns the API, hence the weak way back.
pub(in crate::http) struct Api {
    app: Weak<App>,
}

/// A JSON body that is kept as bytes: the schema is `T`'s, reading and writing are serde's and ours.
pub(in crate::http) struct Raw<T> {
    bytes: Bytes,
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
    ($name:ident, $payload:ty) => {
        /// What a prediction may be answered with.
        #[derive(ApiResponse)]
        #[expect(
            dead_code,
            reason = "the door answers most refusals itself; all of them are in the document"
        )]
        pub(in crate::http) enum $name {
            /// The answer.
            #[oai(status = 200)]
            Ok(Raw<$payload>),
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

answers!(PredictAnswer, Prediction<i64>);
answers!(BatchAnswer, Vec<Prediction<i64>>);

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

#[OpenApi]
#[expect(
    clippy::unused_async,
    reason = "poem-openapi takes async handlers only"
)]
impl Api {
    /// Predict one row
    #[oai(path = "/predict", method = "post", operation_id = "predict")]
    async fn predict_one(
        &self,
        /// Whether to answer with every class's probability.
        probabilities: Query<Option<bool>>,
        body: Raw<PredictRequest>,
    ) -> PredictAnswer {
        self.predict(Operation::Predict, probabilities.0, body.bytes)
            .await
            .into()
    }

    /// Predict many rows
    #[oai(
        path = "/predict/batch",
        method = "post",
        operation_id = "predict_batch"
    )]
    async fn predict_batch(
        &self,
        /// Whether to answer with every class's probability.
        probabilities: Query<Option<bool>>,
        body: Raw<Vec<PredictRequest>>,
    ) -> BatchAnswer {
        self.predict(Operation::PredictBatch, probabilities.0, body.bytes)
            .await
            .into()
    }

    /// The model that is served
    #[oai(path = "/model", method = "get", operation_id = "model")]
    async fn model(&self) -> ModelAnswer {
        match self.app().served() {
            Some(served) => ModelAnswer::Card(Json(ModelCard::of(served))),
            None => ModelAnswer::NotReady(Json(not_loaded().problem())),
        }
    }

    /// Whether the process is alive
    #[oai(path = "/health/live", method = "get", operation_id = "health_live")]
    async fn live(&self) -> Json<Alive> {
        Json(Alive {
            status: "alive".to_owned(),
        })
    }

    /// Whether predictions are served
    #[oai(path = "/health/ready", method = "get", operation_id = "health_ready")]
    async fn ready(&self) -> ReadyAnswer {
        let app = self.app();
        let served = app.served();
        let reason = app.not_ready();
        let readiness = Readiness {
            status: if reason.is_none() {
                "ready"
            } else {
                "not_ready"
            }
            .to_owned(),
            reason: reason.map(str::to_owned),
            run_id: served.and_then(|served| served.run_id.clone()),
            digest: served.map(|served| served.digest.clone()),
            source: served.map(|served| served.source.as_str().to_owned()),
            model_name: served.map(|served| served.name.clone()),
            model_version: served.map(|served| served.version.clone()),
        };
        if reason.is_none() {
            ReadyAnswer::Ready(Json(readiness))
        } else {
            ReadyAnswer::NotReady(Json(readiness))
        }
    }

    /// Metrics in Prometheus's text format
    #[oai(path = "/metrics", method = "get", operation_id = "metrics")]
    async fn metrics(&self) -> PlainText<String> {
        PlainText(self.app().metrics.encode())
    }
}

/// The API as poem-openapi documents it, before the model types it.
pub(in crate::http) fn service(app: Weak<App>) -> OpenApiService<Api, ()> {
    OpenApiService::new(Api { app }, "ml-serving", env!("CARGO_PKG_VERSION"))
        .description("One tree-ensemble model, served.")
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
        let page = poem::endpoint::make_sync(move |_| Html(docs::page(&html())).into_response());
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
