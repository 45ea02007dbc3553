//! Discriminant analyses.
//!
//! Source: `sklearn/discriminant_analysis.py`, versions 0.24 to 1.9.

use super::{
    Estimate, FormatError, Id, Labels, Link, Output, Part, Precision, Reader, Reg, Register,
    corrupt, labels, numpy, ops,
};
use crate::model::StepOp;

impl Reader {
    /// A linear classifier, whose scores are logarithms of probabilities but for a constant.
    pub(super) fn linear_discriminant(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let (labels, raw) = self.linear_scores(part, reads)?;
        if raw.len() == 1 {
            return self.logistic_of(part, labels, raw);
        }
        self.softmax_of(labels, raw)
    }

    /// Each class is a normal distribution with axes of its own: `rotations_` says where they point, `scalings_` how the classes spread
    /// along them.
    pub(super) fn quadratic_discriminant(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let labels = labels(part, "classes_")?;
        let (count, width) = (labels.len(), reads.len());
        self.board.whole_numbers(reads)?;
        let means = part.array("means_")?.floats()?;
        let lists = |name: &str| -> Result<&[Id], FormatError> {
            Ok(part.arena.items(part.attribute(name)?).unwrap_or_default())
        };
        let (rotations, scalings) = (lists("rotations_")?, lists("scalings_")?);
        let priors = part.columns("priors_", count)?;
        if rotations.len() != count || scalings.len() != count || means.len() != width * count {
            return Err(corrupt!(
                "the {} has {} rotations, {} scalings and {} means for {count} classes of {width} columns",
                part.class,
                rotations.len(),
                scalings.len(),
                means.len()
            ));
        }
        let mut squares = ops::Squares {
            reads: Vec::new(),
            lengths: Vec::with_capacity(count),
        };
        let mut volumes = Vec::with_capacity(count);
        for ((rotation, scaling), mean) in rotations
            .iter()
            .zip(scalings)
            .zip(means.chunks(width.max(1)))
        {
            let scaling = floats(part, *scaling)?;
            let axes = axes(part, *rotation, &scaling, width)?;
            self.spend(axes.len().saturating_mul(4))?;
            let centered = self.minus(reads, mean.to_vec())?;
            let along = ops::Linear {
                reads: centered,
                weights: axes,
                intercept: vec![0.0; scaling.len()],
            };
            squares.reads.extend(self.board.draw(along, [])?);
            squares.lengths.push(scaling.len());
            volumes.push(scaling.iter().map(|x| x.ln()).sum());
        }
        // Squares of large numbers are too large to be numbers.
        let register = Register::number().partial();
        let mut scores = self.board.draw(squares, vec![register; count])?;
        let priors = priors.iter().map(|x| x.ln()).collect();
        for (op, operand) in [
            (StepOp::Add, volumes),
            (StepOp::Mul, vec![-0.5; count]),
            (StepOp::Add, priors),
        ] {
            scores = self.board.each(op, &scores, operand)?;
        }
        let estimate = self.softmax_of(labels, scores.clone())?;
        self.of_two(estimate, &scores)
    }

    /// Of two classes `decision_function` answers how far the second score is above the first.
    fn of_two(&mut self, mut estimate: Estimate, scores: &[Reg]) -> Result<Estimate, FormatError> {
        if let (&[first, second], Estimate::Classes { decision, .. }) = (scores, &mut estimate) {
            let difference = ops::Linear {
                reads: vec![first, second],
                weights: vec![-1.0, 1.0],
                intercept: vec![0.0],
            };
            *decision = Some(self.board.draw(difference, [])?);
        }
        Ok(estimate)
    }

    /// Softmax of a score for each class; the class is the one with the largest score.
    pub(super) fn softmax_of(
        &mut self,
        labels: Labels,
        scores: Vec<Reg>,
    ) -> Result<Estimate, FormatError> {
        let output = Output::Classes {
            labels,
            link: Link::Softmax,
        };
        self.decide(scores, &output, Precision::F64, true, true)
    }
}

fn floats(part: Part<'_>, id: Id) -> Result<Vec<f64>, FormatError> {
    match numpy::array(part.arena, id)? {
        Some(array) => array.floats(),
        None => Err(corrupt!(
            "the {} holds {} where an array should be",
            part.class,
            part.arena.kind(id)
        )),
    }
}

/// `(R * S ** -0.5).T`: the directions, each divided by the spread along it.
fn axes(
    part: Part<'_>,
    rotation: Id,
    scaling: &[f64],
    width: usize,
) -> Result<Vec<f64>, FormatError> {
    let rotation = floats(part, rotation)?;
    let count = scaling.len();
    if count == 0 || Some(rotation.len()) != count.checked_mul(width) {
        return Err(corrupt!(
            "the {} has a rotation of {} numbers for {count} directions of {width} columns",
            part.class,
            rotation.len()
        ));
    }
    let axis = |(j, spread): (usize, &f64)| {
        let factor = spread.powf(-0.5);
        let along = rotation.iter().skip(j).step_by(count);
        along.map(move |x| x * factor).collect::<Vec<f64>>()
    };
    Ok(scaling.iter().enumerate().flat_map(axis).collect())
}
