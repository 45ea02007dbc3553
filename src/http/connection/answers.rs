//! What connections need of a server.

use crate::http::media::ResponseBody;
use hyper::{Response, body::Incoming, http::request::Parts};
use std::sync::Arc;

/// Who answers the requests of all connections.
///
/// It is a trait and not a closure, so that a request's future is made where it runs and is not moved there. The head of a request is lent for the same
/// reason: it is large.
pub(in crate::http) trait Answers: Send + Sync + 'static {
    fn answer(
        self: &Arc<Self>,
        head: &Parts,
        body: Incoming,
    ) -> impl Future<Output = Response<ResponseBody>> + Send;

    /// What to say with `status` to what is no valid HTTP: lines of headers, and a body.
    fn malformed(&self, status: u16) -> (Vec<u8>, Vec<u8>);
}
