//! Blocks of rows against the same rows one by one: the two kernels, and the sums behind them.

use super::random::{classifier, random_model, regressor};
use crate::{
    input::{ColumnType, Precision, Schema},
    model::*,
};
use proptest::prelude::*;
use rand::{Rng, SeedableRng, rngs::StdRng};

/// Whole tiles and one row more or less, on both sides of where blocks begin and where one block is not enough.
const SIZES: [usize; 12] = [1, 15, 16, 17, 31, 32, 33, 100, 2047, 2048, 2049, 4113];

fn rows(rng: &mut StdRng, rows: usize, features: usize, missing: bool) -> Vec<f64> {
    let mut value = || match rng.gen_range(0..40) {
        0 if missing => f64::NAN,
        1 => 0.0,
        2 => -0.0,
        _ => rng.gen_range(-4.0..4.0),
    };
    (0..rows * features).map(|_| value()).collect()
}

fn bits(answer: &Predictions) -> (Vec<u64>, Vec<u32>) {
    let scores = answer.scores.iter().map(|x| x.to_bits());
    (scores.collect(), answer.classes.clone())
}

/// Compares all rows at once with one after the other.
fn agree(model: &Model, rows: &[f64]) {
    let (mut all, mut one) = (Predictions::default(), Predictions::default());
    model.predict_rows(rows, &mut all);
    let (mut scores, mut classes) = (Vec::new(), Vec::new());
    for row in rows.chunks(model.schema().len()) {
        model.predict_rows(row, &mut one);
        let (row_scores, row_classes) = bits(&one);
        scores.extend(row_scores);
        classes.extend(row_classes);
    }
    assert!(bits(&all) == (scores, classes));
}

fn check(seed: u64, precision: Precision, output: fn(usize) -> Output) {
    let source = random_model(seed, precision, output);
    let model = Model::new(source).expect("random sources are valid");
    let rng = &mut StdRng::seed_from_u64(!seed);
    let size = SIZES[rng.gen_range(0..SIZES.len())];
    let missing = rng.r#gen();
    let rows = rows(rng, size, model.schema().len(), missing);
    agree(&model, &rows);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_block_of_rows_answers_as_the_rows_alone_in_f32(seed: u64) {
        check(seed, Precision::F32, classifier);
        check(seed, Precision::F32, regressor);
    }

    #[test]
    fn a_block_of_rows_answers_as_the_rows_alone_in_f64(seed: u64) {
        check(seed, Precision::F64, classifier);
        check(seed, Precision::F64, regressor);
    }
}

/// A forest of one tree; each leaf holds its place in it.
fn forest_of(tree: Vec<TreeNode>, features: usize, precision: Precision) -> ForestModel {
    ForestModel {
        schema: Schema::unnamed(features, ColumnType::Double),
        input: Precision::F64,
        steps: Vec::new(),
        forest: ForestIr {
            n_features: features,
            precision,
            width: 1,
            leaves: (0..tree.len()).map(|x| x as f64).collect(),
            trees: vec![tree],
            targets: Vec::new(),
            categories: Vec::new(),
            handles_missing: true,
            handles_infinite: false,
        },
        aggregation: Aggregation::Sum,
        base: Vec::new(),
        factor: 1.0,
        output: regressor(1),
        output_precision: Precision::F64,
    }
}

fn split(feature: usize, threshold: f64, [yes, no]: [u32; 2]) -> TreeNode {
    TreeNode::Split {
        feature: feature as u32,
        test: Test::Le,
        threshold,
        yes,
        no,
        missing_yes: true,
    }
}

/// One tree whose ways all have `depth` comparisons.
fn complete(depth: u32, features: usize, precision: Precision) -> ForestModel {
    let rng = &mut StdRng::seed_from_u64(7);
    let splits = (1u32 << depth) - 1;
    let leaves = (splits..=2 * splits).map(|values| TreeNode::Leaf { values });
    let splits = (0..splits).map(|at| {
        let feature = rng.gen_range(0..features);
        split(feature, rng.gen_range(-4.0..4.0), [2 * at + 1, 2 * at + 2])
    });
    forest_of(splits.chain(leaves).collect(), features, precision)
}

