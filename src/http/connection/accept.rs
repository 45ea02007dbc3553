//! Sockets: accepting, HTTP/1.1 and HTTP/2, slow clients, and a shutdown that loses nothing.

use super::{
    activity::{Activity, Verdict},
    answers::Answers,
    tls::Tls,
    watched::{Linger, Watched},
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
use std::{convert::Infallible, io, sync::Arc, time::Duration};
use tokio::{
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
/// The period of a connection's timer, by which [`Activity`] tells slow clients from idle ones.
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
    let (closing, close) = watch::channel(());
    let shutdown = {
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
                shutdown = &mut stop => break shutdown,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        tokio::spawn(connection(answers.clone(), stream, tls.clone(), header_timeout, close.clone()));
                    }
                    Err(error) => {
                        // Mostly there are no file descriptors left. The connection waits in the kernel's queue until there are.
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
            }
        }
    };
    drop(listener);
    drop(close);
    tracing::info!(
        grace_seconds = shutdown.grace.as_secs(),
        "closing: finishing the requests in flight"
    );
    // The channel reports an error when no connection is left, which is what this waits for.
    let _none = closing.send(());
    tokio::time::timeout(shutdown.grace, closing.closed())
        .await
        .map_err(|_| {
            let late = "requests were still running at the deadline and were dropped";
            io::Error::new(io::ErrorKind::TimedOut, late)
        })
}

async fn connection(
    answers: Arc<impl Answers>,
    stream: TcpStream,
    tls: Option<Arc<Tls>>,
    header_timeout: Duration,
    close: watch::Receiver<()>,
) {
    // Without it, an answer in two segments waits for the client's delayed acknowledgement.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let Some(tls) = tls else {
        let two = tokio::time::timeout(header_timeout, speaks_http2(&stream)).await;
        if let Ok(Some(two)) = two {
            let stream = TokioIo::new(stream);
            speak(answers, stream, two, header_timeout, close).await;
        }
        return;
    };
    // Boxed: otherwise the future of every connection would be as large as that of an encrypted one.
    let encrypted = Box::pin(async move {
        match tokio::time::timeout(header_timeout, tls.accept(stream)).await {
            Ok(Ok((stream, two))) => {
                let stream = TokioIo::new(stream);
                speak(answers, stream, two, header_timeout, close).await;
            }
            Ok(Err(error)) => tracing::debug!(%error, "a connection could not be encrypted"),
            Err(_) => {}
        }
    });
    encrypted.await;
}

/// Serves a connection until its end; `two` says that it speaks HTTP/2.
async fn speak<S: Read + Write + Unpin + Send + 'static>(
    answers: Arc<impl Answers>,
    stream: S,
    two: bool,
    header_timeout: Duration,
    close: watch::Receiver<()>,
) {
    let activity = Arc::new(Activity::default());
    let socket = Watched {
        socket: stream,
        activity: activity.clone(),
        answers: answers.clone(),
        own: None,
        linger: (!two).then(Linger::default),
    };
    let service = service_fn({
        let activity = activity.clone();
        move |request: Request<Incoming>| {
            let (answers, busy) = (answers.clone(), activity.request());
            async move {
                let _busy = busy;
                Ok::<_, Infallible>(answers.answer(request).await)
            }
        }
    });
    // How a connection ends concerns the client only. Failures of ours are logged where they happen.
    let ended = if two {
        let mut http = http2::Builder::new(TokioExecutor::new());
        http.timer(TokioTimer::new())
            .max_concurrent_streams(200)
            .max_header_list_size(MAX_HEADER_BYTES as u32)
            .keep_alive_interval(Duration::from_secs(30))
            .keep_alive_timeout(header_timeout);
        // HTTP/2 finds clients that are gone by pings, and runs many requests at a time, which one state cannot describe.
        drive(
            http.serve_connection(socket, service),
            close,
            None,
            header_timeout,
        )
        .await
    } else {
        let mut http = http1::Builder::new();
        http.header_read_timeout(None)
            // A client that has said all it wants to say still gets its answer.
            .half_close(true)
            .max_buf_size(MAX_HEADER_BYTES);
        drive(
            http.serve_connection(socket, service),
            close,
            Some(activity),
            header_timeout,
        )
        .await
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

/// Runs a connection until it ends, the server closes, or its client is too slow.
async fn drive<C: GracefulConnection>(
    connection: C,
    mut close: watch::Receiver<()>,
    activity: Option<Arc<Activity>>,
    header_timeout: Duration,
) -> Result<(), C::Error> {
    let mut connection = std::pin::pin!(connection);
    let mut ticks = tokio::time::interval(TICK);
    let (slow, idle) = (header_timeout.as_secs() as u32, IDLE.as_secs() as u32);
    let mut closing = false;
    loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => return ended,
            // An error means that the sender was dropped without a message, which means the same.
            _ = close.changed(), if !closing => {
                closing = true;
                connection.as_mut().graceful_shutdown();
            }
            _ = ticks.tick(), if activity.is_some() => {
                match activity.as_ref().map(|activity| activity.tick(slow, idle)) {
                    Some(Verdict::Slow) => return Ok(()),
                    Some(Verdict::Idle) => connection.as_mut().graceful_shutdown(),
                    Some(Verdict::Keep) | None => {}
                }
            }
        }
    }
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
