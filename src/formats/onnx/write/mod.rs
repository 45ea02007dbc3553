//! Writes a model as an ONNX graph: Scaler → trees → `ZipMap`, as skl2onnx would have written it.
//!
//! The bytes depend on the model alone: no clock, no version, no order of a hash map.

mod arrays;
mod message;

use prost::Message as _;

use super::{
    proto::{
        AttributeProto, GraphProto, ML_DOMAIN, MapTypeProto, ModelProto, NodeProto,
        OperatorSetIdProto, SequenceTypeProto, TypeProto, ValueInfoProto, elem,
    },
    unsupported,
};
use crate::{
    formats::FormatError,
    input::Precision,
    model::{BinaryScores, ForestIr, ForestModel, Labels, Link, Output, StepOp, TreeNode},
};
use arrays::{LeafWeightArrays, exact, leaf, node_attributes};
use message::{floats, int, ints, node, strings, tensor_type, text, value};

/// The IR version and operator sets that every onnxruntime since 1.10 reads.
const IR_VERSION: i64 = 8;
const DEFAULT_OPSET: i64 = 15;
const ML_OPSET: i64 = 1;

/// Writes `model` as an ONNX file with one float input `X`.
///
/// A classifier of two classes is written in the one-column form, the only one in which onnxruntime compares the
/// classes: the weights of class 1 stand for it, and class 0 gets what is missing to one.
///
/// # Errors
/// `Unsupported` when the graph cannot say the same: `f64` models, steps that are not a scaler, two-class leaves whose
/// scores do not add up to one.
pub fn write(model: &ForestModel) -> Result<Vec<u8>, FormatError> {
    let mut nodes = Vec::new();
    let mut rows = "X";
    if let Some(scaler) = scaler(model)? {
        nodes.push(scaler);
        rows = "scaled";
    }
    let outputs = match &model.output {
        Output::Classes { labels, .. } | Output::Binary { labels, .. } => {
            nodes.push(classifier(model, labels, rows)?);
            nodes.extend(tail(labels));
            classifier_outputs(labels)
        }
        Output::Regression { link } => {
            nodes.push(regressor(model, *link, rows)?);
            vec![value(
                "variable",
                elem::FLOAT,
                &[None, Some(model.forest.width)],
            )]
        }
        Output::Anomaly { .. } | Output::Cluster { .. } | Output::Targets(_) => {
            return Err(unsupported!("only classifiers and regressors are written"));
        }
    };
    let graph = GraphProto {
        node: nodes,
        name: "ml-serving".into(),
        input: vec![value(
            "X",
            elem::FLOAT,
            &[None, Some(model.forest.n_features)],
        )],
        output: outputs,
        ..GraphProto::default()
    };
    let opset = |domain: &str, version| OperatorSetIdProto {
        domain: Some(domain.into()),
        version,
    };
    let model = ModelProto {
        ir_version: Some(IR_VERSION),
        producer_name: "ml-serving".into(),
        graph: Some(graph),
        opset_import: vec![opset(ML_DOMAIN, ML_OPSET), opset("", DEFAULT_OPSET)],
        metadata_props: Vec::new(),
        functions: Vec::new(),
    };
    Ok(model.encode_to_vec())
}

fn scaler(model: &ForestModel) -> Result<Option<NodeProto>, FormatError> {
    let width = model.forest.n_features;
    let (mut offset, mut scale) = (vec![0.0; width], vec![1.0; width]);
    let mut last = None;
    for step in &model.steps {
        let order = match step.op {
            StepOp::Sub => 0,
            StepOp::Mul => 1,
            StepOp::Add
            | StepOp::Div
            | StepOp::AtLeast
            | StepOp::AtMost
            | StepOp::ZeroIsMissing
            | StepOp::IsMissing => 2,
        };
        if order == 2
            || last >= Some(order)
            || step.precision != Precision::F32
            || step.operand.len() != width
        {
            return Err(unsupported!(
                "the preprocessing is not a subtraction followed by a multiplication in f32, which is all a Scaler does"
            ));
        }
        last = Some(order);
        let target = if order == 0 { &mut offset } else { &mut scale };
        for (to, &from) in target.iter_mut().zip(&step.operand) {
            *to = exact(from, "the scaler's constant")?;
        }
    }
    if last.is_none() {
        return Ok(None);
    }
    Ok(Some(node(
        ML_DOMAIN,
        "Scaler",
        &["X"],
        &["scaled"],
        vec![floats("offset", offset), floats("scale", scale)],
    )))
}

