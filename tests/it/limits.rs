//! Limits: sizes, times, numbers at a time, and panics.

use crate::app::{Answer, ROW, Server, app_with, get, iris, post, predict_text, send};
use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody};
use hyper::{
    Request,
    body::{Body, Frame},
};
use ml_serving::{config::Config, http::App};
use std::{
    convert::Infallible,
    pin::Pin,
    sync::{Arc, LazyLock, Mutex},
    task::{Context, Poll},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tracing::Dispatch;

/// A body of chunks without a length, which ends when the channel does.
fn chunks() -> (
    tokio::sync::mpsc::UnboundedSender<Bytes>,
    impl Body<Data = Bytes, Error = Infallible> + Send + 'static,
) {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<Bytes>();
    let stream = futures_util::stream::poll_fn(move |context| {
        receiver
            .poll_recv(context)
            .map(|chunk| chunk.map(|chunk| Ok(Frame::data(chunk))))
    });
    (sender, StreamBody::new(stream).boxed_unsync())
}

#[tokio::test]
async fn a_body_without_a_length_is_read_to_its_end() {
    let (sender, body) = chunks();
    for piece in [&ROW.as_bytes()[..7], &ROW.as_bytes()[7..]] {
        sender.send(Bytes::from_static(piece)).unwrap();
    }
    drop(sender);
    assert_eq!(
        send(&iris(), Request::post("/predict").body(body).unwrap())
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_with_or_without_a_length() {
    let mut config = Config::default();
    config.server.max_body_bytes = 100;
    let app = app_with("builtin:iris", &config);
    assert_eq!(
        post(&app, "/predict", vec![b' '; 101]).await.code(),
        "body_too_large"
    );
    let (sender, body) = chunks();
    (0..101).for_each(|_| sender.send(Bytes::from_static(b" ")).unwrap());
    drop(sender);
    let answer = send(&app, Request::post("/predict").body(body).unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (413, "body_too_large")
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_pauses_too_long_is_answered_408() {
    let (sender, body) = chunks();
    sender.send(Bytes::from_static(b"{")).unwrap();
    let answer = send(&iris(), Request::post("/predict").body(body).unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (408, "body_timeout")
    );
    drop(sender);
}

/// A request whose body has not come, polled until it waits for it.
async fn awaited(
    app: &Arc<App>,
) -> (
    tokio::sync::mpsc::UnboundedSender<Bytes>,
    Pin<Box<dyn Future<Output = Answer>>>,
) {
    let (sender, body) = chunks();
    let mut request: Pin<Box<dyn Future<Output = Answer>>> = Box::pin({
        let app = app.clone();
        async move { send(&app, Request::post("/predict").body(body).unwrap()).await }
    });
    for _ in 0..3 {
        assert!(futures_util::poll!(&mut request).is_pending());
    }
    (sender, request)
}

#[tokio::test]
async fn bodies_that_do_not_come_take_no_place_from_predictions() {
    let mut config = Config::default();
    config.server.max_in_flight = 1;
    let app = app_with("builtin:iris", &config);
    let mut waiting = Vec::new();
    for _ in 0..200 {
        waiting.push(awaited(&app).await);
        assert_eq!(post(&app, "/predict", ROW).await.status, 200);
    }
    for (sender, request) in waiting {
        sender.send(Bytes::from_static(ROW.as_bytes())).unwrap();
        drop(sender);
        assert_eq!(request.await.status, 200);
    }
    let metrics = get(&app, "/metrics").await.text;
    assert!(metrics.contains("http_requests_in_flight 1"));
}

#[tokio::test]
async fn of_too_many_bodies_on_their_way_the_slowest_is_sent_away() {
    let mut config = Config::default();
    config.server.max_waiting_bodies = 2;
    let app = app_with("builtin:iris", &config);
    let (_never, slowest) = awaited(&app).await;
    let (second, request) = awaited(&app).await;
    let (third, last) = awaited(&app).await;
    let answer = slowest.await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (408, "body_timeout")
    );
    for (sender, request) in [(second, request), (third, last)] {
        sender.send(Bytes::from_static(ROW.as_bytes())).unwrap();
        drop(sender);
        assert_eq!(request.await.status, 200);
    }
}

#[tokio::test]
async fn bodies_on_their_way_share_a_limit_of_bytes() {
    let mut config = Config::default();
    (
        config.server.max_body_bytes,
        config.server.max_waiting_bytes,
    ) = (1000, 1500);
    let app = app_with("builtin:iris", &config);
    let (first, mut slower) = awaited(&app).await;
    let (second, mut faster) = awaited(&app).await;
    first.send(Bytes::from(vec![b' '; 700])).unwrap();
    assert!(futures_util::poll!(&mut slower).is_pending());
    second.send(Bytes::from(vec![b' '; 900])).unwrap();
    assert!(futures_util::poll!(&mut faster).is_pending());
    assert_eq!(slower.await.code(), "body_timeout");
    second.send(Bytes::from_static(ROW.as_bytes())).unwrap();
    drop(second);
    assert_eq!(faster.await.status, 200);
}

#[tokio::test]
async fn predictions_above_the_limit_are_told_to_come_back() {
    let mut config = Config::default();
    config.server.max_in_flight = 1;
    let app = app_with("builtin:iris", &config);
    // So large that it is worked on beside the async workers.
    let rows = format!("[{}]", vec![ROW; 10_000].join(","));
    let mut large = Box::pin(post(&app, "/predict/batch", rows));
    assert!(futures_util::poll!(&mut large).is_pending());
    let answer = post(&app, "/predict", ROW).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (429, "overloaded")
    );
    assert_eq!(answer.headers["retry-after"], "1");
    assert_eq!(large.await.status, 200);
    assert_eq!(post(&app, "/predict", ROW).await.status, 200);
}

/// A body whose reading panics: what a bug in a handler looks like from the door.
struct Panicking;

impl Body for Panicking {
    type Data = Bytes;
    type Error = Infallible;
    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        panic!("secret text");
    }
}

#[tokio::test]
async fn a_panic_is_a_500_that_tells_nothing_and_frees_its_place() {
    let mut config = Config::default();
    config.server.max_in_flight = 1;
    let app = app_with("builtin:iris", &config);
    for _ in 0..3 {
        let answer = send(&app, Request::post("/predict").body(Panicking).unwrap()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (500, "internal")
        );
        assert!(!answer.text.contains("secret"));
    }
    assert_eq!(post(&app, "/predict", ROW).await.status, 200);
    let metrics = get(&app, "/metrics").await.text;
    for line in [
        r#"predictions_total{model_name="iris",status="error"} 3"#,
        r#"predictions_total{model_name="iris",status="success"} 1"#,
        r#"http_requests_total{code="500",operation="predict"} 3"#,
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
}

/// A log that a test can read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The subscriber for this log, writing text or JSON.
    fn subscriber(&self, json: bool) -> Box<dyn tracing::Subscriber + Send + Sync> {
        let log = self.clone();
        let lines = tracing_subscriber::fmt().with_writer(move || log.clone());
        if json {
            Box::new(lines.json().flatten_event(true).finish())
        } else {
            Box::new(lines.with_ansi(true).finish())
        }
    }
}

/// A request that fails inside the server, with an id and a trace of the client's.
fn failing() -> Request<Panicking> {
    let request = Request::post("/predict").header("x-request-id", "a \"quoted\"\tid");
    let request = request.header(
        "traceparent",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    );
    request.body(Panicking).unwrap()
}

/// Two that listen to everything. While there is one listener only, tracing takes what the thread that meets a line first listens to for
/// what everybody does, and a test beside this one listens to nothing.
static LISTENERS: LazyLock<[Dispatch; 2]> = LazyLock::new(|| {
    let listener = || tracing_subscriber::fmt().with_writer(std::io::sink);
    [
        Dispatch::new(listener().finish()),
        Dispatch::new(listener().finish()),
    ]
});

/// The log of a request that fails inside the server.
async fn logged(json: bool) -> String {
    LazyLock::force(&LISTENERS);
    let log = Log::default();
    let logging = tracing::subscriber::set_default(log.subscriber(json));
    assert_eq!(send(&iris(), failing()).await.status, 500);
    drop(logging);
    log.text()
}

#[tokio::test]
async fn an_id_is_a_plain_string_in_a_json_log() {
    let text = logged(true).await;
    let line = text.lines().find(|line| line.contains("inside the server"));
    let line: serde_json::Value = serde_json::from_str(line.unwrap()).unwrap();
    assert_eq!(line["request_id"], "a \"quoted\"\tid");
    assert_eq!(
        line["traceparent"],
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    );
    assert_eq!(line["cause"], "a handler panicked");
}

#[tokio::test]
async fn a_control_character_of_a_request_does_not_reach_the_terminal() {
    let text = logged(false).await;
    let line = text
        .lines()
        .find(|line| line.contains("inside the server"))
        .unwrap();
    assert!(line.contains(r#""a \"quoted\"\tid""#), "{line}");
    assert!(!line.contains('\t'), "{line}");
}

#[tokio::test]
async fn an_oversized_header_is_refused_and_the_server_goes_on() {
    let server = Server::start(Config::default()).await;
    let huge = format!(
        "GET /model HTTP/1.1\r\nhost: x\r\nx-big: {}\r\n\r\n",
        "a".repeat(200_000)
    );
    let answer = server.exchange(&huge).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    assert!(
        server
            .exchange(&predict_text(ROW))
            .await
            .starts_with("HTTP/1.1 200")
    );
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let server = Server::start(Config::default()).await;
    let mut stream = server.connect().await;
    for _ in 0..3 {
        stream
            .write_all(
                predict_text(ROW)
                    .replace("connection: close\r\n", "")
                    .as_bytes(),
            )
            .await
            .unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"}") {
            assert_ne!(
                stream.read_buf(&mut answer).await.unwrap(),
                0,
                "the connection stays open"
            );
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"));
    }
}

/// A connection that begins with HTTP/2.
async fn http_2(
    server: &Server,
) -> hyper::client::conn::http2::SendRequest<http_body_util::Full<Bytes>> {
    use hyper_util::rt::{TokioExecutor, TokioIo};
    let stream = TokioIo::new(server.connect().await);
    let (client, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), stream)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test]
async fn http_2_is_spoken_with_prior_knowledge() {
    let server = Server::start(Config::default()).await;
    let mut client = http_2(&server).await;
    let uri = format!("http://{}/predict", server.address);
    let request = || {
        Request::post(&uri)
            .body(http_body_util::Full::new(Bytes::from(ROW)))
            .unwrap()
    };
    let (a, b) = tokio::join!(
        client.clone().send_request(request()),
        client.send_request(request())
    );
    assert_eq!(
        (a.unwrap().status().as_u16(), b.unwrap().status().as_u16()),
        (200, 200)
    );
}

#[tokio::test]
async fn head_over_http_2_tells_the_length_and_sends_no_body() {
    use http_body_util::BodyExt;
    let server = Server::start(Config::default()).await;
    let mut client = http_2(&server).await;
    let request = Request::head(format!("http://{}/model", server.address))
        .body(http_body_util::Full::new(Bytes::new()))
        .unwrap();
    let answer = client.send_request(request).await.unwrap();
    let length = answer.headers()["content-length"].to_str().unwrap();
    assert!(length.parse::<usize>().unwrap() > 100, "{length}");
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(body.is_empty(), "{body:?}");
}
