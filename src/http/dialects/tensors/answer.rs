//! What a model answers, as tensors with the names and the types that MLServer gives them.

use super::{datatype::Datatype, raw::push_string};
use crate::{
    http::{
        dialects::rows::echo,
        problem::{Code, Failure},
    },
    input::Precision,
    model::{Labels, Model, Output as Answer, Predictions},
};
use serde::{Serialize, Serializer};
use std::{borrow::Cow, ops::Range};

/// How MLServer's clients decode what is answered.
pub(in crate::http::dialects) const CONTENT_TYPE: &str = "np";

/// An error lists no more outputs than these.
const MOST_NAMES: usize = 10;

/// `a`, `a and b`, or the first of many.
fn listed(names: &[Cow<'_, str>]) -> String {
    if names.len() <= MOST_NAMES {
        return names.join(" and ");
    }
    let more = names.len() - MOST_NAMES;
    format!("{} and {more} more", names[..MOST_NAMES].join(", "))
}

/// An output of a model, under the name of the method that answers it in Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Output {
    /// The predicted classes or numbers.
    Predict,
    /// The probability of every class.
    Proba,
    /// The same of one of several targets.
    ProbaOf(u32),
    /// How far a row is on the good side of an anomaly detector.
    Decision,
    /// How normal it is.
    Score,
    /// How far a row is from each center of a clusterer.
    Distances,
}

impl Output {
    /// The outputs that a model has.
    pub(in crate::http) fn of(model: &Model) -> Vec<Self> {
        let mut outputs = vec![Self::Predict];
        match model.output() {
            Answer::Targets(targets) if model.has_probabilities() => {
                outputs.extend((0..targets.len() as u32).map(Self::ProbaOf));
            }
            Answer::Anomaly { .. } => {
                let scores = [Self::Decision, Self::Score].into_iter();
                outputs.extend(scores.take(model.n_scores()));
            }
            _ if model.has_probabilities() => outputs.push(Self::Proba),
            _ if model.has_distances() => outputs.push(Self::Distances),
            _ => {}
        }
        outputs
    }

    /// Adds the output of this name to those that a client asks for.
    ///
    /// # Errors
    /// If the model has none of this name, or it is asked for twice.
    pub(in crate::http::dialects) fn ask<T>(
        name: &str,
        model: &Model,
        asked: &mut Vec<(Self, T)>,
        how: T,
    ) -> Result<(), Failure> {
        let outputs = Self::of(model);
        let Some(output) = outputs.iter().find(|output| output.name() == name) else {
            let names = outputs.iter().map(|output| output.name());
            let names: Vec<_> = names.collect();
            let detail = format!(
                "unknown output {:?}; this model has {}",
                echo(name),
                listed(&names)
            );
            return Err(Failure::new(Code::UnknownField, detail));
        };
        if asked.iter().any(|(other, _)| other == output) {
            let detail = format!("the output {name:?} is asked for twice");
            return Err(Failure::new(Code::DuplicateField, detail));
        }
        asked.push((*output, how));
        Ok(())
    }

    pub(in crate::http) fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Predict => "predict",
            Self::Proba => "predict_proba",
            Self::ProbaOf(target) => return Cow::Owned(format!("predict_proba_{target}")),
            Self::Decision => "decision_function",
            Self::Score => "score_samples",
            Self::Distances => "transform",
        })
    }

    pub(in crate::http::dialects) fn datatype(self, model: &Model) -> Datatype {
        let choices = model.output().choices();
        match (self, model.output_precision()) {
            (Self::Predict, _) if choices.iter().any(Labels::are_text) => Datatype::Bytes,
            (Self::Predict, _) if !choices.is_empty() => Datatype::Int64,
            (_, Precision::F32) => Datatype::Fp32,
            (_, Precision::F64) => Datatype::Fp64,
        }
    }

    /// Values per row.
    pub(in crate::http::dialects) fn per_row(self, model: &Model) -> usize {
        match (self, model.output().choices().len()) {
            (Self::Predict, 1..) => model.output().choices().len(),
            _ => self.span(model).len(),
        }
    }

    /// Where its numbers lie among the scores of a row.
    fn span(self, model: &Model) -> Range<usize> {
        match self {
            Self::Predict | Self::Proba | Self::Distances => 0..model.n_scores(),
            Self::Decision => 0..1,
            Self::Score => 1..2,
            Self::ProbaOf(target) => {
                let mut spans = model.output().spans().into_iter();
                spans.nth(target as usize).unwrap_or_default()
            }
        }
    }

    /// The values of all rows.
    pub(in crate::http::dialects) fn values<'a>(
        self,
        model: &'a Model,
        predictions: &'a Predictions,
    ) -> Values<'a> {
        let classes = Classes {
            targets: model.output().choices(),
            winners: &predictions.classes,
        };
        let numbers = || Numbers {
            scores: &predictions.scores,
            width: predictions.width,
            span: self.span(model),
        };
        match self.datatype(model) {
            Datatype::Int64 => Values::Integers(classes),
            Datatype::Bytes => Values::Texts(classes),
            Datatype::Fp32 => Values::Singles(numbers()),
            _ => Values::Doubles(numbers()),
        }
    }
}

