//! The door: everything that happens to every request.

use super::{
    connection::{self, Answers, Listening, Shutdown, Tls},
    dialects::Call,
    door::{
        auth::Auth,
        coding::{self, Coding},
        cors::{self, Cors},
        fresh, malformed,
        noted::{self, Noted},
        prefix::Prefix,
    },
    ids::{RequestIds, X_REQUEST_ID},
    media::{self, MediaType, ResponseBody},
    openapi,
    pages::{Pages, Which},
    predict::{self, Predict},
    problem::{Code, Failure},
    respond,
    routes::{Found, Params, Table},
    state::State,
    table::{Answer, Entry, WITHOUT_ROUTE, table},
};
use crate::{config::Config, load::LoadedModel, observe::access::Access};
use bytes::Bytes;
use futures_util::FutureExt;
use hyper::{
    Method, Request, Response, Version,
    body::{Body, Incoming},
    header::{CONNECTION, EXPECT, HeaderName, HeaderValue},
};
use serde_json::Value;
use std::{io, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::net::TcpListener;

const X_MODEL_VERSION: HeaderName = HeaderName::from_static("x-model-version");
/// The operation under which metrics count requests that match no route.
const UNMATCHED: &str = "unmatched";

/// One server: its state and its routes.
pub struct App {
    state: State,
    table: Table<Entry>,
    ids: RequestIds,
    access: Access,
    cors: Option<Cors>,
    auth: Option<Auth>,
    tls: Option<Arc<Tls>>,
    prefix: Prefix,
    compression: bool,
    /// The pages as they are before there is a model, and with the model.
    pages: [Pages; 2],
}

/// Where a request has been found.
struct Place<'t> {
    /// The operation that it is counted under.
    operation: usize,
    entry: Option<&'t Entry>,
    /// The path of the table.
    pattern: Option<&'t str>,
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
    let listening = Listening {
        listener,
        tls: app.tls.clone(),
        header_timeout,
    };
    let fresh = app.clone().refresh_files();
    tokio::select! {
        ended = connection::serve(app.clone(), listening, stop) => ended,
        () = fresh => Ok(()),
    }
}

