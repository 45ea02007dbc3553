//! What every target does with what it read.

use std::cell::RefCell;

use ml_serving::{
    formats::{Format, ModelFile, Parsed, Rest},
    input::{Batch, ColumnType, Schema, Texts},
    model::{Model, Predictions, Unanswered},
};

/// How many rows are answered together: more than any loop takes in one step, and no multiple of a step.
const TOGETHER: usize = 67;
/// Rows of more columns than these are answered one by one only.
const MOST_TOGETHER: usize = 1_000;

/// Reads a file of a Python class, builds the model and lets it answer rows of every kind; a refusal is fine, a panic is not.
#[allow(dead_code, reason = "one target reads several files")]
pub fn check(format: &Format, bytes: &[u8], class: Option<&str>) {
    _ = (format.recognises)(bytes);
    // By the length of the input: no signature, or one with columns of one type, whose number may be another one than the model's.
    let kinds = [None, Some(ColumnType::Float), Some(ColumnType::Double), Some(ColumnType::Text)];
    let columns = kinds[bytes.len() % kinds.len()].map(|kind| Schema::unnamed(4, kind));
    let file = ModelFile {
        class,
        columns: columns.as_ref(),
        ..ModelFile::new(bytes)
    };
    let read = (format.read)(&file);
    if (format.streams)(bytes) {
        let (bytes, rest) = bytes.split_at(bytes.len().min(64.max(bytes.len() / 2)));
        let len = rest.len();
        let rest = RefCell::new(rest);
        let pieces = ModelFile { bytes, rest: Some(Rest::new(&rest, len)), ..file };
        assert_eq!((format.read)(&pieces).is_ok(), read.is_ok(), "it is another model in pieces");
    }
    if let Ok(parsed) = read {
        answer(parsed);
    }
}

/// Builds the model and lets it answer rows of every kind: one by one, and all at once, which may not change an answer.
pub fn answer(parsed: Parsed) {
    let Ok(model) = Model::new(parsed.ir) else { return };
    let schema = model.schema();
    let width = schema.len();
    let mut rows: Vec<Vec<f64>> = [0.0, 1.5, -3.0, 1e9, f64::NAN].map(|x| vec![x; width]).into();
    rows.extend(schema.plain_rows().iter().flat_map(|batch| batch.rows().map(<[f64]>::to_vec)));
    let mut answer = Predictions::default();
    let mut answered = Vec::new();
    for row in &rows {
        match model.predict(&Batch::one(row).with_texts(texts()), &mut answer) {
            Ok(()) => {
                assert_eq!(answer.scores.len(), model.n_scores());
                answered.push((row, answer.scores.clone(), answer.classes.clone()));
            }
            // A step has no answer to it.
            Err(Unanswered::Refused { row, .. }) => assert_eq!(row, 0),
            Err(error) => panic!("{error}"),
        }
    }
    if width == 0 || width > MOST_TOGETHER || answered.is_empty() {
        return;
    }
    let together: Vec<_> = answered.iter().cycle().take(TOGETHER).collect();
    let cells = together.iter().flat_map(|(row, ..)| row.iter().copied()).collect();
    let batch = Batch::from_values(cells, width).expect("whole rows");
    let predicted = model.predict(&batch.with_texts(texts()), &mut answer);
    assert_eq!(predicted, Ok(()), "a row is refused among others");
    let bits = |scores: &[f64]| scores.iter().map(|x| if x.is_nan() { u64::MAX } else { x.to_bits() }).collect::<Vec<_>>();
    for (i, (_, scores, classes)) in together.into_iter().enumerate() {
        assert_eq!((bits(answer.row(i)), answer.winners(i)), (bits(scores), &classes[..]), "row {i} among others");
    }
}

/// What the cells 0, 1 and 2 of a free text stand for.
fn texts() -> Texts {
    let mut texts = Texts::default();
    for text in ["some words, some of them twice", "Größe 12\tX", ""] {
        texts.add(text);
    }
    texts
}
