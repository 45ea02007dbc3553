//! What members say that each tell two things apart.
//!
//! Source: `_predict_binary`, `_threshold_for_binary_predict` and `_ConstantPredictor` in `sklearn/multiclass.py`.

use super::{Estimate, FormatError, Part, Reader, Reg, corrupt, numpy, unsupported};

/// What one member says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binary {
    /// Its decision, else the probability of its second class; of a regressor its number.
    pub(super) score: Reg,
    pub(super) decision: Option<Reg>,
    pub(super) positive: Option<Reg>,
    /// 1 where it answers its second class, 0 where the first. None of a regressor.
    pub(super) class: Option<Reg>,
    /// What the score of the first member must exceed for its second class.
    pub(super) cut: f64,
}

impl Reader {
    /// What the members of `part` say, each called `what` and its number.
    pub(super) fn binaries(
        &mut self,
        part: Part<'_>,
        what: &str,
        reads: &[Reg],
    ) -> Result<Vec<Binary>, FormatError> {
        let mut members = Vec::new();
        for (place, member) in part.parts("estimators_")?.into_iter().enumerate() {
            let known = member.sklearn_class() == "_ConstantPredictor";
            members.push(if known {
                self.constant(member)?
            } else {
                let answer = self.member(&format!("{what} {place}"), member, reads)?;
                binary(answer, part)?
            });
        }
        if members.is_empty() {
            return Err(corrupt!("the {} has no members", part.class));
        }
        Ok(members)
    }

    /// A member whose rows were all of one kind: its one answer is its decision and its probability too.
    fn constant(&mut self, part: Part<'_>) -> Result<Binary, FormatError> {
        let answer = numpy::array(part.arena, part.attribute("y_")?)?;
        let answer = answer.map(|array| array.floats()).transpose()?;
        let Some(&[answer]) = answer.as_deref() else {
            return Err(corrupt!("the {} has no answer", part.class));
        };
        let score = self.constants(vec![answer])?[0];
        Ok(Binary {
            score,
            decision: Some(score),
            positive: Some(score),
            class: Some(score),
            cut: 0.5,
        })
    }
}

fn binary(answer: Estimate, part: Part<'_>) -> Result<Binary, FormatError> {
    if let Estimate::Numbers(numbers) = &answer {
        let &[score] = numbers.as_slice() else {
            return Err(corrupt!(
                "a member of the {} has {} answers",
                part.class,
                numbers.len()
            ));
        };
        return Ok(Binary {
            score,
            decision: None,
            positive: None,
            class: None,
            cut: 0.5,
        });
    }
    let answer = answer.classes(part)?;
    if answer.labels.len() != 2 {
        return Err(unsupported!(
            "a member of the {} knows {} classes; it needs rows of its class and of others",
            part.class,
            answer.labels.len()
        ));
    }
    let decision = answer
        .decision
        .and_then(|decision| decision.first().copied());
    let positive = answer.probabilities.and_then(|p| p.get(1).copied());
    let score = decision.or(positive);
    Ok(Binary {
        score: score.ok_or_else(|| corrupt!("a member of the {} has no scores", part.class))?,
        decision,
        positive,
        class: Some(answer.class),
        cut: if decision.is_some() { 0.0 } else { 0.5 },
    })
}
