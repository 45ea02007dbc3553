//! Features to bins: how many borders lie below a value, in bytes that all trees share.

use super::description::{Category, Number};
use crate::model::{
    check::{InvalidModel, invalid},
    ir::Reg,
    program::{TILE, Tile},
};

/// Borders that one byte counts.
const PER_BYTE: usize = 255;

/// The place of a split: the number of its byte, and how high that must be for a yes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place(u32);

impl Place {
    #[inline]
    pub(super) fn byte(self) -> usize {
        (self.0 >> 8) as usize
    }

    #[inline]
    pub(super) fn least(self) -> u8 {
        self.0 as u8
    }
}

/// Where the bytes of all features lie.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) places: Vec<Place>,
    /// Bytes of a row.
    pub(super) bytes: usize,
}

impl Layout {
    /// Makes room for `splits` borders; the first byte of theirs.
    fn counted(&mut self, splits: usize) -> Result<usize, InvalidModel> {
        let first = self.bytes;
        for split in 0..splits {
            let least = split % PER_BYTE + 1;
            self.place(first + split / PER_BYTE, least)?;
        }
        self.bytes += splits.div_ceil(PER_BYTE);
        Ok(first)
    }

    fn place(&mut self, byte: usize, least: usize) -> Result<(), InvalidModel> {
        if byte >= 1 << 24 {
            invalid!("the trees compare with more values than this server can number");
        }
        self.places.push(Place((byte as u32) << 8 | least as u32));
        Ok(())
    }
}

/// Borders in rising order, and where the number of those below a value goes.
#[derive(Debug)]
pub(super) struct Borders {
    borders: Vec<f32>,
    first: usize,
}

impl Borders {
    pub(super) fn new(borders: &[f32], layout: &mut Layout) -> Result<Self, InvalidModel> {
        let sorted = borders.array_windows().all(|[a, b]| a <= b);
        if !sorted || borders.iter().any(|border| border.is_nan()) {
            invalid!("the borders of a feature are not in rising order");
        }
        Ok(Self {
            borders: borders.to_vec(),
            first: layout.counted(borders.len())?,
        })
    }

    /// Counts the borders below `x`, of which none is below NaN.
    #[inline]
    pub(super) fn write(&self, x: f32, bins: &mut [u8], row: usize, stride: usize) {
        let mut below = self.borders.partition_point(|border| x > *border);
        for chunk in 0..self.borders.len().div_ceil(PER_BYTE) {
            bins[(self.first + chunk) * stride + row] = below.min(PER_BYTE) as u8;
            below = below.saturating_sub(PER_BYTE);
        }
    }
}

/// A number, ready to be cut into bins.
#[derive(Debug)]
pub(super) struct NumberBins {
    read: Reg,
    borders: Borders,
    missing_above: bool,
}

impl NumberBins {
    pub(super) fn new(number: &Number, layout: &mut Layout) -> Result<Self, InvalidModel> {
        Ok(Self {
            read: number.read,
            borders: Borders::new(&number.borders, layout)?,
            missing_above: number.missing_above,
        })
    }

    pub(super) fn write(&self, tile: &Tile<'_>, rows: Rows, bins: &mut [u8]) {
        let column = &tile.column(self.read)[rows.first..][..rows.count];
        for (row, x) in column.iter().enumerate() {
            let mut x = *x as f32;
            if self.missing_above && x.is_nan() {
                x = f32::INFINITY;
            }
            self.borders.write(x, bins, row, rows.stride);
        }
    }
}

/// A category, ready to be compared with its values.
#[derive(Debug)]
pub(super) struct CategoryBins {
    read: Reg,
    /// In rising order, each with its byte.
    values: Vec<(u32, usize)>,
    first: usize,
}

impl CategoryBins {
    pub(super) fn new(category: &Category, layout: &mut Layout) -> Result<Self, InvalidModel> {
        let first = layout.bytes;
        let mut values: Vec<(u32, usize)> = category.values.iter().copied().zip(first..).collect();
        for (_, byte) in &values {
            layout.place(*byte, 1)?;
        }
        layout.bytes += values.len();
        values.sort_unstable();
        if values.array_windows().any(|[a, b]| a.0 == b.0) {
            invalid!("a category is compared with the same value twice");
        }
        Ok(Self {
            read: category.read,
            values,
            first,
        })
    }

    pub(super) fn write(&self, tile: &Tile<'_>, rows: Rows, bins: &mut [u8]) {
        let column = &tile.column(self.read)[rows.first..][..rows.count];
        let mine = self.first * rows.stride..(self.first + self.values.len()) * rows.stride;
        bins[mine].fill(0);
        for (row, x) in column.iter().enumerate() {
            let hash = *x as u32;
            let found = self.values.binary_search_by_key(&hash, |(value, _)| *value);
            if let Ok(found) = found {
                bins[self.values[found].1 * rows.stride + row] = 1;
            }
        }
    }
}

/// Rows of a tile, and how many bytes lie between the bytes of two features.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    pub(super) first: usize,
    pub(super) count: usize,
    pub(super) stride: usize,
}

impl Rows {
    /// One row alone.
    pub(super) fn one(first: usize) -> Self {
        Self {
            first,
            count: 1,
            stride: 1,
        }
    }

    /// All `count` rows of a tile.
    pub(super) fn tile(count: usize) -> Self {
        Self {
            first: 0,
            count,
            stride: TILE,
        }
    }
}
