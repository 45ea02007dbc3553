//! The target column: its cells while the table is read, and what they turn out to be.

use std::collections::BTreeMap;

use super::{Task, TrainError};
use crate::input::{Cell, Column, ColumnType, Precision, Refusal, Texts};
use crate::model::Labels;

/// Messages quote at most this many characters of a cell.
pub(super) const QUOTED: usize = 40;

/// The most classes. A column with more distinct values is a quantity or an identifier.
pub const MOST_CLASSES: usize = 1000;
/// A target with more distinct numbers than this, and fractions among them, is a quantity and no class.
const MOST_FRACTIONS: usize = 20;
/// The largest value of a quantity. The trees' answers are added in 32-bit floats, and 10,000 of these are still far from their end.
pub(super) const LARGEST: f64 = 1e30;
/// Rounding to 32-bit floats may move the values of a quantity by this share of their spread, and not by more.
const MOST_ROUNDING: f64 = 0.01;

/// What is to be learnt, one per row.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A class for each row.
    Classes {
        /// At least two labels: integers in ascending order if every target is an integer, else strings in byte order.
        labels: Labels,
        /// Index into `labels`.
        classes: Vec<usize>,
    },
    /// Finite numbers that are not all equal.
    Numbers(Vec<f64>),
}

impl Target {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Classes { classes, .. } => classes.len(),
            Self::Numbers(numbers) => numbers.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is learnt of it.
    pub fn task(&self) -> Task {
        match self {
            Self::Classes { .. } => Task::Classification,
            Self::Numbers(_) => Task::Regression,
        }
    }
}

/// The cells that were read so far: as classes as long as they are few enough, and as numbers as long as all of them are.
#[derive(Debug, Default)]
pub(super) struct TargetCells {
    /// What the user says that it is.
    task: Option<Task>,
    rows: usize,
    /// The different texts by their number, and the number of each row's; not kept further than one above the most classes.
    texts: BTreeMap<String, usize>,
    ids: Vec<usize>,
    /// As long as every cell is a number.
    numbers: Vec<f64>,
    /// The first cell that is no number that a quantity may have.
    odd: Option<TrainError>,
}

impl TargetCells {
    pub(super) fn new(task: Option<Task>) -> Self {
        Self {
            task,
            ..Self::default()
        }
    }

    /// The number of cells.
    pub(super) fn len(&self) -> usize {
        self.rows
    }

    /// Takes the next cell: any text but NaN, which exporters write for a missing value; only numbers in a regression.
    pub(super) fn push(&mut self, text: &str, cell: impl Fn() -> Cell) -> Result<(), TrainError> {
        if text.eq_ignore_ascii_case("nan") {
            let (cell, value) = (cell(), text.to_owned());
            return Err(TrainError::NotFinite { cell, value });
        }
        self.rows += 1;
        if self.task != Some(Task::Classification) && self.odd.is_none() {
            match number(text, &cell) {
                Ok(number) => self.numbers.push(number),
                Err(error) if self.task == Some(Task::Regression) => return Err(error),
                Err(error) => {
                    self.odd = Some(error);
                    self.numbers = Vec::new();
                }
            }
        }
        if self.task != Some(Task::Regression) && self.texts.len() <= MOST_CLASSES {
            let next = self.texts.len();
            let id = match self.texts.get(text) {
                Some(&id) => id,
                None => *self.texts.entry(text.to_owned()).or_insert(next),
            };
            self.ids.push(id);
        }
        Ok(())
    }

    /// What the column is; `file` and `target` are for messages.
    pub(super) fn decide(self, file: &str, target: &str) -> Result<Target, TrainError> {
        match self.task {
            Some(Task::Regression) => quantity(self.numbers, file, target),
            Some(Task::Classification) => classes(self.texts, &self.ids, file, target),
            None => self.find_out(file, target),
        }
    }

