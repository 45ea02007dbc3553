//! Mixtures of normal distributions.
//!
//! Source: `_estimate_log_gaussian_prob` and `_compute_log_det_cholesky` in `sklearn/mixture/_gaussian_mixture.py`, `predict` and
//! `predict_proba` in `_base.py` there.

use super::{
    Estimate, FormatError, Labels, Part, Reader, Reg, Register, corrupt, ops, unsupported,
};
use crate::{formats::sklearn::build::estimated::ClusterScores, model::StepOp};

impl Reader {
    /// The most probable component, and the probability of each.
    pub(super) fn gaussian_mixture(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        self.board.whole_numbers(reads)?;
        let width = reads.len();
        let weights = part.array("weights_")?.floats()?;
        let means = part.array("means_")?.floats()?;
        let roots = part.array("precisions_cholesky_")?.floats()?;
        // They may have been written as floats.
        self.spend((means.len() + roots.len()).saturating_mul(4))?;
        let (count, kind) = (weights.len(), part.text("covariance_type"));
        let whole = width.saturating_mul(width);
        let each = match kind {
            Some("full") => whole.saturating_mul(count),
            Some("tied") => whole,
            Some("diag") => width.saturating_mul(count),
            Some("spherical") => count,
            other => {
                return Err(unsupported!(
                    "the {} has the covariance type {other:?}, which this server does not know",
                    part.class
                ));
            }
        };
        if count == 0 || width == 0 || roots.len() != each || means.len() != width * count {
            return Err(corrupt!(
                "the {} has {} means and {} roots of precisions for {count} components of {width} columns",
                part.class,
                means.len(),
                roots.len()
            ));
        }
        let mut squares = ops::Squares {
            reads: Vec::new(),
            lengths: vec![width; count],
        };
        let mut volumes = Vec::with_capacity(count);
        for (at, mean) in means.chunks_exact(width).enumerate() {
            let (along, volume) = match kind {
                Some("full") => self.along(reads, mean, &roots[at * whole..][..whole])?,
                Some("tied") => self.along(reads, mean, &roots)?,
                Some("diag") => self.scaled(reads, mean, &roots[at * width..][..width])?,
                _ => self.scaled(reads, mean, &vec![roots[at]; width])?,
            };
            squares.reads.extend(along);
            volumes.push(volume);
        }
        let scores = self.densities(squares, volumes, width)?;
        let weights = weights.iter().map(|x| x.ln()).collect();
        let scores = self.board.each(StepOp::Add, &scores, weights)?;
        let numbers: Vec<i64> = (0..count as i64).collect();
        let labels = Labels::Integers(numbers.clone());
        let answer = self.softmax_of(labels, scores)?.classes(part)?;
        Ok(Estimate::Cluster {
            numbers,
            place: answer.class,
            scores: ClusterScores::Probabilities(answer.probabilities(part)?),
        })
    }

    /// `x @ root - mean @ root`, and the logarithm of the root's determinant.
    fn along(
        &mut self,
        reads: &[Reg],
        mean: &[f64],
        root: &[f64],
    ) -> Result<(Vec<Reg>, f64), FormatError> {
        let width = reads.len();
        let column = |j: usize| root.iter().skip(j).step_by(width).copied();
        let shift = |j| -> f64 { column(j).zip(mean).map(|(root, mean)| root * mean).sum() };
        let linear = ops::Linear {
            reads: reads.to_vec(),
            weights: (0..width).flat_map(column).collect(),
            intercept: (0..width).map(|j| -shift(j)).collect(),
        };
        let volume = root.iter().step_by(width + 1).map(|x| x.ln()).sum();
        Ok((self.board.draw(linear, [])?, volume))
    }

    /// The same of a root that is a diagonal.
    fn scaled(
        &mut self,
        reads: &[Reg],
        mean: &[f64],
        root: &[f64],
    ) -> Result<(Vec<Reg>, f64), FormatError> {
        let shift = mean.iter().zip(root).map(|(mean, root)| mean * root);
        let shift = shift.collect();
        let scaled = self.board.each(StepOp::Mul, reads, root.to_vec())?;
        let volume = root.iter().map(|x| x.ln()).sum();
        Ok((self.board.each(StepOp::Sub, &scaled, shift)?, volume))
    }

    /// The logarithms of the densities of all components.
    fn densities(
        &mut self,
        squares: ops::Squares,
        volumes: Vec<f64>,
        width: usize,
    ) -> Result<Vec<Reg>, FormatError> {
        let count = volumes.len();
        // Squares of large numbers are too large to be numbers.
        let register = Register::number().partial();
        let mut scores = self.board.draw(squares, vec![register; count])?;
        let constant = width as f64 * std::f64::consts::TAU.ln();
        for (op, operand) in [
            (StepOp::Add, vec![constant; count]),
            (StepOp::Mul, vec![-0.5; count]),
            (StepOp::Add, volumes),
        ] {
            scores = self.board.each(op, &scores, operand)?;
        }
        Ok(scores)
    }
}
