//! Infinite numbers in a CSV file, against what Python answered: `tests/data/infinite/make.py`.

use super::super::{ModelFile, by_file_name, read};
use crate::{
    input::{Batch, CsvRows, Texts},
    model::{Model, Predictions},
};
use std::{collections::BTreeMap, fs};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/infinite");

/// The probability of the second class for every row; nothing where the row is refused.
fn answers(name: &str) -> Vec<Option<f64>> {
    let bytes = fs::read(format!("{FOLDER}/{name}")).unwrap();
    let parsed = read(by_file_name(name).unwrap(), &ModelFile::new(&bytes)).unwrap();
    let model = Model::new(parsed.ir).unwrap();
    let schema = model.schema();
    let table = fs::read(format!("{FOLDER}/rows.csv")).unwrap();
    let mut rows = CsvRows::open(table.as_slice(), "rows.csv").unwrap();
    let mut predictions = Predictions::default();
    let mut answers = Vec::new();
    while rows.advance().unwrap() {
        let cells = schema.columns.iter().enumerate();
        let row = cells.map(|(at, column)| {
            let text = rows.text(at).unwrap();
            column.accept_text(text, schema.precision, &mut Texts::default())
        });
        let row: Result<Vec<f64>, _> = row.collect();
        answers.push(row.ok().map(|row| {
            let predicted = model.predict(&Batch::one(&row), &mut predictions);
            predicted.unwrap();
            predictions.row(0)[1]
        }));
    }
    answers
}

#[test]
fn infinite_numbers_of_a_file_are_answered_or_refused_as_python_does() {
    let text = fs::read(format!("{FOLDER}/answers.json")).unwrap();
    let wanted: BTreeMap<String, Vec<Option<f64>>> = serde_json::from_slice(&text).unwrap();
    assert_eq!(wanted.len(), 10);
    for (name, wanted) in wanted {
        let got = answers(&name);
        assert_eq!(got.len(), wanted.len());
        for (row, (got, wanted)) in got.iter().zip(&wanted).enumerate() {
            let near = match (got, wanted) {
                (Some(a), Some(b)) => (a - b).abs() < 1e-7,
                (a, b) => a.is_none() && b.is_none(),
            };
            assert!(near, "{name}, row {row}: {got:?} for {wanted:?}");
        }
    }
}
