//! Linear models.
//!
//! Source: `sklearn/linear_model/{_base,_logistic}.py`.

use super::{
    BinaryScores, Estimate, FormatError, Link, Output, Part, Precision, Reader, Reg, corrupt,
    labels, ops,
};

impl Reader {
    /// `decision_function` of a linear model: a register for each row of `coef_`.
    pub(super) fn linear(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        self.board.whole_numbers(reads)?;
        let weights = part.array("coef_")?.floats()?;
        let outputs = weights.len().checked_div(reads.len()).unwrap_or(0);
        if outputs == 0 || outputs * reads.len() != weights.len() {
            return Err(corrupt!(
                "the {} has {} weights for {} columns",
                part.class,
                weights.len(),
                reads.len()
            ));
        }
        let intercept = match part.get("intercept_") {
            Some(_) => part.array_or_number("intercept_")?,
            None => vec![0.0],
        };
        let intercept = match intercept.as_slice() {
            [one] => vec![*one; outputs],
            _ => intercept,
        };
        let linear = ops::Linear {
            reads: reads.to_vec(),
            weights,
            intercept,
        };
        self.board.draw(linear, [])
    }

    pub(super) fn linear_regression(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        Ok(Estimate::Numbers(self.linear(part, reads)?))
    }

    /// Since 1.8 always multinomial, but for two classes and liblinear; before as `multi_class` says.
    pub(super) fn logistic(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let labels = labels(part, "classes_")?;
        let raw = self.linear(part, reads)?;
        let two = labels.len() == 2;
        if raw.len() != if two { 1 } else { labels.len() } {
            return Err(corrupt!(
                "the {} has {} rows of weights for {} classes",
                part.class,
                raw.len(),
                labels.len()
            ));
        }
        let liblinear = part.text("solver") == Some("liblinear");
        let one_vs_rest = match part.text("multi_class") {
            Some("multinomial") => false,
            Some("ovr" | "warn") => true,
            _ => two || liblinear,
        };
        if two && !one_vs_rest {
            return self.multinomial_of_two(raw, labels);
        }
        let output = match (two, one_vs_rest) {
            (true, _) => Output::Binary {
                labels,
                cut: 0.0,
                scores: BinaryScores::SigmoidComplement,
            },
            (false, false) => Output::Classes {
                labels,
                link: Link::Softmax,
            },
            (false, true) => return self.one_vs_rest(raw, labels),
        };
        self.decide(raw, output, Precision::F64, true, true)
    }

    /// Softmax over `-s` and `s`.
    fn multinomial_of_two(
        &mut self,
        raw: Vec<Reg>,
        labels: super::Labels,
    ) -> Result<Estimate, FormatError> {
        let negative = self.board.apply(ops::Function::Negative, &raw)?;
        let both = vec![negative[0], raw[0]];
        let link = Link::Softmax;
        let class = self.board.draw(
            ops::Above {
                read: raw[0],
                cut: 0.0,
                or_equal: false,
            },
            [],
        )?;
        let estimate = self.decide(
            both,
            Output::Classes { labels, link },
            Precision::F64,
            true,
            true,
        )?;
        Ok(match estimate {
            Estimate::Classes {
                labels,
                probabilities,
                ..
            } => Estimate::Classes {
                labels,
                probabilities,
                decision: Some(raw),
                class: class[0],
            },
            numbers => numbers,
        })
    }

    /// A sigmoid of each score, divided by their sum.
    pub(super) fn one_vs_rest(
        &mut self,
        raw: Vec<Reg>,
        labels: super::Labels,
    ) -> Result<Estimate, FormatError> {
        let class = self.board.draw(ops::Largest { reads: raw.clone() }, [])?;
        let each = self.board.apply(ops::Function::Expit, &raw)?;
        let normalise = ops::Normalise {
            reads: each,
            uniform: false,
        };
        let probabilities = self.board.draw(normalise, [])?;
        Ok(Estimate::Classes {
            labels,
            probabilities: Some(probabilities),
            decision: Some(raw),
            class: class[0],
        })
    }
}
