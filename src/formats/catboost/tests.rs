//! Every model of tests/data/catboost against what CatBoost answered, and what is wrong with files.

mod forged;

use super::super::{FormatError, ModelFile, Parsed, by_flavor};
use crate::{
    input::{Batch, Texts, Value},
    model::{Labels, Model, Predictions},
};
use flate2::read::GzDecoder;
use serde::Deserialize;
use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

#[derive(Deserialize)]
struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<serde_json::Value>>,
}

/// The first line of a case, which `tests/data/catboost/make.py` wrote.
#[derive(Deserialize)]
struct Header {
    columns: Vec<String>,
    unnamed: bool,
    class: String,
    rows: usize,
    width: usize,
    score_width: usize,
    labels: Option<Vec<serde_json::Value>>,
    predicted: Option<Vec<u32>>,
    targets: Option<Vec<Vec<u32>>>,
    files: Vec<(String, usize)>,
}

struct Case {
    name: String,
    header: Header,
    raw: Vec<f64>,
    scores: Vec<f64>,
    files: Vec<(String, Vec<u8>)>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/catboost")
}

fn unpacked(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = fs::File::open(folder().join(name)).unwrap();
    GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    bytes
}

fn case(name: &str) -> Case {
    let recorded = unpacked(name);
    let end = recorded.iter().position(|byte| *byte == b'\n').unwrap();
    let header: Header = serde_json::from_slice(&recorded[..end]).unwrap();
    let numbers = header.rows * (header.width + header.score_width);
    let (numbers, mut rest) = recorded[end + 1..].split_at(8 * numbers);
    let (numbers, _) = numbers.as_chunks();
    let numbers: Vec<f64> = numbers.iter().map(|b| f64::from_le_bytes(*b)).collect();
    let (raw, scores) = numbers.split_at(header.rows * header.width);
    let mut files = Vec::new();
    for (form, length) in &header.files {
        let (file, after) = rest.split_at(*length);
        files.push((form.clone(), file.to_vec()));
        rest = after;
    }
    Case {
        name: name.to_owned(),
        raw: raw.to_vec(),
        scores: scores.to_vec(),
        header,
        files,
    }
}

/// One of the files of a case.
pub(crate) fn file(name: &str, form: &str) -> Vec<u8> {
    let files = case(name).files;
    let file = files.into_iter().find(|(known, _)| known == form);
    file.unwrap().1
}

fn cases() -> Vec<Case> {
    let wanted = std::env::var("CATBOOST").unwrap_or_default();
    let files = fs::read_dir(folder()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().to_str().unwrap().to_owned());
    let mut names: Vec<String> = names
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "gz"))
        .filter(|name| name != "rows.json.gz" && name.contains(&wanted))
        .collect();
    names.sort();
    names.iter().map(|name| case(name)).collect()
}

fn read(form: &str, bytes: &[u8], class: Option<&str>) -> Result<Parsed, FormatError> {
    let flavor = if form == "pickle" {
        "sklearn"
    } else {
        "catboost"
    };
    let file = ModelFile {
        class,
        ..ModelFile::new(bytes)
    };
    (by_flavor(flavor).unwrap().read)(&file)
}

/// The rows that a case is asked about, as its model takes them.
fn rows(table: &Table, header: &Header, model: &Model, named: bool) -> Batch {
    let places: Vec<usize> = header
        .columns
        .iter()
        .map(|name| {
            table
                .columns
                .iter()
                .position(|known| known == name)
                .unwrap()
        })
        .collect();
    let schema = model.schema();
    assert_eq!(schema.len(), places.len());
    assert_eq!(schema.named, named && !header.unnamed);
    let mut values = Vec::new();
    for row in &table.rows[table.rows.len() - header.rows..] {
        for (place, column) in places.iter().zip(&schema.columns) {
            let value = match &row[*place] {
                serde_json::Value::Null => Value::Missing,
                serde_json::Value::Bool(flag) => Value::Boolean(*flag),
                serde_json::Value::Number(number) => Value::Number(number.as_f64().unwrap()),
                other => Value::Text(other.as_str().unwrap()),
            };
            values.push(
                column
                    .accept(value, schema.precision, &mut Texts::default())
                    .unwrap(),
            );
        }
    }
    Batch::from_values(values, schema.len()).unwrap()
}

