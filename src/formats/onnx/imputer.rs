//! The `KNNImputer` of skl2onnx: local functions that look for the rows with gaps, which a program has no need to.
//!
//! The functions are known by a digest of all that they do. So this is read as what it is, or not at all.

use std::collections::{HashMap, HashSet};

use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{
    corrupt,
    drawing::{Drawing, Value},
    features::Elem,
    proto::{GraphProto, ModelProto, NodeProto, TensorProto},
    tensor::{Dim, Tensor},
    tensors, unsupported,
    walk::label,
};
use crate::{
    formats::{FormatError, program::Register},
    input::Precision,
    model::ops::FillInSingle,
};

/// The domain of the functions.
const DOMAIN: &str = "local_domain";

/// The digest of the functions of skl2onnx 1.19.1 and 1.20.0, whatever their version of the operators.
const KNOWN: &str = "4997ed4ecce18f4c9de4623907bb14b2408d5a2095f312ab7b4bbc4322302ca1";

/// The imputers of a graph.
#[derive(Default)]
pub(super) struct Imputers<'m> {
    /// By the place of the node that fills the first column.
    found: HashMap<usize, Imputer<'m>>,
    /// The places of all nodes that belong to one.
    within: HashSet<usize>,
}

/// An imputer: what it reads, the points of its fit, and how many of them count.
struct Imputer<'m> {
    reads: &'m str,
    points: &'m TensorProto,
    nearest: &'m TensorProto,
    output: &'m str,
}

/// A graph by the names of what it computes and holds.
struct Names<'m> {
    nodes: &'m [NodeProto],
    makers: HashMap<&'m str, usize>,
    constants: HashMap<&'m str, &'m TensorProto>,
    within: HashSet<usize>,
}

impl<'m> Imputers<'m> {
    /// Those of a graph, if its functions are the known ones.
    pub(super) fn find(model: &'m ModelProto, graph: &'m GraphProto) -> Self {
        let fills =
            |node: &&NodeProto| node.domain == DOMAIN && node.op_type == "knn_imputer_column";
        if !graph.node.iter().any(|node| fills(&node)) || digest(model) != KNOWN {
            return Self::default();
        }
        let mut names = Names::new(graph);
        let mut found = HashMap::new();
        for (at, node) in graph.node.iter().enumerate() {
            if fills(&node) && !names.within.contains(&at) {
                match names.imputer(at) {
                    Some(imputer) => _ = found.insert(at, imputer),
                    None => return Self::default(),
                }
            }
        }
        let found = Self {
            found,
            within: names.within,
        };
        if found.hides(graph) {
            Self::default()
        } else {
            found
        }
    }

    /// Whether something else reads what only the nodes of an imputer compute, other than what it has filled.
    fn hides(&self, graph: &GraphProto) -> bool {
        let filled: HashSet<&str> = self.found.values().map(|one| one.output).collect();
        let within = self.within.iter().flat_map(|at| &graph.node[*at].output);
        let hidden = |name: &str| !name.is_empty() && !filled.contains(name);
        let hidden: HashSet<&str> = within.map(|name| &**name).filter(|n| hidden(n)).collect();
        let others = graph.node.iter().enumerate();
        let mut others = others.filter(|(at, _)| !self.has(*at));
        others.any(|(_, node)| reads(node, &hidden)) || gives(graph, &hidden)
    }

    /// Whether a node belongs to an imputer.
    pub(super) fn has(&self, at: usize) -> bool {
        self.within.contains(&at)
    }

    /// Draws the imputer that begins at a node.
    pub(super) fn draw(
        &self,
        drawing: &mut Drawing,
        at: usize,
        node: &NodeProto,
    ) -> Result<(), FormatError> {
        let Some(imputer) = self.found.get(&at) else {
            return Ok(());
        };
        let Some(Value::Tensor(tensor)) = drawing.value(imputer.reads).cloned() else {
            return Err(corrupt!("nothing computes `{}`", imputer.reads));
        };
        let points = tensors::constant(imputer.points)?;
        let nearest = tensors::constant(imputer.nearest)?.numbers();
        let nearest = nearest.and_then(|numbers| numbers.first().copied());
        let (&[Dim::Rows(1), Dim::Fixed(width)], &[_, Dim::Fixed(columns)], Some(numbers)) =
            (&*tensor.dims, &*points.dims, points.numbers())
        else {
            return Err(unsupported!("{} reads no rows of columns", label(node)));
        };
        let empty = |column| {
            numbers
                .iter()
                .skip(column)
                .step_by(width)
                .all(|x| x.is_nan())
        };
        if tensor.elem != Elem::Float || width != columns || (0..width).any(empty) {
            return Err(unsupported!(
                "{} fills other columns than those it was fitted to, or one without any value there",
                label(node)
            ));
        }
        drawing.spend(numbers.len().saturating_mul(4), node)?;
        let reads = drawing.read(node, &tensor)?;
        drawing.board.refuse_infinite(&reads, Precision::F32);
        let fill = FillInSingle {
            reads,
            points: numbers,
            nearest: nearest.map_or(0, |nearest| nearest as usize),
        };
        let known = vec![Register::rounded(Precision::F32); width];
        let drawn = drawing.board.draw(fill, known)?;
        let filled = Value::Tensor(Tensor::of_registers(Elem::Float, &drawn));
        drawing.set_name(imputer.output, filled)
    }
}

