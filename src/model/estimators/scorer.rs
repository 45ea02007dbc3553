//! A forest and what surrounds it: the steps before it, the sum of its leaves, the base score.

use super::forest::{Buffers, Forest};
use crate::{
    input::Precision,
    model::{
        check::{InvalidModel, invalid},
        ir::{Aggregation, ForestIr, ForestScores, Step},
        leaves::SumRule,
        prepare::Steps,
        program::{Inputs, Registers, Scratch, Tile},
    },
};

/// A checked forest from numbers to raw scores.
#[derive(Debug)]
pub(in crate::model) struct Scorer {
    /// None where it reads the columns of a row as they are.
    reads: Option<Inputs>,
    steps: Steps,
    forest: Forest,
    /// Added to the sums in their precision: empty, or one number per output.
    base: Vec<f64>,
    sum_precision: Precision,
}

impl Scorer {
    /// # Errors
    /// The first claim of `scores` that does not hold. `columns` is the number of a row's columns.
    pub(in crate::model) fn new(
        scores: &ForestScores,
        columns: usize,
        registers: &Registers<'_>,
    ) -> Result<Self, InvalidModel> {
        let ForestScores {
            reads,
            input,
            steps,
            forest,
            aggregation,
            base,
        } = scores;
        let features = forest.n_features;
        let found = reads.as_ref().map_or(columns, Vec::len);
        if found != features {
            invalid!("the signature has {found} columns, the forest {features} features");
        }
        let steps = Steps::new(*input, steps.clone(), features)?;
        if (!base.is_empty() && base.len() != forest.width) || base.iter().any(|x| !x.is_finite()) {
            invalid!(
                "the base score needs {} finite numbers, one per output",
                forest.width
            );
        }
        // Boosters begin their sums with the base score; elsewhere it is added to the sums.
        let per_tree = !forest.targets.is_empty();
        let (first, base) = if per_tree && !aggregation.is_mean() {
            (&base[..], &[][..])
        } else {
            (&[][..], &base[..])
        };
        let rule = SumRule {
            base: first,
            divisor: divisor(*aggregation, forest)?,
            precision: aggregation.precision(),
        };
        let reads = match reads {
            Some(reads) if scores.reads_slots() => Some(Inputs::new(reads, registers)?),
            Some(reads) => Some(Inputs::dense(reads)),
            None => None,
        };
        Ok(Self {
            reads,
            steps,
            forest: Forest::new(forest, &rule)?,
            base: base.to_vec(),
            sum_precision: aggregation.precision(),
        })
    }

    /// The raw scores of a row of all features.
    #[inline]
    pub(in crate::model) fn score(
        &self,
        row: &[f64],
        prepared: &mut Vec<f64>,
        buffers: &mut Buffers,
        sums: &mut [f64],
    ) {
        let row = self.steps.run(row, prepared);
        self.forest.sum(row, buffers, sums);
        self.add_base(sums);
    }

    #[inline]
    fn add_base(&self, sums: &mut [f64]) {
        sums.iter_mut()
            .zip(&self.base)
            .for_each(|(sum, base)| *sum = self.sum_precision.round(*sum + base));
    }

    /// The raw scores of every row of a tile, handed to `each` one after the other.
    pub(in crate::model) fn score_tile(
        &self,
        tile: &Tile<'_>,
        scratch: &mut Scratch,
        mut each: impl FnMut(usize, &mut [f64]),
    ) {
        let Scratch {
            row,
            prepared,
            sums,
            buffers,
            ..
        } = scratch;
        let Some(reads) = &self.reads else { return };
        sums.resize(self.forest.width(), 0.0);
        if reads.hot.is_empty() {
            row.resize(reads.len, 0.0);
            for i in 0..tile.rows() {
                for (feature, register) in &reads.dense {
                    row[*feature as usize] = tile.column(*register)[i];
                }
                self.score(row, prepared, buffers, sums);
                each(i, sums);
            }
            return;
        }
        self.forest.begin(buffers);
        for i in 0..tile.rows() {
            let dense = reads.dense.iter();
            let dense = dense.map(|(feature, register)| (*feature, tile.column(*register)[i]));
            let hot = reads.hot.iter();
            let hot = hot.filter_map(|hot| hot.feature(tile.column(hot.slot)[i]));
            self.forest.sum_sparse(dense, hot, buffers, sums);
            self.add_base(sums);
            each(i, sums);
        }
    }

    /// Whether it reads the columns of a row as they are, rather than registers.
    pub(in crate::model) fn reads_rows(&self) -> bool {
        self.reads.is_none()
    }

    /// Numbers per row.
    pub(in crate::model) fn width(&self) -> usize {
        self.forest.width()
    }

    pub(in crate::model) fn forest(&self) -> &Forest {
        &self.forest
    }

    /// The steps of the forest's own.
    pub(in crate::model) fn steps(&self) -> &[Step] {
        self.steps.steps()
    }
}

/// What the sums are divided by.
fn divisor(aggregation: Aggregation, forest: &ForestIr) -> Result<f64, InvalidModel> {
    if !aggregation.is_mean() {
        return Ok(1.0);
    }
    if forest.targets.is_empty() {
        return Ok(forest.trees.len() as f64);
    }
    if aggregation == Aggregation::MeanF32 {
        invalid!("trees that each add to one output are not averaged in f32");
    }
    mean_of(&forest.targets, forest.width)
}

/// How many trees each output has, which must be the same for all.
fn mean_of(targets: &[u32], width: usize) -> Result<f64, InvalidModel> {
    let mut counts = vec![0usize; width.min(targets.len() + 1)];
    for target in targets {
        if let Some(count) = counts.get_mut(*target as usize) {
            *count += 1;
        }
    }
    match counts.first() {
        Some(first) if *first > 0 && counts.iter().all(|count| count == first) => Ok(*first as f64),
        _ => invalid!("the outputs to be averaged do not have the same number of trees"),
    }
}
