//! Trees and leaves → the parallel arrays of the ONNX operators.

use super::{
    super::{proto::AttributeProto, unsupported},
    message::{floats, ints, strings},
};
use crate::{
    formats::FormatError,
    input::Precision,
    model::{ForestIr, Test, TreeNode},
};

/// A number that ONNX stores as a float, if it loses nothing by that.
#[expect(clippy::float_cmp, reason = "exactness is the question")]
pub(super) fn exact(number: f64, what: &str) -> Result<f32, FormatError> {
    if f64::from(number as f32) == number {
        Ok(number as f32)
    } else {
        Err(unsupported!(
            "{what} {number} is not an f32; only f32 models are written"
        ))
    }
}

/// The arrays `nodes_*`, in the order of trees and nodes.
pub(super) fn node_attributes(forest: &ForestIr) -> Result<Vec<AttributeProto>, FormatError> {
    if forest.precision != Precision::F32 {
        return Err(unsupported!("only f32 forests are written as ONNX"));
    }
    if !forest.targets.is_empty() {
        return Err(unsupported!("boosted trees are not written as ONNX"));
    }
    let count = forest.trees.iter().map(Vec::len).sum();
    let mut arrays: [Vec<i64>; 6] = std::array::from_fn(|_| Vec::with_capacity(count));
    let mut modes = Vec::with_capacity(count);
    let mut values = Vec::with_capacity(count);
    for (tree, nodes) in forest.trees.iter().enumerate() {
        for (at, node) in nodes.iter().enumerate() {
            let split = Written::of(node)?;
            let row = [
                i64::from(split.no),
                i64::from(split.feature),
                i64::from(split.missing),
                at as i64,
                tree as i64,
                i64::from(split.yes),
            ];
            for (array, number) in arrays.iter_mut().zip(row) {
                array.push(number);
            }
            modes.push(split.mode.as_bytes().to_vec());
            values.push(split.value);
        }
    }
    let [no, feature, missing, node, tree, yes] = arrays;
    let mut attributes = vec![
        ints("nodes_falsenodeids", no),
        ints("nodes_featureids", feature),
    ];
    if forest.handles_missing {
        attributes.push(ints("nodes_missing_value_tracks_true", missing));
    }
    attributes.extend([
        strings("nodes_modes", modes),
        ints("nodes_nodeids", node),
        ints("nodes_treeids", tree),
        ints("nodes_truenodeids", yes),
        floats("nodes_values", values),
    ]);
    Ok(attributes)
}

/// A node as the arrays have it; a leaf is zero but for its mode.
struct Written {
    feature: u32,
    mode: &'static str,
    value: f32,
    yes: u32,
    no: u32,
    missing: bool,
}

impl Written {
    fn of(node: &TreeNode) -> Result<Self, FormatError> {
        match *node {
            TreeNode::Split {
                feature,
                test,
                threshold,
                yes,
                no,
                missing_yes,
            } => Ok(Self {
                feature,
                mode: mode(test),
                value: exact(threshold, "the threshold")?,
                yes,
                no,
                missing: missing_yes,
            }),
            TreeNode::Leaf { .. } => Ok(Self {
                feature: 0,
                mode: "LEAF",
                value: 0.0,
                yes: 0,
                no: 0,
                missing: false,
            }),
            TreeNode::Categories { .. } => {
                Err(unsupported!("splits by category are not written as ONNX"))
            }
        }
    }
}

fn mode(test: Test) -> &'static str {
    match test {
        Test::Le => "BRANCH_LEQ",
        Test::Lt => "BRANCH_LT",
        Test::Ge => "BRANCH_GTE",
        Test::Gt => "BRANCH_GT",
        Test::Eq => "BRANCH_EQ",
        Test::Ne => "BRANCH_NEQ",
    }
}

/// The four arrays of leaf weights: tree, node, class or target, weight.
pub(super) struct LeafWeightArrays {
    trees: Vec<i64>,
    nodes: Vec<i64>,
    ids: Vec<i64>,
    values: Vec<f32>,
}

impl LeafWeightArrays {
    /// `columns` says which numbers of a leaf are written, and under which id. Zeros are left out where `sparse`.
    pub(super) fn of(
        forest: &ForestIr,
        columns: &[(usize, i64)],
        sparse: bool,
    ) -> Result<Self, FormatError> {
        let mut weights = Self {
            trees: Vec::new(),
            nodes: Vec::new(),
            ids: Vec::new(),
            values: Vec::new(),
        };
        for (tree, nodes) in forest.trees.iter().enumerate() {
            for (at, node) in nodes.iter().enumerate() {
                let TreeNode::Leaf { values } = *node else {
                    continue;
                };
                let leaf = leaf(forest, values)?;
                for &(column, id) in columns {
                    let value = leaf.get(column).copied().unwrap_or(0.0);
                    if sparse && value == 0.0 {
                        continue;
                    }
                    weights.trees.push(tree as i64);
                    weights.nodes.push(at as i64);
                    weights.ids.push(id);
                    weights.values.push(exact(value, "the leaf weight")?);
                }
            }
        }
        Ok(weights)
    }

    /// The arrays as `class_*` or `target_*`.
    pub(super) fn attributes(self, prefix: &str) -> [AttributeProto; 4] {
        [
            ints(&format!("{prefix}_ids"), self.ids),
            ints(&format!("{prefix}_nodeids"), self.nodes),
            ints(&format!("{prefix}_treeids"), self.trees),
            floats(&format!("{prefix}_weights"), self.values),
        ]
    }
}

/// The numbers of a leaf vector.
pub(super) fn leaf(forest: &ForestIr, values: u32) -> Result<&[f64], FormatError> {
    let start = values as usize * forest.width;
    forest
        .leaves
        .get(start..start + forest.width)
        .ok_or_else(|| unsupported!("the leaf vector {values} does not exist"))
}
