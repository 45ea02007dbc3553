//! A classifier for each class, or for each of several labels.
//!
//! Source: `OneVsRestClassifier` in `sklearn/multiclass.py`.

use super::{
    Classes, Estimate, FormatError, Labels, Part, Reader, Reg, binary::Binary, corrupt, labels, ops,
};

impl Reader {
    /// The class whose classifier is the surest: by its decision, else by its probability.
    pub(super) fn one_vs_rest_classifier(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let binarizer = part.part("label_binarizer_")?;
        let labels = labels(binarizer, "classes_")?;
        let members = self.binaries(part, "class", reads)?;
        let several = binarizer.text("y_type_");
        if several.is_some_and(|kind| kind.starts_with("multilabel")) {
            return self.labels_of_rest(&members);
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
        let class = match members.as_slice() {
            [one] => self.above(one.score, one.cut, false)?,
            all => self.surest(part, all.iter().map(|member| member.score).collect())?,
        };
        Ok(Classes {
            labels,
            probabilities,
            decision,
            class,
        }
        .into())
    }

    /// Any number of labels for a row: each is a target of its own. What the first member is decides where all of them say yes.
    fn labels_of_rest(&mut self, members: &[Binary]) -> Result<Estimate, FormatError> {
        let cut = members.first().map_or(0.5, |member| member.cut);
        let mut targets = Vec::with_capacity(members.len());
        for member in members {
            let probabilities = match member.positive {
                Some(p) => Some(self.with_complement(p)?),
                None => None,
            };
            targets.push(Classes {
                labels: Labels::Integers(vec![0, 1]),
                probabilities,
                decision: member.decision.map(|decision| vec![decision]),
                class: self.above(member.score, cut, false)?,
            });
        }
        Ok(Estimate::Targets(targets))
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
