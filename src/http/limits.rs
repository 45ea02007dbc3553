//! What one request may take.

use crate::config::Server;
use std::time::Duration;

/// The sizes and times that a request is held to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_body_bytes: usize,
    pub(super) max_batch_rows: usize,
    /// The longest pause within a body.
    pub(super) body_pause: Duration,
}

impl Limits {
    pub(super) fn new(server: &Server) -> Self {
        Self {
            max_body_bytes: server.max_body_bytes,
            max_batch_rows: server.max_batch_rows,
            body_pause: Duration::from_secs(server.header_timeout_seconds),
        }
    }
}
