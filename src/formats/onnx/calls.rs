//! The operators of a graph, with those of the local functions that it calls and of the branches of `If`.
//!
//! A function is drawn where it is called, with names of its own, as if its operators stood there: so onnxruntime inlines it.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use prost::Message as _;

use super::{
    attributes::Attributes,
    corrupt,
    drawing::{Drawing, Value},
    imputer::Imputers,
    operators,
    proto::{AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto},
    tensors, unsupported,
    walk::label,
};
use crate::formats::FormatError;

/// The most operators and names that all calls together may expand to; functions that each call another twice grow exponentially.
const MOST: usize = 65_536;

/// How deeply calls and branches may be nested.
const DEEPEST: usize = 32;

/// Attributes that a function may have.
const MAX_ATTRIBUTES: usize = 64;

/// The most unknown operators that a message names.
const NAMED: usize = 32;

/// What a function is called by: its domain, its name and its overload.
type Key<'m> = (&'m str, &'m str, &'m str);

/// The local functions of a model, and what their calls may still come to.
pub(super) struct Calls<'m> {
    functions: HashMap<Key<'m>, &'m FunctionProto>,
    imputers: Imputers<'m>,
    depth: usize,
    left: usize,
}

/// A call that is being drawn.
struct Call<'c> {
    function: &'c FunctionProto,
    node: &'c NodeProto,
    /// The inputs that it leaves out.
    absent: HashSet<&'c str>,
    /// The call in whose function it stands.
    around: Option<&'c Call<'c>>,
}

impl<'m> Calls<'m> {
    /// # Errors
    /// When a function is there twice or has the name of an operator of ONNX itself.
    pub(super) fn new(model: &'m ModelProto, graph: &'m GraphProto) -> Result<Self, FormatError> {
        let mut functions = HashMap::with_capacity(model.functions.len());
        for function in &model.functions {
            let name = &function.name;
            if operators::has_domain(&function.domain) {
                return Err(unsupported!(
                    "the ONNX graph has the function `{name}` in a domain of operators that are not its own"
                ));
            }
            if function.attribute.len() + function.attribute_proto.len() > MAX_ATTRIBUTES {
                return Err(unsupported!(
                    "the function `{name}` has more than {MAX_ATTRIBUTES} attributes"
                ));
            }
            let key = (&*function.domain, &**name, &*function.overload);
            if functions.insert(key, function).is_some() {
                return Err(corrupt!("the ONNX graph has the function `{name}` twice"));
            }
        }
        Ok(Self {
            functions,
            imputers: Imputers::find(model, graph),
            depth: 0,
            left: MOST,
        })
    }

