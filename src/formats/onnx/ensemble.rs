//! `TreeEnsembleClassifier` and `TreeEnsembleRegressor` → a model.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleClassifier.html> and its regressor. The two-class
//! rules are onnxruntime's (`tree_ensemble_aggregator.h`), which the specification leaves open.

use std::borrow::Cow;

use super::{
    attributes::Attributes,
    chains::Sets,
    corrupt,
    features::Features,
    labels::labels,
    leaves::{LeafVectors, LeafWeights, Slots},
    node_arrays::{NodeArrays, spans},
    proto::NodeProto,
    tree, unsupported,
};
use crate::{
    formats::{FormatError, MAX_FEATURES},
    input::Precision,
    model::{Aggregation, BinaryScores, ForestIr, ForestModel, Labels, Link, Output, TreeNode},
};

const CLASSIFIER: [&str; 22] = [
    "base_values",
    "base_values_as_tensor",
    "class_ids",
    "class_nodeids",
    "class_treeids",
    "class_weights",
    "class_weights_as_tensor",
    "classlabels_int64s",
    "classlabels_strings",
    "nodes_falsenodeids",
    "nodes_featureids",
    "nodes_hitrates",
    "nodes_hitrates_as_tensor",
    "nodes_missing_value_tracks_true",
    "nodes_modes",
    "nodes_nodeids",
    "nodes_treeids",
    "nodes_truenodeids",
    "nodes_values",
    "nodes_values_as_tensor",
    "post_transform",
    "aggregate_function",
];

const REGRESSOR: [&str; 21] = [
    "aggregate_function",
    "base_values",
    "base_values_as_tensor",
    "n_targets",
    "nodes_falsenodeids",
    "nodes_featureids",
    "nodes_hitrates",
    "nodes_hitrates_as_tensor",
    "nodes_missing_value_tracks_true",
    "nodes_modes",
    "nodes_nodeids",
    "nodes_treeids",
    "nodes_truenodeids",
    "nodes_values",
    "nodes_values_as_tensor",
    "post_transform",
    "target_ids",
    "target_nodeids",
    "target_treeids",
    "target_weights",
    "target_weights_as_tensor",
];

/// Reads the operator that `node` is, applied to `features`. `size` is the size of the file in bytes.
pub(super) fn read(
    node: &NodeProto,
    features: &Features,
    size: usize,
) -> Result<ForestModel, FormatError> {
    let op = node.op_type.as_str();
    let classifier = op == "TreeEnsembleClassifier";
    let known: &[&str] = if classifier { &CLASSIFIER } else { &REGRESSOR };
    let attributes = Attributes::new(node, known)?;
    let precision = features.elem.precision();
    let nodes = NodeArrays::new(op, &attributes, precision)?;
    let prefix = if classifier { "class" } else { "target" };
    let mut weights = LeafWeights {
        tree_ids: Cow::Borrowed(attributes.ints(&format!("{prefix}_treeids"))?),
        node_ids: Cow::Borrowed(attributes.ints(&format!("{prefix}_nodeids"))?),
        ids: Cow::Borrowed(attributes.ints(&format!("{prefix}_ids"))?),
        values: attributes.numbers(&format!("{prefix}_weights"), precision)?,
    };
    weights.check(op)?;
    let base = attributes.numbers("base_values", precision)?;
    let base: Vec<f64> = base.iter().collect();
    if base.iter().any(|b| !b.is_finite()) {
        return Err(corrupt!("{op} has a base value that is not finite"));
    }
    // With base values onnxruntime adds up something else than CatBoost.
    if classifier
        && base.is_empty()
        && attributes.text("post_transform")? == Some("LOGISTIC")
        && let Some(one) = weights.one_of_two()
    {
        weights = one;
    }
    let shape = if classifier {
        Shape::classifier(&attributes, &weights, base.len(), precision)?
    } else {
        Shape::regressor(&attributes, base.len(), precision)?
    };
    let (mut forest, leaves) = forest(op, features, &nodes, &weights, &shape, size)?;
    let output = shape.output(&attributes, &leaves, base.is_empty())?;
    forest.leaves = leaves.values;
    Ok(ForestModel {
        schema: features.schema(forest.n_features),
        input: features.input,
        steps: features.steps(forest.n_features),
        forest,
        aggregation: shape.aggregation,
        base,
        factor: 1.0,
        output,
        // Doubles are compared and summed as such, but the operators of ai.onnx.ml 1 to 3 answer floats.
        output_precision: Precision::F32,
    })
}

