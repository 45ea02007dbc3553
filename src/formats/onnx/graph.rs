//! Walks the graph from its inputs to its outputs and gathers what it means.

use prost::Message as _;

use super::{
    advice::PLAIN_EXPORT,
    answer,
    calls::Calls,
    corrupt, ensemble, ensemble_v5, inputs,
    proto::{GraphProto, ML_DOMAIN, ModelProto, NodeProto},
    scan, unsupported,
    walk::{Value, Walk, label},
};
use crate::{
    formats::{
        AnswersBy, Before, ColumnsBy, FormatError, GraphOutput, ModelFile, OutputKind, Parsed,
        coded::Coded, forest_behind,
    },
    model::ForestModel,
};

/// Reads an ONNX model: a tree ensemble with a scaler before it as a forest, any other graph as a program.
///
/// Source: <https://onnx.ai/onnx/operators/index.html>, domain `ai.onnx.ml` 1 to 5, checked against onnxruntime.
///
/// # Errors
/// `Corrupt` when the bytes are not an ONNX file or contradict themselves, `Unsupported` when the graph has operators that
/// this server does not run; the text names them all.
pub fn read(file: &ModelFile<'_>) -> Result<Parsed, FormatError> {
    let model = decoded(file.bytes)?;
    let graph = graph_of(&model)?;
    let size = file.bytes.len();
    if let Some((forest, outputs)) = forest(graph, size)? {
        return Ok(parsed(graph, forest.into(), outputs));
    }
    let mut calls = calls(&model, graph)?;
    let mut drawing = inputs::drawing(graph, size, opset(&model))?;
    calls.draw(&mut drawing, graph)?;
    let (ir, outputs) = answer::answer(drawing, graph)?;
    Ok(parsed(graph, ir, outputs))
}

/// The same for a model that reads what other files make of the columns.
pub(super) fn behind(file: &ModelFile<'_>, before: &dyn Before) -> Result<Parsed, FormatError> {
    let model = decoded(file.bytes)?;
    let graph = graph_of(&model)?;
    let size = file.bytes.len();
    if let Some((forest, outputs)) = forest(graph, size)?
        && !forest.schema.named
    {
        let parsed = parsed(graph, forest, outputs);
        return forest_behind(parsed.map(Coded::plain), before, false);
    }
    let mut calls = calls(&model, graph)?;
    let (mut drawing, said) = inputs::behind(graph, size, opset(&model), before)?;
    calls.draw(&mut drawing, graph)?;
    let (ir, _) = answer::answer(drawing, graph)?;
    let parts = graph.node.iter().map(|node| node.op_type.clone());
    said.parsed(ir, parts.collect(), None)
}

