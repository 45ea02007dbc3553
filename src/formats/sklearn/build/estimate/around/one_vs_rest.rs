//! A classifier for each class.
//!
//! Source: `OneVsRestClassifier` in `sklearn/multiclass.py`.

use super::{Classes, Estimate, FormatError, Part, Reader, Reg, corrupt, labels, ops, unsupported};

impl Reader {
    /// The class whose classifier is the surest: by its decision, else by its probability.
    pub(super) fn one_vs_rest_classifier(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let binarizer = part.part("label_binarizer_")?;
        let labels = labels(binarizer, "classes_")?;
        if binarizer
            .text("y_type_")
            .is_some_and(|kind| kind.starts_with("multilabel"))
        {
            return Err(unsupported!(
                "the {} answers any number of labels for a row, which this server does not; fit one model per label",
                part.class
            ));
        }
        let mut members = Vec::new();
        for (class, member) in part.parts("estimators_")?.into_iter().enumerate() {
            let answer = self.member(&format!("class {class}"), member, reads)?;
            members.push(binary(answer, part)?);
        }
        if members.len() != if labels.len() == 2 { 1 } else { labels.len() } {
            return Err(corrupt!(
                "the {} has {} members for {} classes",
                part.class,
                members.len(),
                labels.len()
            ));
        }
        let decision: Option<Vec<Reg>> = members.iter().map(|member| member.decision).collect();
        let positive: Option<Vec<Reg>> = members.iter().map(|member| member.positive).collect();
        let probabilities = match positive.as_deref() {
            Some(&[p]) => {
                let both = self.with_complement(p)?;
                Some(self.shares(part, both)?)
            }
            Some(all) => Some(self.shares(part, all.to_vec())?),
            None => None,
        };
        let scores: Option<Vec<Reg>> = members
            .iter()
            .map(|member| member.decision.or(member.positive))
            .collect();
        let scores = scores.ok_or_else(|| corrupt!("the {} has no scores", part.class))?;
        let class = match scores.as_slice() {
            [score] => self.above(*score, if decision.is_some() { 0.0 } else { 0.5 }, false)?,
            _ => self.surest(part, scores)?,
        };
        Ok(Classes {
            labels,
            probabilities,
            decision,
            class,
        }
        .into())
    }

    /// Of equal scores the first since 1.8, before the last.
    fn surest(&mut self, part: Part<'_>, mut scores: Vec<Reg>) -> Result<Reg, FormatError> {
        if part.since(1, 8) {
            return self.largest(&scores);
        }
        scores.reverse();
        let place = self.largest(&scores)?;
        let places = (0..scores.len()).rev().map(|place| place as f64).collect();
        let recode = ops::Recode {
            read: place,
            codes: ops::Codes::Places(places),
            unknown: 0.0,
            missing: 0.0,
        };
        Ok(self.board.draw(recode, [])?[0])
    }

    /// Probabilities over their sum; where that is 0, they stay 0 since 1.7.
    fn shares(&mut self, part: Part<'_>, reads: Vec<Reg>) -> Result<Vec<Reg>, FormatError> {
        let of_nothing = if part.since(1, 7) {
            ops::OfNothing::Same
        } else {
            ops::OfNothing::NaN
        };
        self.board.draw(ops::Normalise { reads, of_nothing }, [])
    }
}

/// What one classifier says of its class.
struct Binary {
    decision: Option<Reg>,
    positive: Option<Reg>,
}

fn binary(answer: Estimate, part: Part<'_>) -> Result<Binary, FormatError> {
    if let Estimate::Numbers(numbers) = answer {
        return Err(unsupported!(
            "the {} has {} regressors as members; classifiers work",
            part.class,
            numbers.len()
        ));
    }
    let answer = answer.classes(part)?;
    if answer.labels.len() != 2 {
        return Err(unsupported!(
            "a member of the {} knows {} classes; it needs rows of its class and of others",
            part.class,
            answer.labels.len()
        ));
    }
    Ok(Binary {
        decision: answer
            .decision
            .and_then(|decision| decision.first().copied()),
        positive: answer.probabilities.and_then(|p| p.get(1).copied()),
    })
}