/// What the ensemble answers, before its leaves are read.
struct Shape {
    /// None for a regressor.
    labels: Option<Labels>,
    /// Numbers per leaf.
    width: usize,
    aggregation: Aggregation,
}

impl Shape {
    fn classifier(
        attributes: &Attributes<'_>,
        weights: &LeafWeights<'_>,
        base: usize,
        precision: Precision,
    ) -> Result<Self, FormatError> {
        if attributes.text("aggregate_function")?.is_some() {
            return Err(unsupported!(
                "a classifier with an aggregate_function is not supported: the operator sums"
            ));
        }
        let labels = labels(attributes)?;
        let width = match labels.len() {
            0 | 1 => {
                return Err(unsupported!(
                    "the classifier knows one class only; train it on data with at least two"
                ));
            }
            // onnxruntime answers index 1 for any positive score of class 1 when both classes carry weights, and
            // leaves out the other class's score when only class 1 does. No exporter of a working model writes that.
            2 if weights.ids.iter().any(|id| id != 0) || weights.ids.is_empty() => {
                return Err(unsupported!(
                    "the two-class TreeEnsembleClassifier keeps its weights neither in class_ids 0 nor in both classes with \
                     opposite signs, LOGISTIC and no base_values: in other forms runtimes disagree on the answer; fit a CatBoost \
                     model with boost_from_average=False"
                ));
            }
            2 => 1,
            n => n,
        };
        if base != 0 && base != width {
            return Err(unsupported!(
                "the classifier has {base} base_values for {} classes; {width} or none work",
                labels.len()
            ));
        }
        Ok(Self {
            labels: Some(labels),
            width,
            aggregation: aggregation(None, precision)?,
        })
    }

    fn regressor(
        attributes: &Attributes<'_>,
        base: usize,
        precision: Precision,
    ) -> Result<Self, FormatError> {
        let width = targets(attributes)?;
        if base != 0 && base != width {
            return Err(corrupt!(
                "the regressor has {base} base_values for {width} targets"
            ));
        }
        let aggregation = aggregation(attributes.text("aggregate_function")?, precision)?;
        Ok(Self {
            labels: None,
            width,
            aggregation,
        })
    }

    fn output(
        &self,
        attributes: &Attributes<'_>,
        leaves: &LeafVectors,
        no_base: bool,
    ) -> Result<Output, FormatError> {
        let link = link(attributes.text("post_transform")?)?;
        Ok(match (&self.labels, self.width) {
            (None, width) => regression(width, link),
            (Some(labels), 1) => Output::Binary {
                labels: labels.clone(),
                cut: if leaves.all_positive { 0.5 } else { 0.0 },
                scores: match link {
                    Link::SigmoidByMagnitude => BinaryScores::Sigmoid,
                    // Of one column, onnxruntime takes no softmax.
                    _ if leaves.all_positive => BinaryScores::Complement,
                    _ => BinaryScores::Opposite,
                },
            },
            (Some(labels), _) => {
                if no_base && !leaves.every_class_scores {
                    return Err(unsupported!(
                        "a class may end up without a score, in which case runtimes disagree on the answer; give the \
                         classifier base_values"
                    ));
                }
                Output::Classes {
                    labels: labels.clone(),
                    link,
                }
            }
        })
    }
}

/// The numbers that a regressor answers per row.
pub(super) fn targets(attributes: &Attributes<'_>) -> Result<usize, FormatError> {
    let targets = attributes.int("n_targets")?.unwrap_or(0);
    match usize::try_from(targets) {
        Ok(width @ 1..=MAX_FEATURES) => Ok(width),
        _ => Err(corrupt!(
            "the trees have n_targets = {targets}; 1 to {MAX_FEATURES} work"
        )),
    }
}

