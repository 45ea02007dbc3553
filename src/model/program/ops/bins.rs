use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite, one_each};
use crate::model::check::invalid;

/// The number of the bin that a number falls into: how many of the edges between bins are at most as large. One register for each that is
/// read.
#[derive(Clone, Debug)]
pub struct Bins {
    pub reads: Vec<Reg>,
    /// For each register the edges between its bins, in rising order.
    pub edges: Vec<Vec<f64>>,
}

impl Operation for Bins {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.reads.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        one_each("a discretizer", &self.reads, &self.edges)?;
        for edges in &self.edges {
            finite("an edge of bins", edges)?;
            if !edges.is_sorted() {
                invalid!("the edges of bins are not in rising order");
            }
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for Bins {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        for ((read, edges), out) in self.reads.iter().zip(&self.edges).zip(out.columns()) {
            for (y, x) in out.iter_mut().zip(tile.column(*read)) {
                *y = edges.partition_point(|edge| edge <= x) as f64;
            }
        }
    }
}
