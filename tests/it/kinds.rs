//! Models of every kind, and packages made for a test.

use crate::app::app;
use ml_serving::http::App;
use serde_json::{Value, json};
use std::{io::Read, sync::Arc};

/// Kinds of models: columns with names and without, classes of both kinds and none, rows of `f32` and of `f64`, several targets.
pub const KINDS: [(&str, &str); 5] = [
    ("named_classes", "builtin:iris"),
    ("text_labels", "tests/data/onnx/iris_rf_strings.onnx"),
    ("regressor", "tests/data/onnx/diabetes_rf.onnx"),
    ("two_targets", "tests/data/onnx/diabetes_two_targets.onnx"),
    ("unnamed_double", "tests/data/onnx/iris_rf_double.onnx"),
];

/// Columns of every type, some of which may be left out; all values may be missing.
pub const TYPED: [(&str, &str, bool); 8] = [
    ("tenure_months", "integer", true),
    ("balance", "double", true),
    ("account", "long", true),
    ("score", "float", false),
    ("is_member", "boolean", true),
    ("age", "double", false),
    ("region", "integer", false),
    ("calls", "long", true),
];

/// A package of an XGBoost classifier of eight columns, named `churn`.
pub fn package(columns: &[(&str, &str, bool)], example: &Value) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let top = dir.path().join("churn");
    std::fs::create_dir(&top).unwrap();
    let packed = std::fs::File::open("tests/data/boosters/xgb_binary.ubj.gz").unwrap();
    let mut model = std::fs::File::create(top.join("model.ubj")).unwrap();
    std::io::copy(&mut flate2::read::GzDecoder::new(packed), &mut model).unwrap();
    let column = |(name, kind, required): &(&str, &str, bool)| json!({"type": kind, "name": name, "required": required});
    let signature = Value::from(columns.iter().map(column).collect::<Vec<_>>()).to_string();
    let mlmodel = format!(
        "flavors:\n  xgboost:\n    data: model.ubj\n    model_class: xgboost.sklearn.XGBClassifier\n    xgb_version: 3.2.0\n\
         saved_input_example_info:\n  artifact_path: input_example.json\n  type: dataframe\n\
         signature:\n  inputs: '{}'\n  outputs: null\n",
        signature.replace('\'', "''")
    );
    std::fs::write(top.join("MLmodel"), mlmodel).unwrap();
    let names: Vec<_> = columns.iter().map(|(name, ..)| *name).collect();
    let example = json!({"columns": names, "data": [example]}).to_string();
    std::fs::write(top.join("input_example.json"), example).unwrap();
    dir
}

/// The package with columns of every type; its example lacks a value.
pub fn typed() -> tempfile::TempDir {
    package(
        &TYPED,
        &json!([12, 1500.5, 9_007_199_254_740_991_i64, 0.1, true, null, 7, 3]),
    )
}

pub fn uri(package: &tempfile::TempDir) -> String {
    package.path().join("churn").display().to_string()
}

/// A pipeline that scikit-learn fitted, one of `tests/data/pipelines`, as the file that a team has.
pub fn pipeline(case: &str) -> (tempfile::TempDir, String) {
    let packed = std::fs::File::open(format!("tests/data/pipelines/{case}.gz")).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_end(&mut bytes)
        .unwrap();
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    let header: Value = serde_json::from_slice(&bytes[..line]).unwrap();
    let length = |file: &Value| file[1].as_u64().unwrap() as usize;
    let files: Vec<usize> = header["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(length)
        .collect();
    // The files stand at the end, the pickle first.
    let first = bytes.len() - files.iter().sum::<usize>();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pipeline.pkl");
    std::fs::write(&path, &bytes[first..first + files[0]]).unwrap();
    (dir, path.display().to_string())
}

/// A server of one of these.
pub fn serving(case: &str) -> Arc<App> {
    app(&pipeline(case).1)
}

/// Every kind of model, each behind a server of its own.
pub fn apps() -> Vec<(&'static str, Arc<App>)> {
    let kinds = KINDS.iter().map(|(kind, uri)| (*kind, app(uri)));
    kinds
        .chain([
            ("missing_and_typed", app(&uri(&typed()))),
            ("words", serving("1.9.1-core_forest_error")),
            ("free_text", serving("1.9.1-text_tfidf_logistic")),
            ("free_text_in_a_table", serving("1.9.1-text_table_logistic")),
            ("labels_only", serving("1.9.1-linear_svc_words")),
            ("anomalies", serving("1.9.1-answers_isolation_words")),
            ("clusters", serving("1.9.1-answers_kmeans")),
            ("targets", serving("1.9.1-answers_dummy_targets")),
            (
                "targets_of_words",
                serving("1.9.1-answers_dummy_targets_words"),
            ),
        ])
        .collect()
}
