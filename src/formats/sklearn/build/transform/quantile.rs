//! Numbers as their place among those of the fit.
//!
//! Source: `QuantileTransformer` in `sklearn/preprocessing/_data.py`, versions 0.24 to 1.9.

use super::{FormatError, Part, Reader, Reg, corrupt, ops};

impl Reader {
    pub(super) fn quantiles(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        self.board.numbers(reads)?;
        let normal = match part.text("output_distribution") {
            Some("uniform") => false,
            Some("normal") => true,
            other => {
                return Err(corrupt!(
                    "the QuantileTransformer has the distribution {:?}",
                    other.unwrap_or_default()
                ));
            }
        };
        let references = part.array("references_")?.floats()?;
        let table = part.array("quantiles_")?;
        if table.shape != [references.len(), reads.len()] {
            return Err(corrupt!(
                "the QuantileTransformer has quantiles of the shape {:?} for {} columns",
                table.shape,
                reads.len()
            ));
        }
        let table = table.floats()?;
        self.spend(table.len().saturating_mul(4))?;
        if self.sparse && !part.flag("ignore_implicit_zeros") {
            self.board.positive(reads, true);
        }
        let column = |j: usize| table.iter().skip(j).step_by(reads.len()).copied().collect();
        let registers: Vec<_> = reads
            .iter()
            .map(|read| self.board.register(*read).computed())
            .collect();
        let quantiles = ops::Quantiles {
            reads: reads.to_vec(),
            quantiles: (0..reads.len()).map(column).collect(),
            references,
            normal,
            keeps_zero: self.sparse,
            precision: self.board.precision(reads),
        };
        self.board.draw(quantiles, registers)
    }
}
