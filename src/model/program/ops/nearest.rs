use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite};
use crate::{input::Precision, model::check::invalid};

/// How near a row is to some centers. A register for the place of the nearest one, the first of those that tie, and then one for the
/// distance from each.
///
/// Both as scikit-learn computes them: `c² - 2 x·c` decides, and a distance is the root of `x² - 2 x·c + c²`.
#[derive(Clone, Debug)]
pub struct Nearest {
    pub reads: Vec<Reg>,
    /// The numbers of the first center, then those of the second, and so on.
    pub centers: Vec<f64>,
    /// What distances are rounded to.
    pub precision: Precision,
}

/// The same with the squared lengths of the centers.
#[derive(Debug)]
struct Ready {
    of: Nearest,
    squares: Vec<f64>,
}

/// The squared length of each center.
pub(super) fn squares(centers: &[f64], width: usize) -> Vec<f64> {
    let centers = centers.chunks_exact(width.max(1));
    centers
        .map(|center| center.iter().map(|x| x * x).sum())
        .collect()
}

impl Operation for Nearest {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        1 + self.centers.len() / self.reads.len().max(1)
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        let width = self.reads.len();
        if width == 0 || self.centers.is_empty() || !self.centers.len().is_multiple_of(width) {
            invalid!(
                "centers of {} numbers stand among rows of {width}",
                self.centers.len()
            );
        }
        finite("a center", &self.centers)?;
        Ok(Box::new(Ready {
            squares: squares(&self.centers, width),
            of: self.clone(),
        }))
    }
}

impl Run for Ready {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        let Nearest {
            reads,
            centers,
            precision,
        } = &self.of;
        let rows = tile.rows();
        let Scratch { row, sums, .. } = scratch;
        // The squared length of every row.
        row.clear();
        row.resize(rows, 0.0);
        for read in reads {
            let column = tile.column(*read).iter();
            row.iter_mut()
                .zip(column)
                .for_each(|(sum, x)| *sum += x * x);
        }
        // How near the nearest center is.
        sums.clear();
        sums.resize(rows, f64::INFINITY);
        out.column(0).fill(0.0);
        for (at, center) in centers.chunks_exact(reads.len()).enumerate() {
            let products = out.column(at + 1);
            products.fill(0.0);
            for (read, c) in reads.iter().zip(center) {
                let column = tile.column(*read).iter();
                products
                    .iter_mut()
                    .zip(column)
                    .for_each(|(y, x)| *y += x * c);
            }
            for i in 0..rows {
                let twice = -2.0 * out.column(at + 1)[i];
                let near = self.squares[at] + twice;
                if near < sums[i] {
                    sums[i] = near;
                    out.column(0)[i] = at as f64;
                }
                let square = precision.round(twice + row[i] + self.squares[at]);
                out.column(at + 1)[i] = precision.round(square.max(0.0).sqrt());
            }
        }
    }
}
