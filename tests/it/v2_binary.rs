//! Tensors as bytes behind the JSON, in both directions.

use crate::{
    app::iris,
    kinds::serving,
    v2::{COLUMNS, INFER, words},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request};
use ml_serving::http::App;
use serde_json::{Value, json};
use std::{io::Write, sync::Arc};

const LENGTH: &str = "inference-header-content-length";
const ROWS: [[f64; 4]; 2] = [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]];

pub struct Got {
    pub status: u16,
    headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Got {
    fn error(&self) -> String {
        let json: Value = serde_json::from_slice(&self.body).unwrap();
        json["error"].as_str().unwrap().to_owned()
    }

    /// The JSON, and the bytes behind it.
    fn parts(&self) -> (Value, &[u8]) {
        let length = self.headers[LENGTH].to_str().unwrap().parse().unwrap();
        let (json, bytes) = self.body.split_at(length);
        (serde_json::from_slice(json).unwrap(), bytes)
    }
}

async fn sent(app: &Arc<App>, path: &str, length: &str, body: Vec<u8>) -> Got {
    let request = Request::post(path).header(LENGTH, length);
    let response = app
        .handle(request.body(Full::new(Bytes::from(body))).unwrap())
        .await;
    let (head, body) = response.into_parts();
    Got {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}

pub async fn send(app: &Arc<App>, path: &str, json: &Value, bytes: &[u8]) -> Got {
    let json = json.to_string();
    let length = json.len().to_string();
    sent(app, path, &length, [json.as_bytes(), bytes].concat()).await
}

pub fn input(name: &str, shape: &Value, datatype: &str, size: usize) -> Value {
    json!({"name": name, "shape": shape, "datatype": datatype, "parameters": {"binary_data_size": size}})
}

fn doubles(numbers: impl IntoIterator<Item = f64>) -> Vec<u8> {
    numbers.into_iter().flat_map(f64::to_le_bytes).collect()
}

#[tokio::test]
async fn bytes_in_and_bytes_out() {
    let outputs = json!([{"name": "predict"}, {"name": "predict_proba", "parameters": {"binary_data": true}}]);
    let request =
        json!({"id": "1", "inputs": [input("x", &json!([2, 4]), "FP64", 64)], "outputs": outputs});
    let got = send(&iris(), INFER, &request, &doubles(ROWS.concat())).await;
    assert_eq!(got.status, 200, "{}", String::from_utf8_lossy(&got.body));
    assert_eq!(got.headers["content-type"], "application/octet-stream");
    let (json, bytes) = got.parts();
    assert_eq!(
        (&json["id"], &json["outputs"][0]["data"]),
        (&json!("1"), &json!([0, 2]))
    );
    assert_eq!(json["outputs"][1]["parameters"]["binary_data_size"], 24);
    let numbers: Vec<f32> = bytes
        .as_chunks()
        .0
        .iter()
        .map(|x| f32::from_le_bytes(*x))
        .collect();
    assert_eq!(numbers.len(), 6);
    assert!((numbers[..3].iter().sum::<f32>() - 1.0).abs() < 1e-6);
}

#[tokio::test]
async fn columns_as_bytes_and_a_column_as_json_go_together() {
    let mut inputs: Vec<Value> = COLUMNS
        .iter()
        .map(|name| input(name, &json!([2, 1]), "FP64", 16))
        .collect();
    inputs[1] = json!({"name": COLUMNS[1], "shape": [2], "datatype": "FP64", "data": [ROWS[0][1], ROWS[1][1]]});
    let bytes = [0, 2, 3]
        .into_iter()
        .flat_map(|i| doubles([ROWS[0][i], ROWS[1][i]]));
    let request = json!({"inputs": inputs, "parameters": {"binary_data_output": true}});
    let got = send(&iris(), INFER, &request, &bytes.collect::<Vec<_>>()).await;
    assert_eq!(got.status, 200, "{}", String::from_utf8_lossy(&got.body));
    let (_, bytes) = got.parts();
    assert_eq!(bytes, [0i64.to_le_bytes(), 2i64.to_le_bytes()].concat());
}

#[tokio::test]
async fn every_datatype_has_its_bytes() {
    macro_rules! bytes {
        ($($kind:ty)*) => { [$([5 as $kind, 3 as $kind, 1 as $kind, 0 as $kind].into_iter().flat_map(<$kind>::to_le_bytes).collect::<Vec<u8>>()),*] };
    }
    let app = iris();
    let names = [
        "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP32", "FP64",
    ];
    let all = bytes!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64);
    let halves = [0x4500u16, 0x4200, 0x3C00, 0]
        .into_iter()
        .flat_map(u16::to_le_bytes);
    let all = names
        .into_iter()
        .zip(all)
        .chain([("FP16", halves.collect())]);
    for (datatype, bytes) in all {
        let inputs = [input("x", &json!([1, 4]), datatype, bytes.len())];
        let request = json!({"inputs": inputs, "outputs": [{"name": "predict_proba"}]});
        let got = send(&app, INFER, &request, &bytes).await;
        let json: Value = serde_json::from_slice(&got.body).unwrap();
        let plain = json!({"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP64", "data": [5, 3, 1, 0]}], "outputs": request["outputs"]});
        let expected = crate::app::post(&app, INFER, plain.to_string()).await;
        assert_eq!(json, expected.json(), "{datatype}");
    }
}

