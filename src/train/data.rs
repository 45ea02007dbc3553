//! The table a model is trained on, and where it comes from.
//!
//! Decides what a target column means: the classes and their order. `reader` reads the cells.

use std::collections::BTreeSet;

use ndarray::Array2;

use super::TrainError;
use super::reader::{self, RawTable};
use crate::model::Labels;

/// The most classes. A column with more distinct values is a number or an identifier.
pub const MOST_CLASSES: usize = 1000;
/// A target with more distinct values than this, and fractions among them, is a quantity and no class.
const MOST_FRACTIONS: usize = 20;

/// Numeric features and one class per row.
#[derive(Clone, Debug)]
pub struct Table {
    /// The file or embedded data set, as the user named it.
    pub name: String,
    /// The target column's name.
    pub target: String,
    /// Feature names, in the order of `rows`' columns.
    pub columns: Vec<String>,
    /// Finite features, one row per observation.
    pub rows: Array2<f32>,
    /// At least two labels: integers in ascending order if every target is an integer, else strings in byte order.
    pub labels: Labels,
    /// Index into `labels`, one per row.
    pub classes: Vec<usize>,
}

/// The table that `--data` and `--target` name: an embedded data set, or else a CSV file.
///
/// CSV is what [`CsvRows`](crate::input::CsvRows) says, with the spaces around a field dropped. Limits: 2^24 rows, [`MOST_CLASSES`] classes;
/// the table is held in memory, 4 bytes a cell.
///
/// # Errors
/// The first mistake, with its place and the next step.
pub fn load(data: &str, target: Option<&str>) -> Result<Table, TrainError> {
    let (embedded, fixed) = match data {
        "iris" => (linfa_datasets::iris(), "species"),
        "winequality" => (linfa_datasets::winequality(), "quality"),
        path => {
            let file = std::fs::File::open(path).map_err(|cause| TrainError::Open {
                file: path.to_owned(),
                cause,
            })?;
            return Table::from_raw(reader::read(file, path, target)?);
        }
    };
    if let Some(given) = target.filter(|&given| given != fixed) {
        return Err(TrainError::FixedTarget {
            file: data.to_owned(),
            expected: fixed.to_owned(),
            given: given.to_owned(),
        });
    }
    let names: Vec<String> = embedded.targets.iter().map(ToString::to_string).collect();
    let distinct: Vec<String> = names
        .iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .cloned()
        .collect();
    let position = |name: &String| distinct.binary_search(name).unwrap_or_default();
    Table::from_raw(RawTable {
        name: data.to_owned(),
        target: fixed.to_owned(),
        columns: embedded
            .feature_names()
            .iter()
            .map(|name| name.replace(' ', "_"))
            .collect(),
        rows: embedded.records.mapv(|x| x as f32),
        targets: names.iter().map(position).collect(),
        distinct,
    })
}

impl Table {
    /// Turns target texts into classes.
    pub(super) fn from_raw(raw: RawTable) -> Result<Self, TrainError> {
        let (labels, order) = classify(&raw)?;
        Ok(Self {
            name: raw.name,
            target: raw.target,
            columns: raw.columns,
            rows: raw.rows,
            labels,
            classes: raw.targets.into_iter().map(|id| order[id]).collect(),
        })
    }
}

