//! What the outputs of a graph mean: a class, an anomaly, a cluster, numbers.

use super::{
    corrupt,
    drawing::{Drawing, Value},
    features::Elem,
    proto::{GraphProto, NodeProto},
    tensor::{Cell, Dim, Meaning, Tensor},
    unsupported,
};
use std::rc::Rc;

use crate::{
    formats::{FormatError, GraphOutput, OutputKind, program::Register},
    model::{Labels, Link, ModelIr, Output, Reg, ops},
};

/// The class or the classes that a graph answers.
struct Class {
    /// The places of the winners, and the labels of each target.
    winners: Vec<(Reg, Labels)>,
    /// Whether the class is the place of the smallest of some numbers.
    nearest: bool,
}

/// The outputs so far.
#[derive(Default)]
struct Outputs {
    class: Option<Class>,
    scores: Vec<Reg>,
    meaning: Option<Meaning>,
    /// The classes that a map names.
    zipped: Option<Rc<[Cell]>>,
    named: Vec<GraphOutput>,
}

/// The model that a graph is, and its outputs by name.
pub(super) fn answer(
    mut drawing: Drawing,
    graph: &GraphProto,
) -> Result<(ModelIr, Vec<GraphOutput>), FormatError> {
    let mut outputs = Outputs::default();
    for output in &graph.output {
        let value = drawing.value(&output.name).cloned();
        let value =
            value.ok_or_else(|| corrupt!("no node computes the output `{}`", output.name))?;
        outputs.add(&mut drawing, &output.name, value)?;
    }
    let scores = std::mem::take(&mut outputs.scores);
    drawing.board.refuse_missing(&scores);
    let graded = outputs.meaning == Some(Meaning::Shares);
    let model = match outputs.class.take() {
        Some(class) => outputs.classes(drawing, class, scores, graded)?,
        None if outputs.zipped.is_some() => {
            return Err(unsupported!(
                "ZipMap names classes, but the graph answers none"
            ));
        }
        None if scores.is_empty() => {
            return Err(unsupported!(
                "the graph has no output that is a number or a class of a row"
            ));
        }
        None => {
            let link = Link::Identity;
            drawing
                .board
                .finish(scores, [], Output::Regression { link }, false)
        }
    };
    Ok((model, outputs.named))
}

impl Outputs {
    fn add(&mut self, drawing: &mut Drawing, name: &str, value: Value) -> Result<(), FormatError> {
        let (tensor, zipped) = match value {
            Value::Tensor(tensor) => (tensor, false),
            Value::Zipped(names, tensor) => {
                self.zipped = Some(names);
                (tensor, true)
            }
            Value::Sequence(tensors) => return self.sequence(drawing, name, &tensors),
            Value::Text(_) => {
                return Err(unsupported!("the output `{name}` is a text"));
            }
        };
        by_row(name, &tensor)?;
        let kind = match class_of(drawing, &tensor)? {
            Some(class) => {
                if self.class.replace(class).is_some() {
                    return Err(unsupported!(
                        "the graph answers several classes, `{name}` and others"
                    ));
                }
                OutputKind::Label
            }
            None => self.numbers(drawing, name, &tensor, zipped)?,
        };
        self.named.push(GraphOutput {
            name: name.into(),
            kind,
        });
        Ok(())
    }

    /// Notes an output of several tensors of numbers, which becomes one: side by side.
    fn sequence(
        &mut self,
        drawing: &mut Drawing,
        name: &str,
        tensors: &[Tensor],
    ) -> Result<(), FormatError> {
        let first = self.scores.len();
        for tensor in tensors {
            by_row(name, tensor)?;
            self.numbers(drawing, name, tensor, false)?;
        }
        let count = self.scores.len() - first;
        self.named.push(GraphOutput {
            name: name.into(),
            kind: OutputKind::Part {
                first,
                count,
                flat: false,
            },
        });
        Ok(())
    }

