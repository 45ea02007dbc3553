//! Predicts rows of a forest that is always the same: `instructions NAME ROWS CALLS`. What it takes is counted from outside.

#![allow(dead_code, unused_imports, reason = "the server uses the rest")]

#[path = "../../../src/input/mod.rs"]
mod input;
#[path = "../../../src/model/mod.rs"]
mod model;

use input::{Batch, ColumnType, Precision, Schema};
use model::{
    Aggregation, ForestIr, ForestModel, Labels, Link, Model, Output, Predictions, Test, TreeNode,
};

/// A sequence of numbers that no library changes.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn cell(&mut self) -> f64 {
        self.below(4000) as f64 / 1000.0 - 2.0
    }
}

/// Ways of up to `depth` comparisons; one split in eight ends early.
fn tree(numbers: &mut Numbers, features: usize, depth: u32, leaves: &mut u32) -> Vec<TreeNode> {
    let mut nodes = vec![TreeNode::Leaf { values: 0 }];
    let mut todo = vec![(0, depth)];
    while let Some((at, depth)) = todo.pop() {
        if depth == 0 || numbers.below(8) == 0 {
            nodes[at] = TreeNode::Leaf { values: *leaves };
            *leaves += 1;
            continue;
        }
        let yes = nodes.len();
        nodes[at] = TreeNode::Split {
            feature: numbers.below(features as u64) as u32,
            test: Test::Le,
            threshold: numbers.cell(),
            yes: yes as u32,
            no: yes as u32 + 1,
            missing_yes: false,
        };
        nodes.extend([TreeNode::Leaf { values: 0 }; 2]);
        todo.extend([(yes, depth - 1), (yes + 1, depth - 1)]);
    }
    nodes
}

/// Fifty trees: a random forest of three classes, or a booster.
fn forest(boosted: bool, features: usize, depth: u32, precision: Precision) -> ForestModel {
    let (numbers, mut leaves) = (&mut Numbers(1), 0);
    let trees = (0..50).map(|_| tree(numbers, features, depth, &mut leaves));
    let trees: Vec<_> = trees.collect();
    let width = if boosted { 1 } else { 3 };
    ForestModel {
        schema: Schema::unnamed(features, ColumnType::Double),
        input: precision,
        steps: Vec::new(),
        forest: ForestIr {
            n_features: features,
            precision,
            width,
            targets: if boosted {
                vec![0; trees.len()]
            } else {
                Vec::new()
            },
            trees,
            leaves: (0..leaves as usize * width)
                .map(|_| numbers.cell() / 300.0)
                .collect(),
            categories: Vec::new(),
            handles_missing: true,
            handles_infinite: false,
        },
        aggregation: match precision {
            Precision::F32 => Aggregation::SumF32,
            Precision::F64 => Aggregation::Sum,
        },
        base: Vec::new(),
        factor: 1.0,
        output: if boosted {
            Output::Regression {
                link: Link::Identity,
            }
        } else {
            let labels = Labels::Integers((0..3).collect());
            Output::Classes {
                labels,
                link: Link::Identity,
            }
        },
        output_precision: precision,
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, name, rows, calls] = &arguments[..] else {
        panic!("instructions NAME ROWS CALLS");
    };
    let forest = match name.as_str() {
        "forest" => forest(false, 12, 9, Precision::F32),
        "deep" => forest(false, 12, 16, Precision::F32),
        "small" => forest(false, 4, 5, Precision::F32),
        "booster" => forest(true, 12, 9, Precision::F32),
        "booster_f64" => forest(true, 12, 9, Precision::F64),
        _ => panic!("no model is named {name}"),
    };
    let model = Model::new(forest).expect("a forest");
    let (rows, calls): (usize, usize) =
        (rows.parse().expect("rows"), calls.parse().expect("calls"));
    let numbers = &mut Numbers(2);
    let features = model.schema().len();
    let values = (0..rows * features).map(|_| numbers.cell()).collect();
    let batch = Batch::from_values(values, features).expect("rows");
    let mut answers = Predictions::default();
    for _ in 0..calls {
        model.predict(&batch, &mut answers).expect("rows");
    }
}