#[tokio::test]
async fn strings_have_their_lengths_before_them_and_booleans_are_bytes() {
    let app = serving("1.9.1-core_logistic");
    let path = "/v2/models/pipeline/infer";
    let mut inputs = words();
    let expected = crate::app::post(&app, path, json!({ "inputs": inputs }).to_string()).await;
    let city = "São Paulo";
    let text = [&(city.len() as u32).to_le_bytes()[..], city.as_bytes()].concat();
    inputs[6] = input("city", &json!([1, 1]), "BYTES", text.len());
    inputs[11] = input("member", &json!([1, 1]), "BOOL", 1);
    let bytes = [&text[..], &[0]].concat();
    let got = send(&app, path, &json!({ "inputs": inputs }), &bytes).await;
    let json: Value = serde_json::from_slice(&got.body).unwrap();
    assert_eq!(json, expected.json());
    // Half a string, and a string that is no text.
    let lies = [&[9, 0, 0, 0][..], &text[4..], &[0]].concat();
    let got = send(&app, path, &json!({ "inputs": inputs }), &lies).await;
    assert!(
        got.error().contains("input \"city\": its"),
        "{}",
        got.error()
    );
    let garbage = [&[10, 0, 0, 0][..], &[0xFF; 10], &[0]].concat();
    let got = send(&app, path, &json!({ "inputs": inputs }), &garbage).await;
    assert_eq!(
        got.error(),
        "row 0, column \"city\": expected a string, got bytes that are no UTF-8"
    );
}

#[tokio::test]
async fn nan_is_a_missing_value_and_named_where_the_model_takes_none() {
    let request = json!({"inputs": [input("x", &json!([1, 4]), "FP64", 32)]});
    let got = send(
        &iris(),
        INFER,
        &request,
        &doubles([5.1, f64::NAN, 1.4, f64::INFINITY]),
    )
    .await;
    assert_eq!(got.status, 422);
    assert_eq!(
        got.error(),
        "row 0, column \"sepal_width\": NaN is a missing value, which this model cannot handle (and 1 more mistake)"
    );
    let app = crate::app::app(&crate::kinds::uri(&crate::kinds::typed()));
    let request = json!({"inputs": [input("x", &json!([1, 8]), "FP64", 64)]});
    let got = send(
        &app,
        "/v2/models/churn/infer",
        &request,
        &doubles([f64::NAN; 8]),
    )
    .await;
    assert_eq!(got.status, 200, "{}", String::from_utf8_lossy(&got.body));
}

#[tokio::test]
async fn sizes_that_do_not_agree_are_refused() {
    let app = iris();
    let one = |size: usize, datatype: &str| json!({"inputs": [input("x", &json!([1, 4]), datatype, size)]});
    let bytes = doubles(ROWS[0]);
    for (request, bytes, error) in [
        (
            one(33, "FP64"),
            &bytes[..],
            "input \"x\": its binary_data_size is 33, and only 32 bytes are left behind the JSON",
        ),
        (
            one(16, "FP64"),
            &bytes[..16],
            "input \"x\": it has 16 bytes of data; the shape [1, 4] of FP64 takes 32",
        ),
        (
            one(32, "FP32"),
            &bytes[..],
            "input \"x\": it has 32 bytes of data; the shape [1, 4] of FP32 takes 16",
        ),
        (
            one(16, "FP32"),
            &bytes[..],
            "16 bytes behind the JSON belong to no input",
        ),
    ] {
        let got = send(&app, INFER, &request, bytes).await;
        assert_eq!((got.status, got.error().as_str()), (422, error));
    }
    let mut twice = one(32, "FP64");
    twice["inputs"][0]["data"] = json!(ROWS[0]);
    let got = send(&app, INFER, &twice, &bytes).await;
    assert_eq!(
        got.error(),
        "input \"x\": it has data and a binary_data_size"
    );
}

#[tokio::test]
async fn a_header_that_lies_about_the_json_is_refused() {
    let json = json!({"inputs": [input("x", &json!([1, 4]), "FP64", 32)]}).to_string();
    let body = [json.as_bytes(), &doubles(ROWS[0])].concat();
    for length in ["9999", "-1", "x", "18446744073709551616"] {
        let got = sent(&iris(), INFER, length, body.clone()).await;
        assert_eq!(got.status, 422);
        assert!(
            got.error()
                .starts_with("the header inference-header-content-length must be")
        );
    }
    let got = sent(&iris(), INFER, "10", body).await;
    assert_eq!(got.status, 400, "{}", got.error());
}

#[tokio::test]
async fn the_header_counts_the_json_of_a_body_in_gzip_before_it_was_packed() {
    let json = json!({"inputs": [input("x", &json!([2, 4]), "FP64", 64)]}).to_string();
    let body = [json.as_bytes(), &doubles(ROWS.concat())].concat();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&body).unwrap();
    let request = Request::post(INFER)
        .header(LENGTH, json.len().to_string())
        .header("content-encoding", "gzip");
    let body = Full::new(Bytes::from(gzip.finish().unwrap()));
    let answer = crate::app::send(&iris(), request.body(body).unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["outputs"][0]["data"], json!([0, 2]));
}
