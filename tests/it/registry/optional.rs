//! MLflow's optional columns, from the signature to the client.

use crate::app::{app, post};
use std::{fs, io::Read as _};

#[tokio::test]
async fn a_row_by_name_may_leave_out_an_optional_column() {
    let dir = tempfile::tempdir().unwrap();
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let specs = names.map(|name| {
        let required = name != "c";
        serde_json::json!({"type": "double", "name": name, "required": required})
    });
    let inputs = serde_json::json!(specs).to_string();
    let text = format!(
        "flavors:\n  lightgbm:\n    data: model.lgb\n    model_class: lightgbm.basic.Booster\nsignature:\n  inputs: '{inputs}'\n"
    );
    fs::write(dir.path().join("MLmodel"), text).unwrap();
    let packed = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/boosters/lgb_binary.txt.gz"
    );
    let mut model = Vec::new();
    let packed = fs::File::open(packed).unwrap();
    flate2::read::GzDecoder::new(packed)
        .read_to_end(&mut model)
        .unwrap();
    fs::write(dir.path().join("model.lgb"), model).unwrap();
    let app = app(&dir.path().display().to_string());
    let without = post(
        &app,
        "/predict",
        r#"{"features": {"a": 1, "b": 2, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8}}"#,
    )
    .await;
    assert_eq!(without.status, 200, "{}", without.text);
    let missing = post(
        &app,
        "/predict",
        r#"{"features": [1, 2, null, 4, 5, 6, 7, 8]}"#,
    )
    .await;
    assert_eq!(without.json()["prediction"], missing.json()["prediction"]);
    assert_eq!(without.json()["confidence"], missing.json()["confidence"]);
    let other = post(
        &app,
        "/predict",
        r#"{"features": {"b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8}}"#,
    )
    .await;
    assert_eq!(other.status, 422, "{}", other.text);
    assert!(
        other.text.contains("`a`") || other.text.contains("\"a\""),
        "{}",
        other.text
    );
}
