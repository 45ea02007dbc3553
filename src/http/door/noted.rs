//! What is noted of a request on its way, for the access log.

use super::trace::Trace;
use crate::{
    http::{media::ResponseBody, problem::Failure},
    observe::access::{self, Access, At, Line},
};
use hyper::{
    Response,
    body::Body,
    header::{HeaderMap, HeaderValue},
    http::request::Parts,
};
use std::time::Instant;

/// A request in the door.
pub(in crate::http) struct Noted {
    /// When its headers were there.
    pub(in crate::http) start: Instant,
    pub(in crate::http) id: HeaderValue,
    /// The origin whose pages may read the answer, if any may.
    pub(in crate::http) origin: Option<HeaderValue>,
    /// Whether it has no host where HTTP asks for one.
    pub(in crate::http) hostless: bool,
    /// The bytes of its body, once they are there.
    pub(in crate::http) bytes: u64,
    /// Its rows, once they are counted.
    pub(in crate::http) rows: usize,
}

impl Noted {
    pub(in crate::http) fn new(id: HeaderValue) -> Self {
        Self {
            start: Instant::now(),
            id,
            origin: None,
            hostless: false,
            bytes: 0,
            rows: 0,
        }
    }

    /// The seconds since its headers were there.
    pub(in crate::http) fn seconds(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    /// Logs the cause of a failure, which the client does not get. The subscriber escapes what comes from the client, as it escapes every
    /// text field.
    pub(in crate::http) fn log_cause(&self, failure: &Failure, headers: &HeaderMap) {
        let Some(cause) = &failure.cause else { return };
        let request_id = self.id.to_str().ok();
        let (traceparent, trace_id) = Trace::of(headers).parent().unzip();
        tracing::error!(
            cause,
            request_id,
            traceparent,
            trace_id,
            "a request failed inside the server"
        );
    }

    /// Writes the line of the access log, if this request has one. `route` is the pattern of its route,
    /// `status` what it is counted by.
    pub(in crate::http) fn log(
        &self,
        access: Access,
        head: &Parts,
        route: Option<&str>,
        (status, response): (u16, &Response<ResponseBody>),
        seconds: f64,
    ) {
        if !access.has(status) {
            return;
        }
        let line = Line {
            request_id: self.id.to_str().unwrap_or_default(),
            method: head.method.as_str(),
            at: route.map_or(At::Path(head.uri.path()), At::Route),
            status,
            request_bytes: self.bytes,
            response_bytes: response.body().size_hint().lower(),
            seconds,
            rows: self.rows,
            trace_id: Trace::of(&head.headers).id(),
        };
        access::write(&line);
    }
}

/// Writes the line of something that was no request.
pub(in crate::http) fn log_malformed(access: Access, id: &HeaderValue, status: u16, bytes: usize) {
    if access.has(status) {
        access::write(&Line {
            request_id: id.to_str().unwrap_or_default(),
            method: "-",
            at: At::Path("-"),
            status,
            request_bytes: 0,
            response_bytes: bytes as u64,
            seconds: 0.0,
            rows: 0,
            trace_id: None,
        });
    }
}
