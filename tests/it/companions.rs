//! Files that lie beside a model: served from their directory, and packed into one package.

use flate2::read::GzDecoder;
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};
use tempfile::TempDir;

/// The files of a recorded case, in a directory.
fn unpacked(case: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = format!(
        "{}/tests/data/companions/{case}.tar.gz",
        env!("CARGO_MANIFEST_DIR")
    );
    let file = fs::File::open(path).unwrap();
    tar::Archive::new(GzDecoder::new(file))
        .unpack(folder.path())
        .unwrap();
    fs::remove_file(folder.path().join("answers.json")).unwrap();
    folder
}

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ml-serving"))
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn shown(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

/// The answers to a row of the table that the cases are fitted on.
fn answer(model: &str, variables: &[(&str, &str)]) -> Output {
    let rows = tempfile::tempdir().unwrap();
    let file = shown(rows.path(), "rows.csv");
    let row = "age,months,income,city,plan\n44,12,30000,Ulm,max\n";
    fs::write(&file, row).unwrap();
    run(&["predict", model, "--input", &file], variables)
}

#[test]
fn a_directory_is_served_whole_and_the_log_says_what_was_taken_for_what() {
    let folder = unpacked("1.9.1-preprocessor_xgboost");
    let given = answer(&folder.path().display().to_string(), &[]);
    let (out, err) = (text(&given.stdout), text(&given.stderr));
    assert!(given.status.success(), "{err}");
    assert!(
        out.starts_with("prediction,confidence,probability_leaves,probability_stays\n"),
        "{out}"
    );
    for said in [
        "`preprocessor.pkl` is taken for a step before the model, a ColumnTransformer of all columns",
        "`label_encoder.pkl` is taken for the words of the classes: leaves, stays",
        "forbid it with model.companions: false (MLSERVING__MODEL__COMPANIONS=false)",
    ] {
        assert!(err.contains(said), "{said}: {err}");
    }
    let forbidden = answer(
        &folder.path().display().to_string(),
        &[("MLSERVING__MODEL__COMPANIONS", "false")],
    );
    let err = text(&forbidden.stderr);
    assert!(!err.contains("is taken for"), "{err}");
}

#[test]
fn a_package_is_fetched_as_it_will_be_served() {
    let folder = unpacked("1.9.1-preprocessor_xgboost");
    let to = tempfile::tempdir().unwrap();
    let (from, to) = (
        folder.path().display().to_string(),
        shown(to.path(), "my model"),
    );
    let fetched = run(&["fetch", &from, &to], &[]);
    let (said, err) = (text(&fetched.stdout), text(&fetched.stderr));
    assert!(err.contains("is taken for"), "{err}");
    assert!(said.contains(&format!("serve --model '{to}'")), "{said}");
    let forbidden = run(
        &["fetch", &from, &to],
        &[("MLSERVING__MODEL__COMPANIONS", "false")],
    );
    let err = text(&forbidden.stderr);
    assert!(!err.contains("is taken for"), "{err}");
}

#[test]
fn a_package_that_was_packed_answers_as_its_directory_does() {
    let folder = unpacked("1.9.1-label_encoders_scaler");
    let file = |name: &str| shown(folder.path(), name);
    let out = file("out/churn");
    let arguments = [
        "pack",
        "--model",
        &file("model.pkl"),
        "--before",
        &file("label_encoders.pkl"),
        "--before",
        &file("scaler.pkl"),
        "--threshold",
        "0.01",
        "--out",
        &out,
    ];
    for _ in ["a new directory", "a package to replace"] {
        let packed = run(&arguments, &[]);
        let said = text(&packed.stdout);
        assert!(packed.status.success(), "{}", text(&packed.stderr));
        assert!(said.contains("`scaler.pkl` is taken for a step"), "{said}");
        assert!(said.contains("serve it: ml-serving serve"), "{said}");
    }
    let (own, packed) = (answer(&file(""), &[]), answer(&out, &[]));
    let (own, packed) = (text(&own.stdout), text(&packed.stdout));
    let probabilities = |text: &str| {
        let line = text.lines().nth(1).unwrap();
        line.split(',').skip(2).collect::<Vec<_>>().join(",")
    };
    assert_eq!(probabilities(&own), probabilities(&packed));
    assert!(
        packed.contains("\nstays,"),
        "the threshold decides: {packed}"
    );
}

#[test]
fn a_vectorizer_beside_a_model_takes_texts_and_so_does_the_package_of_both() {
    for (case, first, model) in [
        ("1.9.1-vectorizer", "vectorizer.pkl", "model.pkl"),
        ("1.2.2-vectorizer_skops", "tfidf.skops", "model.skops"),
    ] {
        let folder = unpacked(case);
        let file = |name: &str| shown(folder.path(), name);
        let rows = tempfile::tempdir().unwrap();
        let csv = shown(rows.path(), "rows.csv");
        fs::write(&csv, "text\n\"Arrived late, and \"\"broken\"\"\"\nhappy\n").unwrap();
        let own = run(&["predict", &file(""), "--input", &csv], &[]);
        assert!(own.status.success(), "{}", text(&own.stderr));
        let said = format!("`{first}` is taken for a step before the model");
        assert!(text(&own.stderr).contains(&said), "{}", text(&own.stderr));
        let (model, first, out) = (file(model), file(first), file("out/reviews"));
        let arguments = ["pack", "--model", &model, "--before", &first, "--out", &out];
        let packed = run(&arguments, &[]);
        assert!(packed.status.success(), "{}", text(&packed.stderr));
        let packed = run(&["predict", &out, "--input", &csv], &[]);
        assert_eq!(text(&own.stdout), text(&packed.stdout), "{case}");
        let lines = text(&own.stdout);
        let classes = lines.lines().skip(1).map(|line| &line[..2]);
        assert_eq!(classes.collect::<Vec<_>>(), ["1,", "0,"], "{lines}");
        let example = fs::read_to_string(format!("{out}/input_example.json")).unwrap();
        let example: serde_json::Value = serde_json::from_str(&example).unwrap();
        assert_eq!(example["columns"], serde_json::json!(["text"]));
        assert!(example["data"][0][0].is_string(), "{example}");
    }
}

#[test]
fn a_wrong_combination_writes_nothing() {
    let folder = unpacked("1.9.1-scaler_forest");
    let other = unpacked("1.9.1-label_encoders_scaler");
    let (model, scaler) = (
        shown(folder.path(), "model.pkl"),
        shown(other.path(), "scaler.pkl"),
    );
    let out = shown(folder.path(), "out");
    let packed = run(
        &[
            "pack", "--model", &model, "--before", &scaler, "--out", &out,
        ],
        &[],
    );
    assert_eq!(packed.status.code(), Some(65));
    let err = text(&packed.stderr);
    assert!(
        err.contains("`scaler.pkl` takes 5") && err.contains("`model.pkl` takes 3"),
        "{err}"
    );
    assert!(!Path::new(&out).exists());
    let occupied = folder.path().display().to_string();
    let packed = run(&["pack", "--model", &model, "--out", &occupied], &[]);
    assert_eq!(packed.status.code(), Some(64));
    assert!(text(&packed.stderr).contains("choose another directory"));
    let absent = run(&["pack", "--model", "no/such.pkl", "--out", &out], &[]);
    assert_eq!(absent.status.code(), Some(65));
}