/// The values of an output.
#[derive(Clone)]
pub(in crate::http::dialects) enum Values<'a> {
    Integers(Classes<'a>),
    Texts(Classes<'a>),
    /// Numbers of 32 bits.
    Singles(Numbers<'a>),
    Doubles(Numbers<'a>),
}

/// The winning classes of all rows, one of each target.
#[derive(Clone, Copy)]
pub(in crate::http::dialects) struct Classes<'a> {
    pub(in crate::http::dialects) targets: &'a [Labels],
    winners: &'a [u32],
}

impl<'a> Classes<'a> {
    /// The place of each target and the place of its class, row by row.
    pub(in crate::http::dialects) fn places(self) -> impl Iterator<Item = (usize, usize)> + 'a {
        let rows = self.winners.chunks_exact(self.targets.len().max(1));
        rows.flat_map(|row| row.iter().map(|class| *class as usize).enumerate())
    }

    pub(in crate::http::dialects) fn integers(self) -> impl Iterator<Item = i64> + 'a {
        let integer = move |(target, class): (usize, usize)| match &self.targets[target] {
            Labels::Integers(labels) => labels[class],
            Labels::Strings(_) => class as i64,
        };
        self.places().map(integer)
    }

    fn texts(self) -> impl Iterator<Item = Cow<'a, str>> + 'a {
        let text = move |(target, class): (usize, usize)| match &self.targets[target] {
            Labels::Integers(labels) => Cow::Owned(labels[class].to_string()),
            Labels::Strings(labels) => Cow::Borrowed(labels[class].as_str()),
        };
        self.places().map(text)
    }
}

/// Some of the scores of all rows.
#[derive(Clone)]
pub(in crate::http::dialects) struct Numbers<'a> {
    scores: &'a [f64],
    width: usize,
    span: Range<usize>,
}

impl<'a> Numbers<'a> {
    pub(in crate::http::dialects) fn iter(&self) -> impl Iterator<Item = f64> + 'a + use<'a> {
        let span = self.span.clone();
        let rows = self.scores.chunks_exact(self.width.max(1));
        rows.flat_map(move |row| row[span.clone()].iter().copied())
    }

    fn len(&self) -> usize {
        self.scores.len() / self.width.max(1) * self.span.len()
    }
}

impl Values<'_> {
    pub(in crate::http::dialects) fn len(&self) -> usize {
        match self {
            Self::Integers(classes) | Self::Texts(classes) => classes.winners.len(),
            Self::Singles(numbers) | Self::Doubles(numbers) => numbers.len(),
        }
    }

    /// The values as bytes, see [`super::raw`].
    pub(in crate::http::dialects) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len() * 8);
        match self {
            Self::Integers(classes) => classes
                .integers()
                .for_each(|label| bytes.extend(label.to_le_bytes())),
            Self::Texts(classes) => classes
                .texts()
                .for_each(|text| push_string(&mut bytes, &text)),
            Self::Singles(numbers) => numbers
                .iter()
                .for_each(|x| bytes.extend((x as f32).to_le_bytes())),
            Self::Doubles(numbers) => numbers.iter().for_each(|x| bytes.extend(x.to_le_bytes())),
        }
        bytes
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Integers(classes) => to.collect_seq(classes.integers()),
            Self::Texts(classes) => to.collect_seq(classes.texts()),
            Self::Singles(numbers) => to.collect_seq(numbers.iter().map(|x| x as f32)),
            Self::Doubles(numbers) => to.collect_seq(numbers.iter()),
        }
    }
}
