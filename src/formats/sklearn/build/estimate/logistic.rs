//! Logistic regressions.
//!
//! Source: `predict_proba` in `sklearn/linear_model/_logistic.py`, versions 0.24 to 1.9; `_predict_proba_lr` in `_base.py`.

use super::{
    BinaryScores, Estimate, FormatError, Labels, Link, Output, Part, Precision, Reader, Reg, ops,
};

impl Reader {
    /// Since 1.8 always multinomial, but for two classes and liblinear; before as `multi_class` says.
    pub(super) fn logistic(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let (labels, raw) = self.linear_scores(part, reads)?;
        let two = labels.len() == 2;
        let one_vs_rest = match part.text("multi_class") {
            Some("multinomial") => false,
            Some("ovr" | "warn") => true,
            _ => match part.text("solver") {
                Some("liblinear") => true,
                Some("newton-cholesky") => two || !part.since(1, 6),
                _ => two,
            },
        };
        match (two, one_vs_rest) {
            (_, true) => self.logistic_of(part, labels, raw),
            (true, false) => self.multinomial_of_two(raw, labels),
            (false, false) => {
                let link = Link::Softmax;
                let output = Output::Classes { labels, link };
                self.decide(raw, &output, Precision::F64, true, true)
            }
        }
    }

    /// A sigmoid of each score.
    pub(super) fn logistic_of(
        &mut self,
        part: Part<'_>,
        labels: Labels,
        raw: Vec<Reg>,
    ) -> Result<Estimate, FormatError> {
        if raw.len() > 1 {
            return self.one_vs_rest(part, raw, labels);
        }
        let output = Output::Binary {
            labels,
            cut: 0.0,
            scores: BinaryScores::SigmoidComplement,
        };
        self.decide(raw, &output, Precision::F64, true, true)
    }

    /// Softmax over `-s` and `s`.
    fn multinomial_of_two(
        &mut self,
        raw: Vec<Reg>,
        labels: Labels,
    ) -> Result<Estimate, FormatError> {
        let negative = self.board.apply(ops::Function::Negative, &raw)?;
        let both = vec![negative[0], raw[0]];
        let class = self.above(raw[0], 0.0, false)?;
        let output = Output::Classes {
            labels,
            link: Link::Softmax,
        };
        let mut estimate = self.decide(both, &output, Precision::F64, true, true)?;
        // The class is the score's; what softmax makes of it may tie.
        if let Estimate::Classes {
            decision: scores,
            class: winner,
            ..
        } = &mut estimate
        {
            *scores = Some(raw);
            *winner = class;
        }
        Ok(estimate)
    }

    /// A sigmoid of each score, divided by their sum.
    fn one_vs_rest(
        &mut self,
        part: Part<'_>,
        raw: Vec<Reg>,
        labels: Labels,
    ) -> Result<Estimate, FormatError> {
        let class = self.largest(&raw)?;
        let each = self.board.apply(ops::Function::Expit, &raw)?;
        let normalise = ops::Normalise {
            reads: each,
            of_nothing: if part.since(1, 9) {
                ops::OfNothing::Equal
            } else {
                ops::OfNothing::NaN
            },
        };
        let probabilities = self.board.draw(normalise, [])?;
        Ok(Estimate::Classes {
            labels,
            probabilities: Some(probabilities),
            decision: Some(raw),
            class,
        })
    }
}
