//! Walks the graph from its inputs to its outputs and gathers what it means.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use prost::Message as _;

use super::{
    ML_DOMAIN, PLAIN_EXPORT,
    attributes::{Attributes, tensor_numbers},
    corrupt, ensemble, ensemble_v5,
    features::{Elem, Features},
    proto::{GraphProto, ModelProto, NodeProto, elem},
    scan, scores, unsupported,
};
use crate::{
    formats::{FormatError, Parsed},
    input::Precision,
    model::{ModelIr, StepOp},
};

/// Reads an ONNX model of a tree ensemble.
///
/// Source: <https://onnx.ai/onnx/operators/index.html>, domain `ai.onnx.ml` 1 to 5, checked against onnxruntime.
///
/// # Errors
/// `Corrupt` when the bytes are not an ONNX file or contradict themselves, `Unsupported` when the graph does more than
/// a tree ensemble and a scaler do; the text names the operator.
pub fn read(bytes: &[u8]) -> Result<Parsed, FormatError> {
    scan::check(bytes)?;
    let model =
        ModelProto::decode(bytes).map_err(|e| corrupt!("the file is not an ONNX model: {e}"))?;
    let Some(graph) = &model.graph else {
        return Err(corrupt!("the file is not an ONNX model: it has no graph"));
    };
    if graph.node.is_empty() {
        return Err(corrupt!("the ONNX graph is empty"));
    }
    Ok(Parsed {
        source: Walk::new(graph)?.run(graph, bytes.len())?,
        version: None,
        parts: graph.node.iter().map(|n| n.op_type.clone()).collect(),
    })
}

/// What a name in the graph stands for.
pub(super) enum Value {
    Features(Features),
    Constant {
        numbers: Rc<[f64]>,
        elem: Elem,
    },
    /// Features that a node has taken: a batch flows through one chain of nodes.
    Taken(Elem),
    Label,
    Scores,
    Zipped,
}

/// The graph so far.
pub(super) struct Walk<'a> {
    values: HashMap<&'a str, Value>,
    pub(super) trees: Option<ModelIr>,
}

impl<'a> Walk<'a> {
    fn new(graph: &'a GraphProto) -> Result<Self, FormatError> {
        let mut values = HashMap::new();
        for tensor in &graph.initializer {
            // An initializer of another type may belong to a node that is refused by name: the better message.
            if let (Ok((numbers, precision)), name) = (tensor_numbers(tensor), &tensor.name) {
                let elem = match precision {
                    Precision::F32 => Elem::Float,
                    Precision::F64 => Elem::Double,
                };
                let numbers = numbers.into();
                values.insert(name.as_str(), Value::Constant { numbers, elem });
            } else if tensor.data_location != 0 {
                tensor_numbers(tensor)?;
            }
        }
        let initialized: HashSet<&str> =
            graph.initializer.iter().map(|t| t.name.as_str()).collect();
        for input in &graph.input {
            // Old files list their initializers among the inputs.
            if !initialized.contains(input.name.as_str()) {
                let features = Features::input(input)?;
                values.insert(&input.name, Value::Features(features));
            }
        }
        Ok(Self {
            values,
            trees: None,
        })
    }

    fn run(mut self, graph: &'a GraphProto, size: usize) -> Result<ModelIr, FormatError> {
        for node in &graph.node {
            self.node(node, size)?;
        }
        let Some(trees) = self.trees else {
            return Err(unsupported!(
                "the ONNX graph has no tree ensemble; this server serves TreeEnsembleClassifier, TreeEnsembleRegressor and TreeEnsemble"
            ));
        };
        for output in &graph.output {
            match self.values.get(output.name.as_str()) {
                Some(Value::Label | Value::Scores | Value::Zipped) => {}
                Some(_) => {
                    return Err(unsupported!(
                        "the output `{}` does not come from the trees; {PLAIN_EXPORT}",
                        output.name
                    ));
                }
                None => return Err(corrupt!("no node computes the output `{}`", output.name)),
            }
        }
        Ok(trees)
    }

