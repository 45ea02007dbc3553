use linfa::prelude::*;
use linfa::Dataset;
use ndarray::{array, Array1, Array2, Axis};
use ndarray_rand::rand::{rngs::StdRng, Rng, SeedableRng};

use crate::{
    DecisionTree, DecisionTreeParams, DecisionTreeRegressor, NumberedClasses, RankedColumns,
    TreeNode,
};

/// A tree as plain text: one node per line, in preorder
fn shown(node: &TreeNode<f32, usize>) -> String {
    match (node.prediction(), &node.children()[..]) {
        (None, [Some(left), Some(right)]) => {
            let (feature, value, _) = node.split();
            format!("{} {}\n{}{}", feature, value, shown(left), shown(right))
        }
        (prediction, _) => format!("{:?}\n", prediction),
    }
}

/// What the algorithm promises, written down without regard to time
struct Naive<'a> {
    data: &'a Dataset<f32, usize, ndarray::Ix1>,
    least: f64,
    depth: usize,
}

impl Naive<'_> {
    fn weights(&self, rows: &[usize]) -> [f64; 3] {
        let mut weights = [0.0; 3];
        for &row in rows {
            weights[self.data.targets[row]] += f64::from(self.data.weight_for(row));
        }
        weights
    }

    fn grown(&self, rows: &[usize], depth: usize) -> String {
        let node = self.weights(rows);
        let pure = node.iter().filter(|&&w| w > 0.0).count() < 2;
        if let (false, Some((feature, value))) = (pure || depth == self.depth, self.best(rows)) {
            let (left, right): (Vec<_>, Vec<_>) = rows
                .iter()
                .partition(|&&row| self.data.records[(row, feature)] <= value);
            let (left, right) = (self.grown(&left, depth + 1), self.grown(&right, depth + 1));
            // Pruning: two leaves of one answer are one
            if left == right && left.starts_with('S') {
                return left;
            }
            return format!("{} {}\n{}{}", feature, value, left, right);
        }
        let modal = (0..3).max_by(|&a, &b| node[a].partial_cmp(&node[b]).unwrap());
        format!("{:?}\n", modal)
    }

    /// Every feature, every pair of neighbouring values of these rows
    fn best(&self, rows: &[usize]) -> Option<(usize, f32)> {
        let (mut best, mut best_score) = (None, f64::NEG_INFINITY);
        for feature in 0..self.data.records.ncols() {
            let value = |row: usize| self.data.records[(row, feature)];
            let mut values: Vec<f32> = rows.iter().map(|&row| value(row)).collect();
            values.sort_by(|a, b| a.partial_cmp(b).unwrap());
            values.dedup();
            for pair in values.windows(2) {
                let (left, right): (Vec<_>, Vec<_>) =
                    rows.iter().partition(|&&row| value(row) <= pair[0]);
                let side = |rows: &[usize]| {
                    let weights = self.weights(rows);
                    let weight: f64 = weights.iter().sum();
                    let score = weights.iter().map(|w| w * w).sum::<f64>() / weight;
                    (weight, score)
                };
                let (left, right) = (side(&left), side(&right));
                let score = left.1 + right.1;
                if left.0 >= self.least && right.0 >= self.least && score > best_score {
                    best_score = score;
                    best = Some((feature, pair[0] / 2.0 + pair[1] / 2.0));
                }
            }
        }
        best
    }
}

/// Rows with many equal values, three classes, and weights of whole numbers
fn random_data(rng: &mut StdRng) -> Dataset<f32, usize, ndarray::Ix1> {
    let (rows, columns) = (rng.gen_range(2..60), rng.gen_range(1..5));
    let most = if rng.gen() { 6 } else { 1000 };
    let records = Array2::from_shape_fn((rows, columns), |_| rng.gen_range(-most..most) as f32);
    let targets = Array1::from_shape_fn(rows, |_| rng.gen_range(0..3));
    let weights = Array1::from_shape_fn(rows, |_| rng.gen_range(1..4) as f32);
    Dataset::new(records, targets).with_weights(weights)
}

fn params() -> DecisionTreeParams<f32, usize> {
    DecisionTree::params().min_impurity_decrease(f32::EPSILON)
}

#[test]
fn a_tree_is_the_naive_recursion_over_the_best_of_all_splits() {
    let mut rng = StdRng::seed_from_u64(7);
    for case in 0..300 {
        let data = random_data(&mut rng);
        let naive = Naive {
            data: &data,
            least: f64::from(case % 5),
            depth: if case % 2 == 0 { 3 } else { 100 },
        };
        let fitted = params()
            .max_depth(Some(naive.depth))
            .min_weight_leaf(naive.least as f32)
            .fit(&data)
            .unwrap();
        let rows: Vec<usize> = (0..data.nsamples()).collect();
        assert_eq!(
            shown(fitted.root_node()),
            naive.grown(&rows, 0),
            "{:?}",
            data
        );
    }
}

