//! The floor: hyper and serde on one thread with no features, the same request and the same answer.
//!
//! `bare_hyper ADDRESS` gives a fixed answer; `bare_hyper ADDRESS MODEL` predicts with the engine, for a model of four features.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use ml_serving::{
    config::ModelConfig,
    input::Batch,
    load,
    model::{Model, Predictions},
    registry::{Access, Secret},
};
use serde::{Deserialize, Serialize};
use std::{cell::RefCell, convert::Infallible, rc::Rc};

#[derive(Deserialize)]
struct Row {
    features: [f64; 4],
}

#[derive(Serialize)]
struct Answer {
    prediction: u32,
    confidence: f32,
    latency_ms: f64,
}

thread_local! {
    static PREDICTIONS: RefCell<Predictions> = RefCell::default();
}

async fn answer(
    model: Rc<Option<Model>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request
        .into_body()
        .collect()
        .await
        .expect("a body")
        .to_bytes();
    let row: Row = serde_json::from_slice(&body).expect("a row");
    let (prediction, confidence) = match &*model {
        None => (
            u32::from(row.features.iter().sum::<f64>() > 10.0),
            0.988_239_17,
        ),
        Some(model) => PREDICTIONS.with_borrow_mut(|predictions| {
            let row = Batch::one(&row.features);
            model.predict(&row, predictions).expect("a row");
            (predictions.classes[0], predictions.confidence(0) as f32)
        }),
    };
    let answer = Answer {
        prediction,
        confidence,
        latency_ms: 0.0043,
    };
    let mut response = Response::new(Full::from(serde_json::to_vec(&answer).expect("JSON")));
    let json = hyper::header::HeaderValue::from_static("application/json");
    response
        .headers_mut()
        .insert(hyper::header::CONTENT_TYPE, json);
    Ok(response)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let address = std::env::args().nth(1).expect("an address to listen on");
    let load = |uri: String| {
        let config = ModelConfig {
            uri: Secret::uri(uri),
            ..ModelConfig::default()
        };
        load::load(&config, &Access::default())
            .expect("a model")
            .model
    };
    let model = Rc::new(std::env::args().nth(2).map(load));
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .expect("a free port");
    let serve = async {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            stream.set_nodelay(true).expect("a socket");
            let model = model.clone();
            let service = service_fn(move |request| answer(model.clone(), request));
            tokio::task::spawn_local(
                http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    };
    tokio::task::LocalSet::new().run_until(serve).await;
}
