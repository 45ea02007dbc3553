//! Where the table comes from that a model is trained on: a CSV file, which `reader` reads, or an embedded data set.

use super::table::Table;
use super::truth::TargetCells;
use super::{Task, TrainError, reader};
use crate::input::Cell;

/// The table that `--data` and `--target` name: an embedded data set, or else a CSV file. Without a `task` the target tells it.
///
/// CSV is what [`CsvRows`](crate::input::CsvRows) says, with the spaces around a field dropped. Limits: 2^24 rows,
/// [`MOST_CLASSES`](super::truth::MOST_CLASSES) classes; the table is held in memory, 4 bytes a cell.
///
/// # Errors
/// The first mistake, with its place and the next step.
pub fn load(data: &str, target: Option<&str>, task: Option<Task>) -> Result<Table, TrainError> {
    let (embedded, fixed) = match data {
        "iris" => (linfa_datasets::iris(), "species"),
        "winequality" => (linfa_datasets::winequality(), "quality"),
        path => {
            let file = std::fs::File::open(path).map_err(|cause| TrainError::Open {
                file: path.to_owned(),
                cause,
            })?;
            return reader::read(file, path, target, task);
        }
    };
    if let Some(given) = target.filter(|&given| given != fixed) {
        return Err(TrainError::FixedTarget {
            file: data.to_owned(),
            expected: fixed.to_owned(),
            given: given.to_owned(),
        });
    }
    let mut cells = TargetCells::new(task);
    for (at, class) in embedded.targets.iter().enumerate() {
        let cell = || Cell {
            file: data.to_owned(),
            row: at as u64 + 1,
            line: at as u64 + 2,
            column: fixed.to_owned(),
        };
        cells.push(&class.to_string(), cell)?;
    }
    Ok(Table {
        name: data.to_owned(),
        target: fixed.to_owned(),
        columns: embedded
            .feature_names()
            .iter()
            .map(|name| name.replace(' ', "_"))
            .collect(),
        rows: embedded.records.mapv(|x| x as f32),
        truth: cells.decide(data, fixed)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Labels;
    use crate::train::Target;

    #[test]
    fn the_embedded_tables_have_names_clients_can_type() {
        let iris = load("iris", None, None).expect("embedded");
        assert_eq!(
            iris.columns,
            ["sepal_length", "sepal_width", "petal_length", "petal_width"]
        );
        assert_eq!(iris.rows.row(0).to_vec(), [5.1, 3.5, 1.4, 0.2]);
        let wine = load("winequality", Some("quality"), None).expect("embedded");
        assert_eq!(wine.rows.dim(), (1599, 11));
        let Target::Classes { labels, classes } = wine.truth else {
            panic!("whole numbers are classes");
        };
        assert_eq!(labels, Labels::Integers(vec![3, 4, 5, 6, 7, 8]));
        assert_eq!(classes.len(), 1599);
    }

    #[test]
    fn an_embedded_table_may_be_a_quantity() {
        let wine = load("winequality", None, Some(Task::Regression)).expect("embedded");
        let Target::Numbers(numbers) = wine.truth else {
            panic!("not asked for classes");
        };
        assert_eq!(numbers.len(), 1599);
        assert_eq!(numbers[..4], [5.0, 5.0, 5.0, 6.0]);
    }

    #[test]
    fn an_embedded_table_keeps_its_target() {
        let error = load("iris", Some("petal_width"), None).expect_err("not its target");
        assert_eq!(
            error.to_string(),
            "the target of iris is species, not petal_width; leave --target out"
        );
        assert_eq!(crate::Error::from(error).exit_code(), 64);
    }

    #[test]
    fn a_path_that_cannot_be_read_is_named() {
        let error = load("no/such.csv", Some("y"), None).expect_err("no such file");
        assert!(
            error.to_string().starts_with("cannot read no/such.csv: "),
            "{error}"
        );
        assert!(load("src", Some("y"), None).is_err());
    }
}
