//! Every model of tests/data/onnx against what onnxruntime answered.

mod distrust;
mod distrust_graphs;
mod distrust_v5;
mod functions;
mod graphs;
mod operators;
mod texts;
mod ties;

use std::{fs, path::PathBuf};

use serde::Deserialize;

use super::{
    lists::{Ints, Strings},
    reference, write,
};
use crate::{
    formats::{
        FormatError, ModelFile,
        tests::ulps::{allowed, deviation},
    },
    input::{ColumnType, Precision},
    model::{ForestModel, Labels, Model, Output, Predictions, Test, TreeNode},
};

/// What `tests/data/make.py` recorded.
#[derive(Deserialize)]
struct Recorded {
    rows: Vec<Vec<Option<f64>>>,
    labels: Option<Vec<serde_json::Value>>,
    scores: Vec<Vec<f64>>,
}

/// A list of an attribute, to be written anew.
trait Edit<T> {
    fn edit<R>(&mut self, edit: impl FnOnce(&mut Vec<T>) -> R) -> R;
}

impl Edit<i64> for Option<Ints> {
    fn edit<R>(&mut self, edit: impl FnOnce(&mut Vec<i64>) -> R) -> R {
        let mut list = self.take().unwrap_or_default().to_vec();
        let edited = edit(&mut list);
        *self = Some(list.into_iter().collect());
        edited
    }
}

impl Edit<Vec<u8>> for Option<Strings> {
    fn edit<R>(&mut self, edit: impl FnOnce(&mut Vec<Vec<u8>>) -> R) -> R {
        let strings = self.take().unwrap_or_default();
        let mut list = strings.iter().map(<[u8]>::to_vec).collect();
        let edited = edit(&mut list);
        *self = Some(list.into_iter().collect());
        edited
    }
}

fn read(bytes: &[u8]) -> Result<ForestModel, FormatError> {
    super::read(&ModelFile::new(bytes)).map(|parsed| parsed.ir.into_forest())
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/onnx")
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(folder().join(format!("{name}.onnx"))).unwrap()
}

fn source(name: &str) -> ForestModel {
    read(&bytes(name)).unwrap()
}

fn recorded(name: &str) -> Recorded {
    serde_json::from_slice(&fs::read(folder().join(format!("{name}.json"))).unwrap()).unwrap()
}

fn names() -> Vec<String> {
    let files = fs::read_dir(folder()).unwrap();
    let mut names: Vec<String> = files
        .filter_map(|f| {
            Some(
                f.unwrap()
                    .file_name()
                    .to_str()?
                    .strip_suffix(".onnx")?
                    .to_owned(),
            )
        })
        .collect();
    names.sort();
    names
}

fn labels(model: &ForestModel) -> Option<Vec<serde_json::Value>> {
    match &model.output {
        Output::Classes { labels, .. } | Output::Binary { labels, .. } => Some(match labels {
            Labels::Integers(l) => l.iter().map(|&l| l.into()).collect(),
            Labels::Strings(l) => l.iter().map(|l| l.clone().into()).collect(),
        }),
        _ => None,
    }
}

/// Compares `predict` with the recorded answers and returns what differs.
fn differences(
    name: &str,
    model: &ForestModel,
    mut predict: impl FnMut(&[f64]) -> (Option<usize>, Vec<f64>),
) -> Vec<String> {
    let expected = recorded(name);
    let labels = labels(model);
    assert_eq!(labels.is_some(), expected.labels.is_some(), "{name}");
    let mut wrong = Vec::new();
    for (i, row) in expected.rows.iter().enumerate() {
        let row: Vec<f64> = row.iter().map(|x| x.unwrap_or(f64::NAN)).collect();
        let (class, scores) = predict(&row);
        if let (Some(class), Some(labels), Some(expected)) = (class, &labels, &expected.labels)
            && labels[class] != expected[i]
        {
            wrong.push(format!(
                "{name}, row {i}: {} for {} {scores:?}",
                labels[class], expected[i]
            ));
        }
        for (&got, &want) in scores.iter().zip(&expected.scores[i]) {
            let tolerance = 1e-6 * f64::max(1.0, want.abs());
            if (got - want).abs() > tolerance || got.is_nan() {
                wrong.push(format!("{name}, row {i}: score {got} for {want}"));
            }
        }
        assert_eq!(scores.len(), expected.scores[i].len(), "{name}");
    }
    wrong
}

