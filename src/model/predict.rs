//! Rows in, answers out: preprocessing, estimator, base score, link and decision.

use super::{
    check::{InvalidModel, invalid},
    estimators::forest::{Buffers, Forest},
    ir::{Aggregation, ForestIr, Labels, ModelIr, Output, Step},
    leaves::SumRule,
    output::decide,
    prepare::Steps,
};
use crate::input::{Batch, Precision, Schema};
use std::collections::HashMap;

/// A checked model. Immutable; shared between requests behind an `Arc`.
#[derive(Debug)]
pub struct Model {
    schema: Schema,
    /// The columns' places by name.
    places: HashMap<String, usize>,
    steps: Steps,
    forest: Forest,
    /// Added to the sums in their precision: empty, or one number per output.
    base: Vec<f64>,
    sum_precision: Precision,
    output: Output,
    output_precision: Precision,
}

/// Answers for some rows, and the buffers they were made in. Reused from call to call, so that nothing is allocated per row.
#[derive(Debug, Default)]
pub struct Predictions {
    /// The winning class of each row; empty for regressors.
    pub classes: Vec<u32>,
    /// `width` numbers per row: class probabilities, or the regressor's targets.
    pub scores: Vec<f64>,
    /// Numbers per row in `scores`.
    pub width: usize,
    row: Vec<f64>,
    sums: Vec<f64>,
    buffers: Buffers,
}

/// A batch whose rows are not as wide as the model's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rows have {found} columns, the model takes {expected}")]
pub struct WrongWidth {
    pub expected: usize,
    pub found: usize,
}

impl Predictions {
    /// The scores of row `i`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.scores[i * self.width..][..self.width]
    }

    /// The score of row `i`'s winning class, kept within 0..=1. Only for classifiers.
    pub fn confidence(&self, i: usize) -> f64 {
        self.row(i)[self.classes[i] as usize].clamp(0.0, 1.0)
    }
}

impl Model {
    /// Checks everything an IR claims.
    ///
    /// # Errors
    /// The first claim that does not hold.
    pub fn new(ir: ModelIr) -> Result<Self, InvalidModel> {
        let ModelIr {
            mut schema,
            input,
            steps,
            forest,
            aggregation,
            base,
            output,
            output_precision,
        } = ir;
        let features = forest.n_features;
        if schema.len() != features {
            invalid!(
                "the signature has {} columns, the forest {features} features",
                schema.len()
            );
        }
        let steps = Steps::new(input, steps, features)?;
        if (!base.is_empty() && base.len() != forest.width) || base.iter().any(|x| !x.is_finite()) {
            invalid!(
                "the base score needs {} finite numbers, one per output",
                forest.width
            );
        }
        check_output(&output, forest.width)?;
        // Boosters begin their sums with the base score; elsewhere it is added to the sums.
        let per_tree = !forest.targets.is_empty();
        let (first, base) = if per_tree && !aggregation.is_mean() {
            (base, Vec::new())
        } else {
            (Vec::new(), base)
        };
        let rule = SumRule {
            divisor: divisor(aggregation, &forest)?,
            base: &first,
            precision: aggregation.precision(),
        };
        schema.precision = input;
        for column in &mut schema.columns {
            column.nullable = forest.handles_missing;
        }
        let names = schema.columns.iter().map(|column| column.name.clone());
        let places = names.enumerate().map(|(i, name)| (name, i)).collect();
        Ok(Self {
            schema,
            places,
            steps,
            forest: Forest::new(&forest, &rule)?,
            base,
            sum_precision: aggregation.precision(),
            output,
            output_precision,
        })
    }

    /// Answers every row of `batch`.
    ///
    /// # Errors
    /// [`WrongWidth`] when its rows are not those of [`Model::schema`].
    pub fn predict(&self, batch: &Batch, into: &mut Predictions) -> Result<(), WrongWidth> {
        if batch.width() != self.schema.len() {
            return Err(WrongWidth {
                expected: self.schema.len(),
                found: batch.width(),
            });
        }
        into.width = self.n_scores();
        into.classes.clear();
        into.scores.clear();
        let Predictions {
            classes,
            scores,
            row: buffer,
            sums,
            buffers,
            ..
        } = into;
        sums.resize(self.forest.width(), 0.0);
        for row in batch.rows() {
            self.forest.sum(self.steps.run(row, buffer), buffers, sums);
            sums.iter_mut()
                .zip(&self.base)
                .for_each(|(sum, base)| *sum = self.sum_precision.round(*sum + base));
            decide(&self.output, self.output_precision, sums, classes, scores);
        }
        Ok(())
    }

    /// [`Model::predict`] of numbers that are whole rows.
    #[cfg(test)]
    pub(crate) fn predict_rows(&self, rows: &[f64], into: &mut Predictions) {
        let batch = Batch::from_values(rows.to_vec(), self.schema.len());
        let predicted = self.predict(&batch.expect("whole rows"), into);
        predicted.expect("rows as wide as the model's");
    }

    /// The columns of a row.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The place of a column in the schema.
    pub fn place(&self, column: &str) -> Option<usize> {
        self.places.get(column).copied()
    }

    /// Class labels in score order; `None` for a regressor.
    pub fn labels(&self) -> Option<&Labels> {
        self.output.labels()
    }

    /// Scores per row in [`Predictions::scores`].
    pub fn n_scores(&self) -> usize {
        self.labels().map_or(self.forest.width(), Labels::len)
    }

    /// Whether missing values have a meaning to this model; if not, they are refused before [`Model::predict`].
    pub fn handles_missing(&self) -> bool {
        self.schema.columns.iter().any(|column| column.nullable)
    }

    /// The precision of the scores.
    pub fn output_precision(&self) -> Precision {
        self.output_precision
    }

    /// The preprocessing steps.
    pub fn steps(&self) -> &[Step] {
        self.steps.steps()
    }

    pub fn n_trees(&self) -> usize {
        self.forest.n_trees()
    }

    /// Nodes as laid out for the kernel: splits and leaves of all trees.
    pub fn n_nodes(&self) -> usize {
        self.forest.n_nodes()
    }

    /// Comparisons on the longest way through a tree.
    pub fn depth(&self) -> usize {
        self.forest.depth()
    }

    /// Bytes the forest takes in memory.
    pub fn bytes(&self) -> usize {
        self.forest.bytes()
    }
}

fn check_output(output: &Output, width: usize) -> Result<(), InvalidModel> {
    let expected = match output {
        Output::Classes { labels, .. } => labels.len(),
        Output::Binary { labels, .. } if labels.len() == 2 => 1,
        Output::Binary { labels, .. } => {
            invalid!("a binary decision needs 2 classes, not {}", labels.len())
        }
        Output::Regression { .. } => width,
    };
    if width != expected {
        invalid!("the leaves hold {width} numbers each, the classes need {expected}");
    }
    Ok(())
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
