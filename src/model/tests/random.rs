//! The engine against a naive recursive walk over the source it was built from.

use crate::{
    input::{ColumnType, Precision, Schema},
    model::{estimators::Scorer, *},
};
use proptest::prelude::*;
use rand::{Rng, SeedableRng, rngs::StdRng};

/// Walks a source tree as its definition reads; returns the leaf vector number.
#[expect(clippy::float_cmp, reason = "exactness is what is tested")]
fn walk(source: &ForestIr, nodes: &[TreeNode], at: u32, row: &[f64]) -> u32 {
    let precision = source.precision;
    match nodes[at as usize] {
        TreeNode::Leaf { values } => values,
        TreeNode::Categories {
            feature,
            set,
            yes,
            no,
            missing_yes,
        } => {
            let x = match precision {
                Precision::F32 => f64::from(row[feature as usize] as f32),
                Precision::F64 => row[feature as usize],
            };
            let set = &source.categories[set as usize];
            let member = |c: usize| match set.words.get(c / 32) {
                Some(word) => word >> (c % 32) & 1 == 1,
                None => set.beyond_yes,
            };
            let holds = match x {
                x if x.is_nan() => missing_yes,
                x if set.whole && x.fract() != 0.0 => set.beyond_yes,
                x if x <= -1.0 => set.negative_yes,
                x if x < 0.0 => set.fraction_yes,
                x if set.low_byte && x >= 2_147_483_648.0 => member(0),
                x if set.low_byte => member(x as usize % 256),
                x => member(x as usize),
            };
            walk(source, nodes, if holds { yes } else { no }, row)
        }
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
            walk(source, nodes, if holds { yes } else { no }, row)
        }
    }
}

fn naive_scores(source: &ForestModel, row: &[f64]) -> Vec<f64> {
    let forest = &source.forest;
    let precision = source.aggregation.precision();
    let mut sums = vec![0.0; forest.width];
    for (i, tree) in forest.trees.iter().enumerate() {
        let leaf = walk(forest, tree, 0, row) as usize;
        if let Some(target) = forest.targets.get(i) {
            let sum = &mut sums[*target as usize];
            *sum = precision.round(*sum + forest.leaves[leaf]);
            continue;
        }
        for (sum, x) in sums.iter_mut().zip(&forest.leaves[leaf * forest.width..]) {
            *sum = precision.round(*sum + x);
        }
    }
    if source.aggregation.is_mean() {
        sums.iter_mut()
            .for_each(|x| *x = precision.round(*x / forest.trees.len() as f64));
    }
    sums
}

const TESTS: [Test; 6] = [Test::Le, Test::Lt, Test::Ge, Test::Gt, Test::Eq, Test::Ne];