    /// Notes an output of numbers.
    fn numbers(
        &mut self,
        drawing: &mut Drawing,
        name: &str,
        tensor: &Tensor,
        zipped: bool,
    ) -> Result<OutputKind, FormatError> {
        if tensor.elem == Elem::Text {
            return Err(unsupported!("the output `{name}` is text that no class is"));
        }
        let first = self.scores.len();
        let here = NodeProto {
            name: name.into(),
            op_type: "output".into(),
            ..NodeProto::default()
        };
        let registers = drawing.registers(&here, &tensor.cells)?;
        drawing.board.numbers(&registers)?;
        self.scores.extend(registers);
        self.meaning = Some(match self.meaning {
            Some(meaning) if meaning != tensor.meaning => Meaning::Plain,
            _ => tensor.meaning,
        });
        let count = tensor.cells.len();
        let flat = tensor.dims.len() == 1 && count == 1;
        Ok(if zipped {
            OutputKind::Zipped
        } else {
            OutputKind::Part { first, count, flat }
        })
    }

    /// The model of a graph that answers a class or several.
    fn classes(
        &mut self,
        mut drawing: Drawing,
        class: Class,
        scores: Vec<Reg>,
        graded: bool,
    ) -> Result<ModelIr, FormatError> {
        let Class { winners, nearest } = class;
        if winners.len() > 1 {
            return targets(drawing, winners, scores, graded);
        }
        let Some((place, labels)) = winners.into_iter().next() else {
            return Err(corrupt!("the graph answers no class"));
        };
        let anomaly = match &labels {
            Labels::Integers(labels) => [vec![-1, 1], vec![1, -1], vec![-1, 0, 1]].contains(labels),
            Labels::Strings(_) => false,
        };
        if anomaly && !graded && matches!(scores.len(), 1 | 2) && self.apart() == scores.len() {
            let (place, labels) = in_order(&mut drawing, place, labels)?;
            return Ok(drawing
                .board
                .finish(scores, [place], Output::Anomaly { labels }, false));
        }
        if self
            .zipped
            .as_ref()
            .is_some_and(|names| labels_of(names).as_ref() != Some(&labels))
        {
            return Err(unsupported!(
                "ZipMap renames the classes; export with the labels of the classifier"
            ));
        }
        let width = labels.len();
        let numbered = match &labels {
            Labels::Integers(labels) => (0..).zip(labels).all(|(place, label)| place == *label),
            Labels::Strings(_) => false,
        };
        if nearest && numbered && !graded && (scores.is_empty() || scores.len() == width) {
            return Ok(drawing
                .board
                .finish(scores, [place], Output::Cluster { labels }, false));
        }
        let scores = self.of_classes(&mut drawing, place, width, scores)?;
        let output = Output::Classes {
            labels,
            link: Link::Identity,
        };
        Ok(drawing.board.finish(scores, [place], output, graded))
    }

    /// A score for each class.
    fn of_classes(
        &mut self,
        drawing: &mut Drawing,
        place: Reg,
        width: usize,
        scores: Vec<Reg>,
    ) -> Result<Vec<Reg>, FormatError> {
        Ok(match scores.len() {
            n if n == width => scores,
            0 => {
                let known = vec![Register::number(); width];
                drawing
                    .board
                    .draw(ops::OneHot { slot: place, width }, known)?
            }
            // One score for two classes is that of the second.
            1 if width == 2 => {
                for output in &mut self.named {
                    if let OutputKind::Part { first, .. } = &mut output.kind {
                        *first = 1;
                    }
                }
                let negative = drawing.board.apply(ops::Function::Negative, &scores)?;
                vec![negative[0], scores[0]]
            }
            n => return Err(unsupported!("the graph has {n} scores for {width} classes")),
        })
    }

    /// How many outputs of one number there are.
    fn apart(&self) -> usize {
        let one = |output: &&GraphOutput| matches!(output.kind, OutputKind::Part { count: 1, .. });
        self.named.iter().filter(one).count()
    }
}

/// Makes sure that an output has an entry for each row, or one for each of several targets.
fn by_row(name: &str, tensor: &Tensor) -> Result<(), FormatError> {
    let rows = tensor.dims.iter().find(|dim| !dim.is_one());
    if matches!(rows, Some(Dim::Rows(_))) || matches!(&*tensor.dims, [_, Dim::Rows(_), _]) {
        return Ok(());
    }
    Err(unsupported!(
        "the output `{name}` has not one entry for each row"
    ))
}

