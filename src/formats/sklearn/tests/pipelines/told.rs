//! Cases that have a signature.

use super::{Header, Table, case, read, table};
use crate::input::{Column, ColumnType, Schema};

/// The signature of a case.
pub(super) fn signature(header: &Header, table: &Table) -> Option<Schema> {
    let kind = |name: &String| match header.told.get(name).map(String::as_str) {
        Some("long") => ColumnType::Long,
        Some("boolean") => ColumnType::Boolean,
        Some("string") => ColumnType::Text,
        _ => ColumnType::Double,
    };
    let names = table.columns.as_ref().filter(|_| !header.told.is_empty())?;
    let columns = names.iter().map(|name| Column::new(name, kind(name)));
    Some(Schema::new(columns.collect(), true))
}

#[test]
fn a_logarithm_of_booleans_is_refused_for_numpy_takes_it_in_16_bits() {
    let case = case("1.9.1-function_log1p_not_validated.gz");
    let (_, bytes) = &case.files[0];
    let table = table("clean");
    let column = |name: &String| {
        let kind = match name.as_str() {
            "ratio" => ColumnType::Boolean,
            name if ["city", "plan", "job", "note", "grade"].contains(&name) => ColumnType::Text,
            _ => ColumnType::Double,
        };
        Column::new(name, kind)
    };
    let columns = table.columns.unwrap().iter().map(column).collect();
    let error = read(bytes, Some(&Schema::new(columns, true))).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("numpy.log1p of a column of booleans"),
        "{text}"
    );
}
