//! The state of a walk through a graph: what every name stands for so far.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use super::{
    advice::PLAIN_EXPORT,
    attributes::tensor_numbers,
    corrupt,
    features::{Elem, Features},
    proto::{GraphProto, NodeProto},
    unsupported,
};
use crate::{formats::FormatError, input::Precision, model::ForestModel};

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
    pub(super) values: HashMap<&'a str, Value>,
    /// The model, once the walk has met its trees.
    pub(super) trees: Option<ForestModel>,
}

impl<'a> Walk<'a> {
    /// The initializers and inputs of a graph.
    pub(super) fn new(graph: &'a GraphProto) -> Result<Self, FormatError> {
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
                if features.elem == Elem::Text {
                    return Err(unsupported!("the input `{}` holds strings", input.name));
                }
                values.insert(&input.name, Value::Features(features));
            }
        }
        Ok(Self {
            values,
            trees: None,
        })
    }

    /// Takes the features that are the node's input `i`.
    pub(super) fn features(
        &mut self,
        node: &'a NodeProto,
        i: usize,
    ) -> Result<Features, FormatError> {
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

    /// What the node's input `i` stands for.
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

    /// Gives the node's output `i` a meaning, once.
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
}

/// How a message names a node.
pub(super) fn label(node: &NodeProto) -> String {
    if node.name.is_empty() {
        format!("the operator {}", node.op_type)
    } else {
        format!("the operator {} (`{}`)", node.op_type, node.name)
    }
}
