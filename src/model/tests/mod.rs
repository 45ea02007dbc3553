//! What the engine answers in the cases that have names, and what it refuses.

mod blocks;
mod random;
mod workers;

use super::*;
use crate::input::{ColumnType, Precision, Schema};
use random::{classifier, random_model, regressor};

/// One tree over one feature, `x <= 0` telling two classes apart.
fn stump() -> ForestModel {
    let split = TreeNode::Split {
        feature: 0,
        test: Test::Le,
        threshold: 0.0,
        yes: 1,
        no: 2,
        missing_yes: false,
    };
    let forest = ForestIr {
        n_features: 1,
        precision: Precision::F32,
        width: 2,
        trees: vec![vec![
            split,
            TreeNode::Leaf { values: 0 },
            TreeNode::Leaf { values: 1 },
        ]],
        leaves: vec![1.0, 0.0, 0.0, 1.0],
        targets: Vec::new(),
        categories: Vec::new(),
        handles_missing: false,
        handles_infinite: false,
    };
    ForestModel {
        forest,
        ..random_model(0, Precision::F32, |_| classifier(2))
    }
}

fn refusal(change: impl Fn(&mut ForestModel)) -> String {
    let mut source = stump();
    source.schema = Schema::unnamed(1, ColumnType::Double);
    source.output = classifier(2);
    change(&mut source);
    Model::new(source).expect_err("a broken source").to_string()
}

fn root(source: &mut ForestModel, feature: u32, threshold: f64, yes: u32, no: u32) {
    source.forest.trees[0][0] = TreeNode::Split {
        feature,
        test: Test::Le,
        threshold,
        yes,
        no,
        missing_yes: false,
    };
}

#[test]
fn sources_that_lie_are_refused_with_the_place_of_the_lie() {
    let cases: [(&str, String); 15] = [
        (
            "a cycle or a shared branch",
            refusal(|s| root(s, 0, 0.0, 0, 2)),
        ),
        ("reaches node 1 twice", refusal(|s| root(s, 0, 0.0, 1, 1))),
        ("points at node 9", refusal(|s| root(s, 0, 0.0, 1, 9))),
        ("feature 7 of 1", refusal(|s| root(s, 7, 0.0, 1, 2))),
        ("threshold NaN", refusal(|s| root(s, 0, f64::NAN, 1, 2))),
        (
            "leaf vector 5 of 2",
            refusal(|s| s.forest.trees[0][1] = TreeNode::Leaf { values: 5 }),
        ),
        (
            "not a finite number",
            refusal(|s| s.forest.leaves[0] = f64::INFINITY),
        ),
        ("0 trees", refusal(|s| s.forest.trees.clear())),
        ("points at node 0", refusal(|s| s.forest.trees[0].clear())),
        (
            "signature has 3 columns",
            refusal(|s| s.schema = Schema::unnamed(3, ColumnType::Double)),
        ),
        ("the classes need 3", refusal(|s| s.output = classifier(3))),
        (
            "set of categories 0 of 0",
            refusal(|s| {
                s.forest.trees[0][0] = TreeNode::Categories {
                    feature: 0,
                    set: 0,
                    yes: 1,
                    no: 2,
                    missing_yes: false,
                };
            }),
        ),
        (
            "adds to output 2 of 2",
            refusal(|s| s.forest.targets = vec![2]),
        ),
        (
            "outputs of 2 trees",
            refusal(|s| s.forest.targets = vec![0, 1]),
        ),
        (
            "the same number of trees",
            refusal(|s| {
                s.forest.targets = vec![0];
                s.aggregation = Aggregation::Mean;
            }),
        ),
    ];
    for (expected, message) in cases {
        assert!(
            message.contains(expected),
            "{expected:?} is not in {message:?}"
        );
    }
}

#[test]
fn equal_votes_go_to_the_lowest_class() {
    let mut source = stump();
    source.schema = Schema::unnamed(1, ColumnType::Double);
    source.output = classifier(2);
    source.forest.leaves = vec![0.5; 4];
    let mut answer = Predictions::default();
    Model::new(source)
        .expect("valid")
        .predict_rows(&[1.0, -1.0], &mut answer);
    assert_eq!(answer.classes, [0, 0]);
}

#[test]
fn a_forest_of_many_features_takes_the_wide_layout_and_answers_the_same() {
    let mut source = stump();
    source.forest.n_features = 5000;
    source.schema = Schema::unnamed(5000, ColumnType::Double);
    source.output = classifier(2);
    root(&mut source, 4999, 0.1, 1, 2);
    let model = Model::new(source).expect("valid");
    let mut rows = vec![0.0; 10_000];
    rows[4999] = f64::from(0.1f32.next_down());
    rows[9999] = f64::from(0.1f32.next_up());
    let mut answer = Predictions::default();
    model.predict_rows(&rows, &mut answer);
    assert_eq!(answer.classes, [0, 1]);
}

