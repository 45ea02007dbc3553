//! The embedded forest, and a regressor that `train` wrote, against onnxruntime and MLflow, whose answers `make parity` recorded.

use crate::app::{app, iris, post};
use ml_serving::http::App;
use serde_json::{Value, json};
use std::sync::Arc;

/// What the server answers for the rows of a CSV file.
async fn answers(app: &Arc<App>, path: &str, rows: &str) -> Vec<Value> {
    let features = |line: &str| {
        line.split(',')
            .map(|x| x.parse::<f64>().unwrap())
            .collect::<Vec<_>>()
    };
    let batch: Vec<_> = rows
        .lines()
        .skip(1)
        .map(|line| json!({"features": features(line)}))
        .collect();
    assert!(batch.len() >= 1000);
    let answer = post(app, path, serde_json::to_vec(&batch).unwrap()).await;
    answer.json().as_array().unwrap().clone()
}

#[tokio::test]
async fn fifteen_hundred_rows_answer_as_onnxruntime_and_mlflow_do() {
    let expected: Value = serde_json::from_str(include_str!("../data/iris_expected.json")).unwrap();
    let path = "/predict/batch?probabilities=true";
    let answers = answers(&iris(), path, include_str!("../data/iris_rows.csv")).await;
    for (i, row) in answers.iter().enumerate() {
        assert_eq!(row["prediction"], expected["labels"][i], "row {i}");
        for (class, p) in row["probabilities"].as_array().unwrap().iter().enumerate() {
            let q = expected["probabilities"][i][class].as_f64().unwrap();
            assert!(
                (p.as_f64().unwrap() - q).abs() <= 1e-6,
                "row {i}, class {class}: {p} is not {q}"
            );
        }
    }
}

#[tokio::test]
async fn a_thousand_rows_of_a_regressor_answer_as_onnxruntime_does_to_the_last_bit() {
    let expected: Value = serde_json::from_str(include_str!("../data/wine_expected.json")).unwrap();
    let wine = app("tests/data/wine");
    let rows = include_str!("../data/wine_rows.csv");
    let single = |value: &Value| value.as_f64().unwrap() as f32;
    for (i, row) in answers(&wine, "/predict/batch", rows)
        .await
        .iter()
        .enumerate()
    {
        let (ours, theirs) = (single(&row["prediction"]), single(&expected["values"][i]));
        assert_eq!(
            ours.to_bits(),
            theirs.to_bits(),
            "row {i}: {ours} is not {theirs}"
        );
        assert_eq!(row.get("confidence"), None);
    }
}