impl Answers for App {
    fn answer(
        self: &Arc<Self>,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response<ResponseBody>> + Send {
        let hostless = malformed::has_no_host(&request);
        self.pass(request, hostless)
    }

    fn malformed(&self, status: u16) -> (Vec<u8>, Vec<u8>) {
        let (failure, id) = (malformed::unreadable(status), self.ids.next());
        self.state.metrics.answered(self.unmatched(), status, 0.0);
        let written = WITHOUT_ROUTE(&failure);
        noted::log_malformed(self.access, &id, status, written.body.len());
        let headers = malformed::headers(&id, &written.media_type.header());
        (headers, written.body)
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
            access: config.log.access,
            cors: Cors::new(&config.server.cors),
            auth: Auth::new(&config.server.auth),
            tls: Tls::new(&config.server.tls).map(Arc::new),
            prefix: Prefix::new(&config.server.root_path),
            compression: config.server.compression,
            pages: Default::default(),
        })
    }

    /// Serves `served` from now on. A server never changes its model: a second call does nothing.
    pub fn set_model(&self, served: LoadedModel) {
        self.state.set_model(served);
    }

    /// Reads the files that the settings name, before the first request.
    ///
    /// # Errors
    /// What is wrong with a file.
    pub fn read_files(&self) -> Result<(), String> {
        if let Some(tls) = &self.tls {
            tls.refresh()?;
        }
        let keys = self.auth.as_ref().map(Auth::refresh).transpose()?;
        if keys.flatten() == Some(0) {
            return Err("server.auth.keys_file holds no key; write one per line".to_owned());
        }
        Ok(())
    }

    /// Looks at the files again and again, and takes over what has changed. It never ends.
    async fn refresh_files(self: Arc<Self>) {
        if self.tls.is_none() && self.auth.is_none() {
            std::future::pending::<()>().await;
        }
        let mut period = tokio::time::interval(fresh::PERIOD);
        loop {
            period.tick().await;
            let app = self.clone();
            // A panic is logged where it happens; the next look may do better.
            let _ = tokio::task::spawn_blocking(move || app.look_at_files()).await;
        }
    }

    fn look_at_files(&self) {
        match self.auth.as_ref().map_or(Ok(None), Auth::refresh) {
            Ok(Some(keys)) => tracing::info!(keys, "the API keys are read again"),
            Ok(None) => {}
            Err(error) => tracing::warn!(error, "the API keys stay as they are"),
        }
        match self.tls.as_ref().map_or(Ok(false), |tls| tls.refresh()) {
            Ok(true) => tracing::info!("the certificate is read again"),
            Ok(false) => {}
            Err(error) => tracing::warn!(error, "the certificate stays as it is"),
        }
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
        self.pass(request, false).await
    }

    /// The way of a request through the door; `hostless` says that HTTP forbids it for want of a host.
    async fn pass<B>(
        self: &Arc<Self>,
        request: Request<B>,
        hostless: bool,
    ) -> Response<ResponseBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let _in_flight = self.state.metrics.begin();
        let mut noted = Noted::new(&request, self.ids.of(request.headers()));
        let http1 = request.version() < Version::HTTP_2;
        let found = self.find(request.method(), request.uri().path());
        let place = self.place(&found);
        if place.pattern.is_none() {
            noted.unmatched(self.access, request.uri());
        }
        let cors = self.cors.as_ref();
        noted.origin = cors.and_then(|cors| cors.allows(request.headers()));
        noted.hostless = hostless;
        noted.gzip = self.compression && coding::takes_gzip(request.headers());
        let answer = AssertUnwindSafe(self.dispatch(found, request, &mut noted))
            .catch_unwind()
            .await;
        let answer = answer.unwrap_or_else(|_| Err(Failure::internal("a handler panicked")));
        let mut response = answer.unwrap_or_else(|failure| {
            noted.rows = failure.rows;
            log(&failure, &noted);
            self.refuse(&failure, place.entry)
        });
        // One row is answered as fast as possible, however long its answer.
        if self.compression && noted.rows != 1 && coding::is_worth(&response) {
            coding::vary(response.headers_mut());
            if noted.gzip {
                response = Box::pin(coding::pack(response)).await;
            }
        }
        let (status, seconds) = (
            response.status().as_u16(),
            noted.start.elapsed().as_secs_f64(),
        );
        self.state
            .metrics
            .answered(place.operation, status, seconds);
        if noted.method == Method::HEAD {
            respond::without_body(&mut response);
        }
        noted.log(self.access, place.pattern, &response, seconds);
        let headers = response.headers_mut();
        headers.insert(X_REQUEST_ID, noted.id);
        if let Some(cors) = cors {
            cors.mark(noted.origin, headers);
        }
        if http1 && self.state.readiness.is_draining() {
            // The client opens its next connection to another server, so that no client is left at the end of the drain.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    /// What answers `method` at `path`, with the prefix of a proxy or without it.
    fn find(&self, method: &Method, path: &str) -> Found<'_, Entry> {
        if let Some(rest) = self.prefix.strip(path)
            && self.table.has(rest)
        {
            return self.table.find(method, rest);
        }
        self.table.find(method, path)
    }

    /// Where a request has been found, for what is counted and logged.
    fn place<'t>(&self, found: &Found<'t, Entry>) -> Place<'t> {
        let (operation, entry, pattern) = match *found {
            Found::Route {
                operation,
                target,
                pattern,
                ..
            } => (operation, Some(target), Some(pattern)),
            Found::WrongMethod { pattern, .. } => (self.unmatched(), None, Some(pattern)),
            Found::Nothing => (self.unmatched(), None, None),
        };
        Place {
            operation,
            entry,
            pattern,
        }
    }

    /// The place of [`UNMATCHED`] among the operations.
    fn unmatched(&self) -> usize {
        self.table.operations().len()
    }

    async fn dispatch<B>(
        self: &Arc<Self>,
        found: Found<'_, Entry>,
        request: Request<B>,
        noted: &mut Noted,
    ) -> Result<Response<ResponseBody>, Failure>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        if noted.hostless {
            return Err(malformed::no_host());
        }
        if let (Some(auth), Found::Route { target, .. }) = (&self.auth, &found) {
            auth.admit(target.guard, request.headers())?;
        }
        match found {
            Found::Route { target, params, .. } => match &target.answer {
                Answer::Predict { reads, predict } => {
                    self.predict(reads, predict, &params, request, noted).await
                }
                Answer::Tell(tell) => {
                    if !params.is_empty() {
                        self.state.named(&params)?;
                    }
                    tell(&self.state, &params)
                }
                Answer::Negotiate(negotiate) => Ok(negotiate(&self.state, request.headers())),
                // Boxed: otherwise the future of every prediction would be as large as that of a page.
                Answer::Page(which) => Box::pin(self.page(*which, request)).await,
            },
            Found::WrongMethod { allow, .. }
                if noted.origin.is_some() && cors::is_preflight(&request) =>
            {
                Ok(cors::preflight(request.headers(), allow))
            }
            Found::WrongMethod { allow, .. } => {
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
        params: &Params,
        request: Request<B>,
        noted: &mut Noted,
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
        let coding = Coding::of(request.headers())?;
        let expect = request.headers().contains_key(EXPECT);
        let (head, body) = request.into_parts();
        let body = connection::read_body(body, expect, limits, waiting).await?;
        noted.bytes = body.len() as u64;
        let Ok(admitted) = admission.clone().try_acquire_owned() else {
            let detail = "Too many predictions are in flight; try again in a second.";
            return Err(Failure::new(Code::Overloaded, detail));
        };
        let call = Call { head, media_type };
        let done = if coding == Coding::Plain && body.len() <= model.inline_bytes {
            predict(&call, &body, model, limits)?
        } else {
            // Boxed: otherwise the future of every small prediction would be as large as this one.
            Box::pin(predict::on_blocking_thread(
                predict,
                call,
                (body, coding),
                model,
                limits,
                admitted,
            ))
            .await?
        };
        noted.rows = done.rows;
        let mut response = respond::send(done.written);
        let version = model.version.clone();
        response.headers_mut().insert(X_MODEL_VERSION, version);
        Ok(response)
    }

    /// A page, made now if nobody has asked for it before.
    async fn page<B>(
        self: &Arc<Self>,
        which: Which,
        request: Request<B>,
    ) -> Result<Response<ResponseBody>, Failure> {
        let of = usize::from(self.served().is_some());
        let headers = request.headers();
        let prefix = self.prefix.seen(headers);
        if let Some(response) = self.pages[of].get(which, prefix, headers) {
            return Ok(response);
        }
        let app = self.clone();
        let make = move || app.pages[of].make(which, app.served(), |page| app.finish(page));
        let made = tokio::task::spawn_blocking(make);
        made.await.map_err(Failure::internal)?;
        let page = self.pages[of].get(which, prefix, headers);
        page.ok_or_else(|| Failure::internal("a page was made and is not there"))
    }

    /// What the settings change in the document.
    fn finish(&self, document: &mut Value) {
        if let Some(auth) = &self.auth {
            openapi::secure(document, |method, path| {
                let method = Method::from_bytes(method.as_bytes()).unwrap_or_default();
                let found = self.table.find(&method, path);
                matches!(found, Found::Route { target, .. } if auth.opens(target.guard))
            });
        }
    }

    fn nothing(&self, path: &str) -> Failure {
        let path = self.prefix.strip(path).unwrap_or(path);
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
    fn refuse(&self, failure: &Failure, entry: Option<&Entry>) -> Response<ResponseBody> {
        if let (Some(entry), Some(model)) = (entry, self.state.model())
            && matches!(entry.answer, Answer::Predict { .. })
        {
            model.metrics.refused(failure.rows);
        }
        let tell = entry.map_or(WITHOUT_ROUTE, |entry| entry.tell);
        respond::refuse(failure, tell(failure))
    }
}

/// Logs the cause of a failure, which the client does not get. The subscriber escapes what comes from the client, as it escapes every
/// text field.
fn log(failure: &Failure, noted: &Noted) {
    let Some(cause) = &failure.cause else { return };
    let request_id = noted.id.to_str().ok();
    let (traceparent, trace_id) = noted.trace.parent().unzip();
    tracing::error!(
        cause,
        request_id,
        traceparent,
        trace_id,
        "a request failed inside the server"
    );
}
