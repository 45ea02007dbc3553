#![expect(clippy::float_cmp, reason = "that sums are exact is what is tested")]

use linfa::prelude::Predict;

use super::*;
use crate::train::{Features, Table, load};

fn sample(name: &str) -> Sample {
    let Table {
        rows,
        classes,
        labels,
        ..
    } = load(name, None).expect("embedded");
    Sample {
        rows,
        classes,
        n_classes: labels.len(),
    }
}

fn grown(sample: &Sample, params: &Params) -> ForestIr {
    grow(sample, params, &|_| ()).expect("fitted")
}

/// The leaf vectors a row reaches, one per tree.
fn reached<'a>(forest: &'a ForestIr, row: &[f32]) -> Vec<&'a [f64]> {
    let leaf = |nodes: &Vec<TreeNode>| leaf_of(nodes, |j| row[j]) * forest.width;
    let values = |at| &forest.leaves[at..at + forest.width];
    forest.trees.iter().map(leaf).map(values).collect()
}

#[test]
fn any_order_of_summing_gives_the_same_f32_and_the_total_is_one() {
    // 7 trees: 2^24 / 7 is no whole number.
    for trees in [1, 7, 100] {
        let params = Params {
            trees,
            ..Params::default()
        };
        let sample = sample("winequality");
        let forest = grown(&sample, &params);
        for row in sample.rows.rows().into_iter().step_by(50) {
            let leaves = reached(&forest, &row.to_vec());
            let sum = |class: usize, order: &mut dyn Iterator<Item = usize>| {
                order.fold(0.0f32, |sum, tree| sum + leaves[tree][class] as f32)
            };
            let mut total = 0.0f32;
            for class in 0..forest.width {
                let forwards = sum(class, &mut (0..trees));
                let exact: f64 = leaves.iter().map(|leaf| leaf[class]).sum();
                assert_eq!(forwards, sum(class, &mut (0..trees).rev()));
                assert_eq!(f64::from(forwards), exact);
                total += forwards;
            }
            assert_eq!(total, 1.0);
        }
    }
}

#[test]
fn leaf_values_are_the_bootstrap_rows_class_shares() {
    // One tree on all features without a depth: leaves are pure wherever rows differ.
    let sample = sample("iris");
    let params = Params {
        trees: 1,
        features: Features::Share(1.0),
        max_depth: Some(1),
        ..Params::default()
    };
    let forest = grown(&sample, &params);
    assert_eq!(forest.trees[0].len(), 3);
    // A single split tells setosa from the rest, which share the other leaf by their number of draws.
    let [pure, mixed] = [0, 3].map(|at| &forest.leaves[at..at + 3]);
    assert_eq!(pure, [1.0, 0.0, 0.0]);
    assert!(
        mixed[0] == 0.0 && mixed[1] > 0.3 && mixed[2] > 0.3,
        "{mixed:?}"
    );
    assert_eq!(mixed.iter().sum::<f64>(), 1.0);
}

#[test]
fn a_flattened_tree_answers_as_linfa_does() {
    let sample = sample("winequality");
    let bag = Dataset::new(sample.rows.clone(), Array1::from(sample.classes.clone()));
    let fitted = DecisionTree::params()
        .max_depth(Some(9))
        .fit(&bag)
        .expect("fitted");
    let features: Vec<usize> = (0..11).collect();
    let (nodes, n_leaves) = flatten(&fitted, &features);
    assert_eq!(n_leaves, fitted.num_leaves());
    assert_eq!(nodes.len(), 2 * n_leaves - 1);

    // Where no value equals a threshold `<` and `<=` agree, so the two walks end in the same leaf; its majority is linfa's answer,
    // except where pruning merged leaves of one answer, whose majority is the same, or where two classes tie.
    let mut counts = vec![vec![0u32; sample.n_classes]; n_leaves];
    for (row, &class) in sample.rows.rows().into_iter().zip(&sample.classes) {
        counts[leaf_of(&nodes, |j| row[j])][class] += 1;
    }
    let answers = fitted.predict(&sample.rows);
    for (row, &answer) in sample.rows.rows().into_iter().zip(&answers) {
        let leaf = &counts[leaf_of(&nodes, |j| row[j])];
        assert_eq!(Some(&leaf[answer]), leaf.iter().max());
    }
}

#[test]
fn training_twice_on_any_number_of_threads_gives_one_forest() {
    let sample = sample("winequality");
    let params = Params {
        trees: 12,
        ..Params::default()
    };
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let forest = pool.expect("a pool").install(|| grown(&sample, &params));
        (forest.trees, forest.leaves)
    };
    let once = on(1);
    for threads in [1, 2, 4, 4] {
        assert!(on(threads) == once, "{threads} threads differ");
    }
}

#[test]
fn seeds_and_trees_differ() {
    let sample = sample("iris");
    let with = |seed| {
        let params = Params {
            seed,
            trees: 2,
            ..Params::default()
        };
        grown(&sample, &params).trees
    };
    assert_ne!(with(1), with(2));
    assert_ne!(with(1)[0], with(1)[1]);
}

#[test]
fn depth_leaf_size_and_features_are_kept() {
    let sample = sample("winequality");
    let params = Params {
        trees: 5,
        max_depth: Some(3),
        min_leaf: 200,
        features: Features::Count(2),
        ..Params::default()
    };
    for nodes in grown(&sample, &params).trees {
        assert!(nodes.len() < 16, "deeper than 3 levels");
        let leaves = nodes.iter().filter(|n| matches!(n, TreeNode::Leaf { .. }));
        assert!(
            leaves.count() <= 1599 / 200,
            "leaves of fewer than 200 draws"
        );
        let mut used: Vec<u32> = nodes
            .iter()
            .filter_map(|node| match node {
                TreeNode::Split { feature, .. } => Some(*feature),
                _ => None,
            })
            .collect();
        used.sort_unstable();
        used.dedup();
        assert!(used.len() <= 2, "more than 2 features");
    }
}

#[test]
fn a_split_that_rounds_onto_the_upper_value_ends_the_tree() {
    // Neighbouring floats far from zero: their midpoint is the upper one, and linfa sends both rows left for ever.
    let (low, high) = (200.0f32.next_up(), 200.0f32.next_up().next_up());
    assert_eq!(f32::midpoint(low, high), high);
    let sample = Sample {
        rows: Array2::from_shape_fn((40, 1), |(i, _)| if i < 20 { low } else { high }),
        classes: (0..40).map(|i| i / 20).collect(),
        n_classes: 2,
    };
    let params = Params {
        trees: 3,
        ..Params::default()
    };
    let forest = grown(&sample, &params);
    assert!(forest.trees.iter().all(|nodes| nodes.len() == 1));
}

#[test]
fn progress_counts_every_tree() {
    let last = AtomicUsize::new(0);
    let params = Params {
        trees: 9,
        ..Params::default()
    };
    let progress = |done| {
        last.fetch_max(done, Ordering::Relaxed);
    };
    grow(&sample("iris"), &params, &progress).expect("fitted");
    assert_eq!(last.into_inner(), 9);
}
