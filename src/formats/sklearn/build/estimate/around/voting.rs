//! Votes and means of several estimators.
//!
//! Source: `sklearn/ensemble/_voting.py`; `numpy.average`, which means numbers of `f32` in `f32`.

use super::{
    Estimate, FormatError, Labels, Part, Precision, Reader, Reg, Register, corrupt, labels,
    members::members, numpy, ops,
};

impl Reader {
    /// The mean of the probabilities, or the class with the most votes. The members know the classes by their places.
    pub(super) fn voting_classifier(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let labels = labels(part, "classes_")?;
        let weights = weights(part)?;
        let soft = part.text("voting") == Some("soft");
        let mut answers = Vec::new();
        for (name, _, member) in members(part)? {
            let answer = self.member(name, member, reads)?.classes(part)?;
            if soft {
                answers.push(answer.probabilities(part)?);
                continue;
            }
            if let Labels::Integers(known) = &answer.labels
                && known
                    .iter()
                    .any(|label| !(0..labels.len() as i64).contains(label))
            {
                return Err(corrupt!(
                    "the member `{name}` of the {} knows other classes",
                    part.class
                ));
            }
            answers.push(vec![self.label(&answer, part)?]);
        }
        if soft {
            let probabilities = self.average(answers, weights)?;
            if probabilities.len() != labels.len() {
                return Err(corrupt!(
                    "the members of the {} know {} classes, and it knows {}",
                    part.class,
                    probabilities.len(),
                    labels.len()
                ));
            }
            return Ok(Estimate::Classes {
                class: self.largest(&probabilities)?,
                labels,
                probabilities: Some(probabilities),
                decision: None,
            });
        }
        let reads = answers.concat();
        let votes = ops::Votes {
            weights: weights.unwrap_or_else(|| vec![1.0; reads.len()]),
            reads,
            against: Vec::new(),
            classes: labels.len(),
        };
        let votes = self.board.draw(votes, [])?;
        Ok(Estimate::Classes {
            labels,
            probabilities: None,
            decision: None,
            class: self.largest(&votes)?,
        })
    }

    /// The mean of the numbers.
    pub(super) fn voting_regressor(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let mut answers = Vec::new();
        for (name, _, member) in members(part)? {
            answers.push(self.member(name, member, reads)?.numbers(part)?);
        }
        let weights = weights(part)?;
        Ok(Estimate::Numbers(self.average(answers, weights)?))
    }

    /// The mean of the members' registers, one after the other.
    pub(super) fn average(
        &mut self,
        members: Vec<Vec<Reg>>,
        weights: Option<Vec<f64>>,
    ) -> Result<Vec<Reg>, FormatError> {
        let precision = match weights {
            Some(_) => Precision::F64,
            None => self.board.precision(&members.concat()),
        };
        let average = ops::Average {
            members,
            weights,
            precision,
        };
        let known = Register::rounded(precision);
        let width = average.members.first().map_or(0, Vec::len);
        self.board.draw(average, vec![known; width])
    }
}

/// The weights of the members that were fitted.
fn weights(part: Part<'_>) -> Result<Option<Vec<f64>>, FormatError> {
    let Some(id) = part.get("weights") else {
        return Ok(None);
    };
    let all = match part.arena.items(id) {
        Some(items) => items
            .iter()
            .map(|id| numpy::number(part.arena, *id))
            .collect::<Option<Vec<f64>>>()
            .ok_or_else(|| corrupt!("a weight of the {} is no number", part.class))?,
        None => part.array("weights")?.floats()?,
    };
    let weight = |place: usize| {
        all.get(place)
            .copied()
            .ok_or_else(|| corrupt!("the {} has {} weights", part.class, all.len()))
    };
    let kept = members(part)?
        .into_iter()
        .map(|(_, place, _)| weight(place));
    kept.collect::<Result<_, _>>().map(Some)
}
