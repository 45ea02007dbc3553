//! The commands that answer and end: the real binary, its output and its exit code.

use std::{fs, io::Write as _, path::Path, process::Command};

use flate2::read::GzDecoder;

/// Exit code, standard output and standard error.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ml-serving"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn data(path: &str) -> String {
    format!("{}/tests/data/{path}", env!("CARGO_MANIFEST_DIR"))
}

/// A file with these bytes that goes away with what is returned.
fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::File::create(&path).unwrap().write_all(bytes).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

/// A compressed file of the test data, unpacked under a name.
fn unpacked(packed: &str, name: &str) -> (tempfile::TempDir, String) {
    let mut bytes = Vec::new();
    let packed = fs::File::open(data(packed)).unwrap();
    std::io::copy(&mut GzDecoder::new(packed), &mut bytes).unwrap();
    file(name, &bytes)
}

#[test]
fn predict_finds_columns_by_name_and_answers_in_order() {
    let columns = "petal_width,petal_length,note,sepal_width,sepal_length\n";
    let rows = format!("{columns}0.2,1.4,a flower,3.5,5.1\n2.5,6.0,another,3.3,6.3\n");
    let (_folder, rows) = file("rows.csv", rows.as_bytes());
    let (code, out, err) = run(&["predict", "builtin:iris", "--input", &rows]);
    assert_eq!(code, Some(0), "{err}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 3, "{out}");
    assert!(
        lines[0].starts_with("prediction,confidence,probability_"),
        "{out}"
    );
    assert!(
        lines[1].starts_with("0,") && lines[2].starts_with("2,"),
        "{out}"
    );
}

#[test]
fn predict_has_a_column_for_every_target() {
    let row = "0.1,".repeat(10);
    let (_folder, rows) = file(
        "rows.csv",
        format!("a,b,c,d,e,f,g,h,i,j\n{}\n", row.trim_end_matches(',')).as_bytes(),
    );
    let model = data("onnx/diabetes_two_targets.onnx");
    let (code, out, err) = run(&["predict", &model, "--input", &rows]);
    assert_eq!(code, Some(0), "{err}");
    let widths: Vec<usize> = out.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(widths, [2, 2], "{out}");
    assert!(out.starts_with("prediction_0,prediction_1\n"), "{out}");
}

#[test]
fn predict_names_the_row_and_the_column_of_a_bad_cell() {
    let rows = "sepal_length,sepal_width,petal_length,petal_width\n1,2,3,4\n1,2,x,4\n";
    let (_folder, rows) = file("rows.csv", rows.as_bytes());
    let (code, _, err) = run(&["predict", "builtin:iris", "--input", &rows]);
    assert_eq!(code, Some(65));
    assert!(
        err.contains("row 2, column \"petal_length\": \"x\" is not a number"),
        "{err}"
    );
}

#[test]
fn inspect_shows_what_a_file_of_each_flavor_is_made_of() {
    let files = [
        ("boosters/xgb_multi.json.gz", "xgb.json"),
        ("boosters/lgb_categories.txt.gz", "lgb.txt"),
        ("boosters/onnx_lgb_binary.onnx.gz", "lgb.onnx"),
    ];
    let mut cards = Vec::new();
    for (packed, name) in files {
        let (_folder, path) = unpacked(packed, name);
        let (code, out, err) = run(&["inspect", &path, "--json"]);
        assert_eq!(code, Some(0), "{err}");
        let mut card: serde_json::Value = serde_json::from_str(&out).unwrap();
        let place = Path::new(card["uri"].as_str().unwrap()).file_name();
        card["uri"] = place.unwrap().to_str().unwrap().into();
        cards.push(card);
    }
    insta::assert_json_snapshot!(cards);
}

#[test]
fn a_part_that_is_not_served_is_named_with_what_would_work() {
    let (_folder, path) = unpacked("sklearn/refused/pca.gz", "pca.pkl");
    let (code, _, err) = run(&["inspect", &path]);
    assert_eq!(code, Some(65));
    assert!(
        err.contains("the pipeline's step `pca` is a sklearn.decomposition._pca.PCA")
            && err.contains("skl2onnx"),
        "{err}"
    );
}