#[test]
fn a_weight_counts_like_repeated_rows() {
    let mut rng = StdRng::seed_from_u64(8);
    for _ in 0..100 {
        let data = random_data(&mut rng);
        let repeated: Vec<usize> = (0..data.nsamples())
            .flat_map(|row| vec![row; data.weight_for(row) as usize])
            .collect();
        let repeated = Dataset::new(
            data.records.select(Axis(0), &repeated),
            data.targets.select(Axis(0), &repeated),
        );
        let params = params().min_weight_leaf(3.0).min_weight_split(8.0);
        let (weighted, plain) = (params.fit(&data).unwrap(), params.fit(&repeated).unwrap());
        assert_eq!(shown(weighted.root_node()), shown(plain.root_node()));
    }
}

#[test]
fn rows_without_weight_are_not_there() {
    let data = Dataset::new(array![[1.0f32], [2.0], [3.0]], array![0usize, 2, 1])
        .with_weights(array![1.0f32, 0.0, 1.0]);
    let fitted = params().fit(&data).unwrap();
    assert_eq!(shown(fitted.root_node()), "0 2\nSome(0)\nSome(1)\n");
    let none = data.with_weights(array![0.0f32, 0.0, 0.0]);
    assert!(params().fit(&none).is_err());
}

#[test]
fn neighbouring_floats_are_told_apart() {
    // Their middle rounds to the upper one.
    let low = f32::from_bits(200.0f32.to_bits() + 1);
    let high = f32::from_bits(low.to_bits() + 1);
    assert_eq!((low + high) / 2.0, high);
    let data = Dataset::new(array![[low], [high]], array![0usize, 1]);
    let fitted = params().fit(&data).unwrap();
    assert_eq!(fitted.root_node().split().1, low);
    assert_eq!(fitted.predict(&data), array![0, 1]);
}

#[test]
fn a_split_that_helps_only_further_down_is_made() {
    let data = Dataset::new(
        array![[0.0f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]],
        array![0usize, 1, 1, 0],
    );
    let fitted = params().fit(&data).unwrap();
    assert_eq!(fitted.predict(&data), array![0, 1, 1, 0]);
}

