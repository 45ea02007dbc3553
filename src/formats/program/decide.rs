//! From raw scores to answers, in registers.

use super::{Board, Register};
use crate::{
    formats::FormatError,
    input::Precision,
    model::{ForestModel, ForestScores, Labels, Link, ModelIr, Output, Reg, ops},
};

/// What is answered for one target.
#[derive(Debug)]
pub(crate) struct Answer {
    /// None of a number.
    pub(crate) labels: Option<Labels>,
    /// One for each class, or the numbers.
    pub(crate) scores: Vec<Reg>,
    /// The place of the class.
    pub(crate) class: Option<Reg>,
}

/// Whether each of several raw scores decides between two classes of its own: labels of which a row may have any.
pub(crate) fn is_of_labels(output: &Output, width: usize) -> bool {
    width > 1 && matches!(output, Output::Binary { .. })
}

impl Board {
    /// The raw scores of a forest, in whose leaves there may be linear models of `reads`.
    pub(crate) fn score(
        &mut self,
        scores: ForestScores,
        linear: Option<ops::LeafModels>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let leaves = self.draw(scores, [])?;
        let Some(linear) = linear else {
            return Ok(leaves);
        };
        let reads = reads.to_vec();
        let models = ops::LeafModels {
            leaves,
            reads,
            ..linear
        };
        self.draw(models, [])
    }

    /// What raw scores mean: one answer, or one for each label.
    pub(crate) fn decide(
        &mut self,
        raw: Vec<Reg>,
        output: &Output,
        precision: Precision,
    ) -> Result<Vec<Answer>, FormatError> {
        let each: Vec<Vec<Reg>> = if is_of_labels(output, raw.len()) {
            raw.into_iter().map(|raw| vec![raw]).collect()
        } else {
            vec![raw]
        };
        let mut answers = Vec::with_capacity(each.len());
        for reads in each {
            let known = vec![Register::rounded(precision); reads.len().max(2) + 1];
            let decide = ops::Decide {
                reads,
                output: output.clone(),
                precision,
            };
            let mut scores = self.draw(decide, known)?;
            let labels = output.labels().cloned();
            let class = labels.as_ref().map(|labels| scores.split_off(labels.len()));
            answers.push(Answer {
                labels,
                scores,
                class: class.and_then(|class| class.first().copied()),
            });
        }
        Ok(answers)
    }

    /// The model that ends in a forest which is no plain one.
    ///
    /// # Errors
    /// `Unsupported` where the forest would compute with words.
    pub(crate) fn finish_scores(
        mut self,
        reads: &[Reg],
        forest: ForestModel,
        linear: Option<ops::LeafModels>,
    ) -> Result<ModelIr, FormatError> {
        self.features(reads, &forest.forest)?;
        let (mut scores, _, output, precision) = forest.apart(Some(reads.to_vec()));
        let factor = std::mem::replace(&mut scores.factor, 1.0);
        let mut raw = self.score(scores, linear, reads)?;
        if factor.to_bits() != 1f64.to_bits() {
            let factors = vec![factor; raw.len()];
            raw = self.each(crate::model::StepOp::Mul, &raw, factors)?;
        }
        let mut answers = self.decide(raw, &output, precision)?;
        let classes: Vec<Reg> = answers.iter().filter_map(|answer| answer.class).collect();
        let scores = answers.iter().flat_map(|answer| answer.scores.clone());
        let scores = scores.collect();
        let link = Link::Identity;
        let labels: Option<Vec<Labels>> = answers
            .iter_mut()
            .map(|answer| answer.labels.take())
            .collect();
        let output = match labels {
            None => Output::Regression { link },
            Some(mut labels) if labels.len() == 1 => Output::Classes {
                labels: labels.remove(0),
                link,
            },
            Some(labels) => Output::Targets(labels),
        };
        let graded = !matches!(output, Output::Regression { .. });
        Ok(self.finish(scores, classes, output, graded))
    }
}
