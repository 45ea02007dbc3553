//! Sockets: accepting, HTTP/1.1 and HTTP/2, slow clients, and a shutdown that loses nothing.

use super::{
    activity::{Activity, Order},
    answers::Answers,
    connections::{Connections, Ends},
    tls::Tls,
    watched::{Busy, Connection, Linger, Watched},
};
use hyper::{
    Request,
    body::Incoming,
    rt::{Read, Write},
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::GracefulConnection,
};
use std::{
    convert::Infallible,
    future::poll_fn,
    io,
    sync::{Arc, Weak},
    task::{Poll, Waker},
    time::Duration,
};
use tokio::{
    io::ReadBuf,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// How a server ends.
#[derive(Clone, Copy, Debug)]
pub struct Shutdown {
    /// How long to go on accepting connections after the signal, while readiness says no.
    pub drain: Duration,
    /// How long requests in flight may take after that.
    pub grace: Duration,
}

/// Where connections come from.
pub(in crate::http) struct Listening {
    pub(in crate::http) listener: TcpListener,
    /// What encrypts them, if anything does.
    pub(in crate::http) tls: Option<Arc<Tls>>,
    pub(in crate::http) header_timeout: Duration,
}

/// The first bytes of an HTTP/2 connection (RFC 9113, section 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The most bytes that the headers of one request may have.
const MAX_HEADER_BYTES: usize = 64 << 10;
/// The period of the timer, by which [`Activity`] tells slow clients from idle ones.
const TICK: Duration = Duration::from_secs(1);
/// How long a connection may wait for its next request. Load balancers keep idle connections for a shorter time, so they are the ones
/// that close them.
const IDLE: Duration = Duration::from_mins(3);
/// The pause between two looks at a connection that has sent a part of the preface.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Accepts connections and lets `answers` answer their requests until `stop` resolves, goes on through the drain, and returns when the
/// last request is answered. The caller must make readiness say no when `stop` resolves.
///
/// # Errors
/// If requests are still running when `shutdown.grace` is over; they are dropped.
pub(in crate::http) async fn serve(
    answers: Arc<impl Answers>,
    listening: Listening,
    stop: impl Future<Output = Shutdown>,
) -> io::Result<()> {
    let Listening {
        listener,
        tls,
        header_timeout,
    } = listening;
    let (ends, running) = watch::channel(());
    let serving = Arc::new(Serving {
        answers,
        tls,
        header_timeout,
        connections: Connections::default(),
        _running: running,
    });
    let all = Closing(Arc::downgrade(&serving));
    let end = async {
        let shutdown = accept(&serving, listener, stop).await;
        drop(serving);
        all.close();
        tracing::info!(
            grace_seconds = shutdown.grace.as_secs(),
            "closing: finishing the requests in flight"
        );
        // The last connection takes the receiver with it.
        let ended = tokio::time::timeout(shutdown.grace, ends.closed()).await;
        ended.map_err(|_| {
            let late = "requests were still running at the deadline and were dropped";
            io::Error::new(io::ErrorKind::TimedOut, late)
        })
    };
    tokio::select! {
        biased;
        ended = end => ended,
        never = all.look_after(header_timeout) => match never {},
    }
}

/// What all connections share.
struct Serving<A> {
    answers: Arc<A>,
    tls: Option<Arc<Tls>>,
    header_timeout: Duration,
    connections: Connections,
    _running: watch::Receiver<()>,
}

/// Closes all connections at the latest when it is dropped, and does not keep them.
struct Closing<A>(Weak<Serving<A>>);

impl<A> Closing<A> {
    fn close(&self) {
        if let Some(serving) = self.0.upgrade() {
            serving.connections.close();
        }
    }

    /// The timer of all connections.
    async fn look_after(&self, header_timeout: Duration) -> Infallible {
        let (slow, idle) = (header_timeout.as_secs() as u32, IDLE.as_secs() as u32);
        let mut ticks = tokio::time::interval(TICK);
        loop {
            ticks.tick().await;
            if let Some(serving) = self.0.upgrade() {
                serving.connections.tick(slow, idle);
            }
        }
    }
}

impl<A> Drop for Closing<A> {
    fn drop(&mut self) {
        self.close();
    }
}

/// Accepts connections until `stop` resolves, and through the drain.
async fn accept<A: Answers>(
    serving: &Arc<Serving<A>>,
    listener: TcpListener,
    stop: impl Future<Output = Shutdown>,
) -> Shutdown {
    let stop = async {
        let shutdown = stop.await;
        tracing::info!(
            drain_seconds = shutdown.drain.as_secs(),
            "draining: not ready any more, still serving"
        );
        tokio::time::sleep(shutdown.drain).await;
        shutdown
    };
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            biased;
            shutdown = &mut stop => return shutdown,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    tokio::spawn(connection(serving.clone(), stream));
                }
                Err(error) => {
                    // Mostly there are no file descriptors left. The connection waits in the kernel's queue until there are.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
}

async fn connection<A: Answers>(serving: Arc<Serving<A>>, stream: TcpStream) {
    // Without it, an answer in two segments waits for the client's delayed acknowledgement.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let Some(tls) = serving.tls.clone() else {
        if !begins(&serving, &stream).await {
            return;
        }
        let two = tokio::time::timeout(serving.header_timeout, speaks_http2(&stream)).await;
        if let Ok(Some(two)) = two {
            speak(serving, TokioIo::new(stream), two).await;
        }
        return;
    };
    // Boxed: otherwise the future of every connection would be as large as that of an encrypted one.
    let encrypted = Box::pin(async move {
        match tokio::time::timeout(serving.header_timeout, tls.accept(stream)).await {
            Ok(Ok((stream, two))) => speak(serving, TokioIo::new(stream), two).await,
            Ok(Err(error)) => tracing::debug!(%error, "a connection could not be encrypted"),
            Err(_) => {}
        }
    });
    encrypted.await;
}