    fn find_out(self, file: &str, target: &str) -> Result<Target, TrainError> {
        let numbers = || self.texts.keys().filter(|text| is_number(text));
        let n_numbers = numbers().count();
        let fractions = numbers().any(|text| text.parse::<i64>().is_err());
        let is_quantity = fractions && n_numbers > MOST_FRACTIONS;
        match self.odd {
            None if is_quantity => quantity(self.numbers, file, target),
            // A few words among many fractions are no names of classes, but marks for what is missing.
            Some(odd) if is_quantity && n_numbers > self.texts.len() / 2 => Err(odd),
            _ => classes(self.texts, &self.ids, file, target),
        }
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

/// Reads a number by the rules of the server. It must leave room for sums in 32-bit floats.
fn number(text: &str, cell: impl Fn() -> Cell) -> Result<f64, TrainError> {
    let column = Column::new("", ColumnType::Double);
    let accepted = column.accept_text(text, Precision::F64, &mut Texts::default());
    let value = || text.chars().take(QUOTED).collect();
    match accepted {
        Ok(x) if x.abs() <= LARGEST => Ok(x),
        Ok(_) | Err(Refusal::OutOfRange { .. }) => Err(TrainError::LargeTarget {
            cell: cell(),
            value: value(),
            limit: LARGEST,
        }),
        Err(Refusal::Missing | Refusal::NotFinite) => Err(TrainError::NotFinite {
            cell: cell(),
            value: value(),
        }),
        Err(Refusal::Type { .. } | Refusal::Unknown { .. }) => Err(TrainError::NoQuantity {
            cell: cell(),
            value: value(),
        }),
    }
}

/// Numbers that differ, and by more than the model's answers are rounded.
fn quantity(numbers: Vec<f64>, file: &str, target: &str) -> Result<Target, TrainError> {
    let (file, target) = (file.to_owned(), target.to_owned());
    let count = numbers.len().max(1) as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut spread, mut rounding) = (0.0, 0.0);
    for &x in &numbers {
        (least, most) = (x.min(least), x.max(most));
        spread += (x - mean).abs();
        rounding += (x - f64::from(x as f32)).abs();
    }
    if least >= most {
        let value = least;
        return Err(TrainError::OneValue {
            file,
            target,
            value,
        });
    }
    if rounding > MOST_ROUNDING * spread {
        return Err(TrainError::CloseTargets {
            file,
            target,
            least,
            most,
        });
    }
    Ok(Target::Numbers(numbers))
}

/// Turns the texts, and the number of each row's, into classes.
fn classes(
    texts: BTreeMap<String, usize>,
    ids: &[usize],
    file: &str,
    target: &str,
) -> Result<Target, TrainError> {
    let (file, target) = (file.to_owned(), target.to_owned());
    if texts.len() > MOST_CLASSES {
        return Err(TrainError::TooManyClasses {
            file,
            target,
            limit: MOST_CLASSES,
            way_out: if texts.keys().all(|text| is_number(text)) {
                "choose a class column, or add --task regression if it is a quantity"
            } else {
                "choose a class column"
            },
        });
    }
    let integers: Option<Vec<i64>> = texts.keys().map(|text| text.parse().ok()).collect();
    let (labels, ranks) = if let Some(integers) = integers {
        let (sorted, ranks) = rank(&integers);
        (Labels::Integers(sorted), ranks)
    } else {
        let texts: Vec<&String> = texts.keys().collect();
        let (sorted, ranks) = rank(&texts);
        (
            Labels::Strings(sorted.into_iter().cloned().collect()),
            ranks,
        )
    };
    if labels.len() < 2 {
        let class = texts.into_keys().next().unwrap_or_default();
        return Err(TrainError::OneClass {
            file,
            target,
            class,
        });
    }
    let mut place = vec![0; texts.len()];
    for (id, rank) in texts.into_values().zip(ranks) {
        place[id] = rank;
    }
    let classes = ids.iter().map(|&id| place[id]).collect();
    Ok(Target::Classes { labels, classes })
}

/// The distinct values in order, and the rank of every value among them: `7` and `07` are one integer.
fn rank<T: Ord + Clone>(values: &[T]) -> (Vec<T>, Vec<usize>) {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let rank = |value| sorted.partition_point(|other| other < value);
    let order = values.iter().map(rank).collect();
    (sorted, order)
}

#[cfg(test)]
mod tests;
