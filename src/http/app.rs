//! The door: everything that happens to every request.

use super::{
    connection::{self, Answers, Shutdown},
    dialects::{Ask, Call},
    ids::{RequestIds, X_REQUEST_ID},
    media::{self, MediaType, ResponseBody},
    pages::{Pages, Which},
    predict::{self, Predict},
    problem::{Code, Failure},
    respond,
    routes::{Found, Params, Table},
    state::State,
    table::{Answer, Entry, TellFailure, table, without_route},
};
use crate::{config::Config, load::LoadedModel};
use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use hyper::{
    Method, Request, Response, Version,
    body::{Body, Incoming},
    header::{CONNECTION, HeaderName, HeaderValue},
};
use std::{
    io,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const X_MODEL_VERSION: HeaderName = HeaderName::from_static("x-model-version");
/// The operation under which metrics count requests that match no route.
const UNMATCHED: &str = "unmatched";

/// One server: its state and its routes.
pub struct App {
    state: State,
    table: Table<Entry>,
    ids: RequestIds,
    /// The pages as they are before there is a model, and with the model.
    pages: [Pages; 2],
}

/// Accepts and serves connections until `stop` resolves, drains, and returns when the last request is answered.
///
/// # Errors
/// If requests are still running when [`Shutdown::grace`] is over; they are dropped.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    header_timeout: Duration,
    stop: impl Future<Output = Shutdown>,
) -> io::Result<()> {
    let stop = async {
        let shutdown = stop.await;
        app.state.readiness.drain();
        shutdown
    };
    connection::serve(app.clone(), listener, header_timeout, stop).await
}

impl Answers for App {
    fn answer(
        self: &Arc<Self>,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response<ResponseBody>> + Send {
        self.handle(request)
    }
}

impl App {
    /// A server without a model yet.
    pub fn new(config: &Config) -> Arc<Self> {
        let table = table(&config.server);
        let operations = [table.operations(), &[UNMATCHED]].concat();
        Arc::new(Self {
            state: State::new(&config.server, &operations),
            table,
            ids: RequestIds::new(),
            pages: [(); 2].map(|()| Pages::new(&config.server.vertex)),
        })
    }

    /// Serves `served` from now on. A server never changes its model: a second call does nothing.
    pub fn set_model(&self, served: LoadedModel) {
        self.state.set_model(served);
    }

    /// The model did not load; `reason` is one of a closed set.
    pub fn load_failed(&self, reason: &'static str) {
        self.state.metrics.load_failed(reason);
        self.state.readiness.failed(reason);
    }

    /// The model, once there is one.
    pub fn served(&self) -> Option<&LoadedModel> {
        self.state.model().map(|model| &model.served)
    }

    /// Answers one request.
    pub async fn handle<B>(self: &Arc<Self>, request: Request<B>) -> Response<ResponseBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let start = Instant::now();
        let _in_flight = self.state.metrics.begin();
        let id = self.ids.of(request.headers());
        let trace = request.headers().get(TRACEPARENT).cloned();
        let http1 = request.version() < Version::HTTP_2;
        let head = request.method() == Method::HEAD;
        let found = self.table.find(request.method(), request.uri().path());
        let (operation, entry) = match &found {
            Found::Route {
                operation, target, ..
            } => (*operation, Some(*target)),
            Found::WrongMethod { .. } | Found::Nothing => (self.table.operations().len(), None),
        };
        let tell = entry.map_or_else(|| without_route(&request), |entry| entry.tell);
        let answer = AssertUnwindSafe(self.dispatch(found, request, start))
            .catch_unwind()
            .await;
        let answer = answer.unwrap_or_else(|_| Err(Failure::internal("a handler panicked")));
        // What is counted is how the request failed, whatever status its format has for that.
        let failed = answer.as_ref().err().map(|failure| failure.code.status());
        let mut response = answer.unwrap_or_else(|failure| {
            log(&failure, &id, trace.as_ref());
            self.refuse(&failure, entry, tell)
        });
        let status = failed.unwrap_or(response.status().as_u16());
        let seconds = start.elapsed().as_secs_f64();
        self.state.metrics.answered(operation, status, seconds);
        if head {
            respond::without_body(&mut response);
        }
        let headers = response.headers_mut();
        headers.insert(X_REQUEST_ID, id);
        if http1 && self.state.readiness.is_draining() {
            // The client opens its next connection to another server, so that no client is left at the end of the drain.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    async fn dispatch<B>(
        self: &Arc<Self>,
        found: Found<'_, Entry>,
        request: Request<B>,
        begun: Instant,
    ) -> Result<Response<ResponseBody>, Failure>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        match found {
            Found::Route { target, params, .. } => match &target.answer {
                Answer::Predict {
                    reads,
                    predict,
                    weigh,
                } => {
                    self.predict(reads, predict, *weigh, &params, request, begun)
                        .await
                }
                Answer::Tell(tell) => {
                    if !params.is_empty() {
                        self.state.named(&params)?;
                    }
                    tell(&self.state, &params)
                }
                // Boxed: otherwise the future of every prediction would be as large as that of a page.
                Answer::Ask { reads, ask } => {
                    Box::pin(self.ask(reads, *ask, &params, request, begun)).await
                }
                Answer::Converse { reads, converse } => {
                    let media_type = media::check(request.headers(), reads)?;
                    let (head, body) = request.into_parts();
                    let coming = body.map_err(|_| broken()).boxed_unsync();
                    let call = Call {
                        head,
                        media_type,
                        begun,
                    };
                    converse(&self.state, &call, coming)
                }
                Answer::Page(which) => Box::pin(self.page(*which, request)).await,
            },
            Found::WrongMethod { allow } => {
                let (path, method) = (request.uri().path(), request.method());
                let detail = format!("{path} takes {allow}, not {method}.");
                Err(Failure::new(Code::MethodNotAllowed, detail).allowing(allow))
            }
            Found::Nothing => Err(self.nothing(request.uri().path())),
        }
    }