/// A forest whose trees have one leaf each.
fn constants(leaves: &[f64], targets: Vec<u32>, aggregation: Aggregation) -> ForestModel {
    let mut source = stump();
    source.schema = Schema::unnamed(1, ColumnType::Double);
    source.output = regressor(1);
    source.forest.width = targets.iter().max().map_or(1, |t| *t as usize + 1);
    source.forest.targets = targets;
    source.forest.leaves = leaves.to_vec();
    source.forest.trees = (0..leaves.len() as u32)
        .map(|values| vec![TreeNode::Leaf { values }])
        .collect();
    source.aggregation = aggregation;
    source
}

fn answer(source: ForestModel) -> Vec<f64> {
    let mut answer = Predictions::default();
    Model::new(source)
        .expect("valid")
        .predict_rows(&[0.0], &mut answer);
    answer.scores
}

#[test]
fn f32_sums_begin_with_the_base_and_round_after_every_tree() {
    let leaves = [1.0, 2f64.powi(-24), 2f64.powi(-24), 2f64.powi(-24)];
    let mut source = constants(&leaves, vec![0; 4], Aggregation::SumF32);
    source.base = vec![-1.0];
    assert_eq!(answer(source), [3.0 * 2f64.powi(-24)]);
    let source = constants(&leaves, vec![0; 4], Aggregation::SumF32);
    assert_eq!(answer(source), [1.0]);
}

#[test]
fn a_forest_is_summed_in_the_order_and_the_precision_of_the_source() {
    // In f64, and exactly, these are more than a half; in f32 they are a half.
    let tenth = f64::from(0.1f32);
    let leaves = [tenth; 5];
    let source = constants(&leaves, Vec::new(), Aggregation::SumF32);
    assert_eq!(answer(source), [0.5]);
    let source = constants(&leaves, Vec::new(), Aggregation::Sum);
    assert!(answer(source)[0] > 0.5);
    let source = constants(&leaves, Vec::new(), Aggregation::MeanF32);
    assert_eq!(answer(source), [f64::from(0.5f32 / 5.0)]);
}

#[test]
fn a_base_score_is_added_in_the_precision_of_the_sums() {
    let mut source = constants(&[1.0], Vec::new(), Aggregation::SumF32);
    source.base = vec![2f64.powi(-25)];
    assert_eq!(answer(source.clone()), [1.0]);
    source.aggregation = Aggregation::Sum;
    assert_eq!(answer(source), [1.0 + 2f64.powi(-25)]);
}

#[test]
fn a_mean_is_summed_in_the_order_of_the_source_whatever_the_depths() {
    let mut source = constants(&[0.2, 0.1, 0.3], Vec::new(), Aggregation::Mean);
    // Deepest first they would add up to other bits: (0.3 + 0.2) + 0.1.
    source.forest.trees[2] = stump().forest.trees[0].clone();
    source.forest.trees[2][1] = TreeNode::Leaf { values: 2 };
    source.forest.trees[2][2] = TreeNode::Leaf { values: 2 };
    assert_eq!(answer(source), [(0.2 + 0.1 + 0.3) / 3.0]);
}

#[test]
fn limits_of_a_step_leave_nan_alone() {
    let mut source = stump();
    source.schema = Schema::unnamed(1, ColumnType::Double);
    source.output = regressor(2);
    source.aggregation = Aggregation::Sum;
    let step = |op, x| Step {
        op,
        operand: vec![x],
        precision: Precision::F64,
    };
    source.steps = vec![step(StepOp::AtLeast, 0.0), step(StepOp::AtMost, 1.0)];
    root(&mut source, 0, 0.999, 1, 2);
    let mut answer = Predictions::default();
    let model = Model::new(source).expect("valid");
    model.predict_rows(&[-5.0, 0.5, 7.0, f64::NAN], &mut answer);
    assert_eq!(answer.scores, [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0]);
}

#[test]
fn trees_of_one_output_are_averaged_among_themselves() {
    let mut source = constants(&[1.0, 10.0, 3.0, 20.0], vec![0, 1, 0, 1], Aggregation::Mean);
    source.base = vec![0.5, 0.0];
    assert_eq!(answer(source), [2.5, 15.0]);
}

#[test]
fn results_that_cannot_be_told_apart_are_a_tie_where_the_link_comes_first() {
    for (link, classes) in [(Link::Sigmoid, [1]), (Link::SigmoidFirst, [0])] {
        let mut source = constants(&[50.0, 51.0], vec![0, 1], Aggregation::Sum);
        source.output = Output::Classes {
            labels: Labels::Integers(vec![0, 1]),
            link,
        };
        let mut answer = Predictions::default();
        Model::new(source)
            .expect("valid")
            .predict_rows(&[0.0], &mut answer);
        assert_eq!(answer.classes, classes);
    }
}

#[test]
fn zeros_become_missing_where_the_step_says_so() {
    let mut source = stump();
    source.schema = Schema::unnamed(1, ColumnType::Double);
    source.output = classifier(2);
    source.steps = vec![Step {
        op: StepOp::ZeroIsMissing,
        operand: vec![1e-35],
        precision: Precision::F64,
    }];
    let mut answer = Predictions::default();
    Model::new(source)
        .expect("valid")
        .predict_rows(&[0.0, -1e-36, -1e-34], &mut answer);
    assert_eq!(answer.classes, [1, 1, 0]);
}
