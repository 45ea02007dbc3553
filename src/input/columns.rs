//! Finds the column of each feature in a CSV file.

use super::{Column, CsvError, CsvRows, Schema};
use std::{collections::HashSet, io::Read};

/// Messages name at most this many of the missing columns.
const LISTED: usize = 5;

/// For each feature, its column in the file: by name, or by position where the model has no names. The file may leave out an optional
/// column. `file` is the name in messages.
///
/// # Errors
/// [`CsvError`] names what the file lacks.
pub fn find_columns<R: Read>(
    rows: &CsvRows<R>,
    file: &str,
    schema: &Schema,
) -> Result<Vec<Option<usize>>, CsvError> {
    if !schema.named {
        return by_position(rows, file, schema);
    }
    by_name(rows, file, schema, || {
        let names = rows.header().iter().map(String::as_str).enumerate();
        names.filter(|(_, name)| !name.trim().is_empty())
    })
}

/// By the names of a file's columns, which are gone through once or twice however many the model has.
fn by_name<'n, R: Read, I: Iterator<Item = (usize, &'n str)>>(
    rows: &CsvRows<R>,
    file: &str,
    schema: &Schema,
    names: impl Fn() -> I,
) -> Result<Vec<Option<usize>>, CsvError> {
    let index = rows.index(names())?;
    let exact = |column: &Column| index.get(column.name.as_str()).copied();
    let mut found: Vec<_> = schema.columns.iter().map(exact).collect();
    if found.iter().all(Option::is_some) {
        return Ok(found);
    }
    // Spaces around a name do not count, neither in the file nor in the model.
    let taken: HashSet<usize> = found.iter().flatten().copied().collect();
    let left = names().filter(|(at, _)| !taken.contains(at));
    let trimmed = rows.index(left.map(|(at, name)| (at, name.trim())))?;
    for (place, column) in found.iter_mut().zip(&schema.columns) {
        if place.is_none() {
            *place = trimmed.get(column.name.trim()).copied();
        }
    }
    let missing = |(place, column): (&Option<usize>, &Column)| {
        let optional = !column.required && column.nullable;
        (place.is_none() && !optional).then(|| column.name.clone())
    };
    let missing: Vec<_> = found
        .iter()
        .zip(&schema.columns)
        .filter_map(missing)
        .collect();
    if missing.is_empty() {
        return Ok(found);
    }
    Err(lacks(file, &missing, &rows.listed()))
}

fn lacks(file: &str, missing: &[String], listed: &str) -> CsvError {
    // Spaces at an end are not seen without quotes.
    let shown = |name: &String| {
        if name.trim() == name {
            name.clone()
        } else {
            format!("{name:?}")
        }
    };
    let names = missing.iter().take(LISTED).map(shown).collect::<Vec<_>>();
    let names = names.join(", ");
    let what = match missing.len() {
        1 => format!("no column {names}, which the model needs"),
        n if n <= LISTED => format!("no columns {names}, which the model needs"),
        n => format!(
            "no columns {names} and {} more, which the model needs",
            n - LISTED
        ),
    };
    CsvError::Columns(format!("{file} has {what}; it has {listed}"))
}

