//! Labels, and what several targets answer, as `predict` and `predict_proba` of scikit-learn arrange it.

use crate::model::{Labels, Predictions};
use serde::{Serialize, Serializer};
use std::ops::Range;

/// The label of a class, and whether labels are booleans.
pub(super) struct Label<'a>(pub(super) &'a Labels, pub(super) usize, pub(super) bool);

impl Serialize for Label<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Labels::Integers(labels) if self.2 => (labels[self.1] != 0).serialize(to),
            Labels::Integers(labels) => labels[self.1].serialize(to),
            Labels::Strings(labels) => labels[self.1].serialize(to),
        }
    }
}

/// The class of each target in one row.
pub(super) struct Classes<'a> {
    pub(super) targets: &'a [Labels],
    pub(super) winners: &'a [u32],
    pub(super) booleans: bool,
}

impl Serialize for Classes<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let targets = self.targets.iter().zip(self.winners);
        to.collect_seq(targets.map(|(labels, class)| Label(labels, *class as usize, self.booleans)))
    }
}

/// For each target the probabilities of its classes in one row, or only that of the second one.
pub(super) struct Probabilities<'a> {
    pub(super) targets: &'a [Labels],
    pub(super) scores: &'a [f64],
    pub(super) second: bool,
}

impl Serialize for Probabilities<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut rest = self.scores;
        let each = self.targets.iter().map(|labels| {
            let (own, others) = rest.split_at(labels.len());
            rest = others;
            own
        });
        if self.second {
            return to.collect_seq(each.filter_map(|own| own.get(1).copied()));
        }
        to.collect_seq(each)
    }
}

/// Target by target the probabilities of its classes in all rows.
pub(super) struct ByTarget<'a> {
    pub(super) predictions: &'a Predictions,
    pub(super) spans: Vec<Range<usize>>,
}

impl Serialize for ByTarget<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let spans = self.spans.iter();
        to.collect_seq(spans.map(|span| Target(self.predictions, span)))
    }
}

struct Target<'a>(&'a Predictions, &'a Range<usize>);

impl Serialize for Target<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(predictions, span) = self;
        to.collect_seq((0..predictions.rows()).map(|row| &predictions.row(row)[(*span).clone()]))
    }
}
