//! gRPC's streams over a socket: the health that is watched, the descriptions that are asked for, and the end of both.

use crate::{
    app::{Server, iris},
    grpc::{
        call, framed,
        messages::{Named, Number},
    },
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::{
    Request,
    body::{Frame, Incoming},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use ml_serving::{
    config::Config,
    http::{App, Shutdown},
};
use prost::Message;
use std::{convert::Infallible, time::Duration};

const WATCH: &str = "/grpc.health.v1.Health/Watch";

fn request<B>(address: std::net::SocketAddr, path: &str, body: B) -> Request<B> {
    let request = Request::post(format!("http://{address}{path}"));
    request
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(body)
        .unwrap()
}

async fn opened<B>(server: &Server, path: &str, body: B) -> Incoming
where
    B: hyper::body::Body<Data = Bytes, Error = Infallible> + Send + Unpin + 'static,
{
    let stream = TokioIo::new(server.connect().await);
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), stream)
            .await
            .unwrap();
    tokio::spawn(connection);
    let answer = client
        .send_request(request(server.address, path, body))
        .await
        .unwrap();
    assert_eq!(answer.headers()["content-type"], "application/grpc");
    answer.into_body()
}

/// The next message, or the status that the stream ends with.
async fn next(body: &mut Incoming) -> Result<Bytes, String> {
    loop {
        let frame = tokio::time::timeout(Duration::from_secs(30), body.frame()).await;
        let frame = frame.expect("within 30 s");
        let frame = frame.expect("trailers end a stream").unwrap();
        match frame.into_data() {
            Ok(data) if data.is_empty() => {}
            Ok(data) => return Ok(data.slice(5..)),
            Err(frame) => {
                let trailers = frame.into_trailers().unwrap();
                return Err(trailers["grpc-status"].to_str().unwrap().to_owned());
            }
        }
    }
}

async fn status(body: &mut Incoming) -> Result<i64, String> {
    next(body)
        .await
        .map(|message| Number::decode(message).unwrap().is)
}

#[tokio::test]
async fn a_watched_server_tells_that_it_drains_and_ends_without_waiting_for_who_watches() {
    let server = Server::start(Config::default()).await;
    let question = framed(&Named::default().encode_to_vec(), false);
    let mut health = opened(&server, WATCH, Full::new(question.into())).await;
    assert_eq!(status(&mut health).await, Ok(1));
    let (_open, listening) = tokio::sync::mpsc::unbounded_channel::<Bytes>();
    let mut descriptions = opened(&server, &reflection("v1"), stream(listening)).await;
    let shutdown = Shutdown {
        drain: Duration::ZERO,
        grace: Duration::from_mins(1),
    };
    server.stop.send(shutdown).unwrap();
    assert_eq!(status(&mut health).await, Ok(2));
    assert_eq!(status(&mut health).await, Err("14".into()));
    assert_eq!(next(&mut descriptions).await, Err("14".into()));
    drop((health, descriptions));
    let ended = tokio::time::timeout(Duration::from_secs(30), server.ended).await;
    ended.expect("before the deadline").unwrap().unwrap();
}

fn reflection(version: &str) -> String {
    format!("/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo")
}

fn stream(
    mut questions: tokio::sync::mpsc::UnboundedReceiver<Bytes>,
) -> impl hyper::body::Body<Data = Bytes, Error = Infallible> + Send + Unpin + 'static {
    let stream = futures_util::stream::poll_fn(move |context| {
        let question = questions.poll_recv(context);
        question.map(|question| question.map(|bytes| Ok(Frame::data(bytes))))
    });
    StreamBody::new(stream)
}

/// A question of reflection: field and text.
fn question(field: u8, text: &str) -> Bytes {
    let message = [&[field << 3 | 2, text.len() as u8], text.as_bytes()].concat();
    framed(&message, false).into()
}

#[tokio::test]
async fn reflection_lists_the_services_and_describes_them_in_both_versions() {
    let server = Server::start(Config::default()).await;
    for version in ["v1", "v1alpha"] {
        let (ask, questions) = tokio::sync::mpsc::unbounded_channel();
        ask.send(question(7, "")).unwrap();
        let mut answers = opened(&server, &reflection(version), stream(questions)).await;
        let list = next(&mut answers).await.unwrap();
        let text = String::from_utf8_lossy(&list).into_owned();
        for service in [
            "inference.GRPCInferenceService",
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
        ] {
            assert!(text.contains(service), "{text}");
        }
        for (field, name, there) in [
            (4, "inference.GRPCInferenceService", "ModelInferRequest"),
            (
                4,
                "inference.GRPCInferenceService.ModelInfer",
                "ModelInferRequest",
            ),
            (
                4,
                "inference.ModelInferRequest.InferInputTensor",
                "ModelInferRequest",
            ),
            (
                4,
                "grpc.health.v1.HealthCheckResponse.ServingStatus",
                "SERVICE_UNKNOWN",
            ),
            (3, "open_inference.proto", "raw_input_contents"),
            (4, "other.Service", "nothing of this name"),
        ] {
            ask.send(question(field, name)).unwrap();
            let answer = next(&mut answers).await.unwrap();
            assert!(String::from_utf8_lossy(&answer).contains(there), "{name}");
        }
        // Half a question, and then too much of one.
        ask.send(Bytes::from_static(&[0, 0, 0, 99, 0])).unwrap();
        ask.send(vec![b'x'; 5000].into()).unwrap();
        assert_eq!(next(&mut answers).await, Err("8".into()));
    }
}

#[tokio::test]
async fn a_client_that_has_no_more_questions_ends_the_stream() {
    let server = Server::start(Config::default()).await;
    let (ask, questions) = tokio::sync::mpsc::unbounded_channel();
    ask.send(question(7, "")).unwrap();
    drop(ask);
    let mut answers = opened(&server, &reflection("v1"), stream(questions)).await;
    next(&mut answers).await.unwrap();
    assert_eq!(next(&mut answers).await, Err("0".into()));
}

#[tokio::test]
async fn a_watch_tells_when_the_model_is_there() {
    let app = App::new(&Config::default());
    let question = framed(&Named::default().encode_to_vec(), false);
    let request = Request::post(WATCH).version(hyper::Version::HTTP_2);
    let request = request.header("content-type", "application/grpc");
    let answer = app
        .handle(request.body(Full::new(Bytes::from(question))).unwrap())
        .await;
    let mut body = answer.into_body();
    let mut frame = async || body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(frame().await[5..], [8, 2]);
    let loaded = ml_serving::load::load(
        &ml_serving::config::ModelConfig::default(),
        &ml_serving::registry::Access::default(),
    );
    app.set_model(loaded.unwrap());
    assert_eq!(frame().await[5..], [8, 1]);
}

#[tokio::test]
async fn a_service_that_is_not_there_is_watched_as_unknown() {
    let server = Server::start(Config::default()).await;
    let other = Named {
        name: "other".into(),
        version: String::new(),
    };
    let question = framed(&other.encode_to_vec(), false);
    let mut health = opened(&server, WATCH, Full::new(question.into())).await;
    assert_eq!(status(&mut health).await, Ok(3));
}

#[tokio::test]
async fn a_stream_over_http_1_is_refused() {
    let body = framed(&Named::default().encode_to_vec(), false);
    let request = Request::post(WATCH).header("content-type", "application/grpc");
    let answer = iris()
        .handle(request.body(Full::new(Bytes::from(body))).unwrap())
        .await;
    assert_eq!(answer.status(), 415);
    assert_eq!(
        call(&iris(), "/grpc.health.v1.Health/Other", &Named::default())
            .await
            .status,
        "12"
    );
}
