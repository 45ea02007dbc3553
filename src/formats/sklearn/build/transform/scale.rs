//! Scalers.
//!
//! Source: `transform` in `sklearn/preprocessing/_data.py`. Results have the type of the row; since 1.8 `StandardScaler` gives its own
//! numbers that type too.

use super::{FormatError, Part, Reader, Reg, StepOp, corrupt, numpy};
use crate::input::Precision;

impl Reader {
    /// `(x - mean) / scale`
    pub(super) fn standard_scaler(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        self.board.numbers(reads)?;
        let single = self.board.precision(reads) == Precision::F32 && part.since(1, 8);
        let column = |name: &str| {
            let numbers = part.columns(name, reads.len())?;
            Ok::<_, FormatError>(if single {
                numbers.iter().map(|x| f64::from(*x as f32)).collect()
            } else {
                numbers
            })
        };
        let mut result = reads.to_vec();
        if part.flag("with_mean") {
            result = self.board.each(StepOp::Sub, &result, column("mean_")?)?;
        }
        if part.flag("with_std") {
            result = self.divided(&result, column("scale_")?)?;
        }
        Ok(result)
    }

    /// `x * scale + min`, then the limits.
    pub(super) fn min_max_scaler(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let width = reads.len();
        self.board.numbers(reads)?;
        let mut result = self
            .board
            .each(StepOp::Mul, reads, part.columns("scale_", width)?)?;
        result = self
            .board
            .each(StepOp::Add, &result, part.columns("min_", width)?)?;
        if part.flag("clip") {
            let (least, most) = pair(part, "feature_range")?;
            result = self.clipped(&result, least, most)?;
        }
        Ok(result)
    }

    /// `x / scale`, since 1.8 with limits where asked for.
    pub(super) fn max_abs_scaler(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let width = reads.len();
        self.board.numbers(reads)?;
        let mut result = self.divided(reads, part.columns("scale_", width)?)?;
        if part.flag("clip") {
            result = self.clipped(&result, -1.0, 1.0)?;
        }
        Ok(result)
    }

    /// `x / scale`; in a sparse matrix times the reciprocal.
    fn divided(&mut self, reads: &[Reg], scale: Vec<f64>) -> Result<Vec<Reg>, FormatError> {
        if self.board.are_sparse(reads) {
            let weights = scale.iter().map(|scale| 1.0 / scale).collect();
            return self.board.each(StepOp::Mul, reads, weights);
        }
        self.board.each(StepOp::Div, reads, scale)
    }

    /// No less than `least`, and no more than `most`.
    fn clipped(&mut self, reads: &[Reg], least: f64, most: f64) -> Result<Vec<Reg>, FormatError> {
        let width = reads.len();
        let above = self
            .board
            .each(StepOp::AtLeast, reads, vec![least; width])?;
        self.board.each(StepOp::AtMost, &above, vec![most; width])
    }

    /// `(x - center) / scale`
    pub(super) fn robust_scaler(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let width = reads.len();
        self.board.numbers(reads)?;
        let mut result = reads.to_vec();
        if part.flag("with_centering") {
            let center = part.columns("center_", width)?;
            result = self.board.each(StepOp::Sub, &result, center)?;
        }
        if part.flag("with_scaling") {
            let scale = part.columns("scale_", width)?;
            result = self.divided(&result, scale)?;
        }
        Ok(result)
    }
}

/// An attribute of two numbers.
fn pair(part: Part<'_>, name: &str) -> Result<(f64, f64), FormatError> {
    let items = part.arena.items(part.attribute(name)?).unwrap_or_default();
    let number = |at: usize| items.get(at).and_then(|id| numpy::number(part.arena, *id));
    match (number(0), number(1)) {
        (Some(a), Some(b)) => Ok((a, b)),
        _ => Err(corrupt!(
            "`{name}` of the {} is no pair of numbers",
            part.class
        )),
    }
}
