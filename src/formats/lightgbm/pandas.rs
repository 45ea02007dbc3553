//! The pandas categories that stand behind the trees.
//!
//! Source: `_data_from_pandas` and `_dump_pandas_categorical` in LightGBM's `python-package/lightgbm/basic.py`: one list for each column
//! of the type `category`, in the order of the columns, whose names are not kept.

use super::{FormatError, corrupt, unsupported};
use crate::{formats::coded::Categories, input::Word};
use serde_json::Value;

/// What stands before the list.
const KEY: &str = "pandas_categorical:";
/// It is the last line, or the last but a few.
const LINES: usize = 8;

/// The categories, by their columns. `infos` is the header's line of what the fit saw of each feature.
pub(super) fn read(text: &str, infos: &str) -> Result<Vec<Categories>, FormatError> {
    let line = text
        .lines()
        .rev()
        .take(LINES)
        .find_map(|line| line.strip_prefix(KEY));
    let Some(line) = line
        .map(str::trim)
        .filter(|line| !matches!(*line, "null" | "[]" | ""))
    else {
        return Ok(Vec::new());
    };
    let lists: Vec<Vec<Value>> = serde_json::from_str(line).map_err(|error| {
        corrupt!("the LightGBM model's pandas categories are not JSON: {error}")
    })?;
    let columns = columns(infos, &lists)?;
    let categories = columns.into_iter().zip(lists).map(|(column, list)| {
        let values = list.into_iter().map(word).collect::<Result<_, _>>()?;
        Ok(Categories {
            column,
            values,
            closed: false,
        })
    });
    categories.collect()
}

fn word(value: Value) -> Result<Option<Word>, FormatError> {
    Ok(match value {
        Value::String(text) => Some(Word::Text(text)),
        Value::Bool(flag) => Some(Word::Boolean(flag)),
        Value::Number(number) => number.as_f64().map(Word::Number),
        Value::Null => None,
        other => {
            return Err(corrupt!(
                "the LightGBM model has the pandas category {other}"
            ));
        }
    })
}

/// Which columns the lists belong to: those that were split by category, and if these are too few, those that no tree could split.
fn columns(infos: &str, lists: &[Vec<Value>]) -> Result<Vec<usize>, FormatError> {
    let infos: Vec<&str> = infos.split_ascii_whitespace().collect();
    let places = |wanted: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let places = infos.iter().enumerate().filter(|(_, info)| wanted(info));
        places.map(|(place, _)| place).collect()
    };
    // `[least:most]` of a number, `code:code:…` of a category, `none` of what is the same in every row.
    let by_category = |info: &str| !info.starts_with('[') && info != "none";
    for found in [
        places(&by_category),
        places(&|info: &str| by_category(info) || info == "none"),
    ] {
        if found.len() == lists.len() {
            return Ok(found);
        }
    }
    Err(unsupported!(
        "the LightGBM model keeps {} lists of pandas categories without the names of their columns, and which they are cannot be told; \
         put an OrdinalEncoder before the model in a Pipeline",
        lists.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_belong_to_the_columns_that_are_split_by_category() {
        let text = "tree\nend of trees\n\npandas_categorical:[[\"a\", \"b\"], [1, 2, null]]\n";
        let read = read(text, "[0:1] 0:1 none -1:0:1").unwrap();
        let columns: Vec<usize> = read.iter().map(|list| list.column).collect();
        assert_eq!(columns, [1, 3]);
        assert_eq!(read[1].values[2], None);
    }

    #[test]
    fn lists_whose_columns_cannot_be_told_are_refused() {
        let text = "tree\npandas_categorical:[[\"a\"], [\"b\"]]";
        assert!(read(text, "[0:1] 0:1").is_err());
        assert!(
            read("tree\npandas_categorical:null", "[0:1]")
                .unwrap()
                .is_empty()
        );
    }
}
