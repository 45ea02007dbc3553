//! What connections need of a server.

use crate::http::media::ResponseBody;
use hyper::{Request, Response, body::Incoming};
use std::sync::Arc;

/// Who answers the requests of all connections.
///
/// It is a trait and not a closure, so that a request's future is made where it runs and is not moved there.
pub(in crate::http) trait Answers: Send + Sync + 'static {
    fn answer(
        self: &Arc<Self>,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response<ResponseBody>> + Send;

    /// What to say with `status` to what is no valid HTTP: lines of headers, and a body.
    fn malformed(&self, status: u16) -> (Vec<u8>, Vec<u8>);
}
