//! Baselines: the same answer for every row, whatever it holds.
//!
//! Source: `sklearn/dummy.py`.

use super::{Estimate, FormatError, Labels, Part, Reader, corrupt, labels, unsupported};
use crate::{
    formats::sklearn::build::{cells, labels::place},
    model::largest,
};

impl Reader {
    /// The class that was most frequent, or a given one; the shares of the classes, or certainty.
    pub(super) fn dummy_classifier(&mut self, part: Part<'_>) -> Result<Estimate, FormatError> {
        let labels = labels(part, "classes_")?;
        let prior = part.array("class_prior_")?.floats()?;
        if prior.len() != labels.len() {
            return Err(corrupt!(
                "the {} has the shares of {} classes of {}",
                part.class,
                prior.len(),
                labels.len()
            ));
        }
        let most = largest(&prior) as usize;
        let (class, shares) = match part.text("strategy") {
            Some("prior") => (most, prior),
            Some("most_frequent") => (most, certainly(most, &labels)),
            Some("constant") => {
                let class = constant(part, &labels)?;
                (class, certainly(class, &labels))
            }
            strategy => return Err(random(part, strategy)),
        };
        let probabilities = self.constants(shares)?;
        let class = self.constants(vec![class as f64])?[0];
        Ok(Estimate::Classes {
            labels,
            probabilities: Some(probabilities),
            decision: None,
            class,
        })
    }

    /// One number for each target.
    pub(super) fn dummy_regressor(&mut self, part: Part<'_>) -> Result<Estimate, FormatError> {
        let numbers = part.array("constant_")?.floats()?;
        if numbers.is_empty() {
            return Err(corrupt!("the {} has no answer", part.class));
        }
        Ok(Estimate::Numbers(self.constants(numbers)?))
    }
}

fn certainly(class: usize, labels: &Labels) -> Vec<f64> {
    let is = |at: usize| f64::from(u8::from(at == class));
    (0..labels.len()).map(is).collect()
}

/// The place of the label that the attribute `constant` holds, alone or in an array.
fn constant(part: Part<'_>, labels: &Labels) -> Result<usize, FormatError> {
    let id = part.attribute("constant")?;
    let value = match cells::value(part, id) {
        Ok(value) => value,
        Err(_) => cells::values(part, id)?.into_iter().next().flatten(),
    };
    let place = value.and_then(|label| place(labels, &label));
    place.ok_or_else(|| corrupt!("the constant of the {} is none of its classes", part.class))
}

fn random(part: Part<'_>, strategy: Option<&str>) -> FormatError {
    unsupported!(
        "the {} answers by the strategy \"{}\", whose answers are random; \"prior\", \"most_frequent\" and \"constant\" work",
        part.class,
        strategy.unwrap_or("None").escape_debug()
    )
}
