//! Answers that are streams: frames as they come, and how the call ended.

use super::frame;
use crate::http::{
    media::{MediaType, ResponseBody},
    problem::Code,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http_body_util::StreamBody;
use hyper::{
    HeaderMap, Response,
    body::Frame,
    header::{CONTENT_TYPE, HeaderValue},
};
use std::{convert::Infallible, time::Duration};
use tokio::sync::watch;

/// How long the next question is awaited.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// How a stream goes on.
pub(super) enum Next {
    Message(Vec<u8>),
    /// The last thing of a stream: the status of gRPC, and why.
    End(u8, &'static str),
}

impl Next {
    /// The end of a stream that the server would have gone on with.
    pub(super) fn draining() -> Self {
        Self::End(Code::NotReady.grpc(), "the server is about to end")
    }
}

/// An answer of what `stream` gives, up to its first end.
pub(super) fn answer(stream: impl Stream<Item = Next> + Send + 'static) -> Response<ResponseBody> {
    let ended = stream.chain(stream::iter([Next::End(0, "")]));
    let frames = ended.scan(false, |ended, next| {
        let frame = (!*ended).then(|| of(next, ended));
        std::future::ready(frame)
    });
    let body = StreamBody::new(frames.map(Ok::<_, Infallible>));
    let mut response = Response::new(ResponseBody::stream(Box::pin(body)));
    let media_type = MediaType::Grpc.header();
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

fn of(next: Next, ended: &mut bool) -> Frame<Bytes> {
    match next {
        Next::Message(bytes) => Frame::data(bytes.into()),
        Next::End(status, why) => {
            *ended = true;
            let mut trailers = HeaderMap::new();
            trailers.insert(frame::STATUS, u16::from(status).into());
            if !why.is_empty() {
                trailers.insert(frame::MESSAGE, HeaderValue::from_static(why));
            }
            Frame::trailers(trailers)
        }
    }
}

/// Returns when the server drains.
pub(super) async fn draining(changes: &mut watch::Receiver<Option<&'static str>>) {
    // The server outlives its requests; without it there is nothing left to wait for.
    let _ended = changes.wait_for(|reason| *reason == Some("draining")).await;
}