/// Serves a connection until its end; `two` says that it speaks HTTP/2.
async fn speak<A: Answers, S: Read + Write + Unpin + Send + 'static>(
    serving: Arc<Serving<A>>,
    stream: S,
    two: bool,
) {
    // HTTP/2 finds clients that are gone by pings, and runs many requests at a time, which one state cannot describe.
    let ends = if two { Ends::ByItself } else { Ends::ByTicks };
    let connection = Arc::new(Connection {
        answers: serving.answers.clone(),
        activity: serving.connections.enter(ends),
    });
    let socket = Watched {
        socket: stream,
        connection: connection.clone(),
        own: None,
        linger: (!two).then(Linger::default),
    };
    let service = service_fn({
        let connection = connection.clone();
        move |request: Request<Incoming>| {
            let busy = Busy::new(connection.clone());
            let (head, body) = request.into_parts();
            async move { Ok::<_, Infallible>(busy.answers().answer(&head, body).await) }
        }
    });
    // How a connection ends concerns the client only. Failures of ours are logged where they happen.
    let ended = if two {
        let mut http = http2::Builder::new(TokioExecutor::new());
        http.timer(TokioTimer::new())
            .max_concurrent_streams(200)
            .max_header_list_size(MAX_HEADER_BYTES as u32)
            .keep_alive_interval(Duration::from_secs(30))
            .keep_alive_timeout(serving.header_timeout);
        drive(http.serve_connection(socket, service), &connection.activity).await
    } else {
        let mut http = http1::Builder::new();
        http.header_read_timeout(None)
            // A client that has said all it wants to say still gets its answer.
            .half_close(true)
            .max_buf_size(MAX_HEADER_BYTES);
        drive(http.serve_connection(socket, service), &connection.activity).await
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

/// Runs a connection until it ends or is told to.
async fn drive<C: GracefulConnection>(connection: C, activity: &Activity) -> Result<(), C::Error> {
    let mut connection = std::pin::pin!(connection);
    let mut known: Option<Waker> = None;
    poll_fn(|context| {
        let task = context.waker();
        if known.as_ref().is_none_or(|known| !known.will_wake(task)) {
            known = Some(task.clone());
            activity.runs_in(task);
        }
        loop {
            if let Poll::Ready(ended) = connection.as_mut().poll(context) {
                return Poll::Ready(ended);
            }
            match activity.orders() {
                Order::None => return Poll::Pending,
                Order::Close => connection.as_mut().graceful_shutdown(),
                Order::Cut => return Poll::Ready(Ok(())),
            }
        }
    })
    .await
}

/// Waits until there is something to read; false if the connection is told to close before. Gateways open connections that they have no
/// request for yet, and keep them as long as used ones: a connection that says nothing is not slow but idle.
async fn begins<A>(serving: &Serving<A>, stream: &TcpStream) -> bool {
    let mut first = [0];
    // The request of a client that has just come is on its way, whatever the server is told.
    if let Ok(read) = tokio::time::timeout(serving.header_timeout, stream.peek(&mut first)).await {
        return read.is_ok();
    }
    let activity = serving.connections.enter(Ends::ByTicks);
    let mut first = ReadBuf::new(&mut first);
    poll_fn(|context| {
        activity.runs_in(context.waker());
        match stream.poll_peek(context, &mut first) {
            Poll::Ready(read) => Poll::Ready(read.is_ok()),
            Poll::Pending if activity.orders() == Order::None => Poll::Pending,
            Poll::Pending => Poll::Ready(false),
        }
    })
    .await
}

/// Looks at the first bytes without taking them; `None` if the client has gone.
async fn speaks_http2(stream: &TcpStream) -> Option<bool> {
    let mut start = [0u8; PREFACE.len()];
    loop {
        let n = stream.peek(&mut start).await.ok()?;
        if n == 0 {
            return None;
        }
        if start[..n] != PREFACE[..n] {
            return Some(false);
        }
        if n == PREFACE.len() {
            return Some(true);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
