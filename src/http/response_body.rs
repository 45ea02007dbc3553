//! The body of an answer: mostly in one piece, for gRPC with trailers, and for its streams as it comes.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap,
    body::{Body, Frame, SizeHint},
};
use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

/// A body that is made while it is sent.
pub(super) type Stream = Pin<Box<dyn Body<Data = Bytes, Error = Infallible> + Send>>;

/// The body of an answer.
pub struct ResponseBody(Kind);

enum Kind {
    Whole(Full<Bytes>),
    /// Data, if it has not been sent yet, and then trailers, if they have not. Boxed: every answer is moved as if it had them.
    Trailed(Option<Bytes>, Option<Box<HeaderMap>>),
    Stream(Stream),
}

impl ResponseBody {
    /// Data in one piece, and trailers after it.
    pub(super) fn with_trailers(data: Bytes, trailers: HeaderMap) -> Self {
        Self(Kind::Trailed(Some(data), Some(Box::new(trailers))))
    }

    /// A body that is made while it is sent.
    pub(super) fn stream(stream: Stream) -> Self {
        Self(Kind::Stream(stream))
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut self.get_mut().0 {
            Kind::Whole(whole) => Pin::new(whole).poll_frame(context),
            Kind::Trailed(data, trailers) => {
                let data = data.take().map(Frame::data);
                let frame = data.or_else(|| trailers.take().map(|all| Frame::trailers(*all)));
                Poll::Ready(frame.map(Ok))
            }
            Kind::Stream(stream) => stream.as_mut().poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(whole) => whole.is_end_stream(),
            Kind::Trailed(data, trailers) => data.is_none() && trailers.is_none(),
            Kind::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(whole) => whole.size_hint(),
            // An exact size would become a `content-length`, which an answer with trailers does not have.
            Kind::Trailed(data, _) => {
                let mut least = SizeHint::new();
                least.set_lower(data.as_ref().map_or(0, Bytes::len) as u64);
                least
            }
            Kind::Stream(stream) => stream.size_hint(),
        }
    }
}

impl Default for ResponseBody {
    fn default() -> Self {
        Self(Kind::Whole(Full::default()))
    }
}

impl<T: Into<Bytes>> From<T> for ResponseBody {
    fn from(body: T) -> Self {
        Self(Kind::Whole(Full::new(body.into())))
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody").finish_non_exhaustive()
    }
}
