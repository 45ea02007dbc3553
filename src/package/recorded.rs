//! What a model answered for its input example when it was packaged, and whether it still does.

use serde::{Deserialize, Serialize};

use super::{example::MAX_ROWS, mlmodel::MlModel, yaml};
use crate::{
    formats::{FormatError, corrupt},
    model::Predictions,
};

/// The key under `metadata:` of the `MLmodel`.
pub const RECORDED: &str = "example_outputs";

/// The largest difference from a recorded score; relative to the score where that is larger than one.
const TOLERANCE: f64 = 1e-6;

/// The answers to the rows of the input example.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Recorded {
    /// The class of each row by index, or one for each of several targets, row by row; empty for a regressor.
    #[serde(default)]
    pub classes: Vec<u32>,
    /// The scores of each row.
    pub scores: Vec<Vec<f64>>,
}

impl Recorded {
    /// The answers that were given to the rows of a whole example.
    pub fn of(answers: &Predictions) -> Self {
        let rows = 0..answers.rows();
        Self {
            scores: rows.map(|i| answers.row(i).to_vec()).collect(),
            classes: answers.classes.clone(),
        }
    }

    /// The answers that an `MLmodel` records, if it does.
    ///
    /// # Errors
    /// `Corrupt` when it records something of another shape.
    pub(super) fn read(mlmodel: &MlModel) -> Result<Option<Self>, FormatError> {
        let Some(value) = mlmodel.metadata.get(RECORDED) else {
            return Ok(None);
        };
        yaml::read_value(value)
            .map(Some)
            .map_err(|e| corrupt!("MLmodel: metadata.{RECORDED} is not what train writes: {e}"))
    }

    /// Compares `answers`, those to the `rows` rows of the example, with what is recorded.
    ///
    /// # Errors
    /// What differs: the number of rows, of classes, of scores, or an answer.
    pub fn check(&self, rows: usize, answers: &Predictions) -> Result<(), String> {
        let recorded = self.scores.len().min(MAX_ROWS);
        if recorded != rows {
            return Err(format!(
                "its input example has {rows} rows, but the answers to {recorded} are recorded"
            ));
        }
        let classes = self.scores.len() * answers.choices;
        if self.classes.len() != classes {
            return Err(format!(
                "the classes of {} rows of its input example are recorded, not of {}",
                self.classes.len() / answers.choices.max(1),
                classes / answers.choices.max(1)
            ));
        }
        for (i, wanted) in self.scores.iter().take(rows).enumerate() {
            let scores = answers.row(i);
            if wanted.len() != scores.len() {
                return Err(format!(
                    "it answers row {i} of its input example with {} scores, {} are recorded",
                    scores.len(),
                    wanted.len()
                ));
            }
            let close = |(x, y): (&f64, &f64)| (x - y).abs() <= TOLERANCE * x.abs().max(1.0);
            if !wanted.iter().zip(scores).all(close)
                || answers.winners(i) != &self.classes[i * answers.choices..][..answers.choices]
            {
                return Err(format!(
                    "it answers row {i} of its input example with {scores:?}, its maker recorded {wanted:?}"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn predictions(classes: &[u32], scores: &[f64], width: usize) -> Predictions {
        let mut predictions = Predictions::default();
        predictions.classes = classes.to_vec();
        predictions.scores = scores.to_vec();
        predictions.width = width;
        predictions.choices = classes.len().min(1);
        predictions
    }

    fn answers() -> Predictions {
        predictions(&[0, 1], &[0.75, 0.25, 0.5, 0.5], 2)
    }

    fn refusal(recorded: &Recorded) -> String {
        recorded.check(2, &answers()).unwrap_err()
    }

    #[test]
    fn answers_are_those_that_were_recorded() {
        let mut recorded = Recorded::of(&answers());
        assert_eq!(recorded.check(2, &answers()), Ok(()));
        recorded.scores[1][0] = 0.500_01;
        assert!(refusal(&recorded).contains("row 1"));
        recorded.scores[1][0] = f64::NAN;
        assert!(refusal(&recorded).contains("row 1"));
    }

    #[test]
    fn another_class_is_another_answer() {
        let mut recorded = Recorded::of(&answers());
        recorded.classes[1] = 0;
        assert!(refusal(&recorded).contains("row 1"));
    }

    #[test]
    fn every_target_of_a_row_has_a_class_of_its_own() {
        let two = |classes: &[u32], scores: &[f64], width| {
            let mut answers = predictions(classes, scores, width);
            answers.choices = 2;
            answers
        };
        let sure = [0.75, 0.25, 0.5, 0.5, 1.0, 0.0, 0.0, 1.0];
        for answers in [two(&[0, 1, 0, 1], &sure, 4), two(&[0, 1, 0, 1], &[], 0)] {
            let mut recorded = Recorded::of(&answers);
            assert_eq!(recorded.check(2, &answers), Ok(()));
            recorded.classes[3] = 0;
            assert!(recorded.check(2, &answers).unwrap_err().contains("row 1"));
        }
    }

    #[test]
    fn missing_rows_are_missing_answers() {
        let mut recorded = Recorded::of(&answers());
        recorded.scores.pop();
        recorded.classes.pop();
        assert_eq!(
            refusal(&recorded),
            "its input example has 2 rows, but the answers to 1 are recorded"
        );
        recorded.scores.clear();
        assert!(refusal(&recorded).contains("answers to 0"));
    }

    #[test]
    fn more_rows_than_the_example_has_are_a_damaged_example() {
        let mut recorded = Recorded::of(&answers());
        recorded.scores.push(vec![0.5, 0.5]);
        assert!(refusal(&recorded).contains("answers to 3"));
    }

    #[test]
    fn missing_classes_are_missing_answers() {
        let mut recorded = Recorded::of(&answers());
        recorded.classes.clear();
        assert_eq!(
            refusal(&recorded),
            "the classes of 0 rows of its input example are recorded, not of 2"
        );
    }

    #[test]
    fn scores_of_another_width_are_other_answers() {
        let mut recorded = Recorded::of(&answers());
        recorded.scores[0].pop();
        assert_eq!(
            refusal(&recorded),
            "it answers row 0 of its input example with 2 scores, 1 are recorded"
        );
        recorded.scores[0] = vec![0.75, 0.25, 0.0];
        assert!(refusal(&recorded).contains("3 are recorded"));
    }

    #[test]
    fn a_regressor_has_no_classes() {
        let answers = predictions(&[], &[2.5e9], 1);
        let mut recorded = Recorded::of(&answers);
        recorded.scores[0][0] += 1.0;
        assert_eq!(recorded.check(1, &answers), Ok(()), "relative to the score");
        recorded.classes.push(0);
        assert!(recorded.check(1, &answers).is_err());
    }
}
