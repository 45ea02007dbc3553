//! A server, and the way of every request through its door.

use super::{
    connection::Tls,
    door::{
        auth::Auth,
        coding,
        cors::Cors,
        entrance::{Entrance, Port},
        noted::Noted,
        prefix::Prefix,
    },
    ids::{RequestIds, X_REQUEST_ID},
    media::ResponseBody,
    pages::Pages,
    problem::Failure,
    respond,
    routes::Table,
    state::State,
    table::{Entry, table, without_route},
};
use crate::{config::Config, load::LoadedModel, observe::access::Access};
use bytes::Bytes;
use futures_util::FutureExt;
use hyper::{
    Method, Request, Response, Version,
    body::Body,
    header::{CONNECTION, HeaderValue},
    http::request::Parts,
};
use std::{panic::AssertUnwindSafe, sync::Arc};

/// The operation under which metrics count requests that match no route.
const UNMATCHED: &str = "unmatched";

/// One server: its state, its routes, and what its door does.
pub struct App {
    pub(super) state: State,
    pub(super) table: Table<Entry>,
    pub(super) ids: RequestIds,
    pub(super) access: Access,
    pub(super) cors: Option<Cors>,
    pub(super) auth: Option<Auth>,
    pub(super) tls: Option<Arc<Tls>>,
    pub(super) prefix: Prefix,
    pub(super) compression: bool,
    /// The port that clients use.
    pub(super) port: Port,
    /// The pages as they are before there is a model, and with the model.
    pub(super) pages: [Pages; 2],
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
            port: Port::of_clients(config.server.admin_port),
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
        let (head, body) = request.into_parts();
        self.pass(&head, body, Entrance::inside(self.port)).await
    }

    /// The way of a request through the door: counted, found, noted, answered, compressed, logged, and sent with what every answer has.
    /// Who may pass is looked at by [`Self::dispatch`], whose refusals are told in the format of the route.
    pub(super) async fn pass<B>(
        self: &Arc<Self>,
        head: &Parts,
        body: B,
        entrance: Entrance,
    ) -> Response<ResponseBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let _in_flight = self.state.metrics.begin();
        let http1 = head.version < Version::HTTP_2;
        let headers = &head.headers;
        let found = self.find(entrance.port, &head.method, head.uri.path());
        let place = self.place(&found);
        let tell = place
            .entry
            .map_or_else(|| without_route(head), |entry| entry.tell);
        let mut noted = Noted::new(self.ids.of(headers));
        noted.hostless = entrance.hostless;
        noted.origin = self.cors.as_ref().and_then(|cors| cors.allows(headers));

        let answer = AssertUnwindSafe(self.dispatch(found, head, body, &mut noted)).catch_unwind();
        let answer = answer.await;
        let answer = answer.unwrap_or_else(|_| Err(Failure::internal("a handler panicked")));
        // What is counted is how the request failed, whatever status its format has for that.
        let failed = answer.as_ref().err().map(|failure| failure.code.status());
        let mut response = answer.unwrap_or_else(|failure| {
            noted.rows = failure.rows;
            noted.log_cause(&failure, &head.headers);
            self.refuse(&failure, place.entry, tell)
        });

        // One row is answered as fast as possible, however long its answer.
        if self.compression && noted.rows != 1 && coding::is_worth(&response) {
            coding::vary(response.headers_mut());
            if coding::takes_gzip(&head.headers) {
                response = Box::pin(coding::pack(response)).await;
            }
        }
        if head.method == Method::HEAD {
            respond::without_body(&mut response);
        }
        let status = failed.unwrap_or(response.status().as_u16());
        let seconds = noted.seconds();
        let metrics = &self.state.metrics;
        metrics.answered(place.operation, status, seconds);
        noted.log(
            self.access,
            head,
            place.pattern,
            (status, &response),
            seconds,
        );
        let headers = response.headers_mut();
        headers.insert(X_REQUEST_ID, noted.id);
        if let Some(cors) = &self.cors {
            cors.mark(noted.origin, headers);
        }
        if http1 && self.state.readiness.is_draining() {
            // The client opens its next connection to another server, so that no client is left at the end of the drain.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
