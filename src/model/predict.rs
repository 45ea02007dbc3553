//! Rows in, answers out: preprocessing, estimator, base score, link and decision.

use super::{
    check::{InvalidModel, check_answer, check_output, check_threshold},
    estimators::{Scorer, Size},
    ir::{Kind, Labels, Output, Reg, Step},
    output::decide,
    predictions::Predictions,
    program::{Program, Registers, Why, ops::ReadyForest},
    source::{ModelIr, Scores},
    workers::Workers,
};
use crate::input::{Batch, Precision, Schema};
use std::collections::HashMap;

mod rows;

/// A checked model. Immutable; shared between requests behind an `Arc`.
#[derive(Debug)]
pub struct Model {
    schema: Schema,
    /// The columns' places by name.
    places: HashMap<String, usize>,
    /// Empty where a forest reads the columns themselves.
    program: Program,
    last: Last,
    output: Output,
    output_precision: Precision,
    has_probabilities: bool,
    /// In the precision of the scores.
    threshold: Option<f64>,
}

/// What follows the program.
#[derive(Debug)]
enum Last {
    /// A forest over the columns themselves.
    Rows(Box<Scorer>),
    /// A forest over registers.
    Forest(Box<ReadyForest>),
    Registers {
        scores: Vec<Reg>,
        /// The place of the winning class of each target, with the place of its last one.
        classes: Vec<(Reg, u32)>,
    },
}

/// Why rows have no answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The rows are not as wide as the model's.
    #[error("the rows have {found} columns, the model takes {expected}")]
    Width { expected: usize, found: usize },
    /// A step has no answer for a row. It is counted from 0.
    #[error("row {row}: {why}")]
    Refused { row: usize, why: Why },
}

impl Model {
    /// Checks everything an IR claims.
    ///
    /// # Errors
    /// The first claim that does not hold.
    pub fn new(ir: impl Into<ModelIr>) -> Result<Self, InvalidModel> {
        let ModelIr {
            mut schema,
            program,
            scores,
            output,
            output_precision,
            has_probabilities,
            threshold,
        } = ir.into();
        let (reads, by_slots) = match &scores {
            Scores::Forest(forest) => (forest.reads.clone().unwrap_or_default(), true),
            Scores::Registers { scores, classes } => {
                (scores.iter().chain(classes).copied().collect(), false)
            }
        };
        let (program, owners) = Program::new(schema.len(), &program, &reads, by_slots)?;
        let last = match scores {
            Scores::Forest(forest) if forest.reads.is_none() => {
                schema.precision = forest.input;
                for column in &mut schema.columns {
                    column.nullable = forest.forest.handles_missing;
                }
                let scorer = Scorer::new(&forest, schema.len())?;
                check_output(&output, scorer.width())?;
                Last::Rows(Box::new(scorer))
            }
            Scores::Forest(forest) => {
                let forest = ReadyForest::new(&forest, &Registers::new(&owners))?;
                check_output(&output, forest.scorer().width())?;
                Last::Forest(Box::new(forest))
            }
            Scores::Registers { scores, classes } => {
                let most = check_answer(&output, has_probabilities, scores.len(), classes.len())?;
                let classes = classes.into_iter().zip(most).collect();
                Last::Registers { scores, classes }
            }
        };
        check_threshold(threshold, &output)?;
        let names = schema.columns.iter().map(|column| column.name.clone());
        let places = names.enumerate().map(|(i, name)| (name, i)).collect();
        Ok(Self {
            schema,
            places,
            program,
            last,
            has_probabilities: has_probabilities && output.kind() != Kind::Regressor,
            output,
            output_precision,
            threshold: threshold.map(|threshold| output_precision.round(threshold)),
        })
    }

    /// Answers every row of `batch`.
    ///
    /// # Errors
    /// [`Unanswered`] when its rows are not those of [`Model::schema`], or one of them has no answer.
    pub fn predict(&self, batch: &Batch, into: &mut Predictions) -> Result<(), Unanswered> {
        self.predict_with(None, batch, into)
    }

