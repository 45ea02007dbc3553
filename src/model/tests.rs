//! The engine against a naive recursive walk over the source it was built from.

use super::*;
use proptest::prelude::*;
use rand::{Rng, SeedableRng, rngs::StdRng};

/// Walks a source tree as its definition reads; returns the leaf vector number.
#[expect(clippy::float_cmp, reason = "exactness is what is tested")]
fn walk(nodes: &[TreeNode], at: u32, row: &[f64], precision: Precision) -> u32 {
    match nodes[at as usize] {
        TreeNode::Leaf { values } => values,
        TreeNode::Split {
            feature,
            test,
            threshold,
            yes,
            no,
            missing_yes,
        } => {
            let x = match precision {
                Precision::F32 => f64::from(row[feature as usize] as f32),
                Precision::F64 => row[feature as usize],
            };
            let holds = match test {
                _ if x.is_nan() => missing_yes,
                Test::Le => x <= threshold,
                Test::Lt => x < threshold,
                Test::Ge => x >= threshold,
                Test::Gt => x > threshold,
                Test::Eq => x == threshold,
                Test::Ne => x != threshold,
            };
            walk(nodes, if holds { yes } else { no }, row, precision)
        }
    }
}

fn naive_scores(source: &ModelSource, row: &[f64]) -> Vec<f64> {
    let forest = &source.forest;
    let mut sums = vec![0.0; forest.width];
    for tree in &forest.trees {
        let leaf = walk(tree, 0, row, forest.precision) as usize;
        for (sum, x) in sums.iter_mut().zip(&forest.leaves[leaf * forest.width..]) {
            *sum += x;
        }
    }
    sums
}

const TESTS: [Test; 6] = [Test::Le, Test::Lt, Test::Ge, Test::Gt, Test::Eq, Test::Ne];

/// Few distinct values, so that rows hit thresholds, their neighbours, both zeros and NaN all the time.
fn value(rng: &mut StdRng, precision: Precision, nan: bool) -> f64 {
    let base = [0.0, -0.0, 1.5, -1.5, 0.1, 1e-40, f64::from(f32::MAX), -3.25][rng.gen_range(0..8)];
    let x = match (rng.gen_range(0..8), precision) {
        (0, Precision::F32) => f64::from((base as f32).next_up()),
        (1, Precision::F32) => f64::from((base as f32).next_down()),
        (0, Precision::F64) => f64::next_up(base),
        (1, Precision::F64) => f64::next_down(base),
        (2, _) if nan => f64::NAN,
        _ => base,
    };
    if x.is_infinite() { base } else { x }
}

fn random_tree(rng: &mut StdRng, source: &mut ForestSource, depth: u32) -> Vec<TreeNode> {
    let mut nodes = vec![TreeNode::Leaf { values: 0 }];
    let mut todo = vec![(0usize, depth)];
    while let Some((at, depth)) = todo.pop() {
        if depth == 0 || rng.gen_ratio(1, 5) {
            nodes[at] = TreeNode::Leaf {
                values: (source.leaves.len() / source.width) as u32,
            };
            let share = 1.0 / f64::from(1u32 << rng.gen_range(4..8));
            source
                .leaves
                .extend((0..source.width).map(|_| share * f64::from(rng.gen_range(0..4))));
            continue;
        }
        let yes = nodes.len() as u32;
        nodes.extend([TreeNode::Leaf { values: 0 }; 2]);
        nodes[at] = TreeNode::Split {
            feature: rng.gen_range(0..source.n_features) as u32,
            test: TESTS[rng.gen_range(0..TESTS.len())],
            threshold: value(rng, Precision::F64, false),
            yes,
            no: yes + 1,
            missing_yes: rng.r#gen(),
        };
        todo.extend([(yes as usize, depth - 1), (yes as usize + 1, depth - 1)]);
    }
    nodes
}

fn random_model(seed: u64, precision: Precision, output: fn(usize) -> Output) -> ModelSource {
    let rng = &mut StdRng::seed_from_u64(seed);
    let width = rng.gen_range(1..6);
    let n_features = rng.gen_range(1..9);
    let mut forest = ForestSource {
        n_features,
        precision,
        width,
        trees: Vec::new(),
        leaves: Vec::new(),
        handles_missing: true,
    };
    for _ in 0..rng.gen_range(1..12) {
        let depth = rng.gen_range(0..7);
        let tree = random_tree(rng, &mut forest, depth);
        forest.trees.push(tree);
    }
    ModelSource {
        signature: Signature::unnamed(n_features, ColumnType::Double),
        input: Precision::F64,
        steps: Vec::new(),
        forest,
        aggregation: Aggregation::Sum,
        base: Vec::new(),
        output: output(width),
        output_precision: Precision::F64,
    }
}

