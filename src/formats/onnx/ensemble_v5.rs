//! `TreeEnsemble` of `ai.onnx.ml` 5 → a model: splits and leaves in arrays of their own, splits by sets, one target per leaf.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html>, and onnxruntime's `tree_ensemble_attribute.h` where
//! it differs.

use super::{
    attributes::Attributes,
    chains::{Sets, category},
    corrupt, ensemble,
    features::Features,
    leaves,
    lists::Ints,
    proto::NodeProto,
    tree, unsupported,
};
use crate::{
    formats::FormatError,
    input::Precision,
    model::{ForestIr, ForestModel, Test, TreeNode},
};

const OP: &str = "TreeEnsemble";

const ATTRIBUTES: [&str; 16] = [
    "aggregate_function",
    "leaf_targetids",
    "leaf_weights",
    "membership_values",
    "n_targets",
    "nodes_falseleafs",
    "nodes_falsenodeids",
    "nodes_featureids",
    "nodes_hitrates",
    "nodes_missing_value_tracks_true",
    "nodes_modes",
    "nodes_splits",
    "nodes_trueleafs",
    "nodes_truenodeids",
    "post_transform",
    "tree_roots",
];

/// The names of `aggregate_function`.
const AGGREGATIONS: [&str; 4] = ["AVERAGE", "SUM", "MIN", "MAX"];

/// The names of `post_transform` as onnxruntime numbers them. The specification has SOFTMAX and LOGISTIC the other way round.
const TRANSFORMS: [&str; 5] = ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"];

/// Sets of fewer members that all are smaller are exact in onnxruntime; in others a fraction counts as what it is without its digits.
const SMALL_SET: u32 = 31;

/// Reads the operator that `node` is, applied to `features`. `size` is the size of the file in bytes.
pub(super) fn read(
    node: &NodeProto,
    features: &Features,
    size: usize,
) -> Result<ForestModel, FormatError> {
    let attributes = Attributes::new(node, &ATTRIBUTES)?;
    let precision = features.elem.precision();
    let width = ensemble::targets(&attributes)?;
    let link = ensemble::link(name(&attributes, "post_transform", &TRANSFORMS)?)?;
    let aggregation = name(&attributes, "aggregate_function", &AGGREGATIONS)?;
    let mut sets = Sets::new(size);
    let splits = Splits::new(&attributes, precision, &mut sets)?;
    let handles_missing = features.holds_nan() && splits.missing.iter().any(|m| m != 0);
    let leaves = weights(&attributes, precision, width, size)?;
    // Splits and leaves may have several parents, each of which gets a copy.
    let mut room = (splits.features.len() + leaves.len() / width).saturating_mul(tree::MAX_GROWTH);
    let trees = attributes
        .ints("tree_roots")?
        .iter()
        .map(|root| splits.tree(root, handles_missing, &mut room))
        .collect::<Result<Vec<_>, _>>()?;
    let n_features = ensemble::n_features(OP, features, &trees)?;
    Ok(ForestModel {
        schema: features.schema(n_features),
        input: features.input,
        steps: features.steps(n_features),
        forest: ForestIr {
            n_features,
            precision,
            width,
            trees,
            leaves,
            targets: Vec::new(),
            categories: sets.sets,
            handles_missing,
            handles_infinite: false,
        },
        aggregation: ensemble::aggregation(aggregation, precision)?,
        base: Vec::new(),
        factor: 1.0,
        output: ensemble::regression(width, link),
        output_precision: precision,
    })
}

/// The name that a numbered attribute stands for, if it is given.
fn name<'n>(
    attributes: &Attributes<'_>,
    attribute: &str,
    names: &[&'n str],
) -> Result<Option<&'n str>, FormatError> {
    let Some(number) = attributes.int(attribute)? else {
        return Ok(None);
    };
    let found = usize::try_from(number).ok().and_then(|i| names.get(i));
    found
        .copied()
        .map(Some)
        .ok_or_else(|| corrupt!("{OP} has {attribute} = {number}, which means nothing"))
}

