//! Scores that tie or nearly tie, against what onnxruntime answered on one thread: labels and last bits.

use std::{fs, io::Read as _};

use flate2::read::GzDecoder;
use serde::Deserialize;

use super::{folder, labels, read};
use crate::{
    formats::{
        FormatError,
        tests::ulps::{allowed, deviation},
    },
    input::Precision,
    model::{ForestModel, Model, Predictions},
};

/// What `tests/data/ties.py` recorded.
#[derive(Deserialize)]
struct Case {
    name: String,
    /// The bytes of the model in hexadecimal digits.
    model: String,
    rows: Vec<Vec<f64>>,
    labels: Option<Vec<serde_json::Value>>,
    scores: Option<Vec<Vec<f64>>>,
}

impl Case {
    fn read(&self) -> Result<ForestModel, FormatError> {
        let digits = self.model.as_bytes().as_chunks::<2>().0;
        let byte = |pair: &[u8; 2]| {
            let text = std::str::from_utf8(pair).unwrap();
            u8::from_str_radix(text, 16).unwrap()
        };
        read(&digits.iter().map(byte).collect::<Vec<_>>())
    }
}

fn cases() -> Vec<Case> {
    let file = fs::File::open(folder().join("ties.json.gz")).unwrap();
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Whether this form is refused: `PROBIT`, weights of class 1 or of both classes, and a base value for each of two classes.
fn is_refused(name: &str) -> bool {
    ["probit", "class_ids", "binary_positive_none_base_base"]
        .iter()
        .any(|part| name.contains(part))
        || name.starts_with("binary") && name.ends_with("base_base")
}

#[test]
fn near_ties_have_the_label_and_the_scores_of_onnxruntime() {
    let mut wrong = Vec::new();
    let mut rows = 0;
    for case in cases() {
        let name = &case.name;
        if is_refused(name) {
            let error = case.read().expect_err(name);
            assert!(
                matches!(error, FormatError::Unsupported(_)),
                "{name}: {error}"
            );
            continue;
        }
        let source = case.read().unwrap_or_else(|e| panic!("{name}: {e}"));
        let (names, most) = (
            labels(&source),
            allowed(&source.output, source.output_precision),
        );
        let model = Model::new(source).unwrap_or_else(|e| panic!("{name}: {e}"));
        let mut answers = Predictions::default();
        model.predict_rows(&case.rows.concat(), &mut answers);
        let scores = case.scores.unwrap_or_else(|| panic!("{name}: no scores"));
        rows += scores.len();
        for (i, wanted) in scores.iter().enumerate() {
            if let (Some(names), Some(labels)) = (&names, &case.labels)
                && names[answers.classes[i] as usize] != labels[i]
            {
                wrong.push(format!(
                    "{name}, row {i}: not {}, {wanted:?} for {:?}",
                    labels[i],
                    answers.row(i)
                ));
            }
            assert_eq!(answers.row(i).len(), wanted.len(), "{name}");
            let off = deviation(answers.row(i), wanted, Precision::F32);
            if off > most {
                let row = answers.row(i);
                wrong.push(format!(
                    "{name}, row {i}: {row:?} for {wanted:?}, off by {off}"
                ));
            }
        }
    }
    assert!(rows > 7000, "{rows}");
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}
