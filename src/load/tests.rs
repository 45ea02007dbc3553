//! Packages that are loaded from a directory, whole and damaged.

use super::*;
use crate::{formats::tests::boosters::unpacked, registry::Secret};
use std::fs;
use tempfile::TempDir;

/// A copy of the embedded package.
fn iris() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in ["MLmodel", "model.onnx", "input_example.json"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/iris");
        fs::copy(from.join(file), dir.path().join(file)).unwrap();
    }
    dir
}

fn load_from(dir: &TempDir) -> Result<LoadedModel, LoadError> {
    let config = ModelConfig {
        uri: Secret::uri(dir.path().display().to_string()),
        ..ModelConfig::default()
    };
    load(&config, &Access::default())
}

/// The `MLmodel` with `change` made to it.
fn change_mlmodel(dir: &TempDir, change: impl FnOnce(String) -> String) {
    let path = dir.path().join("MLmodel");
    let before = fs::read_to_string(&path).unwrap();
    let after = change(before.clone());
    assert_ne!(before, after, "the change must hit");
    fs::write(path, after).unwrap();
}

/// Why the package in `dir` is refused.
fn invalid(dir: &TempDir) -> String {
    let error = load_from(dir).expect_err("refused");
    assert!(matches!(error, LoadError::Invalid { .. }), "{error}");
    error.to_string()
}

#[test]
fn a_package_answers_its_example_as_recorded() {
    let served = load_from(&iris()).unwrap();
    assert_eq!(served.example_row(), [5.1, 3.5, 1.4, 0.2]);
    assert_eq!(served.source, Origin::Directory);
}

#[test]
fn fewer_recorded_answers_than_rows_are_refused() {
    let dir = iris();
    change_mlmodel(&dir, |text| {
        let at = text.find("    - - 1.0").or(text.find("    - -")).unwrap();
        // The first row of scores.
        let end = text[at + 6..].find("    - -").unwrap() + at + 6;
        format!("{}{}", &text[..at], &text[end..])
    });
    let text = invalid(&dir);
    assert!(
        text.contains("has 3 rows, but the answers to 2 are recorded"),
        "{text}"
    );
}

#[test]
fn missing_recorded_classes_are_refused() {
    let dir = iris();
    change_mlmodel(&dir, |text| {
        text.replacen("    classes:\n    - 0\n", "    classes:\n", 1)
    });
    let text = invalid(&dir);
    assert!(text.contains("the classes of 2 rows"), "{text}");
}

#[test]
fn recorded_scores_of_another_width_are_refused() {
    let dir = iris();
    change_mlmodel(&dir, |text| {
        let at = text.find("    scores:\n").unwrap();
        let row = text[at..].find("\n      - ").unwrap() + at + 1;
        let end = text[row..].find('\n').unwrap() + row + 1;
        format!("{}{}", &text[..row], &text[end..])
    });
    let text = invalid(&dir);
    assert!(text.contains("3 scores, 2 are recorded"), "{text}");
}

#[test]
fn recorded_answers_without_a_usable_example_are_refused() {
    let dir = iris();
    let example = dir.path().join("input_example.json");
    fs::remove_file(&example).unwrap();
    assert!(invalid(&dir).contains("it has none"));
    fs::write(&example, "{").unwrap();
    assert!(invalid(&dir).contains("not JSON"));
    fs::write(&example, "[[5.1, 3.5, 1.4, 0.2]]").unwrap();
    assert!(invalid(&dir).contains("has 1 rows"));
}

#[test]
fn a_package_that_records_nothing_is_only_held_to_finite_answers() {
    let dir = iris();
    change_mlmodel(&dir, |text| text.replacen("example_outputs:", "notes:", 1));
    load_from(&dir).unwrap();
    fs::write(dir.path().join("input_example.json"), "[[null, 1, 2, 3]]").unwrap();
    let served = load_from(&dir).unwrap();
    assert_eq!(
        served.example_row(),
        [0.0; 4],
        "an unusable example is left out"
    );
    fs::remove_file(dir.path().join("input_example.json")).unwrap();
    assert_eq!(load_from(&dir).unwrap().example_row(), [0.0; 4]);
}

#[test]
fn a_pinned_digest_is_checked_before_anything_is_parsed() {
    let dir = iris();
    fs::write(dir.path().join("model.onnx"), "no model at all").unwrap();
    let config = ModelConfig {
        uri: Secret::uri(dir.path().display().to_string()),
        sha256: "0".repeat(64),
        ..ModelConfig::default()
    };
    let error = load(&config, &Access::default()).expect_err("another file");
    assert_eq!(error.reason(), "wrong_digest");
    assert_eq!(load_from(&dir).expect_err("no model").reason(), "corrupt");
}

#[test]
fn an_optional_column_of_the_signature_is_optional_to_clients() {
    let dir = tempfile::tempdir().unwrap();
    let specs: Vec<_> = ["a", "b", "c", "d", "e", "f", "g", "h"]
        .iter()
        .map(|name| {
            let required = *name != "c";
            serde_json::json!({"type": "double", "name": name, "required": required})
        })
        .collect();
    let inputs = serde_json::Value::from(specs);
    let text = format!(
        "flavors:\n  lightgbm:\n    data: model.lgb\n    model_class: lightgbm.basic.Booster\nsignature:\n  inputs: '{inputs}'\n"
    );
    fs::write(dir.path().join("MLmodel"), text).unwrap();
    fs::write(dir.path().join("model.lgb"), unpacked("lgb_binary.txt.gz")).unwrap();
    let row = r#"[{"a": 1, "b": 2, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8}]"#;
    fs::write(dir.path().join("input_example.json"), row).unwrap();
    let served = load_from(&dir).unwrap();
    let optional: Vec<_> = (served.model.schema().columns.iter())
        .filter(|column| !column.required && column.nullable)
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(optional, ["c"]);
    assert!(served.example_row()[2].is_nan());
    assert_eq!(served.example_row()[3..], [4.0, 5.0, 6.0, 7.0, 8.0]);
}
