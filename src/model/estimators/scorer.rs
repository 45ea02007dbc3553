//! A forest and what surrounds it: the steps before it, the sum of its leaves, the base score.

use super::forest::{Buffers, Forest};
use crate::{
    input::Precision,
    model::{
        check::{InvalidModel, invalid},
        ir::{Aggregation, ForestIr, ForestScores, Step},
        kernel::Zeros,
        leaves::SumRule,
        prepare::Steps,
    },
};

/// A checked forest from numbers to raw scores.
#[derive(Debug)]
pub(in crate::model) struct Scorer {
    steps: Steps,
    forest: Forest,
    /// Added to the sums in their precision: empty, or one number per output.
    base: Vec<f64>,
    factor: f64,
    /// What the steps make of a row of zeros.
    zeros: Zeros,
    sum_precision: Precision,
}

impl Scorer {
    /// # Errors
    /// The first claim of `scores` that does not hold. `columns` is how many numbers it gets.
    pub(in crate::model) fn new(
        scores: &ForestScores,
        columns: usize,
    ) -> Result<Self, InvalidModel> {
        let ForestScores {
            input,
            steps,
            forest,
            aggregation,
            base,
            factor,
            ..
        } = scores;
        let features = forest.n_features;
        if columns != features {
            invalid!("the signature has {columns} columns, the forest {features} features");
        }
        let steps = Steps::new(*input, steps.clone(), features)?;
        if (!base.is_empty() && base.len() != forest.width) || base.iter().any(|x| !x.is_finite()) {
            invalid!(
                "the base score needs {} finite numbers, one per output",
                forest.width
            );
        }
        if !factor.is_finite() {
            invalid!("the raw scores are multiplied by {factor}");
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
        let mut prepared = Vec::new();
        let zeros = Zeros::new(steps.run(&vec![0.0; features], &mut prepared).to_vec());
        Ok(Self {
            zeros,
            steps,
            forest: Forest::new(forest, &rule)?,
            base: base.to_vec(),
            factor: *factor,
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
        self.finish(sums);
    }

    /// The raw scores of whole rows that lie one behind the other, and so do the scores in `sums`.
    pub(in crate::model) fn score_block(
        &self,
        rows: &[f64],
        prepared: &mut Vec<f64>,
        buffers: &mut Buffers,
        sums: &mut Vec<f64>,
    ) {
        self.forest.clear_block(buffers);
        for row in rows.chunks_exact(self.zeros.len()) {
            self.forest.push(self.steps.run(row, prepared), buffers);
        }
        self.forest.sum_block(buffers, sums);
        sums.chunks_exact_mut(self.width())
            .for_each(|sums| self.finish(sums));
    }

    #[inline]
    fn finish(&self, sums: &mut [f64]) {
        sums.iter_mut()
            .zip(&self.base)
            .for_each(|(sum, base)| *sum = self.sum_precision.round(*sum + base));
        // Times one changes no bit.
        sums.iter_mut().for_each(|sum| *sum *= self.factor);
    }

    /// Begins a run of [`score_sparse`](Self::score_sparse).
    pub(in crate::model) fn begin(&self, buffers: &mut Buffers) {
        self.forest.begin(&self.zeros, buffers);
    }

    /// The raw scores of a row that is 0 but for the features that are `dense`, the same ones throughout a run, and others.
    pub(in crate::model) fn score_sparse(
        &self,
        dense: impl Iterator<Item = (u32, f64)>,
        others: impl Iterator<Item = (u32, f64)> + Clone,
        buffers: &mut Buffers,
        sums: &mut [f64],
    ) {
        let prepared = |(feature, x)| (feature, self.steps.one(feature, x));
        let (dense, others) = (dense.map(prepared), others.map(prepared));
        self.forest
            .sum_sparse(&self.zeros, dense, others, buffers, sums);
        self.finish(sums);
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
