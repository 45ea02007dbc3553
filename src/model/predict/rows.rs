//! A forest over the columns themselves: rows one by one, in blocks, or shared out among threads.

use super::Model;
use crate::{
    input::Batch,
    model::{
        estimators::Scorer, output::decide, predictions::Predictions, program::Scratch,
        workers::Workers,
    },
};
use rayon::prelude::*;

/// Comparisons that are worth waking other threads for: a millisecond or two.
const WORTH_SHARING: usize = 2_000_000;

/// Parts for each thread, so that one that is held up leaves its share to the others.
const PARTS: usize = 4;

/// Rows of a part at least: a tree is fetched once for each part.
const MIN_PART_ROWS: usize = 256;

/// A part of a batch, and where its answers go.
struct Part<'a> {
    rows: &'a [f64],
    scores: &'a mut [f64],
    classes: &'a mut [u32],
}

impl Model {
    pub(super) fn predict_forest(
        &self,
        scorer: &Scorer,
        workers: Option<&Workers>,
        batch: &Batch,
        into: &mut Predictions,
    ) {
        if let Some(workers) = workers
            && self.predict_shared(scorer, workers, batch, into)
        {
            return;
        }
        for rows in batch.tiles(batch.len()) {
            self.predict_part(scorer, rows, into);
        }
    }

    /// Appends the answers for `rows`, which lie one behind the other.
    fn predict_part(&self, scorer: &Scorer, rows: &[f64], into: &mut Predictions) {
        let Predictions {
            classes, scores, ..
        } = into;
        let Scratch {
            prepared,
            sums,
            buffers,
            ..
        } = &mut into.scratch;
        let mut answer =
            |sums: &mut [f64]| decide(&self.output, self.output_precision, sums, classes, scores);
        let width = self.schema.len();
        if let Some(most) = scorer.forest().block_rows(rows.len() / width) {
            for rows in rows.chunks(most * width) {
                scorer.score_block(rows, prepared, buffers, sums);
                sums.chunks_exact_mut(scorer.width()).for_each(&mut answer);
            }
            return;
        }
        sums.resize(scorer.width(), 0.0);
        for row in rows.chunks_exact(width) {
            scorer.score(row, prepared, buffers, sums);
            answer(sums);
        }
    }

    /// Shares the batch out, if it is worth it. Whichever thread is free takes the next part.
    fn predict_shared(
        &self,
        scorer: &Scorer,
        workers: &Workers,
        batch: &Batch,
        into: &mut Predictions,
    ) -> bool {
        let rows = batch.len().div_ceil(workers.cores() * PARTS);
        // Many cores get fewer parts, not parts that are too small.
        let rows = rows.max(MIN_PART_ROWS);
        if rows >= batch.len() {
            return false;
        }
        let size = scorer.forest().size();
        if batch.len() * size.trees * size.depth < WORTH_SHARING {
            return false;
        }
        let Some(pool) = workers.pool() else {
            return false;
        };
        into.scores.resize(batch.len() * into.width, 0.0);
        into.classes.resize(batch.len() * into.choices, 0);
        let (mut scores, mut classes) = (&mut into.scores[..], &mut into.classes[..]);
        let mut parts = Vec::with_capacity(batch.len().div_ceil(rows));
        for rows in batch.tiles(rows) {
            let n = rows.len() / batch.width();
            parts.push(Part {
                rows,
                scores: scores.split_off_mut(..n * into.width).unwrap_or_default(),
                classes: classes
                    .split_off_mut(..n * into.choices)
                    .unwrap_or_default(),
            });
        }
        pool.install(|| {
            parts.par_iter_mut().with_max_len(1).for_each(|part| {
                workers.with_buffers(|own| {
                    own.scores.clear();
                    own.classes.clear();
                    self.predict_part(scorer, part.rows, own);
                    part.scores.copy_from_slice(&own.scores);
                    part.classes.copy_from_slice(&own.classes);
                });
            });
        });
        true
    }
}
