//! What every target does with what it read.

use ml_serving::{
    formats::FormatError,
    input::Batch,
    model::{Model, ModelIr, Predictions},
};

/// Builds the model and lets it answer rows of every kind; a refusal is fine, a panic is not.
pub fn check(read: Result<ModelIr, FormatError>) {
    let Ok(source) = read else { return };
    let Ok(model) = Model::new(source) else { return };
    let width = model.schema().len();
    let mut answer = Predictions::default();
    for x in [0.0, 1.5, -3.0, 1e9, f64::NAN] {
        let row = Batch::one(&vec![x; width]);
        model.predict(&row, &mut answer).expect("a row of the model's width");
        assert_eq!(answer.scores.len(), model.n_scores());
    }
}