/// Few distinct values, so that rows hit thresholds, their neighbours, both zeros and NaN all the time.
fn value(rng: &mut StdRng, precision: Precision, nan: bool) -> f64 {
    let base = [
        0.0,
        -0.0,
        1.5,
        -1.5,
        0.1,
        1e-40,
        f64::from(f32::MAX),
        -3.25,
        -1.0,
        31.0,
        32.0,
        63.5,
    ][rng.gen_range(0..12)];
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

fn random_tree(rng: &mut StdRng, source: &mut ForestIr, depth: u32) -> Vec<TreeNode> {
    let mut nodes = vec![TreeNode::Leaf { values: 0 }];
    let mut todo = vec![(0usize, depth)];
    while let Some((at, depth)) = todo.pop() {
        if depth == 0 || rng.gen_ratio(1, 5) {
            nodes[at] = TreeNode::Leaf {
                values: (source.leaves.len() / source.width) as u32,
            };
            if !source.targets.is_empty() {
                nodes[at] = TreeNode::Leaf {
                    values: source.leaves.len() as u32,
                };
                source.leaves.push(rng.gen_range(-1.0..1.0));
                continue;
            }
            let share = 1.0 / f64::from(1u32 << rng.gen_range(4..8));
            source
                .leaves
                .extend((0..source.width).map(|_| share * f64::from(rng.gen_range(0..4))));
            continue;
        }
        let yes = nodes.len() as u32;
        nodes.extend([TreeNode::Leaf { values: 0 }; 2]);
        if !source.categories.is_empty() && rng.gen_ratio(1, 3) {
            nodes[at] = TreeNode::Categories {
                feature: rng.gen_range(0..source.n_features) as u32,
                set: rng.gen_range(0..source.categories.len()) as u32,
                yes,
                no: yes + 1,
                missing_yes: rng.r#gen(),
            };
            todo.extend([(yes as usize, depth - 1), (yes as usize + 1, depth - 1)]);
            continue;
        }
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

fn random_set(rng: &mut StdRng) -> CategorySet {
    CategorySet {
        words: (0..rng.gen_range(0..3)).map(|_| rng.r#gen()).collect(),
        negative_yes: rng.r#gen(),
        fraction_yes: rng.r#gen(),
        beyond_yes: rng.r#gen(),
        whole: rng.r#gen(),
        low_byte: rng.r#gen(),
    }
}

pub(super) fn random_model(
    seed: u64,
    precision: Precision,
    output: fn(usize) -> Output,
) -> ForestModel {
    let rng = &mut StdRng::seed_from_u64(seed);
    let most = Most {
        features: 9,
        trees: 12,
        depth: 7,
        categories: true,
    };
    random_forest(rng, precision, output, &most)
}

/// What a random forest has less of.
struct Most {
    features: usize,
    trees: i32,
    depth: u32,
    categories: bool,
}

fn random_forest(
    rng: &mut StdRng,
    precision: Precision,
    output: fn(usize) -> Output,
    most: &Most,
) -> ForestModel {
    let width = rng.gen_range(1..6);
    let n_features = rng.gen_range(1..most.features);
    let mut forest = ForestIr {
        n_features,
        precision,
        width,
        trees: Vec::new(),
        leaves: Vec::new(),
        targets: Vec::new(),
        categories: Vec::new(),
        handles_missing: true,
        handles_infinite: false,
    };
    let trees = rng.gen_range(1..most.trees);
    if rng.r#gen() {
        forest.targets = (0..trees).map(|_| rng.gen_range(0..width) as u32).collect();
    }
    if rng.r#gen() && most.categories {
        forest.categories = (0..rng.gen_range(1..5)).map(|_| random_set(rng)).collect();
    }
    for _ in 0..trees {
        let depth = rng.gen_range(0..most.depth);
        let tree = random_tree(rng, &mut forest, depth);
        forest.trees.push(tree);
    }
    if rng.r#gen() {
        // Shares whose sums round, each time otherwise.
        forest.leaves.iter_mut().for_each(|x| *x /= 3.0);
    }
    // f32 sums are sums of f32 numbers; means of trees with targets need as many trees for each.
    let aggregation = match (forest.targets.is_empty() && rng.r#gen(), rng.r#gen()) {
        (false, false) => Aggregation::Sum,
        (true, false) => Aggregation::Mean,
        (mean, true) => {
            forest
                .leaves
                .iter_mut()
                .for_each(|x| *x = f64::from(*x as f32));
            if mean {
                Aggregation::MeanF32
            } else {
                Aggregation::SumF32
            }
        }
    };
    ForestModel {
        schema: Schema::unnamed(n_features, ColumnType::Double),
        input: Precision::F64,
        steps: Vec::new(),
        forest,
        aggregation,
        base: Vec::new(),
        factor: 1.0,
        output: output(width),
        output_precision: Precision::F64,
    }
}

pub(super) fn classifier(width: usize) -> Output {
    Output::Classes {
        labels: Labels::Integers((0..width as i64).collect()),
        link: Link::Identity,
    }
}

pub(super) fn regressor(_: usize) -> Output {
    Output::Regression {
        link: Link::Identity,
    }
}

fn check(seed: u64, precision: Precision, output: fn(usize) -> Output) {
    compare(
        &random_model(seed, precision, output),
        &mut StdRng::seed_from_u64(!seed),
    );
}

/// Compares a model with the naive walk; `rng` makes the rows.
fn compare(source: &ForestModel, rng: &mut StdRng) {
    let precision = source.forest.precision;
    let model = Model::new(source.clone()).expect("random sources are valid");
    let features = source.forest.n_features;
    let rows: Vec<f64> = (0..40 * features)
        .map(|_| value(rng, precision, true))
        .collect();
    let (mut batch, mut single) = (Predictions::default(), Predictions::default());
    model.predict_rows(&rows, &mut batch);
    for (i, row) in rows.chunks(features).enumerate() {
        let expected = naive_scores(source, row);
        assert_eq!(batch.row(i), expected, "row {row:?}");
        model.predict_rows(row, &mut single);
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

/// Whether the engine looks the leaves of a forest up: then blocks of rows are of no use.
fn is_looked_up(source: &ForestModel) -> bool {
    let columns = source.forest.n_features;
    let (scores, ..) = source.clone().apart(None);
    let scorer = Scorer::new(&scores, columns).expect("a forest");
    scorer.forest().block_rows(1000).is_none()
}

/// Many trees over few columns: half of these forests are looked up, with 16, 32 or 64 bits for each tree.
fn small(seed: u64, precision: Precision) -> ForestModel {
    let rng = &mut StdRng::seed_from_u64(seed);
    let most = Most {
        features: 4,
        trees: 60,
        depth: 3 + seed as u32 % 3,
        categories: false,
    };
    random_forest(rng, precision, classifier, &most)
}

proptest! {
    #[test]
    fn small_trees_answer_as_the_naive_walk(seed: u64, double: bool) {
        let precision = if double { Precision::F64 } else { Precision::F32 };
        compare(&small(seed, precision), &mut StdRng::seed_from_u64(!seed));
    }
}

#[test]
fn forests_of_small_trees_are_looked_up_and_none_of_many_columns_is() {
    let forests = (0..100).map(|seed| small(seed, Precision::F32));
    let mut forests: Vec<_> = forests.filter(is_looked_up).collect();
    assert!(forests.len() > 40);
    let features = 4000;
    for wide in &mut forests {
        wide.forest.n_features = features;
        wide.schema = Schema::unnamed(features, ColumnType::Double);
        for (i, node) in wide.forest.trees.iter_mut().flatten().enumerate() {
            if let TreeNode::Split { feature, .. } = node {
                *feature = (i * 7 % features) as u32;
            }
        }
        assert!(!is_looked_up(wide));
    }
}
