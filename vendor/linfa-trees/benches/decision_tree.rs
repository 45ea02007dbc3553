//! How long a tree takes to fit, on one core: `cargo bench [-- ROWS COLUMNS FEATURES_PER_SPLIT TREES]`
//!
//! Two classes in columns of noise, half of which carry a part of the signal, and a tenth of the targets turned over. Trees are fitted
//! to bootstrap samples, as in a forest.

use std::time::Instant;

use linfa::ParamGuard;
use linfa_trees::{DecisionTree, DecisionTreeRegressor, NumberedClasses, RankedColumns};
use ndarray::{Array1, Array2};
use ndarray_rand::rand::{rngs::StdRng, Rng, SeedableRng};

fn main() {
    let given: Vec<usize> = std::env::args()
        .filter_map(|arg| arg.parse().ok())
        .collect();
    if let [rows, columns, features, trees] = given[..] {
        return measure(rows, columns, features, trees);
    }
    measure(2_000, 200, 14, 20);
    measure(20_000, 20, 4, 20);
    measure(200_000, 10, 3, 4);
    measure(1_000_000, 10, 3, 2);
}

fn measure(rows: usize, columns: usize, features: usize, trees: usize) {
    let mut rng = StdRng::seed_from_u64(1);
    let records = Array2::from_shape_fn((rows, columns), |_| {
        // About normal
        (0..4).map(|_| rng.gen::<f32>()).sum::<f32>() - 2.0
    });
    let signal = Array1::from_shape_fn(rows, |row| {
        let row = records.row(row);
        let parts = row.iter().step_by(2).map(|x| f64::from(x * x.abs()));
        parts.sum::<f64>()
    });
    let classes = signal.mapv(|signal| usize::from((signal > 0.0) != (rng.gen::<f32>() < 0.1)));
    let bags: Vec<Vec<f32>> = (0..trees)
        .map(|_| {
            let mut bag = vec![0.0; rows];
            (0..rows).for_each(|_| bag[rng.gen_range(0..rows)] += 1.0);
            bag
        })
        .collect();

    let start = Instant::now();
    let ranked = RankedColumns::new(&records);
    let numbered = NumberedClasses::new(&classes);
    println!(
        "{} x {}: columns ranked in {:.1} ms",
        rows,
        columns,
        start.elapsed().as_secs_f64() * 1e3
    );
    let tell = |name: &str, start: Instant, leaves: usize| {
        let ms = start.elapsed().as_secs_f64() * 1e3 / trees as f64;
        println!(
            "  {}: {:.1} ms a tree of {} leaves",
            name,
            ms,
            leaves / trees
        );
    };

    let start = Instant::now();
    let params = DecisionTree::<f32, usize>::params().prune(false);
    let params = params.max_features(Some(features)).check().unwrap();
    let fit = |bag: &Vec<f32>| params.fit_ranked(&ranked, &numbered, Some(bag), |_| ());
    let leaves = bags.iter().map(|bag| fit(bag).unwrap().num_leaves()).sum();
    tell("classification", start, leaves);

    let start = Instant::now();
    let targets = signal.to_vec();
    let params = DecisionTreeRegressor::<f32>::params();
    let params = params.max_features(Some(features)).check().unwrap();
    let fit = |bag: &Vec<f32>| params.fit_ranked(&ranked, &targets, Some(bag), |_| ());
    let leaves = bags.iter().map(|bag| fit(bag).unwrap().num_leaves()).sum();
    tell("regression", start, leaves);
}
