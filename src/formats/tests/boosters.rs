//! Every model of tests/data/boosters against what its library answered.

use std::{fs, io::Read as _, path::PathBuf};

use flate2::read::GzDecoder;
use serde::Deserialize;

use super::{
    super::{FormatError, ModelFile, by_flavor},
    ulps,
};
use crate::model::{ForestModel, Labels, Model, Output, Predictions};

/// The first line of a `rows.gz`, which `tests/data/boosters/make.py` wrote.
#[derive(Deserialize)]
struct Header {
    flavor: String,
    file: String,
    /// The Python class that answered.
    class: String,
    rows: usize,
    features: usize,
    labels: bool,
    scores: usize,
}

pub(in crate::formats) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/boosters")
}

pub(crate) fn unpacked(file: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = fs::File::open(folder().join(file)).unwrap();
    GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    bytes
}

fn read(header: &Header) -> Result<ForestModel, FormatError> {
    let bytes = unpacked(&header.file);
    let file = ModelFile {
        class: Some(&header.class),
        ..ModelFile::new(&bytes)
    };
    let format = by_flavor(&header.flavor).unwrap();
    (format.read)(&file).map(|parsed| parsed.ir.into_forest())
}

fn names(folder: PathBuf, ending: &str) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    let names = files.map(|f| f.unwrap().file_name().to_str().unwrap().to_owned());
    let mut names: Vec<_> = names.filter(|name| name.ends_with(ending)).collect();
    names.sort();
    names
}

/// Models that may be off by more than their kind, by how many units in the last place.
const EXCEPTIONS: [(&str, f64); 4] = [
    // XGBoost answers the label only; the shares that were recorded are numpy's, in f64.
    ("xgb_softmax", 2.0),
    ("xgb_booster_softmax", 2.0),
    // What the graph does behind the trees is done to leaves and base value.
    ("onnx_lgb_forest_regressor", 2.0),
    ("onnx_xgb_poisson", 2.0),
];