/// Whether a node or one of its branches reads one of some names.
fn reads(node: &NodeProto, names: &HashSet<&str>) -> bool {
    let mut branches = node.attribute.iter().filter_map(|a| a.g.as_deref());
    node.input.iter().any(|name| names.contains(&**name))
        || branches
            .any(|graph| graph.node.iter().any(|node| reads(node, names)) || gives(graph, names))
}

/// Whether one of some names is an output of a graph.
fn gives(graph: &GraphProto, names: &HashSet<&str>) -> bool {
    let mut outputs = graph.output.iter();
    outputs.any(|output| names.contains(&*output.name))
}

/// The digest of the functions, their names for nodes and their versions of the operators aside.
fn digest(model: &ModelProto) -> String {
    let ours = model
        .functions
        .iter()
        .filter(|function| function.domain == DOMAIN);
    let mut functions: Vec<_> = ours.cloned().collect();
    functions.sort_by(|a, b| a.name.cmp(&b.name));
    let mut hash = Sha256::new();
    for function in &mut functions {
        function.node.iter_mut().for_each(|node| node.name.clear());
        function.opset_import.clear();
        hash.update(function.encode_length_delimited_to_vec());
    }
    format!("{:x}", hash.finalize())
}

impl<'m> Names<'m> {
    fn new(graph: &'m GraphProto) -> Self {
        let nodes = graph.node.iter().enumerate();
        let makers = nodes.flat_map(|(at, node)| node.output.iter().map(move |name| (&**name, at)));
        let constants = graph.initializer.iter();
        Self {
            nodes: &graph.node,
            makers: makers.collect(),
            constants: constants.map(|tensor| (&*tensor.name, tensor)).collect(),
            within: HashSet::new(),
        }
    }

    /// The inputs of the node that computes a name, if it is of this operator; it belongs to the imputer.
    fn made(&mut self, name: &str, domain: &str, op: &str) -> Option<&'m [String]> {
        let at = *self.makers.get(name)?;
        let node = &self.nodes[at];
        (node.domain == domain && node.op_type == op).then(|| {
            self.within.insert(at);
            &*node.input
        })
    }

    /// The whole numbers of a constant.
    fn whole(&self, name: &str) -> Option<Vec<f64>> {
        tensors::constant(self.constants.get(name)?).ok()?.numbers()
    }

    /// The imputer whose first column is filled by a node.
    fn imputer(&mut self, at: usize) -> Option<Imputer<'m>> {
        let first = &self.nodes[at];
        let [
            _,
            reads,
            distances,
            not_gaps,
            gaps,
            map,
            missing,
            rows,
            points,
            nearest,
        ] = &*first.input
        else {
            return None;
        };
        let mut output = first.output.first()?;
        let mut width = 0;
        for (at, node) in self.nodes.iter().enumerate().skip(at) {
            let goes_on = node.domain == DOMAIN
                && node.op_type == first.op_type
                && node.input.get(1) == Some(if width == 0 { reads } else { output });
            if goes_on {
                let column = self.whole(node.input.first()?)?;
                if node.input.get(2..) != first.input.get(2..) || column != [f64::from(width)] {
                    return None;
                }
                output = node.output.first()?;
                self.within.insert(at);
                width += 1;
            }
        }
        let same = |found: &[String], wanted: &[&String]| found.iter().eq(wanted.iter().copied());
        let ours = same(self.made(not_gaps, "", "Not")?, &[gaps])
            && same(self.made(missing, "", "IsNaN")?, &[reads])
            && same(self.made(map, DOMAIN, "dict_idx_map")?, &[reads, rows]);
        let [chosen, to] = self.made(distances, DOMAIN, "dist_nan_euclidean")? else {
            return None;
        };
        let ours = ours && to == points && same(self.made(chosen, "", "Gather")?, &[reads, rows]);
        (ours && self.rows(rows, missing)? && self.fits(gaps, points, width)?).then_some(Imputer {
            reads,
            points: self.constants.get(&**points)?,
            nearest: self.constants.get(&**nearest)?,
            output,
        })
    }

    /// Whether a name stands for the rows with a gap in any column.
    fn rows(&mut self, rows: &str, missing: &String) -> Option<bool> {
        let steps = [
            ("Reshape", Some(-1.0)),
            ("NonZero", None),
            ("Reshape", Some(-1.0)),
            ("Cast", None),
            ("ReduceMax", Some(1.0)),
            ("Cast", None),
        ];
        let mut name = rows;
        for (op, with) in steps {
            let inputs = self.made(name, "", op)?;
            let second = inputs.get(1).and_then(|name| self.whole(name));
            if second != with.map(|x| vec![x]) {
                return None;
            }
            name = inputs.first()?;
        }
        let [from, kept] = self.made(name, "", "Compress")? else {
            return None;
        };
        let all = self.whole(kept)?.iter().all(|kept| *kept != 0.0);
        Some(from == missing && all)
    }

    /// Whether the points have gaps where the mask says so, and as many columns as are filled.
    fn fits(&self, gaps: &str, points: &str, width: u32) -> Option<bool> {
        let columns = self.constants.get(points)?.dims.get(1)?;
        let (gaps, points) = (self.whole(gaps)?, self.whole(points)?);
        let as_told = gaps
            .iter()
            .zip(&points)
            .all(|(gap, x)| (*gap != 0.0) == x.is_nan());
        Some(*columns == i64::from(width) && gaps.len() == points.len() && as_told)
    }
}