/// The forest that a graph is, if it is one.
fn forest(
    graph: &GraphProto,
    size: usize,
) -> Result<Option<(ForestModel, Vec<GraphOutput>)>, FormatError> {
    if !is_forest(graph) {
        return Ok(None);
    }
    match Walk::new(graph).and_then(|walk| walk.run(graph, size)) {
        Ok(forest) => Ok(Some(forest)),
        // What is more than a forest may still be a program.
        Err(FormatError::Unsupported(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn decoded(bytes: &[u8]) -> Result<ModelProto, FormatError> {
    scan::check(bytes)?;
    ModelProto::decode(bytes).map_err(|e| corrupt!("the file is not an ONNX model: {e}"))
}

fn graph_of(model: &ModelProto) -> Result<&GraphProto, FormatError> {
    let Some(graph) = &model.graph else {
        return Err(corrupt!("the file is not an ONNX model: it has no graph"));
    };
    if graph.node.is_empty() {
        return Err(corrupt!("the ONNX graph is empty"));
    }
    Ok(graph)
}

fn parsed<M>(graph: &GraphProto, ir: M, outputs: Vec<GraphOutput>) -> Parsed<M> {
    Parsed {
        ir,
        version: None,
        parts: graph.node.iter().map(|n| n.op_type.clone()).collect(),
        columns: ColumnsBy::Name,
        notes: Vec::new(),
        answers: AnswersBy::Outputs(outputs),
    }
}

/// Whether a graph may be a forest with steps before and behind it that a forest can have itself.
fn is_forest(graph: &GraphProto) -> bool {
    let known = [
        "Add",
        "ArgMax",
        "Cast",
        "CastLike",
        "Concat",
        "Div",
        "Exp",
        "FeatureVectorizer",
        "Identity",
        "LabelEncoder",
        "Mul",
        "Scaler",
        "Sub",
        "TreeEnsemble",
        "TreeEnsembleClassifier",
        "TreeEnsembleRegressor",
        "ZipMap",
    ];
    let trees = graph
        .node
        .iter()
        .filter(|node| node.op_type.starts_with("TreeEnsemble"));
    trees.count() == 1
        && graph
            .node
            .iter()
            .all(|node| known.contains(&node.op_type.as_str()))
}

/// What the graph calls, all of which this server runs.
fn calls<'m>(model: &'m ModelProto, graph: &'m GraphProto) -> Result<Calls<'m>, FormatError> {
    let calls = Calls::new(model, graph)?;
    let unknown = calls.unknown(graph);
    if !unknown.is_empty() {
        return Err(unsupported!(
            "the ONNX graph has operators that this server does not run: {}; {PLAIN_EXPORT}, or serve the model of scikit-learn, XGBoost or \
             LightGBM itself",
            unknown.join(", ")
        ));
    }
    Ok(calls)
}

/// The version of the default operators.
fn opset(model: &ModelProto) -> i64 {
    let default = model.opset_import.iter().find(|opset| opset.is_default());
    default.map_or(1, |opset| opset.version)
}

impl<'a> Walk<'a> {
    fn run(
        mut self,
        graph: &'a GraphProto,
        size: usize,
    ) -> Result<(ForestModel, Vec<GraphOutput>), FormatError> {
        for node in &graph.node {
            self.node(node, size)?;
        }
        let Some(trees) = self.trees else {
            return Err(unsupported!(
                "the ONNX graph has no tree ensemble; this server serves TreeEnsembleClassifier, TreeEnsembleRegressor and TreeEnsemble"
            ));
        };
        let mut outputs = Vec::with_capacity(graph.output.len());
        for output in &graph.output {
            let kind = match self.values.get(output.name.as_str()) {
                Some(Value::Label) => OutputKind::Label,
                Some(Value::Scores) => OutputKind::Scores,
                Some(Value::Zipped) => OutputKind::Zipped,
                Some(_) => {
                    return Err(unsupported!(
                        "the output `{}` does not come from the trees; {PLAIN_EXPORT}",
                        output.name
                    ));
                }
                None => return Err(corrupt!("no node computes the output `{}`", output.name)),
            };
            let name = output.name.clone();
            outputs.push(GraphOutput { name, kind });
        }
        Ok((trees, outputs))
    }

    fn node(&mut self, node: &'a NodeProto, size: usize) -> Result<(), FormatError> {
        let machine_learning = node.domain == ML_DOMAIN;
        if !machine_learning && !matches!(node.domain.as_str(), "" | "ai.onnx") {
            return Err(unsupported!(
                "{} is of the domain `{}`; {PLAIN_EXPORT}",
                label(node),
                node.domain
            ));
        }
        match (node.op_type.as_str(), machine_learning) {
            ("Identity", false) => self.identity(node),
            ("Cast" | "CastLike", false) => self.cast(node),
            ("Add" | "Sub" | "Mul" | "Div", false) => self.arithmetic(node),
            ("Exp", false) => self.exp(node),
            ("Concat", false) | ("FeatureVectorizer", true) => self.concat(node),
            ("Scaler", true) => self.scaler(node),
            ("ZipMap", true) => self.zipmap(node),
            ("TreeEnsembleClassifier" | "TreeEnsembleRegressor" | "TreeEnsemble", true) => {
                self.trees(node, size)
            }
            ("ArgMax", false) => self.argmax(node),
            ("LabelEncoder", true) => self.label_encoder(node),
            _ => Err(unsupported!(
                "{} is not supported; {PLAIN_EXPORT}, or serve the XGBoost or LightGBM model itself",
                label(node)
            )),
        }
    }

    fn trees(&mut self, node: &'a NodeProto, size: usize) -> Result<(), FormatError> {
        if self.trees.is_some() {
            return Err(unsupported!(
                "the graph has more than one tree ensemble; this server serves one"
            ));
        }
        let features = self.features(node, 0)?;
        self.trees = Some(if node.op_type == "TreeEnsemble" {
            ensemble_v5::read(node, &features, size)?
        } else {
            ensemble::read(node, &features, size)?
        });
        if node.op_type == "TreeEnsembleClassifier" {
            self.set(node, 0, Value::Label)?;
            self.set(node, 1, Value::Scores)
        } else {
            self.set(node, 0, Value::Scores)
        }
    }
}
