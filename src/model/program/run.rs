//! Running a program: a tile of rows at a time, column by column.

use super::{
    compile::Program,
    tile::{Filled, Out, Scratch, SparseRows, Tile},
};
use crate::input::Texts;

impl Program {
    /// Runs over `rows`, a tile of the matrix whose free texts are `texts`; `filled` ends up holding every register.
    pub(in crate::model) fn run_texts(
        &self,
        rows: &[f64],
        texts: &Texts,
        filled: &mut Filled,
        scratch: &mut Scratch,
    ) {
        let n = rows.len() / self.columns.max(1);
        let Filled { values, groups } = filled;
        // What is there is overwritten: every operation fills all of its registers.
        values.resize(self.size * n, 0.0);
        groups.resize_with(groups.len().max(self.groups), SparseRows::default);
        for (i, row) in rows.chunks_exact(self.columns.max(1)).enumerate() {
            for (column, x) in row.iter().enumerate() {
                values[column * n + i] = *x;
            }
        }
        scratch.refused = None;
        let mut end = self.columns * n;
        for placed in &self.operations {
            let (before, after) = values.split_at_mut(end);
            let written = &mut after[..placed.width * n];
            let (groups_before, own) = match placed.group {
                Some(group) => {
                    let (before, own) = groups.split_at_mut(group);
                    own[0].clear();
                    (&*before, own.first_mut())
                }
                None => (&groups[..], None),
            };
            let tile = Tile {
                values: before,
                places: &self.places,
                rows: n,
                texts,
                groups: groups_before,
            };
            let mut out = Out {
                values: written,
                rows: n,
                stored: own,
            };
            placed.run.run(&tile, &mut out, scratch);
            out.write_stored();
            end += placed.width * n;
        }
    }

    /// The same for rows without texts.
    #[cfg(test)]
    pub(in crate::model) fn run(&self, rows: &[f64], values: &mut Vec<f64>, scratch: &mut Scratch) {
        let mut filled = Filled {
            values: std::mem::take(values),
            groups: Vec::new(),
        };
        self.run_texts(rows, &Texts::default(), &mut filled, scratch);
        *values = filled.values;
    }

    /// What [`run_texts`](Self::run_texts) left in `filled` for `rows` rows.
    pub(in crate::model) fn tile<'a>(
        &'a self,
        filled: &'a Filled,
        texts: &'a Texts,
        rows: usize,
    ) -> Tile<'a> {
        Tile {
            values: &filled.values,
            places: &self.places,
            rows,
            texts,
            groups: &filled.groups,
        }
    }
}
