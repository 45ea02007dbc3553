//! Neural networks.
//!
//! Source: `_forward_pass_fast` in `sklearn/neural_network/_multilayer_perceptron.py`, the activations in `_base.py` there, and
//! `inverse_transform` of `LabelBinarizer` in `sklearn/preprocessing/_label.py`, versions 0.24 to 1.9.

use super::{
    Classes, Estimate, FormatError, Id, Labels, Link, Output, Part, Precision, Reader, Reg,
    Register, corrupt, labels, numpy, ops, unsupported,
};
use crate::model::{StepOp, ops::Function};

/// More layers than any network of this kind has.
const MAX_LAYERS: usize = 1 << 10;

impl Reader {
    pub(super) fn net_classifier(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let raw = self.neurons(part, reads)?;
        let several =
            part.part("_label_binarizer")?.text("y_type_") == Some("multilabel-indicator");
        match part.text("out_activation_") {
            Some("softmax") => {
                let labels = labels(part, "classes_")?;
                if labels.len() != raw.len() {
                    return Err(corrupt!(
                        "the {} has {} neurons for {} classes",
                        part.class,
                        raw.len(),
                        labels.len()
                    ));
                }
                let output = Output::Classes {
                    labels,
                    link: Link::Softmax,
                };
                let mut estimate = self.decide(raw, &output, Precision::F64, true, false)?;
                // Of equal probabilities the first counts, even if the scores differ.
                if let Estimate::Classes {
                    probabilities: Some(probabilities),
                    class,
                    ..
                } = &mut estimate
                {
                    *class = self.largest(probabilities)?;
                }
                Ok(estimate)
            }
            Some("logistic") if several => {
                let each = self.board.apply(Function::Expit, &raw)?;
                let label = |p: Reg| self.two_classes(Labels::Integers(vec![0, 1]), p);
                let targets = each.into_iter().map(label).collect::<Result<_, _>>()?;
                Ok(Estimate::Targets(targets))
            }
            Some("logistic") => {
                let labels = labels(part, "classes_")?;
                let (&[score], 2) = (raw.as_slice(), labels.len()) else {
                    return Err(unsupported!(
                        "the {} has {} neurons for {} classes; fit it with two classes or more",
                        part.class,
                        raw.len(),
                        labels.len()
                    ));
                };
                let p = self.board.apply(Function::Expit, &[score])?[0];
                Ok(self.two_classes(labels, p)?.into())
            }
            other => Err(activation(part, other)),
        }
    }

    pub(super) fn net_regressor(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let raw = self.neurons(part, reads)?;
        match part.text("out_activation_") {
            Some("identity") => Ok(Estimate::Numbers(raw)),
            // Of the loss "poisson", since 1.7.
            Some("exp") => Ok(Estimate::Numbers(self.board.apply(Function::Exp, &raw)?)),
            other => Err(activation(part, other)),
        }
    }

    /// The second class where its probability is above a half.
    fn two_classes(&mut self, labels: Labels, p: Reg) -> Result<Classes, FormatError> {
        Ok(Classes {
            labels,
            probabilities: Some(self.with_complement(p)?),
            decision: None,
            class: self.above(p, 0.5, false)?,
        })
    }

    /// The neurons of the last layer, before its activation.
    fn neurons(&mut self, part: Part<'_>, reads: &[Reg]) -> Result<Vec<Reg>, FormatError> {
        self.board.whole_numbers(reads)?;
        let layers = |name: &str| -> Result<&[Id], FormatError> {
            Ok(part.arena.items(part.attribute(name)?).unwrap_or_default())
        };
        let (weights, intercepts) = (layers("coefs_")?, layers("intercepts_")?);
        if weights.is_empty() || weights.len() != intercepts.len() || weights.len() > MAX_LAYERS {
            return Err(corrupt!(
                "the {} has {} layers of weights and {} of intercepts",
                part.class,
                weights.len(),
                intercepts.len()
            ));
        }
        let mut values = reads.to_vec();
        for (i, (weights, intercept)) in weights.iter().zip(intercepts).enumerate() {
            if i > 0 {
                values = self.activated(part, values)?;
            }
            values = self.layer(part, &values, *weights, *intercept)?;
        }
        Ok(values)
    }

    fn layer(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
        weights: Id,
        intercept: Id,
    ) -> Result<Vec<Reg>, FormatError> {
        let numbers = |id: Id| match numpy::array(part.arena, id)? {
            Some(array) => array.floats(),
            None => Err(corrupt!("a layer of the {} is no array", part.class)),
        };
        let (weights, intercept) = (numbers(weights)?, numbers(intercept)?);
        // They may have been written as halves of doubles.
        self.spend(weights.len().saturating_mul(4))?;
        let (inputs, outputs) = (reads.len(), intercept.len());
        if outputs == 0 || Some(weights.len()) != inputs.checked_mul(outputs) {
            return Err(corrupt!(
                "a layer of the {} has {} weights for {inputs} numbers and {outputs} neurons",
                part.class,
                weights.len()
            ));
        }
        // The file has the weights of an input together.
        let of = |j: usize| weights.iter().skip(j).step_by(outputs).copied();
        let layer = ops::Linear {
            reads: reads.to_vec(),
            weights: (0..outputs).flat_map(of).collect(),
            intercept,
        };
        self.board.draw(layer, vec![Register::number(); outputs])
    }

    fn activated(&mut self, part: Part<'_>, reads: Vec<Reg>) -> Result<Vec<Reg>, FormatError> {
        match part.text("activation") {
            Some("identity") => Ok(reads),
            Some("logistic") => self.board.apply(Function::Expit, &reads),
            Some("tanh") => self.board.apply(Function::Tanh, &reads),
            Some("relu") => {
                let zeros = vec![0.0; reads.len()];
                self.board.each(StepOp::AtLeast, &reads, zeros)
            }
            other => Err(activation(part, other)),
        }
    }
}

fn activation(part: Part<'_>, name: Option<&str>) -> FormatError {
    corrupt!(
        "the {} has the activation {:?}",
        part.class,
        name.unwrap_or_default()
    )
}
