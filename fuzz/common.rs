//! What every target does with what it read.

use ml_serving::{
    flavor::FlavorError,
    model::{Model, ModelSource, Predictions},
};

/// Builds the model and lets it answer rows of every kind; a refusal is fine, a panic is not.
pub fn check(read: Result<ModelSource, FlavorError>) {
    let Ok(source) = read else { return };
    let Ok(model) = Model::new(source) else { return };
    let width = model.signature().len();
    let mut answer = Predictions::default();
    for x in [0.0, 1.5, -3.0, 1e9, f64::NAN] {
        model.predict(&vec![x; width], &mut answer);
        assert_eq!(answer.scores.len(), model.n_scores());
    }
}
