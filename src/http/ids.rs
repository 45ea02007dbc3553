//! Request ids: the client's own, or a new one.

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id of a client that is taken over.
const LONGEST: usize = 128;

/// Ids count up from the start time: unique within a process and, in practice, between processes.
#[derive(Debug)]
pub(super) struct RequestIds(AtomicU64);

impl RequestIds {
    pub(super) fn new() -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let start = now.as_nanos() as u64 ^ u64::from(std::process::id()) << 48;
        Self(AtomicU64::new(start))
    }

    /// The client's own id if it is short and printable, else a new one.
    pub(super) fn of(&self, headers: &HeaderMap) -> HeaderValue {
        let given = headers
            .get(X_REQUEST_ID)
            .filter(|id| !id.is_empty() && id.len() <= LONGEST && id.to_str().is_ok());
        given.cloned().unwrap_or_else(|| self.next())
    }

    /// A new id.
    pub(super) fn next(&self) -> HeaderValue {
        // An odd multiplier only spreads the bits: different numbers stay different.
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        let id = count.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut hex = [0u8; 16];
        for (i, digit) in hex.iter_mut().enumerate() {
            *digit = b"0123456789abcdef"[(id >> (60 - 4 * i)) as usize & 15];
        }
        HeaderValue::from_bytes(&hex).unwrap_or(HeaderValue::from_static("unknown"))
    }
}
