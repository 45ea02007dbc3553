//! Columns of words: what a client sends, and what it is told.

use crate::{
    app::{app, get, post},
    kinds::{pipeline, serving},
};
use serde_json::{Value, json};

/// A row of the table that the pipelines were fitted to.
fn row() -> Value {
    json!({
        "age": 43, "income": 503.5, "score": -3.25, "ratio": 0.12, "balance": 0.0, "month": 8,
        "city": "São Paulo", "plan": "basic", "job": "smith", "note": "ok", "grade": "low", "member": false,
    })
}

fn with(name: &str, value: Value) -> String {
    let mut row = row();
    row[name] = value;
    json!({ "features": row }).to_string()
}

#[tokio::test]
async fn words_are_sent_as_they_are_by_name_and_in_order() {
    let app = serving("1.9.1-core_logistic");
    let by_name = post(&app, "/predict", json!({ "features": row() }).to_string()).await;
    assert_eq!(by_name.status, 200, "{}", by_name.text);
    let values: Vec<Value> = row().as_object().unwrap().values().cloned().collect();
    let in_order = post(&app, "/predict", json!({ "features": values }).to_string()).await;
    assert_eq!(by_name.json()["confidence"], in_order.json()["confidence"]);
    let other = post(&app, "/predict", with("plan", json!("pro"))).await;
    assert_ne!(by_name.json()["confidence"], other.json()["confidence"]);
}

#[tokio::test]
async fn an_unknown_word_is_answered_where_the_encoder_ignores_it() {
    let app = serving("1.9.1-core_logistic");
    for value in [json!("Atlantis"), json!(""), Value::Null] {
        let answer = post(&app, "/predict", with("city", value)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

#[tokio::test]
async fn an_unknown_word_is_refused_with_the_known_ones_where_the_encoder_would_raise() {
    let app = serving("1.9.1-core_forest_error");
    let row = with("grade", json!("x".repeat(60)));
    let answer = post(&app, "/predict/batch", format!("[{row}]")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (422, "unknown_value")
    );
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    let cut = format!("\"{}…\"", "x".repeat(40));
    assert_eq!(
        detail,
        format!(
            "row 0, column \"grade\": {cut} is not a value that the model knows; it knows \"low\", \"high\", \"medium\""
        )
    );
}

#[tokio::test]
async fn a_number_in_a_column_of_words_is_of_the_wrong_type() {
    let app = serving("1.9.1-core_logistic");
    let answer = post(&app, "/predict", with("plan", json!(3))).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (422, "invalid_type")
    );
    assert!(
        answer.text.contains("expected a string, got a number"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_model_without_probabilities_answers_labels_and_says_so_when_asked() {
    let app = serving("1.9.1-linear_svc_words");
    let body = json!({ "features": row() }).to_string();
    let answer = post(&app, "/predict", body.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.json().get("confidence").is_none());
    let refused = post(&app, "/predict?probabilities=true", body).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (422, "invalid_query")
    );
}

#[tokio::test]
async fn doubles_are_answered_with_all_their_digits() {
    let app = serving("1.9.1-core_logistic");
    let body = json!({ "features": row() }).to_string();
    let answer = post(&app, "/predict?probabilities=true", body).await.json();
    let confidence = answer["confidence"].as_f64().unwrap();
    assert_ne!(f64::from(confidence as f32).to_bits(), confidence.to_bits());
    let numbers = answer["probabilities"].as_array().unwrap();
    let sum: f64 = numbers.iter().map(|x| x.as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-15);
}

#[tokio::test]
async fn the_example_of_the_document_is_a_row_that_the_model_takes() {
    for case in [
        "1.9.1-core_logistic",
        "1.9.1-core_forest_error",
        "1.9.1-linear_svc_words",
    ] {
        let app = serving(case);
        let document = get(&app, "/openapi.json").await.json();
        let examples = &document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
            ["examples"];
        for (form, example) in examples.as_object().unwrap() {
            let answer = post(&app, "/predict", example["value"].to_string()).await;
            assert_eq!(answer.status, 200, "{case} {form}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_file_of_rows_takes_words_as_they_stand() {
    let (_dir, model) = pipeline("1.9.1-core_logistic");
    let served = app(&model);
    let expected = post(
        &served,
        "/predict",
        json!({ "features": row() }).to_string(),
    )
    .await;
    let row = row();
    let row = row.as_object().unwrap();
    let cell = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let names: Vec<&str> = row.keys().map(String::as_str).collect();
    let cells: Vec<String> = row.values().map(cell).collect();
    let rows = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        rows.path(),
        format!("{}\n{}\n", names.join(","), cells.join(",")),
    )
    .unwrap();
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_ml-serving"))
        .args([
            "predict".as_ref(),
            model.as_ref(),
            "--input".as_ref(),
            rows.path().as_os_str(),
        ])
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let line = text.lines().nth(1).unwrap_or_default();
    let confidence = expected.json()["confidence"].to_string();
    assert!(
        line.contains(&confidence),
        "{text} {}",
        String::from_utf8_lossy(&out.stderr)
    );
}
