//! What every target does with what it read.

use ml_serving::{
    formats::{Format, ModelFile},
    input::Batch,
    model::{Model, Predictions},
};

/// Reads a file of a Python class, builds the model and lets it answer rows of every kind; a refusal is fine, a panic is not.
pub fn check(format: &Format, bytes: &[u8], class: Option<&str>) {
    _ = (format.recognises)(bytes);
    let file = ModelFile {
        bytes,
        class,
        // Both kinds of scaler, by the length of the input.
        f32_rows: bytes.len().is_multiple_of(2),
    };
    let Ok(parsed) = (format.read)(&file) else { return };
    let Ok(model) = Model::new(parsed.ir) else { return };
    let width = model.schema().len();
    let mut answer = Predictions::default();
    for x in [0.0, 1.5, -3.0, 1e9, f64::NAN] {
        let row = Batch::one(&vec![x; width]);
        model.predict(&row, &mut answer).expect("a row of the model's width");
        assert_eq!(answer.scores.len(), model.n_scores());
    }
}
