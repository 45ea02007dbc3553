//! The columns that `ml-serving predict` writes for each row.

use crate::{
    input::Precision,
    model::{Kind, Labels, Model, Output, Predictions},
};

/// What is written for each row.
pub(super) struct AnswerColumns<'a> {
    model: &'a Model,
    /// The names of each target's classes as they are written; empty for a regressor.
    choices: Vec<Vec<String>>,
    /// Whether there are several targets, each of which is a class.
    targets: bool,
}

impl<'a> AnswerColumns<'a> {
    pub(super) fn new(model: &'a Model, choices: Vec<Vec<String>>) -> Self {
        Self {
            model,
            choices,
            targets: matches!(model.output(), Output::Targets(_)),
        }
    }

    /// The names of the columns. Those of one of several targets end in its number.
    pub(super) fn header(&self) -> Vec<String> {
        let model = self.model;
        let mut names: Vec<String> = Vec::new();
        let mut add = |name: &str| names.push(name.to_owned());
        let numbered = |name: &'static str, n: usize| (0..n).map(move |i| format!("{name}_{i}"));
        match (model.kind(), model.n_scores(), self.choices.len()) {
            (Kind::Regressor, 1, _) => add("prediction"),
            (Kind::Regressor, n, _) => numbered("prediction", n).for_each(|name| add(&name)),
            (_, _, n) if self.targets => numbered("prediction", n).for_each(|name| add(&name)),
            (Kind::AnomalyDetector, n, _) => {
                ["prediction", "anomaly", "decision", "score"][..2 + n]
                    .iter()
                    .for_each(|name| add(name));
            }
            (Kind::Clusterer, ..) => ["prediction", "cluster"].iter().for_each(|name| add(name)),
            (Kind::Classifier, ..) => add("prediction"),
        }
        if model.has_distances() {
            numbered("distance", model.n_scores()).for_each(|name| add(&name));
        }
        if model.has_probabilities() && self.targets {
            numbered("confidence", self.choices.len()).for_each(|name| add(&name));
            for (target, classes) in self.choices.iter().enumerate() {
                for class in classes {
                    add(&format!("probability_{target}_{class}"));
                }
            }
        } else if model.has_probabilities() {
            add("confidence");
            let classes = self.choices.iter().flatten();
            classes.for_each(|class| add(&format!("probability_{class}")));
        }
        names
    }

    /// The values of row `i`.
    pub(super) fn record(&self, predictions: &Predictions, i: usize) -> Vec<String> {
        let model = self.model;
        let scores = predictions.row(i);
        let winners = predictions.winners(i).iter().map(|class| *class as usize);
        let mut record: Vec<String> = Vec::new();
        for (classes, class) in self.choices.iter().zip(winners.clone()) {
            record.push(classes[class].clone());
        }
        let class = winners.clone().next().unwrap_or_default();
        match model.kind() {
            Kind::AnomalyDetector => record.push((class == 0).to_string()),
            Kind::Clusterer => record.push(cluster(model, class)),
            Kind::Regressor | Kind::Classifier => {}
        }
        if model.has_probabilities() {
            for (span, class) in model.output().spans().into_iter().zip(winners) {
                record.push(self.number(scores[span][class].clamp(0.0, 1.0)));
            }
        }
        // The scores of a classifier that gives out none are of no use.
        if model.has_probabilities() || model.kind() != Kind::Classifier {
            record.extend(scores.iter().map(|x| self.number(*x)));
        }
        record
    }

    /// A number with the digits of its precision.
    fn number(&self, x: f64) -> String {
        match self.model.output_precision() {
            Precision::F32 => (x as f32).to_string(),
            Precision::F64 => x.to_string(),
        }
    }
}

/// The number of a cluster, whatever it is called.
fn cluster(model: &Model, class: usize) -> String {
    match model.labels() {
        Some(Labels::Integers(numbers)) => numbers[class].to_string(),
        _ => class.to_string(),
    }
}
