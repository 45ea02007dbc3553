//! Bodies that were tampered with: refused or answered, never a failure of the server.

use crate::{
    app::iris,
    grpc::{SERVICE, ended, framed, raw, request, typed},
    v2::{INFER, both, columns, matrix},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use ml_serving::http::App;
use prost::Message;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use std::sync::Arc;

const ROUNDS: usize = 1500;

/// Changes, drops, repeats or cuts a few bytes.
fn tampered(body: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut body = body.to_vec();
    for _ in 0..random.gen_range(1..4) {
        if body.is_empty() {
            break;
        }
        let at = random.gen_range(0..body.len());
        match random.gen_range(0..5) {
            0 => body[at] = random.r#gen(),
            1 => body[at] = body[at].wrapping_add(1),
            2 => drop(body.remove(at)),
            3 => body.truncate(at),
            _ => {
                let end = (at + random.gen_range(1..40)).min(body.len());
                body.extend_from_within(at..end);
            }
        }
    }
    body
}

async fn rest(app: &Arc<App>, length: Option<usize>, body: Vec<u8>) -> u16 {
    let mut request = Request::post(INFER);
    if let Some(length) = length {
        request = request.header("inference-header-content-length", length.to_string());
    }
    let body = Full::new(Bytes::from(body));
    let response = app.handle(request.body(body).unwrap()).await;
    let status = response.status().as_u16();
    response.into_body().collect().await.unwrap();
    status
}

#[tokio::test]
async fn tampered_json_and_tampered_tensors_are_the_clients_mistake() {
    let app = iris();
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let row = json!([[5.1, 3.5, 1.4, 0.2], [6.7, null, 5.2, true]]);
    let json = both(&json!([matrix(&row)]));
    let by_column = both(&columns());
    let head = json!({"inputs": [{"name": "x", "shape": [2, 4], "datatype": "FP32", "parameters": {"binary_data_size": 32}}]}).to_string();
    let binary = [head.as_bytes(), &[0; 32]].concat();
    let mut answered = 0;
    for _ in 0..ROUNDS {
        for (body, length) in [
            (json.as_bytes(), None),
            (by_column.as_bytes(), None),
            (&binary[..], Some(head.len())),
        ] {
            let body = tampered(body, &mut random);
            let status = rest(&app, length, body.clone()).await;
            let expected = [200, 400, 404, 413, 422].contains(&status);
            assert!(expected, "{status}: {}", String::from_utf8_lossy(&body));
            answered += usize::from(status == 200);
        }
    }
    assert!(answered > 0);
}

#[tokio::test]
async fn tampered_messages_are_the_clients_mistake() {
    let app = iris();
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let path = format!("{SERVICE}/ModelInfer");
    for _ in 0..ROUNDS {
        for message in [raw(), typed()] {
            let message = tampered(&message.encode_to_vec(), &mut random);
            let body = Full::new(Bytes::from(framed(&message, false)));
            let ended = ended(&app, request(&path).body(body).unwrap()).await;
            let status = ended.status.as_str();
            assert!(
                ["0", "3", "5", "8", "12"].contains(&status),
                "{status} {message:?}"
            );
        }
    }
}
