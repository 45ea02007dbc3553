//! The socket of a connection, as hyper sees it.

use super::{
    activity::Activity,
    answers::Answers,
    own::{self, Own},
};
use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

/// A connection, as its socket and its requests see it.
pub(super) struct Connection<A> {
    pub(super) answers: Arc<A>,
    pub(super) activity: Arc<Activity>,
}

/// A request that is being answered. It ends when this is dropped.
pub(super) struct Busy<A>(Arc<Connection<A>>);

impl<A> Busy<A> {
    /// A request's headers are complete.
    pub(super) fn new(connection: Arc<Connection<A>>) -> Self {
        connection.activity.begin();
        Self(connection)
    }

    pub(super) fn answers(&self) -> &Arc<A> {
        &self.0.answers
    }
}

impl<A> Drop for Busy<A> {
    fn drop(&mut self) {
        self.0.activity.end();
    }
}

/// A socket that notes when a request's first bytes arrive, and replaces the answers that hyper gives by itself.
pub(super) struct Watched<S, A> {
    pub(super) socket: S,
    pub(super) connection: Arc<Connection<A>>,
    /// The answer in the place of hyper's own, after which nothing is written any more.
    pub(super) own: Option<Own>,
    /// How the connection closes. HTTP/2 says goodbye in a way of its own.
    pub(super) linger: Option<Linger>,
}

/// The end of a connection of HTTP/1: what a client still sends is read and dropped, because to close a socket with unread bytes resets
/// it, and the client would see the reset instead of its answer.
pub(super) struct Linger {
    /// Whether the client has been told that no more will come.
    told: bool,
    /// Whether the client is still sending.
    sending: bool,
    /// How much more is read.
    left: usize,
}

impl Default for Linger {
    fn default() -> Self {
        Self {
            told: false,
            sending: false,
            left: 32 << 20,
        }
    }
}

impl<S: Read + Unpin, A> Read for Watched<S, A> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.socket).poll_read(context, buffer);
        if read.is_ready() {
            self.connection.activity.read();
        }
        read
    }
}

impl<S: Write + Unpin, A: Answers> Watched<S, A> {
    /// Writes another answer where `bytes` is one of hyper's own; `None` where it is not.
    fn replace(
        &mut self,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Option<Poll<io::Result<usize>>> {
        if self.own.is_none() {
            let (headers, body) = self.connection.answers.malformed(own::status(bytes)?);
            self.own = Some(Own::new(bytes, &headers, &body));
        }
        let own = self.own.as_mut()?;
        while own.sent < own.text.len() {
            let written = Pin::new(&mut self.socket).poll_write(context, &own.text[own.sent..]);
            match written {
                Poll::Ready(Ok(0)) => return Some(Poll::Ready(Ok(0))),
                Poll::Ready(Ok(n)) => own.sent += n,
                other => return Some(other),
            }
        }
        Some(Poll::Ready(Ok(bytes.len())))
    }
}

impl<S: Read + Write + Unpin, A: Answers> Write for Watched<S, A> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(written) = self.replace(context, bytes) {
            return written;
        }
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self {
            socket,
            connection,
            own,
            linger,
            ..
        } = &mut *self;
        let Some(linger) = linger else {
            return Pin::new(socket).poll_shutdown(context);
        };
        if !linger.told {
            ready!(Pin::new(&mut *socket).poll_shutdown(context))?;
            linger.told = true;
            // What follows nonsense may not have arrived yet.
            linger.sending = own.is_some();
            connection.activity.closing();
        }
        while linger.left > 0 {
            let mut dropped = [0; 8192];
            let mut buffer = ReadBuf::new(&mut dropped);
            match Pin::new(&mut *socket).poll_read(context, buffer.unfilled()) {
                Poll::Pending if linger.sending => return Poll::Pending,
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    linger.sending = true;
                    linger.left = linger.left.saturating_sub(buffer.filled().len());
                }
                Poll::Pending | Poll::Ready(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = buffers.iter().find(|buffer| !buffer.is_empty());
        if let Some(first) = first
            && let Some(written) = self.replace(context, first)
        {
            return written;
        }
        Pin::new(&mut self.socket).poll_write_vectored(context, buffers)
    }
}
