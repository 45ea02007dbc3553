use linfa::prelude::{Fit, Predict};
use linfa_ensemble::RandomForestParams;
use linfa_trees::DecisionTree;
use ndarray::{Array1, Array2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::model::Labels;
use crate::train::{Features, Task, load};

fn trained(data: &str, params: &Params) -> Trained {
    let table = load(data, None, None).expect("embedded");
    train(&table, params, |_| ()).expect("fitted")
}

fn small() -> Params {
    Params {
        trees: 5,
        ..Params::default()
    }
}

fn accuracy(trained: &Trained) -> f64 {
    match trained.report.as_ref().expect("held-out rows") {
        Report::Classification(report) => report.accuracy(),
        Report::Regression(_) => panic!("no classes"),
    }
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
        truth: Target::Classes {
            labels: Labels::Strings(vec!["no".to_owned(), "yes".to_owned()]),
            classes: (0..rows).map(|i| i % 2).collect(),
        },
    }
}

/// A curve with a step over two columns; a third one is noise.
fn curve(rows: usize) -> Table {
    let noise = |i: usize| (i * 7919 % 101) as f32 / 101.0;
    let features = |i: usize| [i as f32 / rows as f32, noise(i), noise(i + 50)];
    let truth = |i: usize| {
        let [a, b, _] = features(i).map(f64::from);
        1e6 * (a * a - if b > 0.5 { 1.0 } else { 0.0 })
    };
    Table {
        name: "curve.csv".to_owned(),
        target: "y".to_owned(),
        columns: ["a", "b", "c"].map(str::to_owned).to_vec(),
        rows: Array2::from_shape_fn((rows, 3), |(i, j)| features(i)[j]),
        truth: Target::Numbers((0..rows).map(truth).collect()),
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

    let table = load("winequality", None, None).expect("embedded");
    let Target::Classes { classes, .. } = &table.truth else {
        panic!("whole numbers are classes");
    };
    let Split { train, test } = split(&table, &params).expect("enough rows");
    let part = |rows: &[usize]| {
        let classes: Array1<usize> = rows.iter().map(|&row| classes[row]).collect();
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
    let split = split(&table, &params);
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
        ("task", "classification"),
        ("trees", "2"),
        ("max_depth", "4"),
        ("min_leaf", "1"),
        ("features", "sqrt"),
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
        features: Some(Features::Count(3)),
        ..Params::default()
    };
    let error = train(&tiny(40), &params, |_| ()).expect_err("two columns");
    assert_eq!(crate::Error::from(error).exit_code(), 64);
}

fn regression(trained: &Trained) -> &Regression {
    match trained.report.as_ref().expect("held-out rows") {
        Report::Regression(report) => report,
        Report::Classification(_) => panic!("no numbers"),
    }
}

#[test]
fn a_curve_is_learnt() {
    let trained = train(&curve(400), &Params::default(), |_| ()).expect("fitted");
    let report = regression(&trained);
    assert_eq!(report.rows(), 80);
    assert!(report.r2() > Some(0.97), "{report}");
    assert_eq!(trained.source.aggregation, Aggregation::MeanF32);
    assert_eq!(trained.facts.params[2], ("task", "regression".to_owned()));
    let names: Vec<&str> = trained
        .facts
        .metrics
        .iter()
        .map(|(name, _)| *name)
        .collect();
    let expected = [
        "training_rows",
        "test_rows",
        "test_r2",
        "test_mae",
        "test_rmse",
    ];
    assert_eq!(names, expected);
    assert_eq!(Some(trained.facts.metrics[2].1), report.r2());
}

#[test]
fn the_first_rows_are_the_example_of_a_regression() {
    let table = curve(400);
    let trained = train(&table, &small(), |_| ()).expect("fitted");
    let rows = [0, 1, 2].map(|row| table.rows.row(row).to_vec());
    assert_eq!(trained.example, rows);
}

#[test]
fn a_report_names_rows_of_the_table_and_their_targets() {
    let mut table = curve(400);
    let Target::Numbers(numbers) = &mut table.truth else {
        panic!("numbers");
    };
    numbers[17] = 1e9;
    let with = |seed| Params { seed, ..small() };
    let held_out = |seed: &u64| {
        let split = split(&table, &with(*seed)).expect("enough rows");
        split.test.contains(&17)
    };
    let seed = (0..100).find(held_out).expect("some seed holds it out");
    let trained = train(&table, &with(seed), |_| ()).expect("fitted");
    let report = regression(&trained).to_string();
    let (_, worst) = report
        .split_once("largest residuals\n")
        .expect("the worst rows");
    let first: Vec<&str> = worst
        .lines()
        .skip(1)
        .take(1)
        .flat_map(str::split_whitespace)
        .collect();
    assert_eq!(first[0], "18", "{report}");
    assert!(first[1].starts_with("1000000000"), "{report}");
}

#[test]
fn wine_is_a_quantity_when_asked_for() {
    let table = load("winequality", None, Some(Task::Regression)).expect("embedded");
    let params = Params {
        trees: 30,
        ..Params::default()
    };
    let trained = train(&table, &params, |_| ()).expect("fitted");
    // scikit-learn's forest of 30 trees has 0.45 on average.
    assert!(
        regression(&trained).r2() > Some(0.35),
        "{:?}",
        trained.report
    );
}

#[test]
fn numbers_are_learnt_twice_as_the_same_model_on_any_number_of_threads() {
    let table = curve(300);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let trained = pool
            .expect("a pool")
            .install(|| train(&table, &small(), |_| ()));
        format!("{:?}", trained.expect("fitted"))
    };
    let once = on(1);
    for threads in [1, 3] {
        assert!(on(threads) == once, "{threads} threads differ");
    }
}

#[test]
fn too_few_numbers_to_hold_some_out_are_said() {
    let error = train(&curve(2), &Params::default(), |_| ()).expect_err("two rows");
    assert_eq!(
        error.to_string(),
        "curve.csv has 2 rows, too few to hold out a share of 0.2; add rows, or train on all with --test-split 0"
    );
    let params = Params {
        test_split: 0.0,
        ..small()
    };
    let trained = train(&curve(2), &params, |_| ()).expect("fitted to both");
    assert_eq!(trained.report, None);
}
