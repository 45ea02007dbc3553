//! What the codes of categories become.

use super::{Entry, Otherwise, Word};
use crate::formats::sklearn::build::pandas::Frame;

/// The code of what is missing where the fit saw nothing missing.
pub(super) const MISSING: f64 = -2.0;

/// What a column becomes.
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
    pub(super) unknown: Otherwise,
    pub(super) missing: Otherwise,
}

/// The rows of zeros and ones by code.
pub(super) struct Dummies {
    pub(super) frame: Frame,
    /// Codes in rising order, each with its row.
    rows: Vec<(f64, usize)>,
}

impl Dummies {
    pub(super) fn new(frame: Frame) -> Self {
        let row = |(row, label): (usize, &Option<Word>)| match label {
            Some(Word::Number(code)) => Some((*code, row)),
            _ => None,
        };
        let mut rows: Vec<_> = frame.index.iter().enumerate().filter_map(row).collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { frame, rows }
    }

    /// The row of a code: what is missing among the codes is looked up as missing.
    fn row(&self, code: f64) -> Option<usize> {
        found(&self.rows, if code.is_nan() { MISSING } else { code })
    }

    fn value(&self, row: usize, column: usize) -> f64 {
        self.frame.values[column * self.frame.index.len() + row]
    }

    pub(super) fn table(codes: &Table, mut of: impl FnMut(f64) -> f64) -> Table {
        let mut otherwise = |otherwise| match otherwise {
            Otherwise::Is(code) => Otherwise::Is(of(code)),
            Otherwise::Refuse => Otherwise::Refuse,
        };
        Table {
            unknown: otherwise(codes.unknown),
            missing: otherwise(codes.missing),
            entries: codes
                .entries
                .iter()
                .map(|(word, code)| (word.clone(), of(*code)))
                .collect(),
        }
    }

    pub(super) fn column(&self, codes: &Table, column: usize) -> Table {
        let value = |code| {
            self.row(code)
                .map_or(f64::NAN, |row| self.value(row, column))
        };
        Self::table(codes, value)
    }

    /// The column that is 1 for each code, or -1 for none; nothing where a row is otherwise.
    pub(super) fn slots(&self, codes: &Table) -> Option<Table> {
        let slot = |row: usize| {
            let values = (0..self.frame.columns.len()).map(|column| self.value(row, column));
            let mut slot = -1.0;
            for (column, value) in values.enumerate() {
                match value {
                    0.0 => {}
                    1.0 if slot < 0.0 => slot = column as f64,
                    _ => return None,
                }
            }
            Some(slot)
        };
        let slots: Vec<Option<f64>> = (0..self.frame.index.len()).map(slot).collect();
        let mut whole = true;
        let table = Self::table(codes, |code| {
            let slot = self.row(code).and_then(|row| slots[row]);
            whole &= slot.is_some();
            slot.unwrap_or(f64::NAN)
        });
        whole.then_some(table)
    }
}

/// What stands beside a number, in a list by rising numbers.
pub(super) fn found<T: Copy>(known: &[(f64, T)], number: f64) -> Option<T> {
    let at = known.partition_point(|(other, _)| *other < number);
    let found = known.get(at).filter(|(other, _)| *other <= number);
    found.map(|(_, value)| *value)
}