/// How the operators sum, by the name of their `aggregate_function`.
///
/// onnxruntime sums in the `precision` that the trees compare in, tree by tree, and the last bit decides a near-tie. On several
/// threads it adds parts of a large batch first; its own labels of near-ties then depend on the number of threads.
pub(super) fn aggregation(
    name: Option<&str>,
    precision: Precision,
) -> Result<Aggregation, FormatError> {
    match (name, precision) {
        (None | Some("SUM"), Precision::F32) => Ok(Aggregation::SumF32),
        (None | Some("SUM"), Precision::F64) => Ok(Aggregation::Sum),
        (Some("AVERAGE"), Precision::F32) => Ok(Aggregation::MeanF32),
        (Some("AVERAGE"), Precision::F64) => Ok(Aggregation::Mean),
        (Some(other), _) => Err(unsupported!(
            "aggregate_function {other} is not supported; SUM and AVERAGE are"
        )),
    }
}

/// What the operators do to the sums, by the name of their `post_transform`.
pub(super) fn link(name: Option<&str>) -> Result<Link, FormatError> {
    match name {
        None | Some("NONE") => Ok(Link::Identity),
        Some("LOGISTIC") => Ok(Link::SigmoidByMagnitude),
        Some("SOFTMAX") => Ok(Link::Softmax),
        Some("SOFTMAX_ZERO") => Ok(Link::SoftmaxZero),
        Some(other) => Err(unsupported!(
            "post_transform {other} is not supported; NONE, LOGISTIC, SOFTMAX and SOFTMAX_ZERO are"
        )),
    }
}

/// The answer of a regressor: onnxruntime transforms no single target.
pub(super) fn regression(width: usize, link: Link) -> Output {
    Output::Regression {
        link: if width == 1 { Link::Identity } else { link },
    }
}

fn forest(
    op: &str,
    features: &Features,
    nodes: &NodeArrays<'_>,
    weights: &LeafWeights<'_>,
    shape: &Shape,
    size: usize,
) -> Result<(ForestIr, LeafVectors), FormatError> {
    let spans = spans(op, nodes)?;
    let handles_missing = features.holds_nan() && nodes.lead_nan();
    let mut trees: Vec<Vec<TreeNode>> = Vec::with_capacity(spans.len());
    let mut ranges = Vec::with_capacity(spans.len());
    let mut next = 0;
    let mut sets = Sets::new(size);
    for span in &spans {
        let first = next;
        trees.push(tree::tree(
            op,
            nodes,
            span,
            handles_missing,
            &mut next,
            &mut sets,
        )?);
        ranges.push((first, next));
    }
    let mut slots = Slots::new(nodes, &ranges);
    slots.first_weight_only = shape.labels.is_none() && shape.width == 1;
    let leaves = weights.gather(op, shape.width, nodes, &spans, &slots, size)?;
    let n_features = n_features(op, features, &trees)?;
    let forest = ForestIr {
        n_features,
        precision: features.elem.precision(),
        width: shape.width,
        trees,
        leaves: Vec::new(),
        targets: Vec::new(),
        categories: sets.sets,
        handles_missing,
        handles_infinite: false,
    };
    Ok((forest, leaves))
}

/// The number of features: what the graph says, else what the splits need.
pub(super) fn n_features(
    op: &str,
    features: &Features,
    trees: &[Vec<TreeNode>],
) -> Result<usize, FormatError> {
    if let Some(width) = features.width {
        return Ok(width);
    }
    let feature = |node: &TreeNode| match node {
        TreeNode::Split { feature, .. } | TreeNode::Categories { feature, .. } => {
            Some(*feature as usize + 1)
        }
        TreeNode::Leaf { .. } => None,
    };
    match trees.iter().flatten().filter_map(feature).max() {
        Some(width) if width <= MAX_FEATURES => Ok(width),
        Some(width) => Err(unsupported!(
            "{op} needs {width} features; up to {MAX_FEATURES} work"
        )),
        None => Err(unsupported!(
            "neither the graph's input nor a split tells how many features {op} takes; give the input a shape"
        )),
    }
}
