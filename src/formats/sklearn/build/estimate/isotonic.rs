//! Isotonic regression.
//!
//! Source: `_build_f` and `transform` in `sklearn/isotonic.py`; the numbers have the type of the thresholds.

use super::{Estimate, FormatError, Part, Precision, Reader, Reg, Register, corrupt, ops};

impl Reader {
    /// The regression alone, over one column.
    pub(super) fn isotonic_regression(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let &[read] = reads else {
            return Err(corrupt!(
                "the {} takes one column, and gets {}",
                part.class,
                reads.len()
            ));
        };
        self.board.whole_numbers(reads)?;
        Ok(Estimate::Numbers(vec![self.isotonic(part, read)?]))
    }

    /// The line through the thresholds.
    pub(super) fn isotonic(&mut self, part: Part<'_>, read: Reg) -> Result<Reg, FormatError> {
        // Before 0.24 they were called otherwise.
        let [x, y] = match part.get("X_thresholds_") {
            Some(_) => ["X_thresholds_", "y_thresholds_"],
            None => ["_necessary_X_", "_necessary_y_"],
        };
        let (x, y) = (part.array(x)?, part.array(y)?);
        let single = x.dtype.scalar.size == 4;
        let bounds = part.text("out_of_bounds");
        let outside_is_nan = bounds != Some("clip");
        let precision = if single {
            Precision::F32
        } else {
            Precision::F64
        };
        let interpolate = ops::Interpolate {
            read,
            x: x.floats()?,
            y: y.floats()?,
            precision,
            outside_is_nan,
        };
        let mut known = Register::rounded(precision);
        known.partial = outside_is_nan;
        let result = self.board.draw(interpolate, [known])?;
        // "raise"
        if outside_is_nan && bounds != Some("nan") {
            self.board.refuse_missing(&result);
        }
        Ok(result[0])
    }
}
