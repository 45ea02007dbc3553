//! What answers behind the door: who may pass, and then a prediction, a page, or what the server says about itself.

use super::{
    app::App,
    connection,
    dialects::{Ask, Call},
    door::{coding::Coding, cors, malformed, noted::Noted},
    media::{self, MediaType, ResponseBody},
    pages::Which,
    predict::{self, Predict},
    problem::{Code, Failure},
    respond,
    routes::{Found, Params},
    state::State,
    table::{Answer, Entry, TellFailure},
};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{
    Response,
    body::Body,
    header::{HeaderMap, HeaderName},
    http::request::Parts,
};
use std::{io, sync::Arc};

const X_MODEL_VERSION: HeaderName = HeaderName::from_static("x-model-version");

impl App {
    pub(super) async fn dispatch<B>(
        self: &Arc<Self>,
        found: Found<'_, Entry>,
        head: &Parts,
        body: B,
        noted: &mut Noted,
    ) -> Result<Response<ResponseBody>, Failure>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        if noted.hostless {
            return Err(malformed::no_host());
        }
        if let (Some(auth), Found::Route { target, .. }) = (&self.auth, &found) {
            auth.admit(target.guard, &head.headers)?;
        }
        match found {
            Found::Route { target, params, .. } => match &target.answer {
                Answer::Predict {
                    reads,
                    predict,
                    weigh,
                } => {
                    let predict = (predict, *weigh);
                    self.predict(reads, predict, &params, head, body, noted)
                        .await
                }
                Answer::Tell(tell) => {
                    if !params.is_empty() {
                        self.state.named(&params)?;
                    }
                    tell(&self.state, &params)
                }
                Answer::Negotiate(negotiate) => Ok(negotiate(&self.state, &head.headers)),
                // Boxed: otherwise the future of every prediction would be as large as that of a page.
                Answer::Ask { reads, ask } => {
                    Box::pin(self.ask(reads, *ask, &params, head, body, noted)).await
                }
                Answer::Converse { reads, converse } => {
                    let media_type = media::check(&head.headers, reads)?;
                    let call = Call {
                        head,
                        media_type,
                        begun: noted.start,
                    };
                    let coming = body.map_err(|_| broken()).boxed_unsync();
                    converse(&self.state, &call, coming)
                }
                Answer::Page(which) => Box::pin(self.page(*which, &head.headers)).await,
            },
            Found::WrongMethod { allow, .. }
                if noted.origin.is_some() && cors::is_preflight(head) =>
            {
                Ok(cors::preflight(&head.headers, allow))
            }
            Found::WrongMethod { allow, .. } => {
                let (path, method) = (head.uri.path(), &head.method);
                let detail = format!("{path} takes {allow}, not {method}.");
                Err(Failure::new(Code::MethodNotAllowed, detail).allowing(allow))
            }
            Found::Nothing => Err(self.nothing(head.uri.path())),
        }
    }

    /// Every prediction: media type, body, admission, answer.
    async fn predict<B>(
        &self,
        reads: &[MediaType],
        (predict, weigh): (&Predict, fn(&[u8]) -> usize),
        params: &Params,
        head: &Parts,
        body: B,
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
        let media_type = media::check(&head.headers, reads)?;
        let coding = Coding::of(&head.headers)?;
        let body = connection::read_body(body, &head.headers, limits, waiting).await?;
        noted.bytes = body.len() as u64;
        let call = Call {
            head,
            media_type,
            begun: noted.start,
        };
        let done = if coding == Coding::Plain && weigh(&body) <= model.inline_bytes {
            let _admitted = admission.take().ok_or_else(overloaded)?;
            predict(&call, &body, model, limits)?
        } else {
            let admitted = admission.take_owned().ok_or_else(overloaded)?;
            // Boxed: otherwise the future of every small prediction would be as large as this one.
            Box::pin(predict::on_blocking_thread(
                predict,
                &call,
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

    /// An answer about the server to a question with a body.
    async fn ask<B>(
        &self,
        reads: &[MediaType],
        ask: Ask,
        params: &Params,
        head: &Parts,
        body: B,
        noted: &mut Noted,
    ) -> Result<Response<ResponseBody>, Failure>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let State {
            limits, waiting, ..
        } = &self.state;
        let media_type = media::check(&head.headers, reads)?;
        let coding = Coding::of(&head.headers)?;
        let body = connection::read_body(body, &head.headers, limits, waiting).await?;
        noted.bytes = body.len() as u64;
        let body = coding.unpack(body, limits.max_body_bytes)?;
        let call = Call {
            head,
            media_type,
            begun: noted.start,
        };
        ask(&self.state, &call, params, &body).map(respond::send)
    }

    /// A page, made now if nobody has asked for it before.
    async fn page(
        self: &Arc<Self>,
        which: Which,
        headers: &HeaderMap,
    ) -> Result<Response<ResponseBody>, Failure> {
        let of = usize::from(self.served().is_some());
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
    pub(super) fn refuse(
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

/// All places are taken.
fn overloaded() -> Failure {
    let detail = "Too many predictions are in flight; try again in a second.";
    Failure::new(Code::Overloaded, detail)
}

/// A body that ended before all of it had come.
fn broken() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}
