//! A classifier for each pair of classes, or for each bit of a code.
//!
//! Source: `OneVsOneClassifier` and `OutputCodeClassifier` in `sklearn/multiclass.py`, `_ovr_decision_function` in
//! `sklearn/utils/multiclass.py`.

use super::{Classes, Estimate, FormatError, Part, Reader, Reg, corrupt, labels, ops, unsupported};

impl Reader {
    /// The class that most pairs decide for; how sure they are breaks ties.
    pub(super) fn one_vs_one_classifier(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        if part.get("pairwise_indices_").is_some() {
            return Err(unsupported!(
                "the {} computes with distances between rows that were computed before; fit it on the rows themselves",
                part.class
            ));
        }
        self.board.any_numbers(reads)?;
        let labels = labels(part, "classes_")?;
        let members = self.binaries(part, "pair", reads)?;
        let winners: Option<Vec<Reg>> = members.iter().map(|member| member.class).collect();
        let winners = winners.ok_or_else(|| {
            unsupported!(
                "the {} has regressors as members; classifiers work",
                part.class
            )
        })?;
        let scores: Vec<Reg> = members.iter().map(|member| member.score).collect();
        let pairs = ops::PairScores {
            reads: self.board.apply(ops::Function::Negative, &scores)?,
            winners,
            classes: labels.len(),
        };
        let mut scores = self.board.draw(pairs, [])?;
        let class = if let &[_, second] = scores.as_slice() {
            scores = vec![second];
            self.above(second, members[0].cut, false)?
        } else {
            self.largest(&scores)?
        };
        Ok(Classes {
            labels,
            probabilities: None,
            decision: Some(scores),
            class,
        }
        .into())
    }

    /// The class whose code is the nearest to what the members say. Of two distances `|x - c|²` the smaller one has the larger
    /// `2 x c - |c|²`.
    pub(super) fn output_code(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let labels = labels(part, "classes_")?;
        let members = self.binaries(part, "bit", reads)?;
        let codes = part.array("code_book_")?.floats()?;
        if codes.len() != members.len() * labels.len() {
            return Err(corrupt!(
                "the {} has {} numbers in the codes of {} classes by {} members",
                part.class,
                codes.len(),
                labels.len(),
                members.len()
            ));
        }
        let length = |code: &[f64]| -code.iter().map(|bit| bit * bit).sum::<f64>();
        let nearness = ops::Linear {
            reads: members.iter().map(|member| member.score).collect(),
            weights: codes.iter().map(|bit| 2.0 * bit).collect(),
            intercept: codes.chunks_exact(members.len()).map(length).collect(),
        };
        let nearness = self.board.draw(nearness, [])?;
        Ok(Classes {
            labels,
            probabilities: None,
            decision: None,
            class: self.largest(&nearness)?,
        }
        .into())
    }
}
