//! The rows of a tile, register by register, and the buffers that operations share.

use super::{point::Filling, why::Why};
use crate::{
    input::Texts,
    model::{estimators::Buffers, ir::Reg},
};

/// Rows of a tile: enough to make the cost of an operation's call small, few enough to stay near the processor.
pub(in crate::model) const TILE: usize = 64;

/// What the operations before have written, for the rows of one tile.
#[derive(Clone, Copy, Debug)]
pub struct Tile<'a> {
    pub(super) values: &'a [f64],
    /// Where each register lies; `u32::MAX` for one that is not written out.
    pub(super) places: &'a [u32],
    pub(super) rows: usize,
    pub(super) texts: &'a Texts,
    /// What is stored of the registers that are mostly 0, by group.
    pub(super) groups: &'a [SparseRows],
}

/// The registers of every row that are not 0, in the order in which they were stored: their places among those of their operation, and
/// their values.
#[derive(Debug, Default)]
pub(in crate::model) struct SparseRows {
    entries: Vec<(u32, f64)>,
    /// Where each row ends.
    ends: Vec<usize>,
}

impl SparseRows {
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.ends.clear();
    }

    fn row(&self, row: usize) -> &[(u32, f64)] {
        let Some(end) = self.ends.get(row) else {
            return &[];
        };
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.entries[start..*end]
    }
}

/// Every register of a tile, kept from tile to tile.
#[derive(Debug, Default)]
pub(in crate::model) struct Filled {
    pub(super) values: Vec<f64>,
    pub(super) groups: Vec<SparseRows>,
}

impl Filled {
    /// Gives memory back that only an unusually long text has needed.
    pub(in crate::model) fn trim(&mut self) {
        for group in &mut self.groups {
            group.clear();
            group.entries.shrink_to(MOST_KEPT);
        }
    }
}

/// Entries of a group for which memory is kept from call to call: 1 MiB.
const MOST_KEPT: usize = 1 << 16;

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

    /// The free text that a register stands for in a row; nothing where it is missing.
    pub fn text(&self, register: Reg, row: usize) -> Option<&'a str> {
        let cell = self.column(register)[row];
        (!cell.is_nan()).then(|| self.texts.get(cell))
    }

    /// What is stored of a row in a group.
    pub(super) fn entries(&self, group: u32, row: usize) -> &'a [(u32, f64)] {
        let group = self.groups.get(group as usize);
        group.map_or(&[], |group| group.row(row))
    }
}

/// Where an operation writes.
#[derive(Debug)]
pub struct Out<'a> {
    pub(super) values: &'a mut [f64],
    pub(super) rows: usize,
    pub(super) stored: Option<&'a mut SparseRows>,
}

impl Out<'_> {
    /// Stores the value of the `i`-th of a sparse operation's registers in the row at hand.
    #[inline]
    pub fn push(&mut self, i: u32, x: f64) {
        if let Some(stored) = &mut self.stored {
            stored.entries.push((i, x));
        }
    }

    /// Ends a row of what a sparse operation stores.
    #[inline]
    pub fn end_row(&mut self) {
        if let Some(stored) = &mut self.stored {
            stored.ends.push(stored.entries.len());
        }
    }

    /// Writes out what is stored, where somebody reads the registers themselves.
    pub(super) fn write_stored(&mut self) {
        let Some(stored) = self.stored.take().filter(|_| !self.values.is_empty()) else {
            return;
        };
        self.values.fill(0.0);
        for row in 0..self.rows {
            for (at, x) in stored.row(row) {
                self.values[*at as usize * self.rows + row] = *x;
            }
        }
    }

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
    /// What is not 0 of a row.
    pub(in crate::model) entries: Vec<(u32, f64)>,
    /// The row as a forest's own steps leave it.
    pub(in crate::model) prepared: Vec<f64>,
    pub(in crate::model) sums: Vec<f64>,
    pub(in crate::model) scores: Vec<f64>,
    pub(in crate::model) classes: Vec<u32>,
    /// What trees over bins compare.
    pub(in crate::model) bins: Vec<u8>,
    pub(in crate::model) filling: Filling,
    /// The first row of the tile that an operation refuses.
    pub(in crate::model) refused: Option<(usize, Why)>,
    pub(in crate::model) buffers: Buffers,
    pub(in crate::model) text: crate::model::text::Buffers,
}

impl Scratch {
    /// Refuses a row of the tile, unless one before it is refused already.
    pub(in crate::model) fn refuse(&mut self, row: usize, why: Why) {
        if self.refused.is_none_or(|(refused, _)| row < refused) {
            self.refused = Some((row, why));
        }
    }
}
