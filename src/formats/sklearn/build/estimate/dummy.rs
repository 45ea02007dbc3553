//! Baselines: the same answer for every row, whatever it holds.
//!
//! Source: `sklearn/dummy.py`.

use super::{Classes, Estimate, FormatError, Labels, Part, Reader, corrupt, labels, unsupported};
use crate::{
    formats::sklearn::{
        build::{
            cells,
            labels::{labels_of_targets, place},
        },
        numpy,
    },
    model::largest,
};

impl Reader {
    /// The class that was most frequent, or a given one; the shares of the classes, or certainty.
    pub(super) fn dummy_classifier(&mut self, part: Part<'_>) -> Result<Estimate, FormatError> {
        if let Some(targets) = labels_of_targets(part, "classes_")? {
            return self.dummy_of_targets(part, targets);
        }
        let labels = labels(part, "classes_")?;
        let prior = part.array("class_prior_")?.floats()?;
        Ok(self.dummy(part, labels, prior, 0)?.into())
    }

    /// The same for each of several targets.
    fn dummy_of_targets(
        &mut self,
        part: Part<'_>,
        targets: Vec<Labels>,
    ) -> Result<Estimate, FormatError> {
        if part.flag("sparse_output_") {
            return Err(unsupported!(
                "the {} answers a sparse matrix; fit it on a dense one",
                part.class
            ));
        }
        let id = part.attribute("class_prior_")?;
        let priors = part.arena.items(id).unwrap_or_default();
        if priors.len() != targets.len() {
            return Err(corrupt!(
                "the {} has the shares of {} targets of {}",
                part.class,
                priors.len(),
                targets.len()
            ));
        }
        let prior = |id| match numpy::array(part.arena, id)? {
            Some(array) => array.floats(),
            None => Err(corrupt!("the shares of a target are no array")),
        };
        let priors = priors.iter().map(|id| prior(*id));
        let priors = priors.collect::<Result<Vec<_>, _>>()?;
        let targets = targets.into_iter().zip(priors).enumerate();
        let targets = targets.map(|(at, (labels, prior))| self.dummy(part, labels, prior, at));
        targets.collect::<Result<_, _>>().map(Estimate::Targets)
    }

    fn dummy(
        &mut self,
        part: Part<'_>,
        labels: Labels,
        prior: Vec<f64>,
        target: usize,
    ) -> Result<Classes, FormatError> {
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
                let class = constant(part, &labels, target)?;
                (class, certainly(class, &labels))
            }
            strategy => return Err(random(part, strategy)),
        };
        let probabilities = self.constants(shares)?;
        let class = self.constants(vec![class as f64])?[0];
        Ok(Classes {
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

/// The place of a target's label that the attribute `constant` holds, alone or in an array.
fn constant(part: Part<'_>, labels: &Labels, target: usize) -> Result<usize, FormatError> {
    let id = part.attribute("constant")?;
    let value = match cells::value(part, id) {
        Ok(value) => value,
        Err(_) => cells::values(part, id)?.into_iter().nth(target).flatten(),
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
