//! Reading a request body: bounded in size, and in the time it may take.

use super::waiting::Waiting;
use crate::http::{
    limits::Limits,
    problem::{Code, Failure},
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::{
    body::{Body, Frame},
    header::{EXPECT, HeaderMap},
};
use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};
use tokio::time::Instant;

/// The longest a whole body may take, as a multiple of the longest pause.
const WHOLE: u32 = 6;
/// How long an oversized body is read and dropped, so that the client gets to see the answer.
const LINGER: Duration = Duration::from_secs(2);

/// Reads the whole body of a request with these headers.
///
/// A body that comes in one piece is not copied, and one that is there with its headers needs neither a timer nor
/// a place among the waiting ones.
pub(in crate::http) async fn read<B: Body<Data = Bytes>>(
    body: B,
    headers: &HeaderMap,
    limits: &Limits,
    waiting: &Waiting,
) -> Result<Bytes, Failure> {
    let mut body = pin!(body);
    let mut read = Read {
        limit: limits.max_body_bytes,
        ..Read::default()
    };
    if body.size_hint().lower() > read.limit as u64 {
        // One that expects an answer first has not sent it.
        if !headers.contains_key(EXPECT) {
            Box::pin(linger(body.as_mut(), read.limit)).await;
        }
        return Err(read.too_large());
    }
    while let Some(frame) = soon(body.as_mut()).await {
        match read.take(frame, body.is_end_stream()) {
            Ok(None) => {}
            Ok(Some(whole)) => return Ok(whole),
            Err(failure) => return Err(after(failure, body.as_mut(), read.limit).await),
        }
    }
    // Boxed: otherwise the future of every request would be as large as that of a slow one.
    Box::pin(slowly(body.as_mut(), read, limits.body_pause, waiting)).await
}

/// What has come of a body.
#[derive(Default)]
struct Read {
    limit: usize,
    first: Bytes,
    all: BytesMut,
}

impl Read {
    fn len(&self) -> usize {
        self.first.len() + self.all.len()
    }

    /// Takes a frame; gives the body when it is whole.
    fn take<E>(
        &mut self,
        frame: Option<Result<Frame<Bytes>, E>>,
        last: bool,
    ) -> Result<Option<Bytes>, Failure> {
        let data = match frame {
            None => return Ok(Some(self.whole())),
            Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            Some(Err(_)) => {
                let detail = "The body ended before all of it had come.";
                return Err(Failure::new(Code::IncompleteBody, detail));
            }
        };
        if self.len() + data.len() > self.limit {
            return Err(self.too_large());
        }
        if self.first.is_empty() && self.all.is_empty() {
            self.first = data;
        } else {
            self.all.extend_from_slice(&std::mem::take(&mut self.first));
            self.all.extend_from_slice(&data);
        }
        Ok(last.then(|| self.whole()))
    }

    fn whole(&mut self) -> Bytes {
        if self.all.is_empty() {
            std::mem::take(&mut self.first)
        } else {
            std::mem::take(&mut self.all).freeze()
        }
    }

    fn too_large(&self) -> Failure {
        let limit = self.limit;
        let detail =
            format!("The body is larger than {limit} bytes, which is this server's limit.");
        Failure::new(Code::BodyTooLarge, detail)
    }
}

/// The next frame, if it is there already. hyper may need a second turn to hand over what it has read.
async fn soon<B: Body<Data = Bytes>>(
    mut body: Pin<&mut B>,
) -> Option<Option<Result<Frame<Bytes>, B::Error>>> {
    let mut asked = false;
    poll_fn(|context| match body.as_mut().poll_frame(context) {
        Poll::Ready(frame) => Poll::Ready(Some(frame)),
        Poll::Pending if asked => Poll::Ready(None),
        Poll::Pending => {
            asked = true;
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

/// Reads the rest of a body that has to be waited for.
async fn slowly<B: Body<Data = Bytes>>(
    mut body: Pin<&mut B>,
    mut read: Read,
    pause: Duration,
    waiting: &Waiting,
) -> Result<Bytes, Failure> {
    let place = waiting.enter();
    place.grow(read.len());
    let mut last = Instant::now();
    let end = last + pause * WHOLE;
    loop {
        let frame = tokio::select! {
            biased;
            frame = body.frame() => frame,
            () = place.lost() => return Err(too_slow(
                "The server needed the place of this body for others that came faster; send it again.",
            )),
            () = tokio::time::sleep_until(end.min(last + pause)) => {
                let (seconds, whole) = (pause.as_secs(), (pause * WHOLE).as_secs());
                return Err(too_slow(format!(
                    "The body paused for more than {seconds} s or took more than {whole} s."
                )));
            }
        };
        let bytes = match &frame {
            Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
            _ => 0,
        };
        match read.take(frame, body.is_end_stream()) {
            Ok(None) => place.grow(bytes),
            Ok(Some(whole)) => return Ok(whole),
            Err(failure) => {
                drop(place);
                return Err(after(failure, body, read.limit).await);
            }
        }
        last = Instant::now();
    }
}

fn too_slow(detail: impl Into<String>) -> Failure {
    Failure::new(Code::BodyTimeout, detail)
}

/// `failure`, once the rest of a body that is too large has been dropped.
async fn after<B: Body<Data = Bytes>>(
    failure: Failure,
    body: Pin<&mut B>,
    limit: usize,
) -> Failure {
    if failure.code == Code::BodyTooLarge {
        Box::pin(linger(body, limit)).await;
    }
    failure
}

/// Drops what is left of a body, up to four times the limit: a client that is still sending when the connection closes would
/// see a reset instead of the answer.
async fn linger<B: Body<Data = Bytes>>(mut body: Pin<&mut B>, limit: usize) {
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