#[test]
fn every_model_answers_as_onnxruntime_does() {
    let names = names();
    assert!(names.len() >= 50, "{names:?}");
    let mut wrong = Vec::new();
    for name in &names {
        let model = source(name);
        wrong.extend(differences(name, &model, |row| {
            reference::predict(&model, row)
        }));
    }
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// How many units in the last place a model may be off, see [`allowed`].
fn allowed_of(name: &str, model: &ForestModel) -> f64 {
    match name {
        // A leaf lists two weights for one target: they are added first.
        _ if name.starts_with("two_targets") => 2.0,
        // The answer is an f64, of which nine digits were recorded.
        "v5_double" => 1.0,
        // onnxruntime takes the total of a softmax in f32.
        "v5_argmax_2" => 2.0,
        _ => allowed(&model.output, model.output_precision),
    }
}

#[test]
fn the_engine_answers_every_model_as_onnxruntime_does() {
    let mut wrong = Vec::new();
    for name in names() {
        let model = source(&name);
        let engine = Model::new(model.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let mut answers = Predictions::default();
        let (most, wanted) = (allowed_of(&name, &model), recorded(&name).scores);
        let mut next = wanted.iter();
        wrong.extend(differences(&name, &model, |row| {
            engine.predict_rows(row, &mut answers);
            let off = deviation(answers.row(0), next.next().unwrap(), Precision::F32);
            assert!(off <= most, "{name}: {off} units in the last place");
            (
                answers.classes.first().map(|&c| c as usize),
                answers.row(0).to_vec(),
            )
        }));
    }
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn one_input_per_column_names_the_columns_and_keeps_their_types() {
    let schema = source("iris_rf_columns_double").schema;
    let names: Vec<_> = schema.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(
        names,
        ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    );
    assert!(schema.named);
    assert!(schema.columns.iter().all(|c| c.kind == ColumnType::Double));

    let kinds: Vec<_> = source("typed_columns")
        .schema
        .columns
        .iter()
        .map(|c| c.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            ColumnType::Float,
            ColumnType::Double,
            ColumnType::Long,
            ColumnType::Boolean
        ]
    );
}

#[test]
fn one_input_of_many_columns_has_no_names() {
    let schema = source("iris_rf").schema;
    assert_eq!(schema.len(), 4);
    assert!(!schema.named);
}

#[test]
fn an_open_width_is_taken_from_the_scaler() {
    assert_eq!(source("iris_rf_open_width").schema.len(), 4);
}

#[test]
fn the_precision_is_that_of_the_input() {
    let float = source("iris_rf");
    assert_eq!(
        (float.input, float.forest.precision),
        (Precision::F32, Precision::F32)
    );
    let double = source("iris_rf_double");
    assert_eq!(
        (double.input, double.forest.precision),
        (Precision::F64, Precision::F64)
    );
    // FeatureVectorizer answers floats, which CastLike widens again.
    let columns = source("iris_rf_columns_double");
    assert_eq!(
        (columns.input, columns.forest.precision),
        (Precision::F32, Precision::F64)
    );
}

#[test]
fn missing_values_are_handled_only_where_the_model_tracks_them() {
    assert!(source("mode_mixed_missing").forest.handles_missing);
    // skl2onnx 1.20 leaves the directions of scikit-learn's trees out.
    assert!(!source("iris_et_missing").forest.handles_missing);
    assert!(!source("iris_rf").forest.handles_missing);
    assert!(!source("wine_rf_int64").forest.handles_missing);
}

#[test]
fn branches_that_meet_again_are_unfolded_into_a_tree() {
    let forest = source("eq_chain_halves_shared").forest;
    let splits = |nodes: &[TreeNode]| {
        nodes
            .iter()
            .filter(|n| matches!(n, TreeNode::Split { .. }))
            .count()
    };
    assert_eq!(splits(&forest.trees[0]), 3);
    assert_eq!(forest.trees[0].len(), 7);
}

#[test]
fn a_chain_of_equalities_with_whole_numbers_is_one_split_by_categories() {
    let forest = source("eq_chain_integers_shared").forest;
    assert_eq!(forest.trees[0].len(), 3);
    assert!(matches!(
        forest.trees[0][0],
        TreeNode::Categories { set: 0, .. }
    ));
}

/// The model as the writer can write it: what it reads, in one `f32` chain.
fn rewritten(name: &str) -> ForestModel {
    let model = source(name);
    let written = write(&model).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(
        written,
        write(&model).unwrap(),
        "{name}: the bytes differ from run to run"
    );
    read(&written).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn what_is_written_reads_back_and_answers_the_same() {
    let names = [
        "iris_rf",
        "iris_rf_strings",
        "iris_gb",
        "iris_tree",
        "iris_et_missing",
        "cancer_rf",
        "cancer_rf_strings",
        "cancer_gb",
        "cancer_gb_raw",
        "diabetes_rf",
        "diabetes_gb",
        "diabetes_two_targets",
        "mode_mixed_missing",
        "mode_mixed",
        "three_classes_votes",
        "one_column_positive_logistic_base",
    ];
    for name in names {
        let model = rewritten(name);
        let wrong = differences(name, &model, |row| reference::predict(&model, row));
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let before = source(name);
        assert_eq!(model.steps, before.steps, "{name}");
        assert_eq!(
            model.forest.trees.len(),
            before.forest.trees.len(),
            "{name}"
        );
    }
}

/// Two classes with both scores in every leaf, as a forest trainer hands them over.
fn two_classes(leaf: [f64; 2]) -> ForestModel {
    let mut model = source("cancer_rf");
    let Output::Binary { labels, .. } = model.output else {
        panic!("cancer_rf has one column")
    };
    model.output = Output::Classes {
        labels,
        link: crate::model::Link::Identity,
    };
    model.forest.width = 2;
    model.forest.trees.truncate(1);
    let leaves = model.forest.leaves.len();
    model.forest.leaves = leaf.repeat(leaves);
    model
}

#[test]
fn two_classes_are_written_as_the_one_column_that_onnxruntime_understands() {
    let model = read(&write(&two_classes([0.25, 0.75])).unwrap()).unwrap();
    assert!(matches!(model.output, Output::Binary { cut: 0.5, .. }));
    assert!(
        model
            .forest
            .leaves
            .iter()
            .all(|w| w.to_bits() == 0.75_f64.to_bits())
    );
}

#[test]
fn two_classes_that_do_not_add_up_to_one_are_not_written() {
    let error = write(&two_classes([0.25, 0.7])).unwrap_err();
    assert!(
        error.to_string().contains("add up to exactly one"),
        "{error}"
    );
}

#[test]
fn an_f64_model_is_not_written() {
    let error = write(&source("iris_rf_double")).unwrap_err();
    assert!(matches!(error, FormatError::Unsupported(_)), "{error}");
}

#[test]
fn the_comparison_is_the_one_the_mode_names() {
    for (name, test) in [
        ("mode_lt", Test::Lt),
        ("mode_gte", Test::Ge),
        ("mode_neq", Test::Ne),
    ] {
        let forest = source(name).forest;
        let all = forest.trees.iter().flatten().all(|n| match n {
            TreeNode::Split { test: t, .. } => *t == test,
            _ => true,
        });
        assert!(all, "{name}");
    }
}
