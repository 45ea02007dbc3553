//! The embedded forest against onnxruntime and MLflow, whose answers `make parity` recorded.

use crate::app::{iris, post};
use serde_json::{Value, json};

#[tokio::test]
async fn fifteen_hundred_rows_answer_as_onnxruntime_and_mlflow_do() {
    let expected: Value = serde_json::from_str(include_str!("../data/iris_expected.json")).unwrap();
    let rows = include_str!("../data/iris_rows.csv").lines().skip(1);
    let features = |line: &str| {
        line.split(',')
            .map(|x| x.parse::<f64>().unwrap())
            .collect::<Vec<_>>()
    };
    let batch: Vec<_> = rows
        .map(|line| json!({"features": features(line)}))
        .collect();
    assert!(batch.len() >= 1000);
    let answer = post(
        &iris(),
        "/predict/batch?probabilities=true",
        serde_json::to_vec(&batch).unwrap(),
    )
    .await
    .json();
    for (i, row) in answer.as_array().unwrap().iter().enumerate() {
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