/// A vector of `width` numbers for every leaf, zero but for the leaf's target.
fn weights(
    attributes: &Attributes<'_>,
    precision: Precision,
    width: usize,
    size: usize,
) -> Result<Vec<f64>, FormatError> {
    let targets = attributes.ints("leaf_targetids")?;
    let weights = attributes.tensor_numbers("leaf_weights", precision)?;
    if targets.len() != weights.len() {
        return Err(corrupt!(
            "{OP} has {} leaf_targetids for {} leaf_weights",
            targets.len(),
            weights.len()
        ));
    }
    let mut leaves = vec![0.0; leaves::room_for(OP, weights.len(), width, size)?];
    for (leaf, (target, &weight)) in leaves
        .chunks_exact_mut(width)
        .zip(targets.iter().zip(&weights))
    {
        let place = usize::try_from(target).ok().and_then(|t| leaf.get_mut(t));
        match place {
            Some(place) if weight.is_finite() => *place = weight,
            Some(_) => return Err(corrupt!("{OP} has a leaf weight that is not finite")),
            None => return Err(corrupt!("{OP}: a leaf adds to target {target} of {width}")),
        }
    }
    Ok(leaves)
}

/// A child: a split or a leaf, by its place among its kind.
#[derive(Clone, Copy)]
struct Child {
    leaf: bool,
    place: usize,
}

/// The parallel arrays `nodes_*`: the splits of all trees.
struct Splits<'a> {
    features: &'a Ints,
    modes: Vec<Mode>,
    splits: Vec<f64>,
    yes: Vec<Child>,
    no: Vec<Child>,
    /// Empty where the model says nothing about missing values.
    missing: &'a Ints,
}

#[derive(Clone, Copy)]
enum Mode {
    Test(Test),
    /// By membership in the set of this number.
    Member(u32),
}

impl<'a> Splits<'a> {
    fn new(
        attributes: &Attributes<'a>,
        precision: Precision,
        sets: &mut Sets,
    ) -> Result<Self, FormatError> {
        let numbers = attributes.tensor_bytes("nodes_modes")?;
        let members = attributes.tensor_numbers("membership_values", precision)?;
        let children = |nodes: &str, leaves: &str| {
            let (places, leaf) = (attributes.ints(nodes)?, attributes.ints(leaves)?);
            if places.len() != leaf.len() {
                return Err(corrupt!(
                    "{OP}: {nodes} and {leaves} differ in length: {} and {}",
                    places.len(),
                    leaf.len()
                ));
            }
            let child = |(place, leaf): (i64, i64)| Child {
                leaf: leaf != 0,
                // What is negative is out of range, and refused as such.
                place: usize::try_from(place).unwrap_or(usize::MAX),
            };
            Ok(places
                .iter()
                .zip(leaf.iter())
                .map(child)
                .collect::<Vec<_>>())
        };
        let nodes = Self {
            features: attributes.ints("nodes_featureids")?,
            modes: modes(&numbers, &members, sets)?,
            splits: attributes.tensor_numbers("nodes_splits", precision)?,
            yes: children("nodes_truenodeids", "nodes_trueleafs")?,
            no: children("nodes_falsenodeids", "nodes_falseleafs")?,
            missing: attributes.ints("nodes_missing_value_tracks_true")?,
        };
        let count = nodes.features.len();
        let missing = if nodes.missing.is_empty() {
            count
        } else {
            nodes.missing.len()
        };
        for (name, length) in [
            ("nodes_modes", nodes.modes.len()),
            ("nodes_splits", nodes.splits.len()),
            ("nodes_truenodeids", nodes.yes.len()),
            ("nodes_falsenodeids", nodes.no.len()),
            ("nodes_missing_value_tracks_true", missing),
        ] {
            if length != count {
                return Err(corrupt!(
                    "{OP}: {name} has {length} entries for {count} nodes"
                ));
            }
        }
        Ok(nodes)
    }

