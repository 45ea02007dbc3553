//! What is wrong with texts: cut off, damaged, forged. And what the scikit-learn classes add to them.

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{LightgbmWrapper, read_wrapped};
use crate::{
    formats::{FormatError, ModelFile, tests::boosters::unpacked},
    model::{ForestModel, Labels, Link, Model, Output, Predictions, StepOp, TreeNode},
};

fn read(bytes: &[u8]) -> Result<ForestModel, FormatError> {
    super::read(&ModelFile::new(bytes)).map(|parsed| parsed.ir.into_forest())
}

/// One tree of a numerical and a categorical split.
const SMALL: &str = "tree
version=v4
num_class=1
num_tree_per_iteration=1
max_feature_idx=1
objective=regression
feature_names=size_(m) kind
feature_infos=[0:9] 0:1:2

Tree=0
num_leaves=3
num_cat=1
split_feature=0 1
threshold=0.5 0
decision_type=2 1
left_child=1 -1
right_child=-3 -2
leaf_value=1 2 4
cat_boundaries=0 1
cat_threshold=5
is_linear=0

end of trees

parameters:
end of parameters
";

fn answers(text: &str, rows: &[f64]) -> Vec<f64> {
    let mut answer = Predictions::default();
    Model::new(read(text.as_bytes()).unwrap())
        .unwrap()
        .predict_rows(rows, &mut answer);
    answer.scores
}

