//! The table a model is trained on.

use ndarray::Array2;

use super::truth::Target;
use crate::model::Labels;

/// So many whole numbers may as well be a quantity.
const MANY_CLASSES: usize = 20;

/// Numeric features and what is to be learnt of them.
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
    /// The target column, one value per row.
    pub truth: Target,
}

impl Table {
    /// What was taken for granted because no task was given, where another reading of the target would make sense too.
    pub fn assumption(&self) -> Option<String> {
        let target = &self.target;
        match &self.truth {
            Target::Numbers(_) => Some(format!(
                "the target {target} has many values with fractions, so it is a quantity; if its values are classes, add --task classification"
            )),
            Target::Classes {
                labels: Labels::Integers(labels),
                ..
            } if labels.len() > MANY_CLASSES => Some(format!(
                "the target {target} has {} whole numbers, which are taken for classes; if it is a quantity, add --task regression",
                labels.len()
            )),
            Target::Classes { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::train::reader;

    #[test]
    fn what_was_taken_for_granted_is_said_where_it_may_be_wrong() {
        let assumption = |values: &dyn Fn(usize) -> String| {
            let rows = (0..30).map(|i| format!("{i},{}\n", values(i)));
            let csv: String = std::iter::once("a,y\n".to_owned()).chain(rows).collect();
            let table = reader::read(csv.as_bytes(), "t.csv", Some("y"), None);
            table.expect("a table").assumption()
        };
        assert_eq!(
            assumption(&|i| format!("{i}.5")).as_deref(),
            Some(
                "the target y has many values with fractions, so it is a quantity; if its values are classes, add --task classification"
            )
        );
        assert_eq!(
            assumption(&|i| (i % 21).to_string()).as_deref(),
            Some(
                "the target y has 21 whole numbers, which are taken for classes; if it is a quantity, add --task regression"
            )
        );
        assert_eq!(assumption(&|i| (i % 20).to_string()), None);
        assert_eq!(assumption(&|i| format!("word {i}")), None);
    }
}
