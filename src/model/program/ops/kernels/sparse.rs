//! Vectors of which most numbers are 0.

use super::{InvalidModel, finite};
use crate::model::check::invalid;

/// Vectors whose zeros are stored too take so many times the room, at the most.
const MOST_ZEROS: usize = 16;
/// Room that they may take in any case.
const SMALL: usize = 1 << 16;

/// Vectors of which the numbers that are not 0 are stored.
#[derive(Debug)]
pub(in super::super) struct Sparse {
    starts: Vec<usize>,
    stored: Vec<(u32, f64)>,
    /// The squared length of each.
    lengths: Vec<f64>,
}

impl Sparse {
    pub(in super::super) fn new(
        starts: &[usize],
        places: &[u32],
        numbers: &[f64],
        width: usize,
    ) -> Result<Self, InvalidModel> {
        finite("a stored vector", numbers)?;
        let within = places.iter().all(|place| (*place as usize) < width);
        let end = starts.last().copied();
        if places.len() != numbers.len()
            || !within
            || starts.first() != Some(&0)
            || !starts.is_sorted()
            || end != Some(numbers.len())
        {
            invalid!("stored vectors do not fit each other");
        }
        let length = |bounds: &[usize]| {
            let numbers = &numbers[bounds[0]..bounds[1]];
            numbers.iter().map(|x| x * x).sum()
        };
        Ok(Self {
            starts: starts.to_vec(),
            stored: places
                .iter()
                .copied()
                .zip(numbers.iter().copied())
                .collect(),
            lengths: starts.windows(2).map(length).collect(),
        })
    }

    /// Number of vectors.
    pub(in super::super) fn len(&self) -> usize {
        self.lengths.len()
    }

    /// The squared length of a vector.
    pub(in super::super) fn length(&self, at: usize) -> f64 {
        self.lengths[at]
    }

    fn vector(&self, at: usize) -> &[(u32, f64)] {
        &self.stored[self.starts[at]..self.starts[at + 1]]
    }

    /// The same with their zeros, where these are few enough for that to be quicker and no larger than a file may ask for.
    pub(in super::super) fn dense(&self, width: usize) -> Option<Vec<f64>> {
        let size = self.len().checked_mul(width)?;
        if size > SMALL.max(self.stored.len().saturating_mul(MOST_ZEROS)) {
            return None;
        }
        let mut dense = vec![0.0; size];
        for (at, vector) in dense.chunks_exact_mut(width.max(1)).enumerate() {
            // What is stored twice counts twice.
            for (place, x) in self.vector(at) {
                vector[*place as usize] += x;
            }
        }
        Some(dense)
    }

    /// The dot product of a row and a vector, and the square of their distance. `length` is the row's, squared.
    #[inline]
    pub(in super::super) fn dot_and_distance(
        &self,
        at: usize,
        row: &[f64],
        length: f64,
    ) -> (f64, f64) {
        let products = self.vector(at).iter();
        let dot: f64 = products.map(|(place, y)| row[*place as usize] * y).sum();
        (dot, (length + self.lengths[at] - 2.0 * dot).max(0.0))
    }
}
