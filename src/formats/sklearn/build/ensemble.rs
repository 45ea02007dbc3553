//! A tree model without what surrounds it: what every kind of estimator becomes.

use crate::input::{ColumnType, Precision, Schema};
use crate::model::{Aggregation, ForestIr, ForestModel, Output};

/// Trees, and what their sum means.
pub(super) struct Ensemble {
    pub(super) forest: ForestIr,
    pub(super) aggregation: Aggregation,
    pub(super) base: Vec<f64>,
    pub(super) output: Output,
}

impl Ensemble {
    /// The model that takes rows as the trees do.
    pub(super) fn model(self) -> ForestModel {
        ForestModel {
            schema: Schema::unnamed(self.forest.n_features, ColumnType::Double),
            input: self.forest.precision,
            steps: Vec::new(),
            forest: self.forest,
            aggregation: self.aggregation,
            base: self.base,
            factor: 1.0,
            output: self.output,
            output_precision: Precision::F64,
        }
    }
}
