//! The application: routes, and everything that happens to every request, on one screen each.

use super::{
    connection::body,
    openapi::operations as api,
    predict::{self, Ready},
    problem::{Code, Failure, PROBLEM_JSON},
};
use crate::{
    config::Config,
    load::LoadedModel,
    observe::metrics::{Metrics, ModelLabels},
};
use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::{Either, Full, combinators::BoxBody};
use hyper::{
    Method, Request, Response, StatusCode, Uri, Version,
    body::Body,
    header::{
        ALLOW, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
        RETRY_AFTER,
    },
};
use std::{
    io,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::sync::Semaphore;

macro_rules! operations {
    ($($variant:ident = $name:literal, $method:ident, $path:literal;)*) => {
        /// What a request asks for: the closed set that metrics and the document name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Operation { $($variant,)* Unmatched }

        /// Method and path of every operation.
        const ROUTES: &[(Operation, Method, &str)] = &[$((Operation::$variant, Method::$method, $path),)*];
        const OPERATIONS: &[&str] = &[$($name,)* "unmatched"];
    };
}

operations! {
    Predict = "predict", POST, "/predict";
    PredictBatch = "predict_batch", POST, "/predict/batch";
    Ready = "health_ready", GET, "/health/ready";
    Live = "health_live", GET, "/health/live";
    Metrics = "metrics", GET, "/metrics";
    Model = "model", GET, "/model";
    Docs = "docs", GET, "/docs";
    OpenApi = "openapi", GET, "/openapi.json";
    Root = "root", GET, "/";
}

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const X_MODEL_VERSION: HeaderName = HeaderName::from_static("x-model-version");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Ours in one piece, or whatever poem makes.
pub type ResponseBody = Either<Full<Bytes>, BoxBody<Bytes, io::Error>>;

/// What one request may take.
#[derive(Clone, Debug)]
pub struct Limits {
    pub max_body_bytes: usize,
    pub max_batch_rows: usize,
    /// The longest pause within a body.
    pub body_pause: Duration,
}

/// One server's state. Requests share it behind an `Arc`.
pub struct App {
    pub(super) limits: Limits,
    pub(super) metrics: Metrics,
    pub(super) docs: bool,
    ready: OnceLock<Arc<Ready>>,
    version: OnceLock<HeaderValue>,
    admission: Arc<Semaphore>,
    draining: AtomicBool,
    last_failure: Mutex<Option<&'static str>>,
    poem: OnceLock<api::Endpoints>,
    request_ids: AtomicU64,
}

impl App {
    /// A server without a model yet.
    pub fn new(config: &Config) -> Arc<Self> {
        let server = &config.server;
        let limits = Limits {
            max_body_bytes: server.max_body_bytes,
            max_batch_rows: server.max_batch_rows,
            body_pause: Duration::from_secs(server.header_timeout_seconds),
        };
        // Ids count up from the start time: unique within a process and, in practice, between processes.
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let app = Arc::new(Self {
            limits,
            metrics: Metrics::new(OPERATIONS),
            docs: server.docs,
            ready: OnceLock::new(),
            version: OnceLock::new(),
            admission: Arc::new(Semaphore::new(server.max_in_flight)),
            draining: AtomicBool::new(false),
            last_failure: Mutex::new(None),
            poem: OnceLock::new(),
            request_ids: AtomicU64::new(
                now.as_nanos() as u64 ^ u64::from(std::process::id()) << 48,
            ),
        });
        app.poem.get_or_init(|| api::endpoints(&app));
        app
    }

    /// Serves `served` from now on. A server takes one model in its life; a second one is ignored.
    pub fn set_model(&self, served: LoadedModel) {
        self.metrics.model_loaded(&ModelLabels {
            name: &served.name,
            version: &served.version,
            flavor: &served.flavor,
            digest: &served.digest,
            run_id: served.run_id.as_deref().unwrap_or_default(),
            source: served.source.as_str(),
            classes: &served.class_names(),
            load_seconds: served.load_seconds,
        });
        let version =
            HeaderValue::from_str(&served.version).unwrap_or(HeaderValue::from_static("unknown"));
        self.version.get_or_init(|| version);
        self.ready.get_or_init(|| Arc::new(Ready::new(served)));
    }

    /// The model did not load; `reason` is one of a closed set.
    pub fn load_failed(&self, reason: &'static str) {
        self.metrics.load_failed(reason);
        *self
            .last_failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }

    /// From now on `/health/ready` says no; everything else goes on.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// The model, once there is one.
    pub fn served(&self) -> Option<&LoadedModel> {
        self.ready.get().map(|ready| &ready.served)
    }

    pub(super) fn ready(&self) -> Option<&Arc<Ready>> {
        self.ready.get()
    }

    /// Why traffic should go elsewhere, if it should.
    pub(super) fn not_ready(&self) -> Option<&'static str> {
        if self.draining.load(Ordering::Relaxed) {
            return Some("draining");
        }
        if self.ready.get().is_some() {
            return None;
        }
        let failure = *self
            .last_failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Some(failure.unwrap_or("model_not_loaded"))
    }

    /// Answers one request: the door that every request goes through, and all that is done for each of them.
    pub async fn handle<B>(self: &Arc<Self>, request: Request<B>) -> Response<ResponseBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let start = Instant::now();
        self.metrics.in_flight.inc();
        let _ended = Ended(&self.metrics);
        let id = self.request_id(request.headers());
        let operation = find(request.method(), request.uri().path());
        let http1 = request.version() < Version::HTTP_2;
        let trace = request.headers().get(TRACEPARENT).cloned();
        let answer = AssertUnwindSafe(self.dispatch(operation, request))
            .catch_unwind()
            .await;
        let answer = answer.unwrap_or_else(|_panic| Err(Failure::internal("a handler panicked")));
        let mut response = answer.unwrap_or_else(|failure| {
            if let Some(cause) = &failure.cause {
                let traceparent = trace.as_ref().and_then(|trace| trace.to_str().ok());
                tracing::error!(cause, request_id = ?id, traceparent, "a request failed inside the server");
            }
            refusal(&failure)
        });
        self.metrics.answered(
            operation as usize,
            response.status().as_u16(),
            start.elapsed().as_secs_f64(),
        );
        response.headers_mut().insert(X_REQUEST_ID, id);
        if http1 && self.draining.load(Ordering::Relaxed) {
            // The client connects anew, to a server that stays; by the end of the drain nobody is left to be cut off.
            response
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    async fn dispatch<B>(
        self: &Arc<Self>,
        operation: Operation,
        request: Request<B>,
    ) -> Result<Response<ResponseBody>, Failure>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        match operation {
            Operation::Predict | Operation::PredictBatch => self.predict(operation, request).await,
            Operation::Unmatched => Err(unmatched(request.method(), request.uri().path())),
            // Boxed, so that predictions do not carry around the room that poem needs.
            _ => Box::pin(self.page(operation, request.uri().clone())).await,
        }
    }

    /// Lets poem answer. Nothing there reads a body; HEAD is answered as GET, and hyper leaves the body out.
    async fn page(
        &self,
        operation: Operation,
        uri: Uri,
    ) -> Result<Response<ResponseBody>, Failure> {
        let head = poem::Request::builder().method(Method::GET).uri(uri);
        let poem = self
            .poem
            .get()
            .ok_or_else(|| Failure::internal("the API was not built"))?;
        let page = matches!(
            operation,
            Operation::Docs | Operation::OpenApi | Operation::Root
        );
        let endpoint = if page { &poem.pages } else { &poem.operations };
        let response = poem::Endpoint::get_response(endpoint, head.finish()).await;
        let response: Response<BoxBody<Bytes, io::Error>> = response.into();
        Ok(response.map(Either::Right))
    }

    /// The door of the prediction dialects: admission, media type, body, answer.
    async fn predict<B>(
        self: &Arc<Self>,
        operation: Operation,
        request: Request<B>,
    ) -> Result<Response<ResponseBody>, Failure>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let ready = self.ready.get().ok_or_else(|| {
            Failure::new(
                Code::NotReady,
                "The model is not loaded yet; /health/ready tells when it is.",
            )
        })?;
        let Ok(admitted) = self.admission.clone().try_acquire_owned() else {
            return Err(Failure::new(
                Code::Overloaded,
                "Too many predictions are in flight; try again in a second.",
            ));
        };
        check_media_type(request.headers())?;
        let (head, body) = request.into_parts();
        let body = body::read(body, &self.limits).await?;
        let query = head.uri.query().unwrap_or("");
        let answer = predict::answer(self, ready, operation, query, body, admitted).await?;
        let mut response = Response::new(Either::Left(Full::from(answer)));
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(version) = self.version.get() {
            response
                .headers_mut()
                .insert(X_MODEL_VERSION, version.clone());
        }
        Ok(response)
    }

    /// The client's own id if it is short and printable, else a new one.
    fn request_id(&self, headers: &HeaderMap) -> HeaderValue {
        let given = headers
            .get(X_REQUEST_ID)
            .filter(|id| !id.is_empty() && id.len() <= 128 && id.to_str().is_ok());
        given.cloned().unwrap_or_else(|| {
            // An odd multiplier only spreads the bits: different numbers stay different.
            let id = self
                .request_ids
                .fetch_add(1, Ordering::Relaxed)
                .wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let mut hex = [0u8; 16];
            for (i, digit) in hex.iter_mut().enumerate() {
                *digit = b"0123456789abcdef"[(id >> (60 - 4 * i)) as usize & 15];
            }
            HeaderValue::from_bytes(&hex).unwrap_or(HeaderValue::from_static("unknown"))
        })
    }
}

