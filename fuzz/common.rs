//! What every target does with what it read.

use ml_serving::{
    formats::{Format, ModelFile, Parsed},
    input::{Batch, ColumnType, Schema},
    model::{Model, Predictions, Unanswered},
};

/// Reads a file of a Python class, builds the model and lets it answer rows of every kind; a refusal is fine, a panic is not.
#[allow(dead_code, reason = "one target reads several files")]
pub fn check(format: &Format, bytes: &[u8], class: Option<&str>) {
    _ = (format.recognises)(bytes);
    // By the length of the input: no signature, or one with columns of one type, whose number may be another one than the model's.
    let kinds = [None, Some(ColumnType::Float), Some(ColumnType::Double), Some(ColumnType::Text)];
    let columns = kinds[bytes.len() % kinds.len()].map(|kind| Schema::unnamed(4, kind));
    let file = ModelFile {
        bytes,
        class,
        columns: columns.as_ref(),
    };
    if let Ok(parsed) = (format.read)(&file) {
        answer(parsed);
    }
}

/// Builds the model and lets it answer rows of every kind.
pub fn answer(parsed: Parsed) {
    let Ok(model) = Model::new(parsed.ir) else { return };
    let width = model.schema().len();
    let mut answer = Predictions::default();
    for x in [0.0, 1.5, -3.0, 1e9, f64::NAN] {
        let row = Batch::one(&vec![x; width]);
        match model.predict(&row, &mut answer) {
            Ok(()) => assert_eq!(answer.scores.len(), model.n_scores()),
            // A step computes what the next one does not take.
            Err(Unanswered::NotFinite { row }) => assert_eq!(row, 0),
            Err(error) => panic!("{error}"),
        }
    }
}
