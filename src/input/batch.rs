//! Rows as a model takes them: one contiguous row-major matrix, and the free texts beside it.

use super::Texts;

/// Numbers that are no whole number of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{values} numbers are no whole number of rows of {width}")]
pub struct Ragged {
    pub values: usize,
    pub width: usize,
}

/// `len()` rows of `width()` numbers each, row after row. NaN is a missing value.
///
/// A row is written value by value with [`Batch::set`] and counts once [`Batch::end_row`] is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    values: Vec<f64>,
    width: usize,
    rows: usize,
    texts: Texts,
}

impl Batch {
    /// An empty batch of rows of `width` numbers, with room for `capacity` numbers.
    pub fn new(width: usize, capacity: usize) -> Self {
        Self {
            values: Vec::with_capacity(capacity),
            width,
            rows: 0,
            texts: Texts::default(),
        }
    }

    /// A batch of numbers that are there already, row after row.
    ///
    /// # Errors
    /// [`Ragged`] when the last row is not whole.
    pub fn from_values(values: Vec<f64>, width: usize) -> Result<Self, Ragged> {
        let rows = values.len().checked_div(width).unwrap_or(0);
        if rows * width != values.len() {
            let values = values.len();
            return Err(Ragged { values, width });
        }
        Ok(Self {
            values,
            width,
            rows,
            texts: Texts::default(),
        })
    }

    /// A batch of one row.
    pub fn one(row: &[f64]) -> Self {
        Self {
            values: row.to_vec(),
            width: row.len(),
            rows: 1,
            texts: Texts::default(),
        }
    }

    /// The same rows with the texts that their cells stand for.
    #[must_use]
    pub fn with_texts(self, texts: Texts) -> Self {
        Self { texts, ..self }
    }

    /// The free texts of the rows.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// The same, to add others.
    pub fn texts_mut(&mut self) -> &mut Texts {
        &mut self.texts
    }

    /// Numbers per row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whole rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The whole rows.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        // `chunks_exact` takes no width of 0; a batch without columns has no values either.
        let whole = &self.values[..self.rows * self.width];
        whole.chunks_exact(self.width.max(1))
    }

    /// The whole rows, `tile` of them at a time and what is left.
    pub fn tiles(&self, tile: usize) -> impl Iterator<Item = &[f64]> {
        let whole = &self.values[..self.rows * self.width];
        whole.chunks((self.width * tile).max(1))
    }

    /// Writes a value of the row that is not whole yet. Columns may come in any order.
    #[inline]
    pub fn set(&mut self, column: usize, x: f64) {
        debug_assert!(column < self.width);
        let at = self.rows * self.width + column;
        if at == self.values.len() {
            self.values.push(x);
        } else {
            self.fill(at + 1);
            self.values[at] = x;
        }
    }

    /// Ends the row. What was not set is a missing value.
    #[inline]
    pub fn end_row(&mut self) {
        self.rows += 1;
        self.fill(self.rows * self.width);
    }

    /// Forgets all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.values.clear();
        self.texts.clear();
        self.rows = 0;
    }

    #[inline]
    fn fill(&mut self, len: usize) {
        if self.values.len() < len {
            self.values.resize(len, f64::NAN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_no_whole_rows_are_an_error() {
        assert_eq!(Batch::from_values(vec![1.0; 6], 3).unwrap().len(), 2);
        let ragged = Batch::from_values(vec![1.0; 7], 3).unwrap_err();
        assert_eq!(
            ragged.to_string(),
            "7 numbers are no whole number of rows of 3"
        );
        assert!(Batch::from_values(vec![1.0], 0).is_err());
        assert!(Batch::from_values(Vec::new(), 0).unwrap().is_empty());
    }

    #[test]
    fn a_row_is_written_in_any_order_and_what_is_not_set_is_missing() {
        let mut batch = Batch::new(3, 0);
        batch.set(2, 3.0);
        batch.set(0, 1.0);
        batch.end_row();
        batch.set(0, 4.0);
        assert_eq!(batch.len(), 1);
        batch.end_row();
        let rows: Vec<&[f64]> = batch.rows().collect();
        assert_eq!((rows[0][0], rows[0][2], rows[1][0]), (1.0, 3.0, 4.0));
        assert!(rows[0][1].is_nan() && rows[1][1].is_nan() && rows[1][2].is_nan());
        batch.clear();
        assert_eq!(batch.rows().len(), 0);
    }
}