    /// The same, to the last bit. Where the model is a forest over the columns themselves, several threads share a batch that is worth it; a
    /// pipeline's batch stays on this thread.
    ///
    /// # Errors
    /// As [`Model::predict`].
    pub fn predict_with(
        &self,
        workers: Option<&Workers>,
        batch: &Batch,
        into: &mut Predictions,
    ) -> Result<(), Unanswered> {
        if batch.width() != self.schema.len() {
            return Err(Unanswered::Width {
                expected: self.schema.len(),
                found: batch.width(),
            });
        }
        into.width = self.n_scores();
        into.choices = self.output.choices().len();
        into.classes.clear();
        into.scores.clear();
        if let Last::Rows(scorer) = &self.last {
            self.predict_forest(scorer, workers, batch, into);
        } else {
            let predicted = self.predict_tiles(batch, into);
            into.registers.trim();
            into.scratch.text.trim();
            predicted?;
        }
        if let Some(threshold) = self.threshold {
            let (scores, _) = into.scores.as_chunks::<2>();
            for (class, [_, second]) in into.classes.iter_mut().zip(scores) {
                *class = u32::from(*second >= threshold);
            }
        }
        Ok(())
    }

    fn predict_tiles(&self, batch: &Batch, into: &mut Predictions) -> Result<(), Unanswered> {
        let Predictions {
            classes,
            scores,
            registers,
            scratch,
            ..
        } = into;
        let tile_rows = self.program.tile_rows();
        let texts = batch.texts();
        for (tile, rows) in batch.tiles(tile_rows).enumerate() {
            self.program.run_texts(rows, texts, registers, scratch);
            if let Some((row, why)) = scratch.refused {
                let row = tile * tile_rows + row;
                return Err(Unanswered::Refused { row, why });
            }
            let n = rows.len() / batch.width().max(1);
            let tile = self.program.tile(registers, texts, n);
            match &self.last {
                Last::Rows(_) => {}
                Last::Forest(forest) => forest.score(&tile, scratch, |_, sums| {
                    decide(&self.output, self.output_precision, sums, classes, scores);
                }),
                Last::Registers {
                    scores: read,
                    classes: winners,
                } => {
                    for row in 0..n {
                        // No number is a class beyond the last one.
                        let class =
                            |(at, most): &(Reg, u32)| (tile.column(*at)[row] as u32).min(*most);
                        classes.extend(winners.iter().map(class));
                        scores.extend(read.iter().map(|register| tile.column(*register)[row]));
                    }
                }
            }
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

    /// What the scores and the classes of [`Predictions`] mean.
    pub fn output(&self) -> &Output {
        &self.output
    }

    /// What kind of answer it gives.
    pub fn kind(&self) -> Kind {
        self.output.kind()
    }

    /// The classes of a row's one answer, see [`Output::labels`].
    pub fn labels(&self) -> Option<&Labels> {
        self.output.labels()
    }

    /// Whether it tells two classes apart by one score.
    pub fn is_binary(&self) -> bool {
        matches!(self.output, Output::Binary { .. })
    }

    /// Scores per row in [`Predictions::scores`].
    pub fn n_scores(&self) -> usize {
        match &self.output {
            Output::Classes { labels, .. } | Output::Binary { labels, .. } => labels.len(),
            _ => self.last.width(),
        }
    }

    /// Whether the scores are the probabilities of classes or clusters; of a classifier without them only the labels are of use.
    pub fn has_probabilities(&self) -> bool {
        self.has_probabilities
    }

    /// Whether the scores are how far a row is from centers.
    pub fn has_distances(&self) -> bool {
        self.kind() == Kind::Clusterer && !self.has_probabilities && self.n_scores() > 0
    }

    /// Whether missing values have a meaning to this model; if not, they are refused before [`Model::predict`].
    pub fn handles_missing(&self) -> bool {
        self.schema.columns.iter().any(|column| column.nullable)
    }

    /// The precision of the scores.
    pub fn output_precision(&self) -> Precision {
        self.output_precision
    }

    /// The steps of the forest at the end.
    pub fn steps(&self) -> &[Step] {
        match &self.last {
            Last::Rows(scorer) => scorer.steps(),
            Last::Forest(forest) => forest.scorer().steps(),
            Last::Registers { .. } => &[],
        }
    }

    /// How large all forests together are, wherever in the model they are.
    pub fn size(&self) -> Size {
        let last = match &self.last {
            Last::Rows(scorer) => Some(scorer.forest().size()),
            Last::Forest(forest) => Some(forest.scorer().forest().size()),
            Last::Registers { .. } => None,
        };
        self.program.sizes().chain(last).sum()
    }
}

impl Last {
    /// Numbers per row.
    fn width(&self) -> usize {
        match self {
            Self::Rows(scorer) => scorer.width(),
            Self::Forest(forest) => forest.scorer().width(),
            Self::Registers { scores, .. } => scores.len(),
        }
    }
}
