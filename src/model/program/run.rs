//! Running a program: a tile of rows at a time, column by column.

use super::{
    compile::Program,
    tile::{Out, Scratch, Tile},
};

impl Program {
    /// Runs over `rows`, a tile of the matrix; `values` ends up holding every register.
    pub(in crate::model) fn run(&self, rows: &[f64], values: &mut Vec<f64>, scratch: &mut Scratch) {
        let n = rows.len() / self.columns.max(1);
        // What is there is overwritten: every operation fills all of its registers.
        values.resize(self.size * n, 0.0);
        for (i, row) in rows.chunks_exact(self.columns.max(1)).enumerate() {
            for (column, x) in row.iter().enumerate() {
                values[column * n + i] = *x;
            }
        }
        scratch.refused = None;
        let mut end = self.columns * n;
        for (operation, width) in &self.operations {
            let (before, after) = values.split_at_mut(end);
            let tile = Tile {
                values: before,
                places: &self.places,
                rows: n,
            };
            let mut out = Out {
                values: &mut after[..width * n],
                rows: n,
            };
            operation.run(&tile, &mut out, scratch);
            end += width * n;
        }
    }

    /// What [`run`](Self::run) left in `values` for `rows` rows.
    pub(in crate::model) fn tile<'a>(&'a self, values: &'a [f64], rows: usize) -> Tile<'a> {
        Tile {
            values,
            places: &self.places,
            rows,
        }
    }
}
