//! MLflow's scoring protocol.

mod answers;
mod forms;
mod refusals;

use crate::{
    app::{Answer, app, app_with, get, iris, post, send},
    kinds::{apps, serving, typed, uri},
};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use ml_serving::{config::Config, http::App};
use serde_json::{Value, json};
use std::sync::Arc;

async fn ask(app: &Arc<App>, body: &Value) -> Answer {
    post(app, "/invocations", body.to_string()).await
}

/// The predictions to a body that is taken.
pub async fn predictions(app: &Arc<App>, body: &Value) -> Value {
    let answer = ask(app, body).await;
    assert_eq!(answer.status, 200, "{body}: {}", answer.text);
    answer.json()["predictions"].clone()
}

pub async fn ask_csv(app: &Arc<App>, body: &str) -> Answer {
    let request = Request::post("/invocations").header("content-type", "text/csv");
    let body = Full::new(Bytes::from(body.to_owned()));
    send(app, request.body(body).unwrap()).await
}

/// The message of a refusal with this status and code.
async fn refusal(app: &Arc<App>, status: u16, body: &Value) -> String {
    let answer = ask(app, body).await;
    assert_eq!(answer.status, status, "{body}: {}", answer.text);
    message(&answer)
}

fn message(answer: &Answer) -> String {
    let body = answer.json();
    assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    assert_eq!(body["error_code"], "BAD_REQUEST");
    body["message"].as_str().unwrap().to_owned()
}

/// What the server's own route answers to rows by name.
async fn native(app: &Arc<App>, rows: &[Value]) -> Vec<Value> {
    let rows: Vec<_> = rows.iter().map(|row| json!({"features": row})).collect();
    let answer = post(app, "/predict/batch", Value::from(rows).to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json().as_array().unwrap().clone()
}

/// Two rows of the columns of every type, one of them with missing values.
fn typed_rows() -> [Value; 2] {
    let row = |tenure: Value, balance: f64| {
        json!({
            "tenure_months": tenure, "balance": balance, "account": 3, "score": 0.5, "is_member": true, "age": 40.0, "region": 7,
            "calls": 3,
        })
    };
    [row(json!(12), 1500.5), row(Value::Null, -2.0)]
}

/// A package whose `MLmodel` has another text in the place of one.
fn changed(from: &str, to: &str) -> (tempfile::TempDir, Arc<App>) {
    let package = typed();
    let path = package.path().join("churn/MLmodel");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    let app = app(&uri(&package));
    (package, app)
}

fn columns_of(rows: &[Value]) -> (Vec<String>, Vec<Vec<Value>>) {
    let names: Vec<String> = rows[0].as_object().unwrap().keys().cloned().collect();
    let data = rows
        .iter()
        .map(|row| names.iter().map(|name| row[name].clone()).collect());
    let data = data.collect();
    (names, data)
}

fn csv_of(rows: &[Value]) -> String {
    let (names, data) = columns_of(rows);
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let lines = data
        .iter()
        .map(|row| row.iter().map(cell).collect::<Vec<_>>().join(","));
    std::iter::once(names.join(","))
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\r\n")
}

fn word_rows() -> [Value; 2] {
    let row = |age: Value, city: &str| {
        json!({
            "age": age, "income": 503.5, "score": -3.25, "ratio": 0.12, "balance": 0.0, "month": 8,
            "city": city, "plan": "basic", "job": "smith", "note": "ok", "grade": "low", "member": false,
        })
    };
    [row(json!(43), "São Paulo"), row(json!(22), "Atlantis")]
}

#[tokio::test]
async fn every_example_of_the_other_protocols_gets_the_example_answer() {
    for (kind, app) in apps() {
        let document = get(&app, "/openapi.json").await.json();
        let name = app.served().unwrap().name.clone();
        for (path, at) in [
            ("/invocations", "/invocations".to_owned()),
            (
                "/v1/models/{model}:predict",
                format!("/v1/models/{name}:predict"),
            ),
        ] {
            let bodies = &document["paths"][path]["post"]["requestBody"]["content"];
            let examples = bodies["application/json"]["examples"].as_object().unwrap();
            let answers = &document["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]
                ["examples"];
            let expected = &answers["answer"]["value"];
            assert!(expected["predictions"].is_array(), "{kind} {path}");
            for (key, example) in examples {
                let got = post(&app, &at, example["value"].to_string()).await;
                assert_eq!(got.status, 200, "{kind} {path} {key}: {}", got.text);
                let rows = got.json();
                // An ONNX graph without a signature answers columns where the rows are no data frame.
                if rows["predictions"].is_array() {
                    assert_eq!(&rows, expected, "{kind} {path} {key}");
                }
            }
            if let Some(expected) = answers.get("probabilities") {
                let first = examples.values().next().unwrap()["value"].to_string();
                let got = post(&app, &format!("{at}?probabilities=true"), first).await;
                assert_eq!(got.json(), expected["value"], "{kind} {path}");
            }
            if let Some(text) = bodies["text/csv"]["example"].as_str() {
                let request = Request::post(&at).header("content-type", "text/csv");
                let body = Full::new(Bytes::from(text.to_owned()));
                let got = send(&app, request.body(body).unwrap()).await;
                assert_eq!(got.status, 200, "{kind} {path}: {}", got.text);
            }
        }
    }
}