/// The model's columns in the model's order.
fn by_position<R: Read>(
    rows: &CsvRows<R>,
    file: &str,
    schema: &Schema,
) -> Result<Vec<Option<usize>>, CsvError> {
    let header = rows.header();
    if header.len() != schema.len() {
        let index = header.iter().any(|name| name.trim().is_empty());
        let hint = if index {
            "; a column has no name: leave an index out when exporting (pandas: index=False)"
        } else {
            ", which have no names: give it these columns and no others, in the model's order"
        };
        let (found, wanted) = (header.len(), schema.len());
        return Err(CsvError::Columns(format!(
            "{file} has {found} columns, the model takes {wanted}{hint}"
        )));
    }
    // pandas writes numbers as the header of columns without names.
    let counted = (0..2).any(|from| {
        let numbers = (from..).map(|i: usize| i.to_string());
        header
            .iter()
            .map(|name| name.trim())
            .eq(numbers.take(header.len()))
    });
    let numbers = header.iter().all(|name| name.trim().parse::<f64>().is_ok());
    if numbers && !counted {
        return Err(CsvError::Columns(format!(
            "{file} begins with a row of numbers; put a header line with the names of the columns above it"
        )));
    }
    Ok((0..schema.len()).map(Some).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::ColumnType;

    fn found(header: &str, schema: &Schema) -> Result<Vec<Option<usize>>, String> {
        let rows = CsvRows::open(header.as_bytes(), "t.csv").expect("a header");
        find_columns(&rows, "t.csv", schema).map_err(|error| error.to_string())
    }

    fn named(names: &[&str]) -> Schema {
        let names = names.iter().map(|&name| name.to_owned());
        Schema::named(names, ColumnType::Double)
    }

    #[test]
    fn a_name_is_found_exactly_first_and_without_its_spaces_then() {
        let schema = named(&[" calls", "calls", "age"]);
        assert_eq!(
            found("calls,id,age , calls", &schema),
            Ok(vec![Some(3), Some(0), Some(2)])
        );
        assert_eq!(found(" calls ,x", &named(&[" calls"])), Ok(vec![Some(0)]));
    }

    #[test]
    fn a_name_that_is_there_twice_is_refused() {
        assert_eq!(
            found("a,b,a", &named(&["b"])).unwrap_err(),
            "t.csv: two columns are named a; rename one of them"
        );
        assert_eq!(
            found(" a,a ", &named(&["a"])).unwrap_err(),
            "t.csv: two columns are named a; rename one of them"
        );
        // These are headers that exporters write above an index.
        assert_eq!(found(",,a", &named(&["a"])), Ok(vec![Some(2)]));
    }

    #[test]
    fn columns_that_are_missing_are_named_together() {
        assert_eq!(
            found("a,b", &named(&["a", "c"])).unwrap_err(),
            "t.csv has no column c, which the model needs; it has a, b"
        );
        assert_eq!(
            found("calls", &named(&["calls", " calls"])).unwrap_err(),
            "t.csv has no column \" calls\", which the model needs; it has calls"
        );
        assert_eq!(
            found("a", &named(&["x0", "x1", "x2", "x3", "x4", "x5"])).unwrap_err(),
            "t.csv has no columns x0, x1, x2, x3, x4 and 1 more, which the model needs; it has a"
        );
    }

    #[test]
    fn a_column_the_model_can_do_without_may_be_missing() {
        let mut schema = named(&["a", "b"]);
        schema.columns[1].nullable = true;
        assert!(found("a", &schema).is_err());
        schema.columns[1].required = false;
        assert_eq!(found("a", &schema), Ok(vec![Some(0), None]));
        schema.columns[1].nullable = false;
        assert!(found("a", &schema).is_err());
    }

    #[test]
    fn columns_without_names_are_taken_in_order() {
        let schema = Schema::unnamed(2, ColumnType::Double);
        for header in ["a,b", "0,1", "1,2", "x0,x1"] {
            assert_eq!(found(header, &schema), Ok(vec![Some(0), Some(1)]));
        }
        assert_eq!(
            found(",a,b", &schema).unwrap_err(),
            "t.csv has 3 columns, the model takes 2; a column has no name: leave an index out when exporting (pandas: index=False)"
        );
        assert_eq!(
            found("a", &schema).unwrap_err(),
            "t.csv has 1 columns, the model takes 2, which have no names: give it these columns and no others, in the model's order"
        );
        assert_eq!(
            found("5.1,3.5", &schema).unwrap_err(),
            "t.csv begins with a row of numbers; put a header line with the names of the columns above it"
        );
    }

    #[test]
    fn the_columns_of_a_very_wide_file_are_gone_through_once_or_twice() {
        let names: Vec<String> = (0..60_000).map(|i| format!("c{i}")).collect();
        let schema = Schema::named(names.clone(), ColumnType::Double);
        let rows = CsvRows::open(&b"a\n"[..], "t.csv").expect("a header");
        for (space, most) in [("", 60_000), (" ", 120_000)] {
            let header: Vec<String> = names.iter().rev().map(|c| format!("{c}{space}")).collect();
            let looked = std::cell::Cell::new(0);
            let header = || {
                let header = header.iter().map(String::as_str).enumerate();
                header.inspect(|_| looked.set(looked.get() + 1))
            };
            let found = by_name(&rows, "t.csv", &schema, header).expect("found");
            assert_eq!((found[0], found[59_999]), (Some(59_999), Some(0)));
            assert_eq!(looked.get(), most);
        }
    }
}
