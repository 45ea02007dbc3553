//! The answers of a model, and the buffers that they are made in.

use super::program::{Filled, Scratch};

/// Answers for some rows, and the buffers they were made in. Reused from call to call, so that nothing is allocated per row.
#[derive(Debug, Default)]
pub struct Predictions {
    /// The winning class of each row, or `choices` of them, row by row; empty for regressors.
    pub classes: Vec<u32>,
    /// `width` numbers per row: class probabilities, or what else [`Output`] says.
    pub scores: Vec<f64>,
    /// Numbers per row in `scores`.
    pub width: usize,
    /// Classes per row in `classes`: none, one, or one for each of several targets.
    pub choices: usize,
    pub(super) registers: Filled,
    pub(super) scratch: Scratch,
}

impl Predictions {
    /// The scores of row `i`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.scores[i * self.width..][..self.width]
    }

    /// How many rows were answered.
    pub fn rows(&self) -> usize {
        match self.width {
            0 => self.classes.len() / self.choices.max(1),
            width => self.scores.len() / width,
        }
    }

    /// The winning classes of row `i`.
    pub fn winners(&self, i: usize) -> &[u32] {
        &self.classes[i * self.choices..][..self.choices]
    }

    /// The first row with a score that is not finite.
    pub fn not_finite(&self) -> Option<usize> {
        let score = self.scores.iter().position(|x| !x.is_finite())?;
        Some(score / self.width.max(1))
    }

    /// The score of row `i`'s winning class, kept within 0..=1. Only where the scores are those of the classes of one target.
    pub fn confidence(&self, i: usize) -> f64 {
        self.row(i)[self.classes[i] as usize].clamp(0.0, 1.0)
    }
}