#[expect(clippy::float_cmp, reason = "the cut is one of two constants")]
fn classifier(model: &ForestModel, labels: &Labels, rows: &str) -> Result<NodeProto, FormatError> {
    let forest = &model.forest;
    if model.aggregation.is_mean() {
        return Err(unsupported!(
            "a classifier's leaves must add up to its scores: ONNX has no mean for classifiers"
        ));
    }
    let positive = forest.leaves.iter().all(|&w| w >= 0.0);
    let (columns, transform) = match &model.output {
        Output::Binary { cut, scores, .. } => {
            let expected = if positive { 0.5 } else { 0.0 };
            let transform = match scores {
                BinaryScores::Sigmoid => "LOGISTIC",
                BinaryScores::Complement if positive => "NONE",
                BinaryScores::Opposite if !positive => "NONE",
                _ => "",
            };
            if forest.width != 1 || *cut != expected || transform.is_empty() || labels.len() != 2 {
                return Err(unsupported!("ONNX has no form for this two-class output"));
            }
            (vec![(0, 0)], transform)
        }
        Output::Classes { link, .. } if labels.len() == 2 => {
            if *link != Link::Identity || !model.base.is_empty() || !positive || !adds_up(forest)? {
                return Err(unsupported!(
                    "ONNX has no form for two classes whose scores do not add up to exactly one"
                ));
            }
            (vec![(1, 0)], "NONE")
        }
        Output::Classes { link, .. } => {
            let columns = (0..forest.width).zip(0_i64..).collect();
            (columns, transform(*link)?)
        }
        _ => return Err(unsupported!("only a classifier has classes")),
    };
    // Of several classes only those that a leaf lists can win, so a zero may go where something positive stays.
    let sparse = columns.len() > 1
        && positive
        && forest
            .leaves
            .chunks_exact(forest.width.max(1))
            .all(|leaf| leaf.iter().any(|&w| w > 0.0));
    let mut attributes = base(model)?;
    attributes.extend(LeafWeightArrays::of(forest, &columns, sparse)?.attributes("class"));
    attributes.push(labels_attribute(labels));
    attributes.extend(node_attributes(forest)?);
    attributes.push(text("post_transform", transform));
    Ok(node(
        ML_DOMAIN,
        "TreeEnsembleClassifier",
        &[rows],
        &["label", "probabilities"],
        attributes,
    ))
}

/// Whether every row's two scores add up to exactly one: the leaves of each tree share a sum, and these sum to one.
#[expect(clippy::float_cmp, reason = "the sums must be equal to the bit")]
fn adds_up(forest: &ForestIr) -> Result<bool, FormatError> {
    let mut total = 0.0;
    for tree in &forest.trees {
        let mut shared = None;
        for node in tree {
            if let TreeNode::Leaf { values } = *node {
                let sum: f64 = leaf(forest, values)?.iter().sum();
                if *shared.get_or_insert(sum) != sum {
                    return Ok(false);
                }
            }
        }
        total += shared.unwrap_or(0.0);
    }
    Ok(total == 1.0)
}

fn regressor(model: &ForestModel, link: Link, rows: &str) -> Result<NodeProto, FormatError> {
    let forest = &model.forest;
    if forest.width == 1 && link != Link::Identity {
        return Err(unsupported!(
            "runtimes ignore the post_transform of a single target"
        ));
    }
    let columns: Vec<_> = (0..forest.width).zip(0_i64..).collect();
    let mut attributes = Vec::new();
    if model.aggregation.is_mean() {
        attributes.push(text("aggregate_function", "AVERAGE"));
    }
    attributes.extend(base(model)?);
    attributes.push(int("n_targets", forest.width as i64));
    attributes.extend(node_attributes(forest)?);
    attributes.push(text("post_transform", transform(link)?));
    attributes.extend(LeafWeightArrays::of(forest, &columns, false)?.attributes("target"));
    Ok(node(
        ML_DOMAIN,
        "TreeEnsembleRegressor",
        &[rows],
        &["variable"],
        attributes,
    ))
}

fn base(model: &ForestModel) -> Result<Vec<AttributeProto>, FormatError> {
    if model.base.is_empty() {
        return Ok(Vec::new());
    }
    let values = model.base.iter().map(|&b| exact(b, "the base value"));
    Ok(vec![floats(
        "base_values",
        values.collect::<Result<_, _>>()?,
    )])
}

fn transform(link: Link) -> Result<&'static str, FormatError> {
    Ok(match link {
        Link::Identity => "NONE",
        Link::SigmoidByMagnitude => "LOGISTIC",
        Link::Softmax => "SOFTMAX",
        Link::SoftmaxZero => "SOFTMAX_ZERO",
        other => {
            return Err(unsupported!(
                "the post_transform {other:?} is not one of ONNX"
            ));
        }
    })
}

/// The label once more, and the scores as a map per row: `mlflow.pyfunc` builds a data frame from exactly that.
fn tail(labels: &Labels) -> [NodeProto; 2] {
    let copy = match labels {
        Labels::Integers(_) => node(
            "",
            "Cast",
            &["label"],
            &["output_label"],
            vec![int("to", elem::INT64.into())],
        ),
        Labels::Strings(_) => node("", "Identity", &["label"], &["output_label"], Vec::new()),
    };
    let zip = node(
        ML_DOMAIN,
        "ZipMap",
        &["probabilities"],
        &["output_probability"],
        vec![labels_attribute(labels)],
    );
    [copy, zip]
}

fn labels_attribute(labels: &Labels) -> AttributeProto {
    match labels {
        Labels::Integers(labels) => ints("classlabels_int64s", labels.clone()),
        Labels::Strings(labels) => strings(
            "classlabels_strings",
            labels.iter().map(|l| l.clone().into_bytes()).collect(),
        ),
    }
}

fn classifier_outputs(labels: &Labels) -> Vec<ValueInfoProto> {
    let key = match labels {
        Labels::Integers(_) => elem::INT64,
        Labels::Strings(_) => elem::STRING,
    };
    let map = MapTypeProto {
        key_type: key,
        value_type: Some(Box::new(tensor_type(elem::FLOAT, &[]))),
    };
    let row = TypeProto {
        map_type: Some(Box::new(map)),
        ..TypeProto::default()
    };
    let rows = TypeProto {
        sequence_type: Some(Box::new(SequenceTypeProto {
            elem_type: Some(Box::new(row)),
        })),
        ..TypeProto::default()
    };
    vec![
        value("output_label", key, &[None]),
        ValueInfoProto {
            name: "output_probability".into(),
            r#type: Some(rows),
        },
    ]
}