/// The model of a graph that answers a class for each of several targets.
fn targets(
    drawing: Drawing,
    winners: Vec<(Reg, Labels)>,
    scores: Vec<Reg>,
    graded: bool,
) -> Result<ModelIr, FormatError> {
    let widths: usize = winners.iter().map(|(_, labels)| labels.len()).sum();
    if !scores.is_empty() && scores.len() != widths {
        return Err(unsupported!(
            "the graph has {} scores for {widths} classes of several targets",
            scores.len()
        ));
    }
    let graded = graded && !scores.is_empty();
    if !graded && !scores.is_empty() {
        return Err(unsupported!(
            "the graph has scores for the classes of several targets, and nothing says that they are probabilities; export it without them"
        ));
    }
    let (places, targets): (Vec<_>, Vec<_>) = winners.into_iter().unzip();
    let output = Output::Targets(targets);
    Ok(drawing.board.finish(scores, places, output, graded))
}

/// The class or the classes that a tensor holds, if it does.
fn class_of(drawing: &mut Drawing, tensor: &Tensor) -> Result<Option<Class>, FormatError> {
    if matches!(tensor.elem, Elem::Float | Elem::Double) {
        return Ok(None);
    }
    let mut winners = Vec::with_capacity(tensor.cells.len());
    let mut nearest = true;
    for cell in tensor.cells.iter() {
        let Cell::OneOf(place, list) = cell else {
            return Ok(None);
        };
        nearest &= drawing.smallest.contains(place);
        let Some(labels) = labels_of(list) else {
            return Ok(None);
        };
        winners.push(distinct(drawing, *place, labels)?);
    }
    Ok((!winners.is_empty()).then_some(Class { winners, nearest }))
}

fn labels_of(list: &[Cell]) -> Option<Labels> {
    let texts = list.iter().map(|cell| match cell {
        Cell::Text(text) => Some((**text).to_owned()),
        _ => None,
    });
    if let Some(texts) = texts.collect() {
        return Some(Labels::Strings(texts));
    }
    let whole = |cell: &Cell| cell.number().filter(|x| x.fract() == 0.0).map(|x| x as i64);
    list.iter()
        .map(whole)
        .collect::<Option<_>>()
        .map(Labels::Integers)
}

/// Labels each of which is there once, and the place of the winner among them.
fn distinct(
    drawing: &mut Drawing,
    place: Reg,
    labels: Labels,
) -> Result<(Reg, Labels), FormatError> {
    if labels.distinct() == labels.len() {
        return Ok((place, labels));
    }
    match labels {
        Labels::Integers(all) => {
            let (codes, labels) = first_places(&all);
            Ok((recoded(drawing, place, codes)?, Labels::Integers(labels)))
        }
        Labels::Strings(all) => {
            let (codes, labels) = first_places(&all);
            Ok((recoded(drawing, place, codes)?, Labels::Strings(labels)))
        }
    }
}

/// For each value its place among those that are there once, and these.
fn first_places<T: Clone + Ord>(all: &[T]) -> (Vec<f64>, Vec<T>) {
    let mut once = all.to_vec();
    once.sort();
    once.dedup();
    let place = |value| once.binary_search(value).unwrap_or(0) as f64;
    (all.iter().map(place).collect(), once)
}

fn recoded(drawing: &mut Drawing, read: Reg, codes: Vec<f64>) -> Result<Reg, FormatError> {
    let codes = ops::Codes::Places(codes);
    let recode = ops::Recode {
        read,
        codes,
        unknown: 0.0,
        missing: 0.0,
    };
    Ok(drawing.board.draw(recode, [Register::number()])?[0])
}

/// -1 and 1 in this order.
fn in_order(
    drawing: &mut Drawing,
    place: Reg,
    labels: Labels,
) -> Result<(Reg, Labels), FormatError> {
    match labels {
        Labels::Integers(all) if all == [1, -1] => Ok((
            recoded(drawing, place, vec![1.0, 0.0])?,
            Labels::Integers(vec![-1, 1]),
        )),
        // No decision is exactly zero but by chance; then it is no good one.
        Labels::Integers(all) if all == [-1, 0, 1] => Ok((
            recoded(drawing, place, vec![0.0, 0.0, 1.0])?,
            Labels::Integers(vec![-1, 1]),
        )),
        labels => Ok((place, labels)),
    }
}