fn classifier(width: usize) -> Output {
    Output::Classes {
        labels: Labels::Integers((0..width as i64).collect()),
        link: Link::Identity,
    }
}

fn regressor(_: usize) -> Output {
    Output::Regression {
        link: Link::Identity,
    }
}

fn check(seed: u64, precision: Precision, output: fn(usize) -> Output) {
    let source = random_model(seed, precision, output);
    let model = Model::new(source.clone()).expect("random sources are valid");
    let rng = &mut StdRng::seed_from_u64(!seed);
    let features = source.forest.n_features;
    let rows: Vec<f64> = (0..40 * features)
        .map(|_| value(rng, precision, true))
        .collect();
    let (mut batch, mut single) = (Predictions::default(), Predictions::default());
    model.predict(&rows, &mut batch);
    for (i, row) in rows.chunks(features).enumerate() {
        let expected = naive_scores(&source, row);
        assert_eq!(batch.row(i), expected, "seed {seed}, row {row:?}");
        model.predict(row, &mut single);
        assert_eq!(single.row(0), batch.row(i));
        assert_eq!(single.classes.first(), batch.classes.get(i));
    }
}

proptest! {
    #[test]
    fn an_f32_classifier_equals_the_naive_walk(seed: u64) {
        check(seed, Precision::F32, classifier);
    }

    #[test]
    fn an_f64_classifier_equals_the_naive_walk(seed: u64) {
        check(seed, Precision::F64, classifier);
    }

    #[test]
    fn an_f32_regressor_equals_the_naive_walk(seed: u64) {
        check(seed, Precision::F32, regressor);
    }

    #[test]
    fn an_f64_regressor_equals_the_naive_walk(seed: u64) {
        check(seed, Precision::F64, regressor);
    }
}

/// One tree over one feature, `x <= 0` telling two classes apart.
fn stump() -> ModelSource {
    let split = TreeNode::Split {
        feature: 0,
        test: Test::Le,
        threshold: 0.0,
        yes: 1,
        no: 2,
        missing_yes: false,
    };
    let forest = ForestSource {
        n_features: 1,
        precision: Precision::F32,
        width: 2,
        trees: vec![vec![
            split,
            TreeNode::Leaf { values: 0 },
            TreeNode::Leaf { values: 1 },
        ]],
        leaves: vec![1.0, 0.0, 0.0, 1.0],
        handles_missing: false,
    };
    ModelSource {
        forest,
        ..random_model(0, Precision::F32, |_| classifier(2))
    }
}

fn refusal(change: impl Fn(&mut ModelSource)) -> String {
    let mut source = stump();
    source.signature = Signature::unnamed(1, ColumnType::Double);
    source.output = classifier(2);
    change(&mut source);
    Model::new(source).expect_err("a broken source").to_string()
}

fn root(source: &mut ModelSource, feature: u32, threshold: f64, yes: u32, no: u32) {
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
    let cases: [(&str, String); 11] = [
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
            refusal(|s| s.signature = Signature::unnamed(3, ColumnType::Double)),
        ),
        ("the classes need 3", refusal(|s| s.output = classifier(3))),
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
    source.signature = Signature::unnamed(1, ColumnType::Double);
    source.output = classifier(2);
    source.forest.leaves = vec![0.5; 4];
    let mut answer = Predictions::default();
    Model::new(source)
        .expect("valid")
        .predict(&[1.0, -1.0], &mut answer);
    assert_eq!(answer.classes, [0, 0]);
}

#[test]
fn a_forest_of_many_features_takes_the_wide_layout_and_answers_the_same() {
    let mut source = stump();
    source.forest.n_features = 5000;
    source.signature = Signature::unnamed(5000, ColumnType::Double);
    source.output = classifier(2);
    root(&mut source, 4999, 0.1, 1, 2);
    let model = Model::new(source).expect("valid");
    let mut rows = vec![0.0; 10_000];
    rows[4999] = f64::from(0.1f32.next_down());
    rows[9999] = f64::from(0.1f32.next_up());
    let mut answer = Predictions::default();
    model.predict(&rows, &mut answer);
    assert_eq!(answer.classes, [0, 1]);
}