fn labels_of(header: &Header) -> Option<Labels> {
    let labels = header.labels.as_ref()?;
    let texts: Option<Vec<String>> = labels
        .iter()
        .map(|l| l.as_str().map(str::to_owned))
        .collect();
    if let Some(texts) = texts {
        return Some(Labels::Strings(texts));
    }
    let number = |label: &serde_json::Value| match label {
        serde_json::Value::Bool(flag) => i64::from(*flag),
        label => label.as_f64().unwrap() as i64,
    };
    Some(Labels::Integers(labels.iter().map(number).collect()))
}

/// What a model answers otherwise than CatBoost did.
fn differences(case: &Case, table: &Table, form: &str, bytes: &[u8], raw: bool) -> Vec<String> {
    let header = &case.header;
    let class = if raw { "CatBoost" } else { &header.class };
    let parsed = match read(form, bytes, Some(class)) {
        Ok(parsed) => parsed,
        Err(error) => return vec![error.to_string()],
    };
    let model = match Model::new(parsed.ir) {
        Ok(model) => model,
        Err(error) => return vec![error.to_string()],
    };
    // Version 0.26 writes no names into JSON.
    let named = form != "json" || !case.name.starts_with("0.26");
    let batch = rows(table, header, &model, named);
    let mut answers = Predictions::default();
    model.predict(&batch, &mut answers).unwrap();
    let mut wrong = compared(case, &mut answers, raw);
    if !raw && header.targets.is_none() && model.labels() != labels_of(header).as_ref() {
        wrong.push(format!("labels are {:?}", model.labels()));
    }
    if header.targets.is_some() {
        return wrong;
    }
    // A row alone answers as it does among others.
    for at in [0, header.rows - 1] {
        let row = batch.rows().nth(at).unwrap();
        let mut alone = Predictions::default();
        model.predict_rows(row, &mut alone);
        if alone.row(0) != answers.row(at) {
            wrong.push(format!("row {at} answers otherwise alone"));
        }
    }
    wrong
}

/// What the answers to the rows are otherwise than CatBoost's.
fn compared(case: &Case, answers: &mut Predictions, raw: bool) -> Vec<String> {
    let header = &case.header;
    let (expected, most) = if raw {
        (&case.raw, 0.0)
    } else {
        (&case.scores, 1e-12)
    };
    let mut wrong = Vec::new();
    if let (Some(targets), false) = (&header.targets, raw) {
        // Python answers the probability of a yes alone.
        let yes = answers.scores.iter().skip(1).step_by(2).copied().collect();
        answers.scores = yes;
        if answers.classes != targets.concat() {
            wrong.push("other labels hold".to_owned());
        }
    }
    if answers.scores.len() != expected.len() {
        return vec![format!(
            "{} scores, not {}",
            answers.scores.len(),
            expected.len()
        )];
    }
    let off = |a: f64, b: f64| (a - b).abs() / b.abs().max(1.0);
    let far = answers
        .scores
        .iter()
        .zip(expected)
        .map(|(a, b)| off(*a, *b));
    let far = far.fold(0.0, f64::max);
    if far > most {
        wrong.push(format!("scores are off by {far:e}"));
    }
    let classes = header.predicted.as_ref().filter(|_| !raw);
    if classes.is_some_and(|classes| *classes != answers.classes) {
        wrong.push("other classes win".to_owned());
    }
    wrong
}

#[test]
fn every_recorded_model_answers_as_catboost_did() {
    let table: Table = serde_json::from_slice(&unpacked("rows.json.gz")).unwrap();
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(!cases.is_empty());
    for case in &cases {
        for (form, bytes) in &case.files {
            for raw in [true, false] {
                // A pickle says its class itself. CatBoost answers -inf for classes that the training data did not have.
                if raw && (form == "pickle" || case.name.contains("gaps_counted")) {
                    continue;
                }
                for what in differences(case, &table, form, bytes, raw) {
                    wrong.push(format!("{} ({form}, raw {raw}): {what}", case.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
