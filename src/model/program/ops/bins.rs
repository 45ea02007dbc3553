use super::{Columnwise, InvalidModel, Out, Reg, Run, Scratch, Tile, finite, one_each};
use crate::{input::Precision, model::check::invalid};

/// The number of the bin that a number falls into: how many of the edges between bins are at most as large. One register for each that is
/// read.
///
/// Source: `KBinsDiscretizer.transform` in scikit-learn, which takes `numpy.searchsorted`.
#[derive(Clone, Debug)]
pub struct Bins {
    pub reads: Vec<Reg>,
    /// For each register the edges between its bins, in rising order.
    pub edges: Vec<Vec<f64>>,
    /// What numbers are rounded to before they are compared.
    pub precision: Precision,
    /// Whether `1e-8 + 1e-5 |x|` is added to a number first, as scikit-learn before 1.1 did.
    pub nudged: bool,
}

impl Bins {
    #[inline]
    fn compared(&self, x: f64) -> f64 {
        let x = self.precision.round(x);
        match (self.nudged, self.precision) {
            (false, _) => x,
            (true, Precision::F64) => x + (1e-8 + 1e-5 * x.abs()),
            (true, Precision::F32) => {
                let x = x as f32;
                f64::from(x + (1e-8 + 1e-5 * x.abs()))
            }
        }
    }
}

impl Columnwise for Bins {
    fn inputs(&self) -> &[Reg] {
        &self.reads
    }

    fn check(&self) -> Result<(), InvalidModel> {
        one_each("a discretizer", &self.reads, &self.edges)?;
        for edges in &self.edges {
            finite("an edge of bins", edges)?;
            if !edges.is_sorted() {
                invalid!("the edges of bins are not in rising order");
            }
        }
        Ok(())
    }
}

impl Run for Bins {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        for ((read, edges), out) in self.reads.iter().zip(&self.edges).zip(out.columns()) {
            for (y, x) in out.iter_mut().zip(tile.column(*read)) {
                let x = self.compared(*x);
                *y = edges.partition_point(|edge| *edge <= x) as f64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Operation, Registers};
    use super::*;
    use crate::model::program::registers::Owners;

    #[test]
    fn edges_are_finite_and_rise() {
        let ready = |edges: &[f64]| {
            let bins = Bins {
                reads: vec![0],
                edges: vec![edges.to_vec()],
                precision: Precision::F64,
                nudged: false,
            };
            bins.ready(&Registers::new(&Owners::default())).is_ok()
        };
        assert!(ready(&[]) && ready(&[-1.0, 0.0, 0.0, 2.5]));
        assert!(!ready(&[1.0, 0.0]) && !ready(&[f64::NAN]) && !ready(&[0.0, f64::INFINITY]));
    }

    #[test]
    fn old_versions_add_a_little_before_they_compare() {
        let bins = |precision, nudged| Bins {
            reads: vec![0],
            edges: vec![vec![0.3]],
            precision,
            nudged,
        };
        let below = 0.3 - 1e-9;
        assert!(bins(Precision::F64, false).compared(below) < 0.3);
        assert!(bins(Precision::F64, true).compared(below) > 0.3);
        assert!(bins(Precision::F32, true).compared(below) > 0.3);
        assert!(
            bins(Precision::F32, false).compared(below) > 0.3,
            "the nearest f32"
        );
    }
}