/// Trees with one long way, which most rows leave at some level. The first one is the longest.
pub(super) fn long_ways(depth: u32, trees: u32, features: usize) -> ForestModel {
    let rng = &mut StdRng::seed_from_u64(3);
    let mut tree = |depth: u32| -> Vec<TreeNode> {
        let splits = (0..depth).map(|at| {
            let feature = rng.gen_range(0..features);
            split(feature, rng.gen_range(-4.0..-2.0), [depth + 1 + at, at + 1])
        });
        let splits: Vec<_> = splits.collect();
        let leaves = (depth..=2 * depth).map(|values| TreeNode::Leaf { values });
        splits.into_iter().chain(leaves).collect()
    };
    let shorter: Vec<_> = (1..trees).map(|i| tree(depth - i)).collect();
    let mut model = forest_of(tree(depth), features, Precision::F32);
    model.forest.trees.extend(shorter);
    model
}

/// A forest as `train` writes it: every leaf of a tree holds the same share of one, divided between two classes.
pub(super) fn trained(trees: u32, depth: u32, features: usize) -> ForestModel {
    const PARTS: u32 = 4;
    let rng = &mut StdRng::seed_from_u64(5);
    let splits = (1u32 << depth) - 1;
    let mut tree = || -> Vec<TreeNode> {
        let splits = 0..splits;
        let leaves = splits.clone().chain([splits.end]);
        let leaves = leaves.map(|at| TreeNode::Leaf {
            values: at % (PARTS + 1),
        });
        let leaves: Vec<_> = leaves.collect();
        let splits = splits.map(|at| {
            let feature = rng.gen_range(0..features);
            split(feature, rng.gen_range(-4.0..4.0), [2 * at + 1, 2 * at + 2])
        });
        splits.chain(leaves).collect()
    };
    let all: Vec<_> = (0..trees).map(|_| tree()).collect();
    let share = 1.0 / f64::from(PARTS * trees);
    let halves = |k| [share * f64::from(k), share * f64::from(PARTS - k)];
    let mut model = forest_of(Vec::new(), features, Precision::F32);
    model.forest.trees = all;
    model.forest.width = 2;
    model.forest.leaves = (0..=PARTS).flat_map(halves).collect();
    model.aggregation = Aggregation::SumF32;
    model.output = classifier(2);
    model.output_precision = Precision::F32;
    model
}

#[test]
fn shares_as_train_writes_them_add_up_in_a_block_as_in_rows() {
    for (trees, depth) in [(1, 0), (8, 3), (64, 6), (128, 4)] {
        let model = Model::new(trained(trees, depth, 7)).expect("valid");
        let rng = &mut StdRng::seed_from_u64(4);
        for size in [31, 32, 33, 300, 2049] {
            let rows = rows(rng, size, 7, false);
            agree(&model, &rows);
        }
    }
}

#[test]
fn trees_that_a_row_has_left_early_answer_as_in_a_block() {
    for (depth, trees) in [(12, 3), (13, 5), (16, 1), (17, 9), (40, 30)] {
        let model = Model::new(long_ways(depth, trees, 6)).expect("valid");
        let rng = &mut StdRng::seed_from_u64(1);
        agree(&model, &rows(rng, 300, 6, false));
        agree(&model, &rows(rng, 300, 6, true));
    }
}

#[test]
fn a_block_goes_down_a_tree_larger_than_a_window() {
    for precision in [Precision::F32, Precision::F64] {
        let model = Model::new(complete(16, 9, precision)).expect("valid");
        let rng = &mut StdRng::seed_from_u64(1);
        agree(&model, &rows(rng, 100, 9, false));
    }
}

#[test]
fn a_block_of_very_wide_rows_is_cut_smaller() {
    let model = Model::new(complete(9, 5000, Precision::F32)).expect("valid");
    let rng = &mut StdRng::seed_from_u64(2);
    agree(&model, &rows(rng, 70, 5000, true));
}
