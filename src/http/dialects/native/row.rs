//! The answer to one row, borrowed from the model and its scores: writing it copies nothing.

use super::read::More;
use crate::{
    input::Precision,
    model::{Kind, Labels, Model, Predictions},
};
use serde::{Serialize, Serializer};
use std::ops::Range;

/// One row's answer. Where there are several targets, `prediction`, `label`, `confidence`, `probabilities` and `classes` have an element
/// for each.
///
/// What a client is told about it stands in `openapi::schemas`, whose `Prediction` and `RowPrediction` have these fields.
#[derive(Serialize)]
pub(super) struct Row<'a, N, L = (), C = (), P = (), K = ()> {
    prediction: N,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<L>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anomaly: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<C>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Score>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Score>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probabilities: Option<P>,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<K>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distances: Option<Scores<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_ms: Option<f64>,
}

impl<N> Row<'_, N> {
    /// The answer that is a number or several.
    pub(super) fn of(prediction: N, latency_ms: Option<f64>) -> Self {
        Self {
            prediction,
            label: None,
            anomaly: None,
            cluster: None,
            confidence: None,
            decision: None,
            score: None,
            probabilities: None,
            classes: None,
            distances: None,
            latency_ms,
        }
    }
}

/// What answers of one class have in common: of a classifier, an anomaly detector or a clusterer.
pub(super) struct OfClass<'a> {
    pub(super) model: &'a Model,
    pub(super) labels: &'a Labels,
    pub(super) kind: Kind,
    pub(super) precision: Precision,
}

impl<'a> OfClass<'a> {
    pub(super) fn row(
        &self,
        predictions: &'a Predictions,
        i: usize,
        more: More,
        latency_ms: Option<f64>,
    ) -> impl Serialize + use<'a> {
        let (labels, precision) = (self.labels, self.precision);
        let class = predictions.classes[i] as usize;
        let (prediction, label) = number_and_text(labels, class);
        let scores = predictions.row(i);
        let (anomalies, clusters) = (
            self.kind == Kind::AnomalyDetector,
            self.kind == Kind::Clusterer,
        );
        let graded = self.model.has_probabilities();
        let vector = graded && more.probabilities;
        let far = clusters && !graded && more.distances && !scores.is_empty();
        let nth = |i: usize| scores.get(i).map(|x| Score(*x, precision));
        Row {
            prediction,
            label,
            anomaly: anomalies.then_some(class == 0),
            cluster: clusters.then_some(prediction),
            confidence: graded.then(|| Score(predictions.confidence(i), precision)),
            decision: nth(0).filter(|_| anomalies),
            score: nth(1).filter(|_| anomalies),
            probabilities: vector.then_some(Scores(scores, precision)),
            classes: vector.then_some(Classes(labels)),
            distances: far.then_some(Scores(scores, precision)),
            latency_ms,
        }
    }
}

/// What the answers for several targets have in common.
pub(super) struct OfTargets<'a> {
    pub(super) targets: &'a [Labels],
    /// Where the probabilities of each lie among those of a row.
    pub(super) spans: &'a [Range<usize>],
    /// Whether some labels are text.
    pub(super) mixed: bool,
    pub(super) graded: bool,
    pub(super) precision: Precision,
}

impl<'a> OfTargets<'a> {
    pub(super) fn row(
        &self,
        predictions: &'a Predictions,
        i: usize,
        more: More,
        latency_ms: Option<f64>,
    ) -> impl Serialize + use<'a> {
        let Self {
            targets,
            spans,
            precision,
            ..
        } = *self;
        let (winners, scores) = (predictions.winners(i), predictions.row(i));
        let count = targets.len();
        let answer = move |k: usize| number_and_text(&targets[k], winners[k] as usize);
        let of = move |k: usize| &scores[spans[k].clone()];
        let vector = self.graded && more.probabilities;
        let sure = move |k: usize| of(k)[winners[k] as usize].clamp(0.0, 1.0);
        Row {
            label: self.mixed.then_some(Each(count, move |k| answer(k).1)),
            confidence: self
                .graded
                .then_some(Each(count, move |k| Score(sure(k), precision))),
            probabilities: vector.then_some(Each(count, move |k| Scores(of(k), precision))),
            classes: vector.then_some(Each(count, move |k| Classes(&targets[k]))),
            anomaly: None,
            cluster: None,
            decision: None,
            score: None,
            distances: None,
            prediction: Each(count, move |k| answer(k).0),
            latency_ms,
        }
    }
}

/// The class as a number, its label or its place, and its label where that is text.
fn number_and_text(labels: &Labels, class: usize) -> (i64, Option<&str>) {
    match labels {
        Labels::Integers(labels) => (labels[class], None),
        Labels::Strings(labels) => (class as i64, Some(labels[class].as_str())),
    }
}

/// Something of each of so many targets.
struct Each<F>(usize, F);

impl<T: Serialize, F: Fn(usize) -> T> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.0).map(&self.1))
    }
}

/// A number written with the digits of its precision.
pub(super) struct Score(pub(super) f64, pub(super) Precision);

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            Precision::F32 => serializer.serialize_f32(self.0 as f32),
            Precision::F64 => serializer.serialize_f64(self.0),
        }
    }
}

/// The same for several.
pub(super) struct Scores<'a>(pub(super) &'a [f64], pub(super) Precision);

impl Serialize for Scores<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|x| Score(*x, self.1)))
    }
}

/// The classes in score order: integer labels as integers, text labels as text.
struct Classes<'a>(&'a Labels);

impl Serialize for Classes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Labels::Integers(labels) => labels.serialize(serializer),
            Labels::Strings(labels) => labels.serialize(serializer),
        }
    }
}
