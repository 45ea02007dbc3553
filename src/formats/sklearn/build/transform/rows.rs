//! Numbers above a threshold, and rows of length one.
//!
//! Source: `binarize` and `normalize` in `sklearn/preprocessing/_data.py`.

use super::{FormatError, Part, Reader, Reg, Register, corrupt};
use crate::{
    input::Precision,
    model::ops::{Above, Length, Norm},
};

impl Reader {
    pub(super) fn binarizer(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        self.board.whole_numbers(reads)?;
        let precision = self.board.precision(reads);
        let cut = precision.round(part.number("threshold")?);
        let mut result = Vec::with_capacity(reads.len());
        for read in reads {
            let above = Above {
                read: *read,
                cut,
                or_equal: false,
            };
            result.extend(self.board.draw(above, [Register::rounded(precision)])?);
        }
        Ok(result)
    }

    pub(super) fn normalizer(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        self.board.whole_numbers(reads)?;
        let norm = match part.text("norm") {
            Some("l1") => Norm::Sum,
            Some("l2") => Norm::Root,
            Some("max") => Norm::Most,
            norm => {
                return Err(corrupt!(
                    "the Normalizer has the norm {:?}",
                    norm.unwrap_or_default()
                ));
            }
        };
        if self.board.are_sparse(reads) {
            return self.normed(reads, norm);
        }
        let precision = self.board.precision(reads);
        // Rows that are nearly zero stay as they are: since 1.0, and only where zeros are stored.
        let least = match precision {
            _ if self.sparse || !part.since(1, 0) => 0.0,
            Precision::F32 => 10.0 * f64::from(f32::EPSILON),
            Precision::F64 => 10.0 * f64::EPSILON,
        };
        let length = Length {
            reads: reads.to_vec(),
            norm,
            least,
            precision,
        };
        self.board
            .draw(length, vec![Register::rounded(precision); reads.len()])
    }
}