    /// The tree below a root. `room` is how many nodes may still be made: a cycle never ends, and ends there.
    fn tree(
        &self,
        root: i64,
        handles_missing: bool,
        room: &mut usize,
    ) -> Result<Vec<TreeNode>, FormatError> {
        let place = usize::try_from(root).unwrap_or(usize::MAX);
        let root = match (self.yes.get(place), self.no.get(place)) {
            // A tree that is a leaf is a split both of whose branches are that leaf.
            (Some(yes), Some(no)) if yes.leaf && no.leaf && yes.place == no.place => *yes,
            _ => Child { leaf: false, place },
        };
        let mut open = vec![root];
        let mut tree = Vec::new();
        while let Some(&Child { leaf, place }) = open.get(tree.len()) {
            *room = room.checked_sub(1).ok_or_else(|| tree::too_shared(OP))?;
            if leaf {
                let values = u32::try_from(place).unwrap_or(u32::MAX);
                tree.push(TreeNode::Leaf { values });
                continue;
            }
            let (Some(&mode), Some(&threshold), Some(feature), Some(&first), Some(&second)) = (
                self.modes.get(place),
                self.splits.get(place),
                self.features.get(place),
                self.yes.get(place),
                self.no.get(place),
            ) else {
                return Err(corrupt!(
                    "{OP}: a root or a branch is node {place} of {}",
                    self.modes.len()
                ));
            };
            let feature = u32::try_from(feature)
                .map_err(|_| corrupt!("{OP}: node {place} tests feature {feature}"))?;
            let (yes, no) = (open.len() as u32, open.len() as u32 + 1);
            open.extend([first, second]);
            let tracks_yes = self.missing.get(place) == Some(1);
            tree.push(match mode {
                Mode::Test(test) => TreeNode::Split {
                    feature,
                    test,
                    threshold,
                    yes,
                    no,
                    // `NaN != t` holds, so a missing value passes that test without being tracked.
                    missing_yes: handles_missing && (tracks_yes || test == Test::Ne),
                },
                Mode::Member(set) => TreeNode::Categories {
                    feature,
                    set,
                    yes,
                    no,
                    missing_yes: handles_missing && tracks_yes,
                },
            });
        }
        Ok(tree)
    }
}

/// The tests of all nodes. `members` are the sets of those that split by one, in their order, each ended by NaN.
fn modes(numbers: &[u8], members: &[f64], sets: &mut Sets) -> Result<Vec<Mode>, FormatError> {
    let mut members = members.split(|m| m.is_nan());
    let mut modes = Vec::with_capacity(numbers.len());
    for (node, &number) in numbers.iter().enumerate() {
        modes.push(match number {
            0 => Mode::Test(Test::Le),
            1 => Mode::Test(Test::Lt),
            2 => Mode::Test(Test::Ge),
            3 => Mode::Test(Test::Gt),
            4 => Mode::Test(Test::Eq),
            5 => Mode::Test(Test::Ne),
            6 => Mode::Member(member(node, members.next().unwrap_or_default(), sets)?),
            other => return Err(corrupt!("{OP}: node {node} has the mode {other}")),
        });
    }
    Ok(modes)
}

/// The number of the set that has these members.
fn member(node: usize, members: &[f64], sets: &mut Sets) -> Result<u32, FormatError> {
    if members.is_empty() {
        return Err(corrupt!(
            "{OP}: node {node} splits by a set without members"
        ));
    }
    let categories: Option<Vec<u32>> = members.iter().map(|&m| category(m)).collect();
    let number = categories.and_then(|categories| {
        let small =
            categories.len() < SMALL_SET as usize && categories.iter().all(|&c| c < SMALL_SET);
        sets.add(&categories, small)
    });
    number.ok_or_else(|| {
        unsupported!(
            "{OP}: node {node} splits by a set that has {} members, among them numbers that are negative, fractions or too \
             large; encode the categories as integers from 0 on",
            members.len()
        )
    })
}
