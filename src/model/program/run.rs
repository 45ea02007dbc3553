//! Running a program: a tile of rows at a time, column by column.

use crate::model::estimators::forest::Buffers;

/// Rows of a tile: enough to make the cost of an operation's call small, few enough to stay near the processor.
pub(in crate::model) const TILE: usize = 64;

/// What the operations before have written, for the rows of one tile.
#[derive(Clone, Copy, Debug)]
pub struct Tile<'a> {
    pub(super) values: &'a [f64],
    /// Where each register lies; `u32::MAX` for one that is not written out.
    pub(super) places: &'a [u32],
    pub(super) rows: usize,
}

impl<'a> Tile<'a> {
    /// Number of rows.
    #[inline]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A register's value in every row.
    #[inline]
    pub fn column(&self, register: super::Reg) -> &'a [f64] {
        let place = self.places[register as usize] as usize;
        &self.values[place * self.rows..][..self.rows]
    }
}

/// Where an operation writes.
#[derive(Debug)]
pub struct Out<'a> {
    pub(super) values: &'a mut [f64],
    pub(super) rows: usize,
}

impl Out<'_> {
    /// The `i`-th of the operation's registers, in every row.
    #[inline]
    pub fn column(&mut self, i: usize) -> &mut [f64] {
        &mut self.values[i * self.rows..][..self.rows]
    }

    /// All of them, one after the other.
    pub fn columns(&mut self) -> impl Iterator<Item = &mut [f64]> {
        self.values.chunks_exact_mut(self.rows.max(1))
    }
}

/// Buffers that operations share, kept from call to call.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(in crate::model) row: Vec<f64>,
    /// The row as a forest's own steps leave it.
    pub(in crate::model) prepared: Vec<f64>,
    pub(in crate::model) sums: Vec<f64>,
    pub(in crate::model) scores: Vec<f64>,
    pub(in crate::model) classes: Vec<u32>,
    /// The first row of the tile that an operation refuses.
    pub(in crate::model) refused: Option<usize>,
    pub(in crate::model) buffers: Buffers,
}

impl super::Program {
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
