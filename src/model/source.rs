//! A whole model as its file describes it, unchecked: columns, program, scores.

use super::{
    ir::{Aggregation, ForestIr, ForestScores, Output, Reg, Step},
    program::Operation,
};
use crate::input::{Precision, Schema};
use std::sync::Arc;

/// Where the scores come from.
#[derive(Clone, Debug)]
pub enum Scores {
    /// From a forest at the end; [`ModelIr::output`] says what its raw scores mean.
    Forest(Box<ForestScores>),
    /// From registers that hold what a client sees.
    Registers {
        scores: Vec<Reg>,
        /// The place of the winning class: nothing for a regressor, one for each of several targets.
        classes: Vec<Reg>,
    },
}

/// Everything a flavor reads out of a file, unchecked.
#[derive(Clone, Debug)]
pub struct ModelIr {
    pub schema: Schema,
    /// What happens to the columns first.
    pub program: Vec<Arc<dyn Operation>>,
    pub scores: Scores,
    pub output: Output,
    /// The precision of the scores a client sees: what the source library would have answered.
    pub output_precision: Precision,
    /// Whether the scores of a classifier are probabilities, or at least what the library gives out as such. If not, it answers labels.
    pub has_probabilities: bool,
    /// Where the answer is not the most probable class: of two classes the second one is the answer from this probability on.
    pub threshold: Option<f64>,
}

impl ModelIr {
    /// The forest that a model is which has nothing before it.
    #[cfg(test)]
    pub(crate) fn into_forest(self) -> ForestModel {
        let Scores::Forest(scores) = self.scores else {
            panic!("the model does not end in a forest");
        };
        assert!(
            self.program.is_empty(),
            "something stands before the forest"
        );
        let ForestScores {
            input,
            steps,
            forest,
            aggregation,
            base,
            factor,
            ..
        } = *scores;
        ForestModel {
            schema: self.schema,
            input,
            steps,
            forest,
            aggregation,
            base,
            factor,
            output: self.output,
            output_precision: self.output_precision,
        }
    }
}

/// A forest over the columns themselves, unchecked: what the readers of tree ensembles make.
#[derive(Clone, Debug)]
pub struct ForestModel {
    pub schema: Schema,
    /// The precision rows are rounded to before the first step.
    pub input: Precision,
    pub steps: Vec<Step>,
    pub forest: ForestIr,
    pub aggregation: Aggregation,
    /// Added to the aggregated scores: empty, or one number per output.
    pub base: Vec<f64>,
    /// What the raw scores are multiplied by before the output makes something of them: 1, or the factor in LightGBM's sigmoid.
    pub factor: f64,
    pub output: Output,
    /// The precision of the scores a client sees: what the source library would have answered.
    pub output_precision: Precision,
}

impl ForestModel {
    /// The forest alone, over registers or over the columns themselves, and what surrounds it: its columns, what its scores mean, and
    /// the precision of the answer.
    pub(crate) fn apart(
        self,
        reads: Option<Vec<Reg>>,
    ) -> (ForestScores, Schema, Output, Precision) {
        let scores = ForestScores {
            reads,
            input: self.input,
            steps: self.steps,
            forest: self.forest,
            aggregation: self.aggregation,
            base: self.base,
            factor: self.factor,
        };
        (scores, self.schema, self.output, self.output_precision)
    }
}

impl From<ForestModel> for ModelIr {
    fn from(model: ForestModel) -> Self {
        let (scores, mut schema, output, output_precision) = model.apart(None);
        for column in &mut schema.columns {
            column.infinite = scores.forest.handles_infinite;
        }
        Self {
            schema,
            program: Vec::new(),
            output,
            output_precision,
            has_probabilities: true,
            threshold: None,
            scores: Scores::Forest(Box::new(scores)),
        }
    }
}