/// What one model answered wrong, and how far its scores are off at most, in units in the last place.
fn differences(name: &str) -> (Vec<String>, f64) {
    let recorded = unpacked(name);
    let end = recorded.iter().position(|b| *b == b'\n').unwrap();
    let header: Header = serde_json::from_slice(&recorded[..end]).unwrap();
    let numbers: Vec<f64> = recorded[end + 1..]
        .as_chunks()
        .0
        .iter()
        .map(|b| f64::from_le_bytes(*b))
        .collect();
    let (rows, answers) = numbers.split_at(header.rows * header.features);
    let labels = if header.labels { header.rows } else { 0 };
    let (labels, scores) = answers.split_at(labels);
    assert_eq!(scores.len(), header.rows * header.scores);

    let source = match read(&header) {
        Ok(source) => source,
        Err(error) => return (vec![format!("{name}: {error}")], 0.0),
    };
    let exception = EXCEPTIONS
        .iter()
        .find(|(of, _)| name.strip_suffix(".rows.gz") == Some(of));
    let allowed = exception.map_or_else(
        || ulps::allowed(&source.output, source.output_precision),
        |(_, ulps)| *ulps,
    );
    let model = Model::new(source).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut got = Predictions::default();
    model.predict_rows(rows, &mut got);
    let mut wrong = Vec::new();
    if got.width != header.scores || got.classes.len() != labels.len() {
        wrong.push(format!("{name}: {} scores", got.width));
        return (wrong, 0.0);
    }
    for (i, (class, label)) in got.classes.iter().zip(labels).enumerate() {
        let found = match model.labels() {
            Some(Labels::Integers(labels)) => labels[*class as usize] as f64,
            _ => f64::from(*class),
        };
        if found.to_bits() != label.to_bits() {
            let row = &rows[i * header.features..][..header.features];
            wrong.push(format!(
                "{name}, row {i}: {found} for {label}, {:?} {row:?}",
                got.row(i)
            ));
        }
    }
    let mut worst = 0f64;
    for (i, wanted) in scores.chunks(header.scores).enumerate() {
        let off = ulps::deviation(got.row(i), wanted, model.output_precision());
        worst = worst.max(off);
        if off > allowed {
            let row = got.row(i);
            wrong.push(format!(
                "{name}, row {i}: {row:?} for {wanted:?}, off by {off} units in the last place"
            ));
        }
    }
    (wrong, worst)
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "a table for those who ask with --nocapture"
)]
fn every_model_answers_as_its_library_does() {
    let names = names(folder(), ".rows.gz");
    assert!(names.len() >= 40, "{names:?}");
    let mut wrong = Vec::new();
    for name in &names {
        let (differences, worst) = differences(name);
        eprintln!("{name:<40} {worst} {}", differences.len());
        wrong.extend(differences.into_iter().take(3));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_exported_booster_takes_missing_values_that_all_go_to_the_false_branch() {
    for name in [
        "onnx_xgb_all_right",
        "onnx_cat_binary",
        "onnx_cat_regressor",
    ] {
        let bytes = unpacked(&format!("{name}.onnx.gz"));
        let format = by_flavor("onnx").unwrap();
        let parsed = (format.read)(&ModelFile::new(&bytes)).unwrap();
        assert!(parsed.ir.into_forest().forest.handles_missing, "{name}");
    }
}

/// What a file of several outputs or of linear leaves means: what it answers to a row of zeros.
fn zeros(flavor: &str, name: &str, class: Option<&str>) -> (Output, Predictions) {
    let bytes = unpacked(name);
    let file = ModelFile {
        class,
        ..ModelFile::new(&bytes)
    };
    let format = by_flavor(flavor).unwrap();
    let model = Model::new((format.read)(&file).unwrap().ir).unwrap();
    let mut answers = Predictions::default();
    model.predict_rows(&vec![0.0; model.schema().len()], &mut answers);
    (model.output().clone(), answers)
}

#[test]
fn a_file_of_several_labels_is_a_classifier_of_several_targets_and_its_booster_answers_probabilities()
 {
    let (output, answers) = zeros("xgboost", "xgb_multi_label.ubj.gz", Some("XGBClassifier"));
    let two = || Labels::Integers(vec![0, 1]);
    assert_eq!(output, Output::Targets(vec![two(), two()]));
    let (output, booster) = zeros("xgboost", "xgb_multi_label.ubj.gz", Some("Booster"));
    assert!(matches!(output, Output::Regression { .. }));
    let positive: Vec<f64> = answers.row(0).iter().skip(1).step_by(2).copied().collect();
    assert_eq!(booster.row(0), positive);
}

#[test]
fn files_of_leaves_with_several_numbers_and_with_linear_models_are_read() {
    let (_, answers) = zeros("xgboost", "xgb_multi_output_tree.ubj.gz", None);
    assert_eq!(answers.row(0).len(), 2);
    let (_, answers) = zeros("lightgbm", "lgb_linear.txt.gz", None);
    assert!(answers.row(0)[0].is_finite());
}

#[test]
fn what_is_not_served_is_refused_by_name() {
    for (name, part, advice) in [
        ("xgb_gblinear.ubj", "`gblinear`", "gbtree and dart"),
        (
            "onnx_cat_average.onnx",
            "no base_values",
            "boost_from_average=False",
        ),
    ] {
        let bytes = unpacked(&format!("refused/{name}.gz"));
        let flavor = match name.split_once('_') {
            Some(("xgb", _)) => "xgboost",
            _ => "onnx",
        };
        let format = by_flavor(flavor).unwrap();
        let error = (format.read)(&ModelFile::new(&bytes)).unwrap_err();
        assert!(
            matches!(error, FormatError::Unsupported(_)),
            "{name}: {error}"
        );
        let text = error.to_string();
        assert!(
            text.contains(part) && text.contains(advice),
            "{name}: {text}"
        );
    }
}
