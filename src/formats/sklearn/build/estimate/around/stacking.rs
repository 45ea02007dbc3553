//! Estimators whose answers another one reads.
//!
//! Source: `_concatenate_predictions` and `predict` in `sklearn/ensemble/_stacking.py`.

use super::{
    Classes, Estimate, FormatError, Labels, Part, Reader, Reg, corrupt, labels, members::members,
    unsupported,
};

impl Reader {
    /// The last estimator knows the classes by their places.
    pub(super) fn stacking_classifier(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let labels = labels(part, "classes_")?;
        let features = self.stacked(part, reads, labels.len())?;
        let last = self.member("final_estimator", part.part("final_estimator_")?, &features)?;
        let last = last.classes(part)?;
        let places: Vec<i64> = (0..labels.len() as i64).collect();
        if last.labels != Labels::Integers(places) {
            return Err(corrupt!(
                "the final estimator of the {} knows other classes",
                part.class
            ));
        }
        Ok(Classes { labels, ..last }.into())
    }

    pub(super) fn stacking_regressor(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let features = self.stacked(part, reads, 0)?;
        let last = self.member("final_estimator", part.part("final_estimator_")?, &features)?;
        Ok(Estimate::Numbers(last.numbers(part)?))
    }

    /// What the last estimator reads: the members' answers, and with `passthrough` the row.
    fn stacked(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
        classes: usize,
    ) -> Result<Vec<Reg>, FormatError> {
        let methods = part.arena.items(part.attribute("stack_method_")?);
        let methods = methods.unwrap_or_default();
        let mut features = Vec::new();
        for (i, (name, _, member)) in members(part)?.into_iter().enumerate() {
            let method = methods.get(i).and_then(|id| part.arena.text(*id));
            let answer = match self.member(name, member, reads)? {
                Estimate::Numbers(numbers) => {
                    features.extend(numbers);
                    continue;
                }
                answer => answer.classes(part)?,
            };
            features.extend(match (method, &answer.decision) {
                // The first one of two says the same as the second.
                (Some("predict_proba"), _) if classes == 2 => {
                    answer.probabilities(part)?.split_off(1)
                }
                (Some("predict_proba"), _) => answer.probabilities(part)?,
                (Some("decision_function"), Some(decision)) => decision.clone(),
                (Some("predict"), _) => vec![self.label(&answer, part)?],
                _ => {
                    return Err(unsupported!(
                        "the {} calls `{}` of its member `{name}`, which this server does not know",
                        part.class,
                        method.unwrap_or("None").escape_debug()
                    ));
                }
            });
        }
        if part.flag("passthrough") {
            features.extend_from_slice(reads);
        }
        Ok(features)
    }
}