#[test]
fn a_split_that_helps_only_further_down_is_made_despite_rounding() {
    // The first feature leaves the shares of the classes as they are. Computed with these weights, it makes the impurity a little worse.
    let records = array![[0.0f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let data = Dataset::new(records, array![0usize, 1, 1, 0])
        .with_weights(array![3.0f32, 6.0, 14.0, 7.0]);
    let decrease = {
        let side = |a: f64, b: f64| (a * a + b * b) / (a + b);
        side(3.0, 6.0) + side(7.0, 14.0) - side(10.0, 20.0)
    };
    assert!(decrease < 0.0, "{}", decrease);
    for seed in 0..8 {
        // A split sees one of the features.
        let params = params().max_features(Some(1)).seed(seed).prune(false);
        let fitted = params.fit(&data).unwrap();
        assert_eq!(fitted.predict(&data), data.targets);
    }
}

#[test]
fn a_tree_may_be_as_deep_as_there_are_rows() {
    // The best split of alternating classes takes one row off.
    let rows = 1500;
    let fit = move || {
        let records = Array2::from_shape_fn((rows, 1), |(i, _)| i as f32);
        let data = Dataset::new(records, Array1::from_shape_fn(rows, |i| i % 2));
        let fitted = DecisionTree::params()
            .min_impurity_decrease(f32::EPSILON)
            .fit(&data)
            .unwrap();
        assert_eq!(fitted.max_depth(), rows - 1);
        assert_eq!(fitted.predict(&data), data.targets);
    };
    let small = std::thread::Builder::new().stack_size(1 << 15);
    small.spawn(fit).unwrap().join().unwrap();
}

#[test]
fn features_are_drawn_for_every_split() {
    let mut rng = StdRng::seed_from_u64(9);
    let records = Array2::from_shape_fn((400, 6), |_| rng.gen_range(0..1000) as f32);
    let targets = Array1::from_shape_fn(400, |_| rng.gen_range(0..3));
    let data = Dataset::new(records, targets);
    let with = |max_features, seed| {
        let params = params().max_features(max_features).seed(seed);
        params.fit(&data).unwrap()
    };
    // A tree that drew its features once would use one.
    assert_eq!(with(Some(1), 1).features().len(), 6);
    let shown = |max_features, seed| shown(with(max_features, seed).root_node());
    assert_eq!(shown(Some(2), 1), shown(Some(2), 1));
    assert_ne!(shown(Some(2), 1), shown(Some(2), 2));
    assert_eq!(shown(Some(6), 1), shown(None, 2));
    assert!(params().max_features(Some(0)).fit(&data).is_err());
}

#[test]
fn trees_that_share_their_columns_are_those_that_do_not() {
    let mut rng = StdRng::seed_from_u64(10);
    let data = random_data(&mut rng);
    let columns = RankedColumns::new(&data.records);
    let classes = NumberedClasses::new(&data.targets);
    let mut done = 0;
    let params = params().check().unwrap();
    let shared = params
        .fit_ranked(&columns, &classes, data.weights(), |rows| done += rows)
        .unwrap();
    let alone = params.fit(&data).unwrap();
    assert_eq!(shown(shared.root_node()), shown(alone.root_node()));
    assert_eq!(done, data.nsamples());
}

/// Random rows, with numbers as targets
fn random_numbers(rng: &mut StdRng) -> Dataset<f32, f32, ndarray::Ix1> {
    let classes = random_data(rng);
    let targets = Array1::from_shape_fn(classes.nsamples(), |_| rng.gen_range(-9i16..9).into());
    Dataset::new(classes.records, targets).with_weights(classes.weights)
}

/// Weight, mean and sum of squared distances from it
fn moments(data: &Dataset<f32, f32, ndarray::Ix1>, rows: &[usize]) -> (f64, f64, f64) {
    let sum = |of: &dyn Fn(f64) -> f64| -> f64 {
        let term = |&row: &usize| f64::from(data.weight_for(row)) * of(data.targets[row].into());
        rows.iter().map(term).sum()
    };
    let weight = sum(&|_| 1.0);
    let mean = sum(&|target| target) / weight;
    (weight, mean, sum(&|target| (target - mean).powi(2)))
}

/// Walks down a fitted tree with the rows of its training.
fn check_regressor(
    data: &Dataset<f32, f32, ndarray::Ix1>,
    node: &TreeNode<f32, f32>,
    rows: &[usize],
    least: f64,
) {
    let value = |row: usize, feature| data.records[(row, feature)];
    let divide = |feature, at: f32| -> (Vec<usize>, Vec<usize>) {
        rows.iter().partition(|&&row| value(row, feature) <= at)
    };
    // What is left of the variance by the best of all splits
    let mut best = f64::INFINITY;
    for feature in 0..data.records.ncols() {
        for &row in rows {
            let (left, right) = divide(feature, value(row, feature));
            let (left, right) = (moments(data, &left), moments(data, &right));
            if right.0 > 0.0 && left.0 >= least && right.0 >= least {
                best = best.min(left.2 + right.2);
            }
        }
    }
    let (weight, mean, squares) = moments(data, rows);
    if let [Some(left), Some(right)] = &node.children()[..] {
        let (feature, at, decrease) = node.split();
        let (left_rows, right_rows) = divide(feature, at);
        let left_over = moments(data, &left_rows).2 + moments(data, &right_rows).2;
        assert!(left_over <= best + 1e-9, "{} > {}", left_over, best);
        assert!((f64::from(decrease) - (squares - left_over) / weight).abs() < 1e-4);
        check_regressor(data, left, &left_rows, least);
        check_regressor(data, right, &right_rows, least);
    } else {
        assert!(squares < 1e-9 || best.is_infinite(), "could be split");
        assert_eq!(node.prediction(), Some(mean as f32));
    }
}

#[test]
fn every_split_of_a_regressor_is_the_best_of_all() {
    let mut rng = StdRng::seed_from_u64(11);
    for case in 0..200u8 {
        let data = random_numbers(&mut rng);
        let least = f64::from(case % 5);
        let params = DecisionTreeRegressor::params().min_weight_leaf(least as f32);
        let fitted = params.fit(&data).unwrap();
        let rows: Vec<usize> = (0..data.nsamples()).collect();
        check_regressor(&data, fitted.root_node(), &rows, least);
    }
}

#[test]
fn a_regressor_takes_weights_features_and_depth() {
    let mut rng = StdRng::seed_from_u64(12);
    let records = Array2::from_shape_fn((300, 6), |_| rng.gen_range(0..1000) as f32);
    let targets = Array1::from_shape_fn(300, |_| rng.gen_range(0..100) as f32);
    let weights = Array1::from_shape_fn(300, |_| rng.gen_range(0..3) as f32);
    let data = Dataset::new(records, targets);
    let params = DecisionTreeRegressor::params();
    assert_eq!(params.max_depth(Some(4)).fit(&data).unwrap().max_depth(), 4);
    let drawn = |seed| {
        let params = params.max_depth(Some(3)).max_features(Some(2));
        params.seed(seed).fit(&data).unwrap().predict(&data)
    };
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));

    let repeated: Vec<usize> = (0..300)
        .flat_map(|row| vec![row; weights[row] as usize])
        .collect();
    let repeated = Dataset::new(
        data.records.select(Axis(0), &repeated),
        data.targets.select(Axis(0), &repeated),
    );
    let params = params.min_weight_leaf(5.0);
    let plain = params.fit(&repeated).unwrap();
    let weighted = params.fit(&data.with_weights(weights)).unwrap();
    assert_eq!(weighted.predict(&repeated), plain.predict(&repeated));
}

#[test]
fn large_targets_that_are_close_to_each_other_are_told_apart() {
    // Squares of such numbers have no digits left for their distance.
    let targets = [0.0, 1.0, 5.0, 6.0].map(|y| 1e9 + y / 1024.0);
    let records = array![[1.0f32], [2.0], [3.0], [4.0]];
    let columns = RankedColumns::new(&records);
    let params = DecisionTreeRegressor::params().check().unwrap();
    let fitted = params.fit_ranked(&columns, &targets, None, |_| ()).unwrap();
    assert_eq!(fitted.root_node().split().1, 2.5);
    assert_eq!(fitted.num_leaves(), 4);
}