fn forged(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "{from}");
    match read(SMALL.replacen(from, to, 1).as_bytes()) {
        Ok(source) => Model::new(source).map(|_| ()).unwrap_err().to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_small_model_reads_as_it_is_written() {
    let rows = [
        [0.5, 0.0],
        [0.5, 1.0],
        [0.5, 2.9],
        [0.5, -0.5],
        [0.5, -1.0],
        [0.5, f64::NAN],
        [0.6, 0.0],
        // Missing type none: NaN is zero.
        [f64::NAN, 0.0],
    ];
    let expected = [1.0, 2.0, 1.0, 1.0, 2.0, 2.0, 4.0, 1.0];
    assert_eq!(answers(SMALL, &rows.concat()), expected);
    assert_eq!(
        answers(&SMALL.replace('\n', "\r\n"), &rows.concat()),
        expected
    );
    let schema = read(SMALL.as_bytes()).unwrap().schema;
    assert_eq!(schema.columns[0].name, "size_(m)");
    let unnamed = SMALL.replace("size_(m) kind", "Column_0 Column_1");
    assert!(!read(unnamed.as_bytes()).unwrap().schema.named);
}

/// What is forged, into what, and what the refusal names.
const FORGED: &[(&str, &str, &str)] = &[
    ("version=v4", "version=v9", "v2, v3 and v4"),
    ("objective=regression", "objective=mine", "`mine`"),
    (
        "objective=regression",
        "objective=binary sigmoid:-1",
        "`sigmoid:-1`",
    ),
    (
        "objective=regression",
        "objective=multiclass",
        "one tree per iteration",
    ),
    ("max_feature_idx=1", "max_feature_idx=900000000", "65536"),
    ("max_feature_idx=1", "", "max_feature_idx"),
    (
        "num_tree_per_iteration=1",
        "num_tree_per_iteration=0",
        "no trees",
    ),
    (
        "num_tree_per_iteration=1",
        "num_tree_per_iteration=7",
        "1 trees for 7",
    ),
    ("num_leaves=3", "num_leaves=900000000000", "900000000000"),
    ("num_leaves=3", "num_leaves=0", "leaf_value"),
    ("leaf_value=1 2 4", "leaf_value=1 2", "not 3"),
    (
        "leaf_value=1 2 4",
        "leaf_value=1 2 nan",
        "not a finite number",
    ),
    ("leaf_value=1 2 4", "leaf_value=1 2 x", "`x`"),
    ("left_child=1 -1", "left_child=0 -1", "twice"),
    ("left_child=1 -1", "left_child=7 -1", "has only 5 nodes"),
    (
        "left_child=1 -1",
        "left_child=1 -2147483648",
        "has only 5 nodes",
    ),
    ("split_feature=0 1", "split_feature=2 1", "feature 2 of 2"),
    ("threshold=0.5 0", "threshold=nan 0", "threshold NaN"),
    (
        "threshold=0.5 0",
        "threshold=0.5 4",
        "set of categories 4 of 1",
    ),
    ("threshold=0.5 0", "threshold=0.5 1e300", "does not exist"),
    (
        "decision_type=2 1",
        "decision_type=14 1",
        "decision type 14",
    ),
    ("cat_boundaries=0 1", "cat_boundaries=3 1", "from 3 to 1"),
    (
        "cat_boundaries=0 1",
        "cat_boundaries=0 900000000000",
        "900000000000",
    ),
    ("is_linear=0", "is_linear=1", "leaf_const"),
    ("Tree=0", "Tree=x", "`Tree=x`"),
    ("end of trees", "", "cut off"),
];

#[test]
fn forged_parts_are_refused_by_name() {
    for (from, to, part) in FORGED {
        let message = forged(from, to);
        assert!(message.contains(part), "{to}: {message}");
    }
}

#[test]
fn a_text_cut_off_anywhere_is_refused() {
    let end = SMALL.find("end of trees").unwrap() + "end of trees".len();
    for end in 0..end {
        assert!(read(&SMALL.as_bytes()[..end]).is_err(), "{end}");
    }
}

#[test]
fn damaged_bytes_never_panic() {
    let rng = &mut StdRng::seed_from_u64(6);
    for name in [
        "lgb_categories.txt.gz",
        "lgb_zero.txt.gz",
        "lgb_multi.txt.gz",
    ] {
        let good = unpacked(name);
        for _ in 0..300 {
            let mut bytes = good.clone();
            for _ in 0..rng.gen_range(1..6) {
                let at = rng.gen_range(0..bytes.len());
                bytes[at] = b"0123456789 -=.\ne\xff"[rng.gen_range(0..17)];
            }
            if let Ok(source) = read(&bytes) {
                let _ = Model::new(source);
            }
        }
    }
}

#[test]
fn zeros_are_missing_only_in_columns_that_say_so() {
    let source = read(&unpacked("lgb_zero.txt.gz")).unwrap();
    assert_eq!(source.steps.len(), 1);
    assert_eq!(source.steps[0].op, StepOp::ZeroIsMissing);
    assert!(
        read(&unpacked("lgb_regression.txt.gz"))
            .unwrap()
            .steps
            .is_empty()
    );
    // Decision type 4 is zero, 8 NaN, on the same column.
    let mixed = SMALL
        .replace("split_feature=0 1", "split_feature=0 0")
        .replace("decision_type=2 1", "decision_type=4 8");
    let error = read(mixed.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("zero_as_missing"), "{error}");
}

#[test]
fn thresholds_near_zero_do_not_cut_through_what_is_zero() {
    for (threshold, left) in [
        ("1e-36", true),
        ("-1e-36", false),
        ("0", true),
        ("-0.0", true),
    ] {
        let text = SMALL.replace("threshold=0.5 0", &format!("threshold={threshold} 0"));
        let rows = [[1e-35, 0.0], [-1e-36, 0.0], [0.0, 0.0], [f64::NAN, 0.0]].concat();
        let wanted = if left { 1.0 } else { 4.0 };
        assert_eq!(answers(&text, &rows), [wanted; 4], "{threshold}");
    }
}

#[test]
fn the_wrapper_brings_labels_and_the_best_round() {
    let bytes = unpacked("lgb_multi.txt.gz");
    let labels = Labels::Strings(["a", "b", "c"].map(str::to_owned).to_vec());
    let wrapper = LightgbmWrapper {
        labels: Some(labels.clone()),
        iterations: Some(2),
        ..LightgbmWrapper::default()
    };
    let source = read_wrapped(&bytes, &wrapper).unwrap().ir;
    assert_eq!(source.forest.forest.trees.len(), 6);
    assert!(matches!(source.forest.output, Output::Classes { labels: l, .. } if l == labels));
    let error = read_wrapped(&unpacked("lgb_binary.txt.gz"), &wrapper).unwrap_err();
    assert!(error.to_string().contains("names 3"), "{error}");
    let error = read_wrapped(&unpacked("lgb_poisson.txt.gz"), &wrapper).unwrap_err();
    assert!(error.to_string().contains("objective poisson"), "{error}");
    let regressor = LightgbmWrapper {
        regressor: true,
        ..LightgbmWrapper::default()
    };
    let source = read_wrapped(&unpacked("lgb_binary.txt.gz"), &regressor)
        .unwrap()
        .ir;
    let link = Link::Sigmoid;
    assert_eq!(source.forest.output, Output::Regression { link });
}

#[test]
fn the_models_of_the_parity_test_have_what_they_are_named_for() {
    let of = |name: &str| read(&unpacked(name)).unwrap().forest;
    let forest = of("lgb_categories.txt.gz");
    assert!(forest.categories.iter().any(|set| set.words.len() > 1));
    let splits = of("lgb_categories_zero.txt.gz").trees.concat();
    assert!(
        splits
            .iter()
            .any(|n| matches!(n, TreeNode::Categories { .. }))
    );
}
