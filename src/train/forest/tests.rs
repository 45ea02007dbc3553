#![expect(clippy::float_cmp, reason = "that sums are exact is what is tested")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use linfa::Dataset;
use linfa::prelude::{Fit, Predict};
use ndarray::Array1;

use super::*;
use crate::train::{Table, Target, load};

fn sample(name: &str) -> Sample {
    let Table { rows, truth, .. } = load(name, None, None).expect("embedded");
    let Target::Classes { labels, classes } = truth else {
        panic!("whole numbers are classes");
    };
    Sample {
        rows,
        targets: Targets::Classes {
            of: classes,
            n: labels.len(),
        },
    }
}

/// The leaf of a tree that a row ends in.
fn leaf_of(nodes: &[TreeNode], feature_of: impl Fn(usize) -> f32) -> usize {
    let mut at = 0;
    loop {
        match nodes[at] {
            TreeNode::Leaf { values } => return values as usize,
            TreeNode::Split {
                feature,
                threshold,
                yes,
                no,
                ..
            } => {
                let left = f64::from(feature_of(feature as usize)) <= threshold;
                at = if left { yes } else { no } as usize;
            }
            TreeNode::Categories { .. } => panic!("linfa has no categories"),
        }
    }
}

fn grown(sample: &Sample, params: &Params) -> ForestIr {
    grow(sample, params, &|_: u64| ()).expect("fitted")
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
        features: Some(Features::Share(1.0)),
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
    let Targets::Classes { of, n } = &sample.targets else {
        panic!("wine has classes")
    };
    let bag = Dataset::new(sample.rows.clone(), Array1::from(of.clone()));
    let params = DecisionTree::params().max_depth(Some(9)).prune(false);
    let fitted = params.fit(&bag).expect("fitted");
    let weights = |leaf: &Leaf<usize>| -> Vec<(usize, u32)> {
        let whole = |&(class, weight)| (class, weight as u32);
        leaf.class_weights().iter().map(whole).collect()
    };
    let (trees, values) = gather(vec![Tree::flatten(fitted.root_node(), weights)]);
    assert_eq!(trees[0].len(), 2 * fitted.num_leaves() - 1);

    let answers = fitted.predict(&sample.rows);
    let mut reached = vec![vec![0; *n]; values.len()];
    for ((row, &class), &answer) in sample.rows.rows().into_iter().zip(of).zip(&answers) {
        let leaf = leaf_of(&trees[0], |j| row[j]);
        reached[leaf][class] += 1;
        let most = values[leaf].iter().map(|&(_, weight)| weight).max();
        assert!(values[leaf].contains(&(answer, most.expect("rows"))));
    }
    // Leaves that hold the same share an entry.
    for (value, reached) in values.iter().zip(&reached) {
        for &(class, weight) in value {
            assert_eq!(reached[class] % weight, 0);
        }
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
fn depth_and_leaf_size_are_kept() {
    let sample = sample("winequality");
    let params = Params {
        trees: 5,
        max_depth: Some(3),
        min_leaf: 200,
        ..Params::default()
    };
    for nodes in grown(&sample, &params).trees {
        assert!(nodes.len() < 16, "deeper than 3 levels");
        let leaves = nodes.iter().filter(|n| matches!(n, TreeNode::Leaf { .. }));
        assert!(
            leaves.count() <= 1599 / 200,
            "leaves of fewer than 200 draws"
        );
    }
}

/// The features that a tree splits by, and the one that its root does.
fn features(nodes: &[TreeNode]) -> (BTreeSet<u32>, Option<u32>) {
    let split = |node: &TreeNode| match node {
        TreeNode::Split { feature, .. } => Some(*feature),
        _ => None,
    };
    let all = nodes.iter().filter_map(split).collect();
    (all, split(&nodes[0]))
}

#[test]
fn features_are_drawn_per_split() {
    let sample = sample("winequality");
    let with = |features| {
        let params = Params {
            trees: 20,
            features: Some(features),
            ..Params::default()
        };
        grown(&sample, &params).trees
    };
    let one = with(Features::Count(1));
    let roots: BTreeSet<_> = one.iter().map(|nodes| features(nodes).1).collect();
    assert!(roots.len() > 5, "{roots:?}");
    assert!(one.iter().all(|nodes| features(nodes).0.len() == 11));
    // The best of all features is the same one for most bags.
    let all = with(Features::Share(1.0));
    let roots: BTreeSet<_> = all.iter().map(|nodes| features(nodes).1).collect();
    assert!(roots.len() < 4, "{roots:?}");
    assert!(with(Features::Sqrt) == with(Features::Count(3)));
}

#[test]
fn neighbouring_floats_are_told_apart() {
    // Far from zero their midpoint is the upper one.
    let (low, high) = (200.0f32.next_up(), 200.0f32.next_up().next_up());
    assert_eq!(f32::midpoint(low, high), high);
    let sample = Sample {
        rows: Array2::from_shape_fn((40, 1), |(i, _)| if i < 20 { low } else { high }),
        targets: Targets::Classes {
            of: (0..40).map(|i| i / 20).collect(),
            n: 2,
        },
    };
    let params = Params {
        trees: 3,
        ..Params::default()
    };
    for nodes in grown(&sample, &params).trees {
        assert_eq!(nodes.len(), 3);
        assert!(
            matches!(nodes[0], TreeNode::Split { threshold, .. } if threshold == f64::from(low))
        );
    }
}

#[test]
fn a_forest_of_numbers_predicts_the_means_of_its_draws() {
    let rows = Array2::from_shape_fn((90, 2), |(i, j)| if j == 0 { i as f32 } else { 0.0 });
    let sample = Sample {
        rows,
        // Three steps
        targets: Targets::Numbers((0..90).map(|i| f64::from(i / 30) * 1e6).collect()),
    };
    let params = Params {
        trees: 10,
        ..Params::default()
    };
    let forest = grown(&sample, &params);
    assert_eq!((forest.width, forest.trees.len()), (1, 10));
    // What leaves share is there once.
    let mut leaves = forest.leaves.clone();
    leaves.sort_by(f64::total_cmp);
    assert_eq!(leaves, [0.0, 1e6, 2e6]);
    assert!(forest.trees.iter().all(|nodes| nodes.len() == 5));

    let stump = Params {
        trees: 1,
        max_depth: Some(1),
        ..params
    };
    let forest = grown(&sample, &stump);
    let bag = Bag::draw(90, params.seed, 0);
    let part = |range: std::ops::Range<usize>| bag.draws[range].iter().sum::<f32>() as f64;
    let (low, middle, high) = (part(0..30), part(30..60), part(60..90));
    let apart = [
        (0.0, (middle + 2.0 * high) * 1e6 / (middle + high)),
        (middle * 1e6 / (low + middle), 2e6),
    ];
    let rounded = apart.map(|(a, b): (f64, f64)| vec![a as f32 as f64, b as f32 as f64]);
    assert!(rounded.contains(&forest.leaves), "{:?}", forest.leaves);
}

#[test]
fn progress_counts_every_tree() {
    let told = AtomicU64::new(0);
    let params = Params {
        trees: 9,
        ..Params::default()
    };
    let progress = |more| {
        told.fetch_add(more, Ordering::Relaxed);
    };
    grow(&sample("iris"), &params, &progress).expect("fitted");
    assert_eq!(told.into_inner(), 9 * bag::TREE);
}
