use linfa::prelude::{Fit, Predict};
use linfa_ensemble::RandomForestParams;
use linfa_trees::DecisionTree;
use ndarray::{Array1, Array2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::model::Labels;
use crate::train::load;

fn trained(data: &str, params: &Params) -> Trained {
    let table = load(data, None).expect("embedded");
    train(&table, params, |_| ()).expect("fitted")
}

fn accuracy(trained: &Trained) -> f64 {
    trained.report.as_ref().expect("held-out rows").accuracy()
}

/// Two classes far apart in column `a`; `b` is constant.
fn tiny(rows: usize) -> Table {
    Table {
        name: "tiny.csv".to_owned(),
        target: "y".to_owned(),
        columns: vec!["a".to_owned(), "b".to_owned()],
        rows: Array2::from_shape_fn(
            (rows, 2),
            |(i, j)| if j == 0 { (i % 2 * 10) as f32 } else { 0.1 },
        ),
        labels: Labels::Strings(vec!["no".to_owned(), "yes".to_owned()]),
        classes: (0..rows).map(|i| i % 2).collect(),
    }
}

#[test]
fn iris_is_learnt() {
    // Thirty held-out rows are few: one seed says little.
    let with = |seed| {
        let params = Params {
            seed,
            ..Params::default()
        };
        accuracy(&trained("iris", &params))
    };
    let mean = (0..8).map(with).sum::<f64>() / 8.0;
    assert!(mean > 0.9, "{mean}");
    let trained = trained("iris", &Params::default());
    assert_eq!(trained.source.schema.columns[2].name, "petal_length");
    assert_eq!(trained.example[0], [5.1, 3.5, 1.4, 0.2]);
    assert_eq!(trained.example.len(), 3);
}

#[test]
fn wine_is_learnt_as_well_as_linfas_own_forest_learns_it() {
    let params = Params {
        trees: 40,
        ..Params::default()
    };
    let ours = accuracy(&trained("winequality", &params));
    assert!(ours > 0.5, "{ours}");

    let table = load("winequality", None).expect("embedded");
    let split = split::stratified(&table.classes, 6, params.test_split, params.seed);
    let Split { train, test } = split.expect("enough rows");
    let part = |rows: &[usize]| {
        let classes: Array1<usize> = rows.iter().map(|&row| table.classes[row]).collect();
        linfa::Dataset::new(table.rows.select(Axis(0), rows), classes)
    };
    let oracle = RandomForestParams::new_fixed_rng(
        DecisionTree::<f32, usize>::params(),
        ChaCha8Rng::seed_from_u64(params.seed),
    )
    .ensemble_size(params.trees)
    .feature_proportion(0.5)
    .fit(&part(&train))
    .expect("fitted");
    let held_out = part(&test);
    let answers: Array1<usize> = oracle.predict(&held_out.records);
    let right = answers
        .iter()
        .zip(&held_out.targets)
        .filter(|(a, b)| a == b)
        .count();
    let theirs = right as f64 / test.len() as f64;
    assert!(ours > theirs - 0.03, "{ours} against {theirs}");
}

#[test]
fn only_training_rows_shape_the_scaler() {
    let params = Params {
        trees: 1,
        ..Params::default()
    };
    let mut table = tiny(40);
    let before = train(&table, &params, |_| ()).expect("fitted").source.steps;
    let split = split::stratified(&table.classes, 2, params.test_split, params.seed);
    for row in split.expect("enough rows").test {
        table.rows[[row, 0]] = 1e9;
    }
    let after = train(&table, &params, |_| ()).expect("fitted").source.steps;
    assert_eq!(before, after);
    // Ten rows in 20 at 0, ten at 10: the constant column is centred, never divided by zero.
    assert_eq!(before[0].operand, [5.0, f64::from(0.1f32)]);
    assert_eq!(before[1].operand, [f64::from(0.2f32), 1.0]);
}

#[test]
fn training_twice_gives_one_model() {
    let params = Params {
        trees: 10,
        ..Params::default()
    };
    let shown = || format!("{:?}", trained("winequality", &params));
    assert_eq!(shown(), shown());
}

#[test]
fn without_held_out_rows_there_is_no_report() {
    let params = Params {
        trees: 2,
        test_split: 0.0,
        ..Params::default()
    };
    let trained = trained("iris", &params);
    assert_eq!(trained.report, None);
    assert_eq!(trained.facts.metrics, [("training_rows", 150.0)]);
}

#[test]
fn facts_name_every_parameter() {
    let params = Params {
        trees: 2,
        max_depth: Some(4),
        ..Params::default()
    };
    let facts = trained("iris", &params).facts;
    let expected = [
        ("data", "iris"),
        ("target", "species"),
        ("trees", "2"),
        ("max_depth", "4"),
        ("min_leaf", "1"),
        ("features", "0.5"),
        ("seed", "42"),
        ("test_split", "0.2"),
    ];
    assert_eq!(
        facts.params,
        expected.map(|(key, value)| (key, value.to_owned()))
    );
    assert_eq!(facts.metrics[0], ("training_rows", 120.0));
    assert_eq!(facts.metrics[1], ("test_rows", 30.0));
}

#[test]
fn too_few_rows_to_hold_some_out_is_said() {
    let error = train(&tiny(2), &Params::default(), |_| ()).expect_err("two rows");
    assert_eq!(
        error.to_string(),
        "tiny.csv has 2 rows in 2 classes, too few to hold out a share of 0.2; add rows, or train on all with --test-split 0"
    );
    assert_eq!(crate::Error::from(error).exit_code(), 65);
}

#[test]
fn a_column_too_wide_to_scale_is_named() {
    // Both ends of the range, so that the difference from the mean overflows.
    let mut table = tiny(40);
    table.rows.fill(f32::MAX);
    table.rows[[0, 1]] = f32::MIN;
    let params = Params {
        test_split: 0.0,
        ..Params::default()
    };
    let error = train(&table, &params, |_| ()).expect_err("overflows");
    assert_eq!(
        error.to_string(),
        "tiny.csv: the values of column b are too far apart for 32-bit floats; rescale the column"
    );
}

#[test]
fn a_bad_parameter_is_a_usage_error() {
    let params = Params {
        features: Features::Count(3),
        ..Params::default()
    };
    let error = train(&tiny(40), &params, |_| ()).expect_err("two columns");
    assert_eq!(crate::Error::from(error).exit_code(), 64);
}