/// The labels, and for every distinct target text its index among them.
fn classify(raw: &RawTable) -> Result<(Labels, Vec<usize>), TrainError> {
    let texts = &raw.distinct;
    let integers: Option<Vec<i64>> = texts.iter().map(|text| text.parse().ok()).collect();
    let fractions = texts.iter().all(|text| text.parse::<f64>().is_ok());
    if integers.is_none() && fractions && texts.len() > MOST_FRACTIONS {
        return Err(TrainError::Regression {
            file: raw.name.clone(),
            target: raw.target.clone(),
            distinct: texts.len(),
        });
    }
    let (labels, order) = if let Some(integers) = integers {
        let (sorted, order) = rank(&integers);
        (Labels::Integers(sorted), order)
    } else {
        let (sorted, order) = rank(texts);
        (Labels::Strings(sorted), order)
    };
    match labels.len() {
        2..=MOST_CLASSES => Ok((labels, order)),
        0 | 1 => Err(TrainError::OneClass {
            file: raw.name.clone(),
            target: raw.target.clone(),
            class: texts.first().cloned().unwrap_or_default(),
        }),
        distinct => Err(TrainError::TooManyClasses {
            file: raw.name.clone(),
            target: raw.target.clone(),
            distinct,
            limit: MOST_CLASSES,
        }),
    }
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
mod tests {
    use super::*;

    fn table(csv: &str) -> Result<Table, TrainError> {
        Table::from_raw(reader::read(csv.as_bytes(), "t.csv", Some("y"))?)
    }

    fn message(csv: &str) -> String {
        table(csv).expect_err("not a table").to_string()
    }

    fn numbered(rows: usize, target: impl Fn(usize) -> String) -> String {
        let rows = (0..rows).map(|i| format!("{i},{}\n", target(i)));
        std::iter::once("a,y\n".to_owned()).chain(rows).collect()
    }

    #[test]
    fn integer_targets_are_sorted_as_numbers() {
        let table = table("a,y\n1,10\n2,9\n3,010\n4,-1\n").expect("a table");
        assert_eq!(table.labels, Labels::Integers(vec![-1, 9, 10]));
        assert_eq!(table.classes, [2, 1, 2, 0]);
    }

    #[test]
    fn one_target_that_is_no_integer_makes_all_of_them_strings() {
        let table = table("a,y\n1,10\n2,9\n3,x\n").expect("a table");
        let strings = ["10", "9", "x"].map(str::to_owned);
        assert_eq!(table.labels, Labels::Strings(strings.to_vec()));
    }

    #[test]
    fn a_few_fractions_are_classes_and_many_are_a_quantity() {
        assert!(table("a,y\n1,0.5\n2,1.5\n").is_ok());
        let csv = numbered(30, |i| format!("{}.5", i % 21));
        assert_eq!(
            message(&csv),
            "t.csv: the target y has 21 distinct values with fractions, so it is a quantity; regression training is not supported, \
             choose a class column or put the values into classes"
        );
    }

    #[test]
    fn one_class_cannot_be_learnt() {
        assert_eq!(
            message("a,y\n1,b\n2,b\n"),
            "t.csv: every row has the target y = \"b\"; a classifier needs at least two classes"
        );
    }

    #[test]
    fn a_class_per_row_is_an_identifier() {
        let csv = numbered(1001, |i| i.to_string());
        assert_eq!(
            message(&csv),
            "t.csv: the target y has 1001 distinct values, more than the 1000 classes supported; choose a class column"
        );
    }

    #[test]
    fn the_embedded_tables_have_names_clients_can_type() {
        let iris = load("iris", None).expect("embedded");
        assert_eq!(
            iris.columns,
            ["sepal_length", "sepal_width", "petal_length", "petal_width"]
        );
        assert_eq!(iris.labels, Labels::Integers(vec![0, 1, 2]));
        assert_eq!(iris.rows.row(0).to_vec(), [5.1, 3.5, 1.4, 0.2]);
        let wine = load("winequality", Some("quality")).expect("embedded");
        assert_eq!(wine.rows.dim(), (1599, 11));
        assert_eq!(wine.labels, Labels::Integers(vec![3, 4, 5, 6, 7, 8]));
        assert_eq!(wine.classes.len(), 1599);
    }

    #[test]
    fn an_embedded_table_keeps_its_target() {
        let error = load("iris", Some("petal_width")).expect_err("not its target");
        assert_eq!(
            error.to_string(),
            "the target of iris is species, not petal_width; leave --target out"
        );
        assert_eq!(crate::Error::from(error).exit_code(), 64);
    }

    #[test]
    fn a_path_that_cannot_be_read_is_named() {
        let error = load("no/such.csv", Some("y")).expect_err("no such file");
        assert!(
            error.to_string().starts_with("cannot read no/such.csv: "),
            "{error}"
        );
        assert!(load("src", Some("y")).is_err());
    }
}
