//! The rows of a tile, register by register, and the buffers that operations share.

use super::why::Why;
use crate::model::{estimators::Buffers, ir::Reg};

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
    pub fn column(&self, register: Reg) -> &'a [f64] {
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
    /// What trees over bins compare.
    pub(in crate::model) bins: Vec<u8>,
    /// The first row of the tile that an operation refuses.
    pub(in crate::model) refused: Option<(usize, Why)>,
    pub(in crate::model) buffers: Buffers,
}

impl Scratch {
    /// Refuses a row of the tile, unless one before it is refused already.
    pub(in crate::model) fn refuse(&mut self, row: usize, why: Why) {
        if self.refused.is_none_or(|(refused, _)| row < refused) {
            self.refused = Some((row, why));
        }
    }
}