    /// The function that a node calls, if it calls one.
    fn function(&self, node: &NodeProto) -> Option<&'m FunctionProto> {
        let key = (&*node.domain, &*node.op_type, &*node.overload);
        self.functions.get(&key).copied()
    }

    /// The operators that have no reader, each once, with the function that they stand in; those in branches aside.
    pub(super) fn unknown(&self, graph: &GraphProto) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut seen: HashSet<Key<'_>> = HashSet::new();
        let top = graph.node.iter().enumerate();
        let top = top.filter(|(at, _)| !self.imputers.has(*at));
        let top = top.map(|(_, node)| (std::slice::from_ref(node), None));
        let mut open: Vec<(&[NodeProto], Option<&FunctionProto>)> = top.collect();
        open.reverse();
        while let Some((nodes, within)) = open.pop() {
            for node in nodes {
                if let Some(function) = self.function(node) {
                    let key = (&*function.domain, &*function.name, &*function.overload);
                    if seen.insert(key) {
                        open.push((&function.node, Some(function)));
                    }
                } else if !is_if(node)
                    // The branch that is not taken may hold any operator, and which one that is nobody knows yet. `draw` refuses the other's.
                    && let Some(mut name) = operators::unknown(node)
                {
                    if let Some(function) = within {
                        name = format!("{name} in the function `{}`", function.name);
                    }
                    if names.len() < NAMED && !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
        }
        names
    }

    /// Draws the nodes of a graph in their order.
    pub(super) fn draw(
        &mut self,
        drawing: &mut Drawing,
        graph: &GraphProto,
    ) -> Result<(), FormatError> {
        for (at, node) in graph.node.iter().enumerate() {
            if self.imputers.has(at) {
                self.imputers.draw(drawing, at, node)?;
            } else {
                self.node(drawing, node, None)?;
            }
        }
        Ok(())
    }

    fn nodes(
        &mut self,
        drawing: &mut Drawing,
        nodes: &[NodeProto],
        within: Option<&Call<'_>>,
    ) -> Result<(), FormatError> {
        if self.depth > DEEPEST {
            return Err(unsupported!(
                "the functions and branches of the ONNX graph lie more than {DEEPEST} deep in each other"
            ));
        }
        self.depth += 1;
        for node in nodes {
            match within {
                None => self.node(drawing, node, None)?,
                Some(call) => {
                    self.spend(call.function, 1)?;
                    let node = call.bound(drawing, node)?;
                    self.node(drawing, &node, within)?;
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn node(
        &mut self,
        drawing: &mut Drawing,
        node: &NodeProto,
        within: Option<&Call<'_>>,
    ) -> Result<(), FormatError> {
        match self.function(node) {
            Some(function) => self.call(drawing, node, function, within),
            None if is_if(node) => self.branch(drawing, node, within),
            None => operators::draw(drawing, node).map_err(told(within)),
        }
    }

    /// Draws what a function does with the inputs and the attributes of a node.
    fn call(
        &mut self,
        drawing: &mut Drawing,
        node: &NodeProto,
        function: &FunctionProto,
        around: Option<&Call<'_>>,
    ) -> Result<(), FormatError> {
        let name = &function.name;
        let mut calls = std::iter::successors(around, |call| call.around);
        if calls.any(|call| std::ptr::eq(call.function, function)) {
            return Err(corrupt!(
                "the function `{name}` of the ONNX graph calls itself"
            ));
        }
        self.spend(function, function.input.len() + function.output.len())?;
        let given = function.attribute_proto.iter().map(|a| &*a.name);
        let known: Vec<&str> = given
            .chain(function.attribute.iter().map(|a| &**a))
            .collect();
        Attributes::new(node, &known).map_err(told(around))?;
        if node.input.len() > function.input.len() || node.output.len() > function.output.len() {
            return Err(corrupt!(
                "{} has more inputs or outputs than its function",
                label(node)
            ));
        }
        let mut absent = HashSet::new();
        let mut inputs = Vec::with_capacity(function.input.len());
        for (i, name) in function.input.iter().enumerate() {
            match drawing.input(node, i).map_err(told(around))? {
                Some(value) => inputs.push((name, value.clone())),
                None => _ = absent.insert(&**name),
            }
        }
        let call = Call {
            function,
            node,
            absent,
            around,
        };
        let opset = call.opset().unwrap_or(drawing.opset);
        let outer = std::mem::replace(&mut drawing.opset, opset);
        drawing.scopes.open(true);
        for (name, value) in inputs {
            drawing.set_name(name, value)?;
        }
        self.nodes(drawing, &function.node, Some(&call))?;
        let results = results(drawing, function.output.iter().take(node.output.len()));
        let results = results.map_err(told(Some(&call)))?;
        drawing.opset = outer;
        hand_out(drawing, node, results)
    }

    /// Draws the branch of an `If` that is the same for every row.
    fn branch(
        &mut self,
        drawing: &mut Drawing,
        node: &NodeProto,
        within: Option<&Call<'_>>,
    ) -> Result<(), FormatError> {
        let graph = taken(drawing, node).map_err(told(within))?;
        drawing.scopes.open(false);
        for tensor in &graph.initializer {
            let value = tensors::constant(tensor)?;
            drawing.spend(value.cells.len(), node)?;
            drawing.set_name(&tensor.name, Value::Tensor(value))?;
        }
        self.nodes(drawing, &graph.node, within)?;
        let names = graph.output.iter().map(|output| &output.name);
        let results = results(drawing, names.take(node.output.len()));
        hand_out(drawing, node, results.map_err(told(within))?)
    }

    fn spend(&mut self, function: &FunctionProto, count: usize) -> Result<(), FormatError> {
        let left = self.left.checked_sub(count);
        self.left = left.ok_or_else(|| {
            unsupported!(
                "the functions of the ONNX graph come to more than {MOST} operators, up to those of `{}`",
                function.name
            )
        })?;
        Ok(())
    }
}

impl Call<'_> {
    /// An operator of the function with the attributes of the call, and without the inputs that this leaves out.
    fn bound<'n>(
        &self,
        drawing: &mut Drawing,
        node: &'n NodeProto,
    ) -> Result<Cow<'n, NodeProto>, FormatError> {
        let absent = |name: &String| self.absent.contains(&**name);
        let refers = |attribute: &AttributeProto| !attribute.ref_attr_name.is_empty();
        if !node.input.iter().any(absent) && !node.attribute.iter().any(refers) {
            return Ok(Cow::Borrowed(node));
        }
        drawing.spend(node.encoded_len() + self.node.encoded_len(), node)?;
        let mut node = node.clone();
        node.input
            .iter_mut()
            .filter(|name| absent(name))
            .for_each(String::clear);
        // An attribute that neither the call nor the function gives is left out.
        let attributes = std::mem::take(&mut node.attribute).into_iter();
        let value = |attribute: AttributeProto| {
            if !refers(&attribute) {
                return Some(attribute);
            }
            let mut given = self
                .node
                .attribute
                .iter()
                .chain(&self.function.attribute_proto);
            let mut value = given
                .find(|given| given.name == attribute.ref_attr_name)?
                .clone();
            value.name = attribute.name;
            Some(value)
        };
        node.attribute = attributes.filter_map(value).collect();
        Ok(Cow::Owned(node))
    }

    /// The version of the default operators that the function is written with.
    fn opset(&self) -> Option<i64> {
        let mut imports = self.function.opset_import.iter();
        let default = imports.find(|opset| opset.is_default());
        default.map(|opset| opset.version)
    }
}

/// Names the function that an error is about.
fn told(within: Option<&Call<'_>>) -> impl Fn(FormatError) -> FormatError {
    let function = within.map(|call| call.function.name.clone());
    move |error| match &function {
        Some(name) => error.reworded(|text| format!("in the function `{name}`: {text}")),
        None => error,
    }
}

fn is_if(node: &NodeProto) -> bool {
    node.op_type == "If" && matches!(node.domain.as_str(), "" | "ai.onnx")
}

/// The branch that an `If` takes.
fn taken<'n>(drawing: &Drawing, node: &'n NodeProto) -> Result<&'n GraphProto, FormatError> {
    let attributes = Attributes::new(node, &["else_branch", "then_branch"])?;
    let condition = drawing.tensor(node, 0)?;
    let Some(&[condition]) = condition.numbers().as_deref() else {
        return Err(unsupported!("{} takes its branch by the rows", label(node)));
    };
    let name = if condition == 0.0 {
        "else_branch"
    } else {
        "then_branch"
    };
    attributes
        .graph(name)?
        .ok_or_else(|| corrupt!("{} has no {name}", label(node)))
}

/// What names stand for at the end of a body or a branch.
fn results<'n>(
    drawing: &Drawing,
    names: impl Iterator<Item = &'n String>,
) -> Result<Vec<Value>, FormatError> {
    let value = |name: &String| {
        let value = drawing.value(name).cloned();
        value.ok_or_else(|| corrupt!("no node computes the output `{name}`"))
    };
    names.map(value).collect()
}

/// Ends a body or a branch, and gives what it has made to the node.
fn hand_out(
    drawing: &mut Drawing,
    node: &NodeProto,
    results: Vec<Value>,
) -> Result<(), FormatError> {
    drawing.scopes.close();
    for (i, value) in results.into_iter().enumerate() {
        drawing.set_value(node, i, value)?;
    }
    Ok(())
}