/// Counts the request out, however it ends.
struct Ended<'a>(&'a Metrics);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.in_flight.dec();
    }
}

fn find(method: &Method, path: &str) -> Operation {
    let method = if method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    let path = if path == "/docs/" { "/docs" } else { path };
    let route = ROUTES
        .iter()
        .find(|(_, takes, at)| *at == path && takes == method);
    route.map_or(Operation::Unmatched, |(operation, ..)| *operation)
}

fn allowed(path: &str) -> Option<&'static str> {
    let (_, method, _) = ROUTES.iter().find(|(.., at)| *at == path)?;
    Some(if *method == Method::GET {
        "GET, HEAD"
    } else {
        "POST"
    })
}

fn unmatched(method: &Method, path: &str) -> Failure {
    match allowed(path) {
        Some(allow) => Failure::new(
            Code::MethodNotAllowed,
            format!("{path} takes {allow}, not {method}."),
        )
        .allowing(allow),
        None => Failure::new(
            Code::NotFound,
            "There is nothing at this path; /docs lists what there is.",
        ),
    }
}

fn check_media_type(headers: &HeaderMap) -> Result<(), Failure> {
    let refuse = |what: &str| {
        let detail = format!("{what}; send JSON with the header content-type: application/json");
        Err(Failure::new(Code::UnsupportedMediaType, detail))
    };
    if headers
        .get(CONTENT_ENCODING)
        .is_some_and(|coding| coding != "identity")
    {
        return refuse("compressed bodies are not read");
    }
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    if value == "application/json" {
        return Ok(());
    }
    let text = value.to_str().unwrap_or("").to_ascii_lowercase();
    let (essence, parameters) = text.split_once(';').unwrap_or((&text, ""));
    let json = essence.trim() == "application/json" || essence.trim().ends_with("+json");
    let charset = parameters
        .split(';')
        .find_map(|parameter| parameter.trim().strip_prefix("charset="));
    if !json {
        return refuse("the body's media type is not JSON");
    }
    match charset.map(|charset| charset.trim_matches('"')) {
        None | Some("utf-8" | "utf8" | "us-ascii") => Ok(()),
        Some(_) => refuse("JSON is UTF-8, whatever charset the header names"),
    }
}

fn refusal(failure: &Failure) -> Response<ResponseBody> {
    let mut response = Response::new(Either::Left(Full::from(failure.to_json())));
    *response.status_mut() =
        StatusCode::from_u16(failure.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    if matches!(failure.code, Code::Overloaded | Code::NotReady) {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if let Some(allow) = failure.allow {
        headers.insert(ALLOW, HeaderValue::from_static(allow));
    }
    response
}
