//! Reading a request body: bounded in size, and in the time it may take.

use crate::http::{
    problem::{Code, Failure},
    state::Limits,
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body;
use std::{pin::pin, time::Duration};
use tokio::time::{Instant, timeout_at};

/// The longest a whole body may take, as a multiple of the longest pause.
const WHOLE: u32 = 6;
/// How long an oversized body is read and dropped, so that the client gets to see the answer.
const LINGER: Duration = Duration::from_secs(2);

/// Reads the whole body. A body that comes in one piece is not copied.
pub(in crate::http) async fn read<B: Body<Data = Bytes>>(
    body: B,
    limits: &Limits,
) -> Result<Bytes, Failure> {
    let mut body = pin!(body);
    let limit = limits.max_body_bytes;
    let too_large = || {
        Failure::new(
            Code::BodyTooLarge,
            format!("The body is larger than {limit} bytes, which is this server's limit."),
        )
    };
    if body.size_hint().lower() > limit as u64 {
        Box::pin(linger(body.as_mut(), limit)).await;
        return Err(too_large());
    }
    let mut last = Instant::now();
    let end = last + limits.body_pause * WHOLE;
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    loop {
        let frame = timeout_at(end.min(last + limits.body_pause), body.frame()).await;
        let Ok(frame) = frame else {
            let seconds = limits.body_pause.as_secs();
            let detail = format!(
                "The body paused for more than {seconds} s or took more than {} s.",
                seconds * u64::from(WHOLE)
            );
            return Err(Failure::new(Code::BodyTimeout, detail));
        };
        let data = match frame {
            None => return Ok(if all.is_empty() { first } else { all.freeze() }),
            Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            Some(Err(_)) => {
                return Err(Failure::new(
                    Code::IncompleteBody,
                    "The body ended before all of it had come.",
                ));
            }
        };
        if first.len() + all.len() + data.len() > limit {
            Box::pin(linger(body.as_mut(), limit)).await;
            return Err(too_large());
        }
        if first.is_empty() && all.is_empty() {
            if body.is_end_stream() {
                return Ok(data);
            }
            first = data;
        } else {
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&data);
        }
        last = Instant::now();
    }
}

/// Drops what is left of a body, up to four times the limit: a client that is still sending when the connection closes would
/// see a reset instead of the answer.
async fn linger<B: Body<Data = Bytes>>(mut body: std::pin::Pin<&mut B>, limit: usize) {
    let mut left = limit.saturating_mul(4);
    let drop_rest = async {
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                return;
            }
        }
    };
    // The answer is sent now, whether the body has ended or not.
    let _timed_out = tokio::time::timeout(LINGER, drop_rest).await;
}
