//! Walks the graph from its inputs to its outputs and gathers what it means.

use prost::Message as _;

use super::{
    advice::PLAIN_EXPORT,
    corrupt, ensemble, ensemble_v5,
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

/// Reads an ONNX model of a tree ensemble.
///
/// Source: <https://onnx.ai/onnx/operators/index.html>, domain `ai.onnx.ml` 1 to 5, checked against onnxruntime.
///
/// # Errors
/// `Corrupt` when the bytes are not an ONNX file or contradict themselves, `Unsupported` when the graph does more than
/// a tree ensemble and a scaler do; the text names the operator.
pub fn read(file: &ModelFile<'_>) -> Result<Parsed, FormatError> {
    forest(file).map(|parsed| parsed.map(Into::into))
}

/// The same for a model that reads what other files make of the columns.
pub(super) fn behind(file: &ModelFile<'_>, before: &dyn Before) -> Result<Parsed, FormatError> {
    let parsed = forest(file)?;
    if parsed.ir.schema.named {
        return Err(unsupported!(
            "the ONNX graph has an input for each column, and so nothing can stand before it in another file; export the whole pipeline, or \
             a graph with one tensor as its input"
        ));
    }
    forest_behind(parsed.map(Coded::plain), before, false)
}

fn forest(file: &ModelFile<'_>) -> Result<Parsed<ForestModel>, FormatError> {
    let bytes = file.bytes;
    scan::check(bytes)?;
    let model =
        ModelProto::decode(bytes).map_err(|e| corrupt!("the file is not an ONNX model: {e}"))?;
    let Some(graph) = &model.graph else {
        return Err(corrupt!("the file is not an ONNX model: it has no graph"));
    };
    if graph.node.is_empty() {
        return Err(corrupt!("the ONNX graph is empty"));
    }
    let (ir, outputs) = Walk::new(graph)?.run(graph, bytes.len())?;
    Ok(Parsed {
        ir,
        version: None,
        parts: graph.node.iter().map(|n| n.op_type.clone()).collect(),
        columns: ColumnsBy::Name,
        notes: Vec::new(),
        answers: AnswersBy::Outputs(outputs),
    })
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
