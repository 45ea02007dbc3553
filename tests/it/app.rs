//! A server under test, in process or on a socket.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, StatusCode, body::Body};
use ml_serving::{
    Error, Listeners,
    config::{Config, ModelConfig},
    http::{App, Shutdown},
    load,
    registry::{Access, Secret},
};
use serde_json::Value;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

pub const ROW: &str = r#"{"features":[5.1,3.5,1.4,0.2]}"#;

pub struct Answer {
    pub status: StatusCode,
    pub headers: hyper::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// An app that serves `uri`.
pub fn app(uri: &str) -> Arc<App> {
    app_with(uri, &Config::default())
}

pub fn app_with(uri: &str, config: &Config) -> Arc<App> {
    let app = App::new(config);
    app.set_model(
        load::load(
            &ModelConfig {
                uri: Secret::uri(uri),
                ..ModelConfig::default()
            },
            &Access::default(),
        )
        .unwrap(),
    );
    app
}

pub fn iris() -> Arc<App> {
    app("builtin:iris")
}

pub async fn send<B>(app: &Arc<App>, request: Request<B>) -> Answer
where
    B: Body<Data = Bytes> + Send + 'static,
{
    let response: Response<_> = app.handle(request).await;
    let (head, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: head.status,
        headers: head.headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

pub async fn get(app: &Arc<App>, path: &str) -> Answer {
    send(
        app,
        Request::get(path).body(Full::<Bytes>::default()).unwrap(),
    )
    .await
}

pub async fn post(app: &Arc<App>, path: &str, body: impl Into<Bytes>) -> Answer {
    let request = Request::post(path).header("content-type", "application/json");
    send(app, request.body(Full::new(body.into())).unwrap()).await
}

const READY: &str = "GET /health/ready HTTP/1.0\r\n\r\n";

/// Asks until the answer is that the server is ready.
async fn until_ready(ask: impl AsyncFn() -> String) {
    let ready = async {
        while !ask().await.starts_with("HTTP/1.0 200") {
            tokio::task::yield_now().await;
        }
    };
    let ready = tokio::time::timeout(Duration::from_mins(1), ready).await;
    ready.expect("ready within a minute");
}

/// A server on a free port, which ends when told.
pub struct Server {
    pub address: SocketAddr,
    pub stop: oneshot::Sender<Shutdown>,
    pub ended: JoinHandle<Result<(), Error>>,
}

impl Server {
    pub async fn start(config: Config) -> Self {
        let server = Self::begin(config).await;
        let ask = async || server.exchange(READY).await;
        until_ready(ask).await;
        server
    }

    /// As [`Self::start`], for a server that speaks TLS with such a client.
    pub async fn start_encrypted(config: Config, client: &tokio_rustls::TlsConnector) -> Self {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let server = Self::begin(config).await;
        let ask = async || {
            let name = "localhost".try_into().unwrap();
            let mut stream = client.connect(name, server.connect().await).await.unwrap();
            stream.write_all(READY.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        };
        until_ready(ask).await;
        server
    }

    /// As [`Self::start`], on sockets of the caller's.
    pub async fn start_on(config: Config, listeners: Listeners) -> Self {
        let server = Self::begin_on(config, listeners);
        let ask = async || server.exchange(READY).await;
        until_ready(ask).await;
        server
    }

    /// A server that listens; its model follows within milliseconds.
    async fn begin(config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::begin_on(config, listener.into())
    }

    fn begin_on(config: Config, listeners: Listeners) -> Self {
        let address = listeners.main.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let stopping = async {
            stopped.await.unwrap_or(Shutdown {
                drain: Duration::ZERO,
                grace: Duration::ZERO,
            })
        };
        let ended = tokio::spawn(ml_serving::serve(config, listeners, stopping));
        Self {
            address,
            stop,
            ended,
        }
    }

    pub async fn connect(&self) -> tokio::net::TcpStream {
        tokio::net::TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends `text` on a connection of its own and reads until the server closes it.
    pub async fn exchange(&self, text: &str) -> String {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A reset after the answer is the end of the answer.
        let _ended = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// `POST /predict` as text, with `connection: close`.
pub fn predict_text(body: &str) -> String {
    format!(
        "POST /predict HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}
