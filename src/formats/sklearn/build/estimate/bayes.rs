//! Naive Bayes: how likely a row is in each class, and the shares of these.
//!
//! Source: `sklearn/naive_bayes.py`.

use super::{
    Estimate, FormatError, Labels, Link, Output, Part, Precision, Reader, Reg, corrupt, labels,
    numpy, ops, unsupported,
};

impl Reader {
    /// A naive Bayes classifier, if the part is one.
    pub(super) fn naive_bayes(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Option<Estimate>, FormatError> {
        let likelihood = match part.sklearn_class() {
            "GaussianNB" => Self::gaussian,
            "MultinomialNB" => Self::multinomial,
            "ComplementNB" => Self::complement,
            "BernoulliNB" => Self::bernoulli,
            "CategoricalNB" => Self::categorical,
            _ => return Ok(None),
        };
        let labels = labels(part, "classes_")?;
        self.board.whole_numbers(reads)?;
        let logs = likelihood(self, part, reads)?;
        if logs.len() != labels.len() {
            return Err(corrupt!(
                "the {} has {} classes, and numbers of {}",
                part.class,
                labels.len(),
                logs.len()
            ));
        }
        self.by_logarithms(labels, logs).map(Some)
    }

    /// `e^(x - ln Σ e^x)`; the class is that of the largest `x`.
    pub(super) fn by_logarithms(
        &mut self,
        labels: Labels,
        logs: Vec<Reg>,
    ) -> Result<Estimate, FormatError> {
        let class = self.largest(&logs)?;
        let output = Output::Classes {
            labels: labels.clone(),
            link: Link::LogSoftmaxFirst,
        };
        let decide = ops::Decide {
            reads: logs,
            output,
            precision: Precision::F64,
        };
        let mut probabilities = self.board.draw(decide, [])?;
        probabilities.truncate(labels.len());
        Ok(Estimate::Classes {
            labels,
            probabilities: Some(probabilities),
            decision: None,
            class,
        })
    }

    fn gaussian(&mut self, part: Part<'_>, reads: &[Reg]) -> Result<Vec<Reg>, FormatError> {
        let means = part.array("theta_")?.floats()?;
        // Renamed in 1.0.
        let name = if part.get("var_").is_some() {
            "var_"
        } else {
            "sigma_"
        };
        let variances = part.array(name)?.floats()?;
        self.spend(means.len().saturating_mul(8))?;
        let constant = |variances: &[f64]| {
            let logs = variances
                .iter()
                .map(|x| (2.0 * std::f64::consts::PI * x).ln());
            -0.5 * numpy::sum(&logs.collect::<Vec<f64>>())
        };
        let constants = variances.chunks_exact(reads.len().max(1)).map(constant);
        let priors = part.array("class_prior_")?.floats()?;
        let gaussian = ops::Gaussian {
            reads: reads.to_vec(),
            constants: constants.collect(),
            means,
            variances,
            priors: priors.iter().map(|x| x.ln()).collect(),
        };
        self.board.draw(gaussian, [])
    }

    fn multinomial(&mut self, part: Part<'_>, reads: &[Reg]) -> Result<Vec<Reg>, FormatError> {
        let weights = self.log_probabilities(part)?;
        let intercept = part.array("class_log_prior_")?.floats()?;
        self.bayes_linear(part, reads, weights, intercept)
    }

    /// The shares of the classes count where there is one alone.
    fn complement(&mut self, part: Part<'_>, reads: &[Reg]) -> Result<Vec<Reg>, FormatError> {
        let weights = self.log_probabilities(part)?;
        let mut intercept = part.array("class_log_prior_")?.floats()?;
        if intercept.len() > 1 {
            intercept.fill(0.0);
        }
        self.bayes_linear(part, reads, weights, intercept)
    }

    fn bernoulli(&mut self, part: Part<'_>, reads: &[Reg]) -> Result<Vec<Reg>, FormatError> {
        let mut weights = self.log_probabilities(part)?;
        let mut intercept = part.array("class_log_prior_")?.floats()?;
        for (class, intercept) in weights
            .chunks_exact_mut(reads.len().max(1))
            .zip(&mut intercept)
        {
            let absent = class.iter().map(|x| (1.0 - x.exp()).ln());
            let absent: Vec<f64> = absent.collect();
            class.iter_mut().zip(&absent).for_each(|(x, y)| *x -= y);
            *intercept += numpy::sum(&absent);
        }
        let mut reads = reads.to_vec();
        if let Some(cut) = part.optional_number("binarize")? {
            let cut = self.board.precision(&reads).round(cut);
            for read in &mut reads {
                *read = self.above(*read, cut, false)?;
            }
        }
        self.bayes_linear(part, &reads, weights, intercept)
    }

    fn categorical(&mut self, part: Part<'_>, reads: &[Reg]) -> Result<Vec<Reg>, FormatError> {
        let list = part.attribute("feature_log_prob_")?;
        let priors = part.array("class_log_prior_")?.floats()?;
        let mut tables = Vec::new();
        for id in part.arena.items(list).unwrap_or_default() {
            let Some(table) = numpy::array(part.arena, *id)? else {
                return Err(corrupt!("the {} has no array for a column", part.class));
            };
            self.spend(table.len().saturating_mul(8))?;
            tables.push(finite(part, table.floats()?)?);
        }
        let categorical = ops::Categorical {
            reads: reads.to_vec(),
            tables,
            priors: finite(part, priors)?,
        };
        self.board.draw(categorical, [])
    }

    fn log_probabilities(&mut self, part: Part<'_>) -> Result<Vec<f64>, FormatError> {
        let weights = part.array("feature_log_prob_")?.floats()?;
        self.spend(weights.len().saturating_mul(8))?;
        finite(part, weights)
    }

    fn bayes_linear(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
        weights: Vec<f64>,
        intercept: Vec<f64>,
    ) -> Result<Vec<Reg>, FormatError> {
        if Some(weights.len()) != intercept.len().checked_mul(reads.len()) {
            return Err(corrupt!(
                "the {} has {} numbers for {} columns and {} classes",
                part.class,
                weights.len(),
                reads.len(),
                intercept.len()
            ));
        }
        let linear = ops::Linear {
            reads: reads.to_vec(),
            weights: finite(part, weights)?,
            intercept: finite(part, intercept)?,
        };
        self.board.draw(linear, [])
    }
}

/// Logarithms of probabilities, none of which is 0.
fn finite(part: Part<'_>, numbers: Vec<f64>) -> Result<Vec<f64>, FormatError> {
    if numbers.iter().all(|x| x.is_finite()) {
        return Ok(numbers);
    }
    Err(unsupported!(
        "the {} holds a probability of 0 or 1, whose logarithm is infinite; fit it with an `alpha` above 0",
        part.class
    ))
}
