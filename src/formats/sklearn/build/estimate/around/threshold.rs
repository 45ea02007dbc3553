//! Classifiers of two classes with a threshold of their own.
//!
//! Source: `predict` in `sklearn/model_selection/_classification_threshold.py`, `_threshold_scores_to_class_labels` in
//! `sklearn/utils/_response.py` and `_get_pos_label` in `sklearn/metrics/_scorer.py`.

use super::{Classes, Estimate, FormatError, Id, Labels, Part, Reader, Reg, corrupt, ops};
use crate::{
    formats::sklearn::build::{cells, labels},
    input::Word,
};

/// Metrics of scikit-learn whose `pos_label` is 1 unless it is given.
const OF_ONE: [&str; 10] = [
    "average_precision_score",
    "class_likelihood_ratios",
    "f1_score",
    "fbeta_score",
    "jaccard_score",
    "precision_recall_curve",
    "precision_recall_fscore_support",
    "precision_score",
    "recall_score",
    "det_curve",
];

impl Reader {
    pub(super) fn fixed_threshold(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let threshold = match part.text("threshold") {
            Some("auto") => None,
            _ => Some(part.number("threshold")?),
        };
        let positive = part.get("pos_label");
        self.by_threshold(part, reads, threshold, |labels| match positive {
            Some(label) => place(part, label, labels).map(Some),
            None => Ok(None),
        })
    }

    pub(super) fn tuned_threshold(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let threshold = part.number("best_threshold_")?;
        let scorer = part.part("_curve_scorer")?;
        let given = scorer.get("_kwargs");
        let given = given.and_then(|arguments| part.arena.get(arguments, "pos_label"));
        let metric = scorer.get("_score_func");
        let metric = metric.and_then(|metric| part.arena.global(metric));
        let of_one = metric.is_some_and(|(module, name)| {
            module.starts_with("sklearn.metrics") && OF_ONE.contains(&name)
        });
        self.by_threshold(part, reads, Some(threshold), |labels| match given {
            Some(label) if part.arena.is_none(label) => Ok(None),
            Some(label) => place(part, label, labels).map(Some),
            None if of_one => {
                let one = Word::Number(1.0);
                place_of(part, &one, labels).map(Some)
            }
            None => Ok(None),
        })
    }

    /// The positive class where its score reaches the threshold. `positive` says its place; the second one unless it is given.
    fn by_threshold(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
        threshold: Option<f64>,
        positive: impl FnOnce(&Labels) -> Result<Option<usize>, FormatError>,
    ) -> Result<Estimate, FormatError> {
        // Since 1.7 one that was fitted before is used as it is.
        let inside = part
            .part("estimator_")
            .or_else(|_| part.part("estimator"))?;
        let answer = self.member("estimator", inside, reads)?.classes(part)?;
        if answer.labels.len() != 2 {
            return Err(corrupt!(
                "the {} has {} classes",
                part.class,
                answer.labels.len()
            ));
        }
        let positive = positive(&answer.labels)?.unwrap_or(1);
        let by_decision = match part.text("response_method") {
            Some("decision_function") => true,
            Some("predict_proba") => false,
            _ => answer.probabilities.is_none(),
        };
        let score = match (by_decision, &answer.decision) {
            (false, _) => answer.probabilities(part)?.get(positive).copied(),
            (true, Some(decision)) if positive == 1 => decision.first().copied(),
            (true, Some(decision)) => self
                .board
                .apply(ops::Function::Negative, decision)?
                .first()
                .copied(),
            (true, None) => None,
        };
        let score = score.ok_or_else(|| corrupt!("the {} has no scores", part.class))?;
        let threshold = threshold.unwrap_or(if by_decision { 0.0 } else { 0.5 });
        let mut class = self.above(score, threshold, true)?;
        if positive == 0 {
            let is_not = ops::Recode {
                read: class,
                codes: ops::Codes::Places(vec![1.0, 0.0]),
                unknown: 1.0,
                missing: 1.0,
            };
            class = self.board.draw(is_not, [])?[0];
        }
        Ok(Classes { class, ..answer }.into())
    }
}

/// The place of the label that an object is.
fn place(part: Part<'_>, label: Id, labels: &Labels) -> Result<usize, FormatError> {
    match cells::value(part, label)? {
        Some(word) => place_of(part, &word, labels),
        None => Err(corrupt!(
            "the positive label of the {} is missing",
            part.class
        )),
    }
}

fn place_of(part: Part<'_>, word: &Word, labels: &Labels) -> Result<usize, FormatError> {
    labels::place(labels, word)
        .ok_or_else(|| corrupt!("a label of the {} is none of its classes", part.class))
}
