//! Calibration.
//!
//! Source: `predict_proba` of `CalibratedClassifierCV` and of `_CalibratedClassifier`, `_SigmoidCalibration`, `_TemperatureScaling` and
//! `_convert_to_logits` in `sklearn/calibration.py`.

use super::{
    Classes, Estimate, FormatError, Labels, Part, Precision, Reader, Reg, StepOp, corrupt, labels,
    ops, unsupported,
};
use crate::model::{Link, Output};

/// What is added to a probability before its logarithm is taken.
const EPSILON: f64 = 1e-12;

impl Reader {
    /// The mean of what the calibrated classifiers say; the largest mean wins.
    pub(super) fn calibrated(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let labels = labels(part, "classes_")?;
        let mut members = Vec::new();
        for (i, member) in part
            .parts("calibrated_classifiers_")?
            .into_iter()
            .enumerate()
        {
            let name = format!("fold {i}");
            let answer = self.inside(&name, |reader| reader.calibration(member, &labels, reads));
            members.push(answer?);
        }
        if members.is_empty() {
            return Err(corrupt!("the {} has no members", part.class));
        }
        let probabilities = self.average(members, None)?;
        Ok(Estimate::Classes {
            class: self.largest(&probabilities)?,
            labels,
            probabilities: Some(probabilities),
            decision: None,
        })
    }

    /// The probabilities of one classifier and its calibrators.
    fn calibration(
        &mut self,
        part: Part<'_>,
        labels: &Labels,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        // Renamed in 1.2.
        let inside = part
            .part("estimator")
            .or_else(|_| part.part("base_estimator"))?;
        let answer = self.member("estimator", inside, reads)?.classes(part)?;
        // Renamed in 0.24.
        let calibrators = part
            .parts("calibrators")
            .or_else(|_| part.parts("calibrators_"))?;
        let temperature = match calibrators.as_slice() {
            [one] if one.class == "_TemperatureScaling" => Some(*one),
            _ => None,
        };
        let same = match temperature {
            // There the estimators are fitted to the places of the classes, unless they were fitted before.
            Some(_) => answer.labels.len() == labels.len(),
            None => answer.labels == *labels,
        };
        if !same {
            return Err(unsupported!(
                "`{}` knows {} of {} classes, for its part of the data had no others; fit it on more rows of each",
                self.board.place(),
                answer.labels.len(),
                labels.len()
            ));
        }
        if let Some(temperature) = temperature {
            return self.temperature(temperature, &answer, part);
        }
        let two = labels.len() == 2;
        let scores = match &answer.decision {
            Some(decision) => decision.clone(),
            None if two => answer.probabilities(part)?.split_off(1),
            None => answer.probabilities(part)?,
        };
        if scores.len() != calibrators.len() {
            return Err(corrupt!(
                "the {} has {} calibrators for {} scores",
                part.class,
                calibrators.len(),
                scores.len()
            ));
        }
        let mut probabilities = Vec::new();
        for (calibrator, score) in calibrators.into_iter().zip(scores) {
            probabilities.push(match calibrator.class {
                "_SigmoidCalibration" => self.sigmoid(calibrator, score)?,
                "IsotonicRegression" => self.isotonic(calibrator, score)?,
                _ => return Err(self.refusal(calibrator)),
            });
        }
        self.normalised(probabilities)
    }

    /// Probabilities that sum to 1, in `f64`. What exceeds 1 by some last bits does not.
    fn normalised(&mut self, probabilities: Vec<Reg>) -> Result<Vec<Reg>, FormatError> {
        let sums = if let &[p] = probabilities.as_slice() {
            let p = self.double(p)?;
            self.with_complement(p)?
        } else {
            let normalise = ops::Normalise {
                reads: probabilities,
                of_nothing: ops::OfNothing::Equal,
            };
            self.board.draw(normalise, [])?
        };
        let ones = vec![1.0; sums.len()];
        self.board.each(StepOp::AtMost, &sums, ones)
    }

    /// A number as one that is computed with in double precision.
    fn double(&mut self, read: Reg) -> Result<Reg, FormatError> {
        if self.board.precision(&[read]) == Precision::F64 {
            return Ok(read);
        }
        let products = vec![[ops::Factor::Register(read), ops::Factor::One]];
        Ok(self.board.draw(
            ops::Products {
                products,
                precision: Precision::F64,
            },
            [],
        )?[0])
    }

    /// `1 / (1 + e^(a s + b))`
    fn sigmoid(&mut self, part: Part<'_>, score: Reg) -> Result<Reg, FormatError> {
        let (mut a, mut b) = (part.number("a_")?, part.number("b_")?);
        let mut score = score;
        if self.board.precision(&[score]) == Precision::F32 {
            if is_of_old_numpy(part) {
                (a, b) = (f64::from(a as f32), f64::from(b as f32));
            } else {
                // Since numpy 2 a number of doubles makes doubles of an array of floats.
                score = self.double(score)?;
            }
        }
        let mut result = self.board.each(StepOp::Mul, &[score], vec![a])?;
        result = self.board.each(StepOp::Add, &result, vec![b])?;
        result = self.board.apply(ops::Function::Negative, &result)?;
        Ok(self.board.apply(ops::Function::Expit, &result)?[0])
    }

    /// Softmax of the scores times `beta_`. Scores of two classes are `-s` and `s`, of probabilities their logarithms.
    fn temperature(
        &mut self,
        part: Part<'_>,
        answer: &Classes,
        holder: Part<'_>,
    ) -> Result<Vec<Reg>, FormatError> {
        let logits = match answer.decision.as_deref() {
            Some(&[score]) => {
                let negative = self.board.apply(ops::Function::Negative, &[score])?;
                vec![negative[0], score]
            }
            Some(scores) => scores.to_vec(),
            None => {
                let p = answer.probabilities(holder)?;
                let some = self.board.each(StepOp::Add, &p, vec![EPSILON; p.len()])?;
                self.board.apply(ops::Function::Log, &some)?
            }
        };
        let beta = vec![part.number("beta_")?; logits.len()];
        let reads = self.board.each(StepOp::Mul, &logits, beta)?;
        let softmax = ops::Decide {
            reads,
            output: Output::Regression {
                link: Link::Softmax,
            },
            precision: Precision::F64,
        };
        let probabilities = self.board.draw(softmax, [])?;
        let ones = vec![1.0; probabilities.len()];
        self.board.each(StepOp::AtMost, &probabilities, ones)
    }
}

/// Whether the calibrator was written by a numpy before 2, as its number or else its scikit-learn tells.
fn is_of_old_numpy(part: Part<'_>) -> bool {
    let written = part.get("a_").and_then(|a| part.arena.class(a));
    match written {
        Some((module, _)) => module.starts_with("numpy.core"),
        None => !part.since(1, 5),
    }
}
