//! Numbers as the bins they fall into.
//!
//! Source: `KBinsDiscretizer` in `sklearn/preprocessing/_discretization.py`, versions 0.24 to 1.9.

use super::{FormatError, Part, Reader, Reg, Register, cells, corrupt, numpy, ops};
use crate::model::ops::Bins;

impl Reader {
    pub(super) fn bins(&mut self, part: Part<'_>, reads: &[Reg]) -> Result<Vec<Reg>, FormatError> {
        self.board.whole_numbers(reads)?;
        let edges = edges(part, reads.len())?;
        let widths: Vec<usize> = edges.iter().map(|edges| edges.len() + 1).collect();
        let precision = match cells::dtype(part, "dtype")? {
            Some(dtype) => dtype,
            None => self.board.precision(reads),
        };
        let register = Register::rounded(precision);
        let bins = Bins {
            reads: reads.to_vec(),
            edges,
            precision,
            nudged: !part.since(1, 1),
        };
        let registers = vec![register.clone(); reads.len()];
        let slots = self.board.draw(bins, registers)?;
        self.sparse = part.text("encode") == Some("onehot");
        if part.text("encode") == Some("ordinal") {
            return Ok(slots);
        }
        let mut result = Vec::new();
        for (slot, width) in slots.into_iter().zip(widths) {
            let registers = vec![register.clone(); width];
            result.extend(self.board.draw(ops::OneHot { slot, width }, registers)?);
        }
        Ok(result)
    }
}

/// The edges between the bins of each column: without the first and the last one, beyond which the outermost bins go on.
fn edges(part: Part<'_>, width: usize) -> Result<Vec<Vec<f64>>, FormatError> {
    let lists = part.array("bin_edges_")?;
    let lists = lists.objects().unwrap_or_default();
    let counts = part.columns("n_bins_", width)?;
    if lists.len() != width {
        return Err(corrupt!(
            "the KBinsDiscretizer was fitted on {} columns, and gets {width}",
            lists.len()
        ));
    }
    let between = |(list, count): (&super::Id, &f64)| {
        let edges = numpy::array(part.arena, *list)?;
        let mut edges = edges.map_or(Ok(Vec::new()), |edges| edges.floats())?;
        if edges.len() < 2 || edges.len() - 1 != *count as usize {
            return Err(corrupt!(
                "the KBinsDiscretizer has {} edges for {count} bins",
                edges.len()
            ));
        }
        edges.pop();
        edges.remove(0);
        Ok(edges)
    };
    lists.iter().zip(&counts).map(between).collect()
}
