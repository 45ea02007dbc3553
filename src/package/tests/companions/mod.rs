//! Files that lie beside a model, against what Python answered with them: `tests/data/companions/make.py` says what a case is.

mod packed;
mod refused;

use super::{Memory, read};
use crate::{
    formats::FormatError,
    input::{Batch, ColumnType, Schema, Value},
    model::{Labels, Model, Predictions},
};
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value as Json;
use std::{fs, io::Read as _, path::PathBuf};

/// How far a score may be off that passes through an exponential: a unit in the last place of 32 bits.
const TOLERANCE: f64 = 1.2e-7;

#[derive(Deserialize)]
struct Answers {
    columns: Vec<String>,
    rows: Vec<Vec<Json>>,
    labels: Vec<Json>,
    scores: Vec<Option<Vec<f64>>>,
    exact: bool,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/companions")
}

/// The files of a case, and what Python answered.
fn case(name: &str) -> (Memory, Answers) {
    let file = fs::File::open(folder().join(format!("{name}.tar.gz"))).unwrap();
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    let (mut files, mut answers) = (Memory::default(), None);
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if name == "answers.json" {
            answers = Some(serde_json::from_slice(&bytes).unwrap());
        } else {
            files = files.with(&name, bytes);
        }
    }
    (files, answers.unwrap())
}

fn case_names() -> Vec<String> {
    let names = fs::read_dir(folder()).unwrap().filter_map(|file| {
        let name = file.unwrap().file_name().into_string().unwrap();
        name.strip_suffix(".tar.gz").map(str::to_owned)
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

struct Served {
    model: Model,
    notes: Vec<String>,
    parts: Vec<String>,
    digest: String,
}

fn serve(files: &Memory) -> Result<Served, FormatError> {
    let (package, bytes) = read(files, true, "")?;
    let parsed = package.parse(&bytes)?;
    Ok(Served {
        model: Model::new(parsed.ir).unwrap(),
        notes: parsed.notes,
        parts: parsed.parts,
        digest: package.digest,
    })
}

fn refusal(files: &Memory) -> String {
    serve(files)
        .map(|served| served.notes)
        .unwrap_err()
        .to_string()
}

/// A row in the order of the schema, as clients send it; nothing where a value is refused.
fn row(schema: &Schema, columns: &[String], row: &[Json]) -> Option<Batch> {
    let mut batch = Batch::new(schema.len(), 1);
    for (at, column) in schema.columns.iter().enumerate() {
        let place = columns.iter().position(|name| *name == column.name);
        let place = if schema.named { place? } else { at };
        let value = match &row[place] {
            Json::Null => Value::Missing,
            Json::String(text) => Value::Text(text),
            number => Value::Number(number.as_f64().unwrap()),
        };
        batch.accept(at, column, value, schema.precision).ok()?;
    }
    batch.end_row();
    Some(batch)
}

fn compare(served: &Served, answers: &Answers) -> Result<(), String> {
    let model = &served.model;
    let close = |a: f64, b: f64| {
        a.to_bits() == b.to_bits()
            || !answers.exact && (a - b).abs() <= TOLERANCE * b.abs().max(0.5)
    };
    let mut given = Predictions::default();
    for (i, values) in answers.rows.iter().enumerate() {
        let (label, scores) = (&answers.labels[i], &answers.scores[i]);
        let Some(batch) = row(model.schema(), &answers.columns, values) else {
            match label {
                Json::Null => continue,
                _ => return Err(format!("row {i} is refused, Python says {label}")),
            }
        };
        if label.is_null() {
            return Err(format!("row {i} is answered, Python refuses it"));
        }
        model.predict(&batch, &mut given).unwrap();
        let wanted = match scores {
            Some(scores) => scores.clone(),
            None => vec![label.as_f64().unwrap()],
        };
        let all = given.row(0).iter().zip(&wanted);
        if given.row(0).len() != wanted.len() || !all.clone().all(|(a, b)| close(*a, *b)) {
            return Err(format!(
                "row {i}: {:?}, Python says {wanted:?}",
                given.row(0)
            ));
        }
        let own = match model.labels() {
            Some(Labels::Strings(words)) => Json::from(words[given.classes[0] as usize].as_str()),
            Some(Labels::Integers(numbers)) => Json::from(numbers[given.classes[0] as usize]),
            None => continue,
        };
        if own != *label {
            return Err(format!("row {i}: {own}, Python says {label}"));
        }
    }
    Ok(())
}

#[test]
fn a_model_and_the_files_beside_it_answer_as_python_does_with_them() {
    let names = case_names();
    assert!(names.len() >= 45);
    let wrong: Vec<String> = names
        .iter()
        .filter_map(|name| {
            let (files, answers) = case(name);
            let compared = serve(&files)
                .map_err(|error| error.to_string())
                .and_then(|served| compare(&served, &answers));
            compared.err().map(|error| format!("{name}: {error}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_is_said_to_be_taken_for_something() {
    for name in case_names().iter().filter(|name| !name.contains("bundle")) {
        let (files, _) = case(name);
        let notes = serve(&files).unwrap().notes;
        for file in files.0.keys().filter(|file| !file.starts_with("model.")) {
            let said = notes.iter().filter(|note| note.contains(file.as_str()));
            assert!(said.count() > 0, "{name}: {file} in {notes:?}");
        }
    }
    let (files, _) = case("1.9.1-label_encoders_forest");
    assert_eq!(
        serve(&files).unwrap().notes,
        [
            "`label_encoders.pkl` is taken for the codes of the columns city, plan",
            "`label_encoders.pkl[churn]` is taken for the words of the classes: leaves, stays"
        ]
    );
}

#[test]
fn what_was_made_before_the_model_is_named_and_its_columns_have_types() {
    let served = serve(&case("1.9.1-preprocessor_xgboost").0).unwrap();
    assert_eq!(
        served.parts,
        [
            "ColumnTransformer",
            "StandardScaler",
            "OneHotEncoder",
            "gbtree",
            "binary:logistic"
        ]
    );
    let kinds: Vec<ColumnType> = (served.model.schema().columns.iter())
        .map(|column| column.kind)
        .collect();
    let (number, text) = (ColumnType::Double, ColumnType::Text);
    assert_eq!(kinds, [number, number, number, text, text]);
    let served = serve(&case("1.9.1-threshold_forest").0).unwrap();
    assert_eq!(served.parts, ["RandomForestClassifier", "threshold 0.35"]);
}

#[test]
fn the_digest_is_another_one_for_another_companion_and_the_files_own_without_any() {
    let (files, _) = case("1.9.1-scaler_columns");
    let whole = serve(&files).unwrap().digest;
    let other = files.with("columns.json", r#"["age","months","income"]"#);
    assert_ne!(serve(&other).unwrap().digest, whole);
    let (bundle, _) = case("1.9.1-bundle");
    let bytes = &bundle.0["churn.joblib"];
    assert_eq!(
        serve(&bundle).unwrap().digest,
        crate::package::digest::digest(bytes)
    );
}

#[test]
fn without_the_setting_a_model_is_served_alone() {
    let (files, _) = case("1.9.1-scaler_forest");
    let (package, bytes) = read(&files, false, "").unwrap();
    let parsed = package.parse(&bytes).unwrap();
    assert_eq!(parsed.parts, ["RandomForestClassifier"]);
    assert!(parsed.notes.is_empty());
}
