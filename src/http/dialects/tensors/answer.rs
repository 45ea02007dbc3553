//! What a model answers, as tensors with the names and the types that MLServer gives them.

use super::{datatype::Datatype, raw::push_string};
use crate::{
    http::{
        dialects::rows::echo,
        problem::{Code, Failure},
    },
    input::Precision,
    model::{Labels, Model, Predictions},
};
use serde::{Serialize, Serializer};

/// How MLServer's clients decode what is answered.
pub(in crate::http::dialects) const CONTENT_TYPE: &str = "np";

/// An output of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Output {
    /// The predicted classes or numbers.
    Predict,
    /// The probability of every class.
    Proba,
}

impl Output {
    /// The outputs that a model has.
    pub(in crate::http) fn of(model: &Model) -> &'static [Self] {
        if model.labels().is_some() && model.has_probabilities() {
            &[Self::Predict, Self::Proba]
        } else {
            &[Self::Predict]
        }
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
                names.join(" and ")
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

    pub(in crate::http) fn name(self) -> &'static str {
        match self {
            Self::Predict => "predict",
            Self::Proba => "predict_proba",
        }
    }

    pub(in crate::http::dialects) fn datatype(self, model: &Model) -> Datatype {
        match (self, model.labels(), model.output_precision()) {
            (Self::Predict, Some(Labels::Integers(_)), _) => Datatype::Int64,
            (Self::Predict, Some(Labels::Strings(_)), _) => Datatype::Bytes,
            (_, _, Precision::F32) => Datatype::Fp32,
            (_, _, Precision::F64) => Datatype::Fp64,
        }
    }

    /// Values per row.
    pub(in crate::http::dialects) fn per_row(self, model: &Model) -> usize {
        match (self, model.labels()) {
            (Self::Predict, Some(_)) => 1,
            _ => model.n_scores(),
        }
    }

    /// The values of all rows.
    pub(in crate::http::dialects) fn values<'a>(
        self,
        model: &'a Model,
        predictions: &'a Predictions,
    ) -> Values<'a> {
        let classes = &predictions.classes;
        match (self, model.labels()) {
            (Self::Predict, Some(Labels::Integers(labels))) => Values::Integers(labels, classes),
            (Self::Predict, Some(Labels::Strings(labels))) => Values::Texts(labels, classes),
            _ => match model.output_precision() {
                Precision::F32 => Values::Singles(&predictions.scores),
                Precision::F64 => Values::Doubles(&predictions.scores),
            },
        }
    }
}

/// The values of an output: labels with the class of each row, or numbers.
#[derive(Clone, Copy)]
pub(in crate::http::dialects) enum Values<'a> {
    Integers(&'a [i64], &'a [u32]),
    Texts(&'a [String], &'a [u32]),
    /// Numbers of 32 bits.
    Singles(&'a [f64]),
    Doubles(&'a [f64]),
}

impl Values<'_> {
    pub(in crate::http::dialects) fn len(self) -> usize {
        match self {
            Self::Integers(_, classes) | Self::Texts(_, classes) => classes.len(),
            Self::Singles(numbers) | Self::Doubles(numbers) => numbers.len(),
        }
    }

    /// The values as bytes, see [`super::raw`].
    pub(in crate::http::dialects) fn bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len() * 8);
        match self {
            Self::Integers(labels, classes) => classes
                .iter()
                .for_each(|class| bytes.extend(labels[*class as usize].to_le_bytes())),
            Self::Texts(labels, classes) => classes
                .iter()
                .for_each(|class| push_string(&mut bytes, &labels[*class as usize])),
            Self::Singles(numbers) => numbers
                .iter()
                .for_each(|x| bytes.extend((*x as f32).to_le_bytes())),
            Self::Doubles(numbers) => numbers.iter().for_each(|x| bytes.extend(x.to_le_bytes())),
        }
        bytes
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Integers(labels, classes) => {
                to.collect_seq(classes.iter().map(|class| labels[*class as usize]))
            }
            Self::Texts(labels, classes) => {
                to.collect_seq(classes.iter().map(|class| &labels[*class as usize]))
            }
            Self::Singles(numbers) => to.collect_seq(numbers.iter().map(|x| *x as f32)),
            Self::Doubles(numbers) => to.collect_seq(numbers),
        }
    }
}