    /// Takes the features that are the node's input `i`.
    fn features(&mut self, node: &'a NodeProto, i: usize) -> Result<Features, FormatError> {
        let Value::Features(Features { elem, .. }) = self.value(node, i)? else {
            return Err(unsupported!(
                "{} stands where this server expects the features; {PLAIN_EXPORT}",
                label(node)
            ));
        };
        let elem = *elem;
        let name = node.input.get(i).map_or("", String::as_str);
        match self.values.insert(name, Value::Taken(elem)) {
            Some(Value::Features(features)) => Ok(features),
            _ => Err(corrupt!("nothing computes `{name}`")),
        }
    }

    pub(super) fn value(&self, node: &NodeProto, i: usize) -> Result<&Value, FormatError> {
        let Some(name) = node.input.get(i) else {
            return Err(corrupt!("{} has too few inputs", label(node)));
        };
        let Some(value) = self.values.get(name.as_str()) else {
            return Err(corrupt!(
                "{} reads `{name}`, which nothing before it computes",
                label(node)
            ));
        };
        Ok(value)
    }

    pub(super) fn set(
        &mut self,
        node: &'a NodeProto,
        i: usize,
        value: Value,
    ) -> Result<(), FormatError> {
        let Some(name) = node.output.get(i) else {
            return Err(corrupt!("{} has too few outputs", label(node)));
        };
        if self.values.insert(name, value).is_some() {
            return Err(corrupt!("two nodes compute `{name}`"));
        }
        Ok(())
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

    fn identity(&mut self, node: &'a NodeProto) -> Result<(), FormatError> {
        let value = match self.value(node, 0)? {
            Value::Label => Value::Label,
            Value::Scores => Value::Scores,
            Value::Zipped => Value::Zipped,
            _ => Value::Features(self.features(node, 0)?),
        };
        self.set(node, 0, value)
    }

    fn cast(&mut self, node: &'a NodeProto) -> Result<(), FormatError> {
        let to = if node.op_type == "CastLike" {
            match self.value(node, 1)? {
                Value::Features(Features { elem, .. })
                | Value::Constant { elem, .. }
                | Value::Taken(elem) => match elem {
                    Elem::Float => elem::FLOAT,
                    Elem::Double => elem::DOUBLE,
                    Elem::Integer => elem::INT64,
                    Elem::Bool => elem::BOOL,
                },
                _ => 0,
            }
        } else {
            let attributes = Attributes::new(node, &["to", "saturate", "round_mode"])?;
            attributes.int("to")?.map_or(0, |to| to as i32)
        };
        let value = match (self.value(node, 0)?, to) {
            (Value::Features(_), elem::FLOAT) => {
                Value::Features(self.features(node, 0)?.cast(Elem::Float))
            }
            (Value::Features(_), elem::DOUBLE) => {
                Value::Features(self.features(node, 0)?.cast(Elem::Double))
            }
            (Value::Features(f), elem::INT32 | elem::INT64) if f.holds_integers() => {
                Value::Features(self.features(node, 0)?.cast(Elem::Integer))
            }
            // skl2onnx writes the label once more in its own type.
            (Value::Label, elem::INT64 | elem::INT32) if self.integer_labels() => Value::Label,
            (Value::Label, elem::STRING) if !self.integer_labels() => Value::Label,
            // The scores have been rounded to f32 before: a cast to double adds nothing.
            (Value::Scores, elem::FLOAT | elem::DOUBLE) => Value::Scores,
            _ => {
                return Err(unsupported!(
                    "{} to element type {to} is not supported here; {PLAIN_EXPORT}",
                    label(node)
                ));
            }
        };
        self.set(node, 0, value)
    }

    fn arithmetic(&mut self, node: &'a NodeProto) -> Result<(), FormatError> {
        Attributes::new(node, &[])?;
        let (op, either_way) = match node.op_type.as_str() {
            "Add" => (StepOp::Add, true),
            "Mul" => (StepOp::Mul, true),
            "Sub" => (StepOp::Sub, false),
            _ => (StepOp::Div, false),
        };
        let (at, numbers, elem) = match (self.value(node, 0)?, self.value(node, 1)?) {
            (Value::Features(_), Value::Constant { numbers, elem }) => (0, numbers, *elem),
            (Value::Constant { numbers, elem }, Value::Features(_)) if either_way => {
                (1, numbers, *elem)
            }
            (Value::Scores, Value::Constant { numbers, .. }) => {
                let numbers = Rc::clone(numbers);
                if let Some(model) = &mut self.trees {
                    scores::arithmetic(model, op, &numbers, &label(node))?;
                }
                return self.set(node, 0, Value::Scores);
            }
            (Value::Label | Value::Scores | Value::Zipped, _) => {
                return Err(unsupported!(
                    "{} changes the scores after the trees; {PLAIN_EXPORT}",
                    label(node)
                ));
            }
            _ => {
                return Err(unsupported!(
                    "{} does not combine the features with a constant; {PLAIN_EXPORT}",
                    label(node)
                ));
            }
        };
        let numbers = Rc::clone(numbers);
        let mut features = self.features(node, at)?;
        if features.elem != elem {
            return Err(corrupt!("{} mixes two element types", label(node)));
        }
        features.step(op, &numbers, elem.precision())?;
        self.set(node, 0, Value::Features(features))
    }

    fn scaler(&mut self, node: &'a NodeProto) -> Result<(), FormatError> {
        let attributes = Attributes::new(node, &["offset", "scale"])?;
        let widen = |floats: &[f32]| floats.iter().map(|&f| f64::from(f)).collect::<Rc<[_]>>();
        let (offset, scale) = (
            widen(attributes.floats("offset")?),
            widen(attributes.floats("scale")?),
        );
        if scale.is_empty() || offset.len() != scale.len() {
            return Err(corrupt!(
                "Scaler has {} offsets and {} scales",
                offset.len(),
                scale.len()
            ));
        }
        let mut features = self.features(node, 0)?;
        // Integers meet the f32 constants as f32; doubles stay doubles until the result.
        if features.elem != Elem::Double {
            features = features.cast(Elem::Float);
        }
        let precision = features.elem.precision();
        features.step(StepOp::Sub, &offset, precision)?;
        features.step(StepOp::Mul, &scale, precision)?;
        self.set(node, 0, Value::Features(features.cast(Elem::Float)))
    }

    fn concat(&mut self, node: &'a NodeProto) -> Result<(), FormatError> {
        let attributes = Attributes::new(node, &["axis", "inputdimensions"])?;
        let vectorizer = node.op_type == "FeatureVectorizer";
        if !vectorizer && !matches!(attributes.int("axis")?, Some(1 | -1)) {
            return Err(unsupported!(
                "{} does not join columns; {PLAIN_EXPORT}",
                label(node)
            ));
        }
        let mut parts = Vec::with_capacity(node.input.len());
        for i in 0..node.input.len() {
            let part = self.features(node, i)?;
            // FeatureVectorizer answers floats, whatever it is given.
            parts.push(if vectorizer {
                part.cast(Elem::Float)
            } else {
                part
            });
        }
        let claimed = attributes.ints("inputdimensions")?;
        let widths = parts.iter().map(|p| p.width.map(|w| w as i64));
        if vectorizer && !widths.eq(claimed.iter().map(|&d| Some(d))) {
            return Err(corrupt!(
                "the inputdimensions of FeatureVectorizer are not those of its inputs"
            ));
        }
        let features = Features::concat(&node.op_type, parts)?;
        self.set(node, 0, Value::Features(features))
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

/// How a message names a node.
pub(super) fn label(node: &NodeProto) -> String {
    if node.name.is_empty() {
        format!("the operator {}", node.op_type)
    } else {
        format!("the operator {} (`{}`)", node.op_type, node.name)
    }
}