    /// Every prediction: media type, body, admission, answer.
    async fn predict<B>(
        &self,
        reads: &[MediaType],
        predict: &Predict,
        weigh: fn(&[u8]) -> usize,
        params: &Params,
        request: Request<B>,
        begun: Instant,
    ) -> Result<Response<ResponseBody>, Failure>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let State {
            limits,
            admission,
            waiting,
            ..
        } = &self.state;
        let model = self.state.named(params)?;
        let media_type = media::check(request.headers(), reads)?;
        let (head, body) = request.into_parts();
        let body = connection::read_body(body, limits, waiting).await?;
        let Ok(admitted) = admission.clone().try_acquire_owned() else {
            let detail = "Too many predictions are in flight; try again in a second.";
            return Err(Failure::new(Code::Overloaded, detail));
        };
        let call = Call {
            head,
            media_type,
            begun,
        };
        let written = if weigh(&body) <= model.inline_bytes {
            predict(&call, &body, model, limits)?
        } else {
            // Boxed: otherwise the future of every small prediction would be as large as this one.
            Box::pin(predict::on_blocking_thread(
                predict, call, body, model, limits, admitted,
            ))
            .await?
        };
        let mut response = respond::send(written);
        let version = model.version.clone();
        response.headers_mut().insert(X_MODEL_VERSION, version);
        Ok(response)
    }

    /// An answer about the server to a question with a body.
    async fn ask<B>(
        &self,
        reads: &[MediaType],
        ask: Ask,
        params: &Params,
        request: Request<B>,
        begun: Instant,
    ) -> Result<Response<ResponseBody>, Failure>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let State {
            limits, waiting, ..
        } = &self.state;
        let media_type = media::check(request.headers(), reads)?;
        let (head, body) = request.into_parts();
        let body = connection::read_body(body, limits, waiting).await?;
        let call = Call {
            head,
            media_type,
            begun,
        };
        ask(&self.state, &call, params, &body).map(respond::send)
    }

    /// A page, made now if nobody has asked for it before.
    async fn page<B>(
        self: &Arc<Self>,
        which: Which,
        request: Request<B>,
    ) -> Result<Response<ResponseBody>, Failure> {
        let of = usize::from(self.served().is_some());
        if let Some(response) = self.pages[of].get(which, request.headers()) {
            return Ok(response);
        }
        let app = self.clone();
        let made = tokio::task::spawn_blocking(move || app.pages[of].make(which, app.served()));
        made.await.map_err(Failure::internal)?;
        let page = self.pages[of].get(which, request.headers());
        page.ok_or_else(|| Failure::internal("a page was made and is not there"))
    }

    fn nothing(&self, path: &str) -> Failure {
        let detail = if let Some(there) = self.table.without_slash(path) {
            format!("There is nothing at {path}; the path is {there}, without a slash at its end.")
        } else {
            let docs = self.table.has("/docs");
            let list = if docs { "/docs" } else { "/openapi.json" };
            format!("There is nothing at this path; {list} lists what there is.")
        };
        Failure::new(Code::NotFound, detail)
    }

    /// The answer to a request that failed, in the format of its route.
    fn refuse(
        &self,
        failure: &Failure,
        entry: Option<&Entry>,
        tell: TellFailure,
    ) -> Response<ResponseBody> {
        if let (Some(entry), Some(model)) = (entry, self.state.model())
            && matches!(entry.answer, Answer::Predict { .. })
        {
            model.metrics.refused(failure.rows);
        }
        respond::refuse(failure, tell(failure))
    }
}

/// A body that ended before all of it had come.
fn broken() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}

/// Logs the cause of a failure, which the client does not get. The subscriber escapes what comes from the client, as it escapes every
/// text field.
fn log(failure: &Failure, id: &HeaderValue, trace: Option<&HeaderValue>) {
    let Some(cause) = &failure.cause else { return };
    let request_id = id.to_str().ok();
    let traceparent = trace.and_then(|trace| trace.to_str().ok());
    tracing::error!(
        cause,
        request_id,
        traceparent,
        "a request failed inside the server"
    );
}
