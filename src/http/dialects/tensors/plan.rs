//! Which columns the tensors of a request are: one tensor is the whole matrix, or each is a column by name.

use super::{broken, tensor::Tensor};
use crate::{
    http::{
        dialects::rows::{Rows, echo},
        problem::{Code, Failure},
    },
    input::Schema,
};
use serde_json::json;

/// What the tensors are.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http::dialects) struct Plan {
    pub(super) rows: usize,
    /// The column of each tensor; of a tensor that is the matrix, none.
    pub(super) columns: Vec<Option<usize>>,
}

/// Finds the columns, and what is wrong with the claims of `tensors`. `most_values` is what the body has room for.
pub(super) fn plan(
    tensors: &[Tensor],
    rows: &mut Rows<'_>,
    max_rows: usize,
    most_values: usize,
) -> Result<Plan, Failure> {
    let Some(first) = tensors.first() else {
        let detail = "The request has no inputs; send one tensor of rows, or one for each column.";
        return Err(Failure::new(Code::MissingField, detail));
    };
    for tensor in tensors {
        if tensor.rows() > max_rows {
            let detail =
                format!("The batch has more than {max_rows} rows, which is this server's limit.");
            return Err(
                Failure::new(Code::TooManyRows, detail).of_rows(tensor.rows().min(max_rows))
            );
        }
        if tensor.values > most_values {
            let what = format!("the body is too short for the shape {:?}", tensor.shape);
            return Err(broken(&tensor.name, what));
        }
    }
    let known = rows.served.model.place(&first.name).is_some();
    let schema = rows.schema;
    if tensors.len() > 1 || schema.named && known && first.per_row() == 1 {
        let columns = by_name(tensors, rows)?;
        return Ok(Plan {
            rows: first.rows(),
            columns,
        });
    }
    if first.per_row() != schema.len() {
        let width = schema.len();
        let what = format!(
            "its shape is {:?}; this model takes [-1, {width}]{}",
            first.shape,
            instead(first, schema)
        );
        return Err(broken(&first.name, what));
    }
    Ok(Plan {
        rows: first.rows(),
        columns: vec![None],
    })
}

/// What else to send.
fn instead(tensor: &Tensor, schema: &Schema) -> String {
    if tensor.shape == [schema.len()] {
        return format!("; send a single row as [1, {}]", schema.len());
    }
    if schema.named {
        return ", or one tensor of the shape [-1, 1] for each column, by its name".to_owned();
    }
    String::new()
}

fn by_name(tensors: &[Tensor], rows: &mut Rows<'_>) -> Result<Vec<Option<usize>>, Failure> {
    let schema = rows.schema;
    if !schema.named {
        let detail = format!(
            "This model's columns have no names; send one tensor of the shape [-1, {}], not {}",
            schema.len(),
            tensors.len()
        );
        return Err(Failure::new(Code::UnnamedColumns, detail));
    }
    let mut columns = Vec::with_capacity(tensors.len().min(schema.len()));
    let mut seen = vec![false; schema.len()];
    for tensor in tensors {
        let Some(place) = rows.served.model.place(&tensor.name) else {
            let name = json!(echo(&tensor.name));
            rows.wrong_row(
                Code::UnknownColumn,
                format!("unknown column {name}"),
                [name],
            );
            continue;
        };
        if std::mem::replace(&mut seen[place], true) {
            let name = json!(schema.columns[place].name);
            let msg = format!("the column {name} is given twice");
            rows.wrong_row(Code::DuplicateColumn, msg, [name]);
        }
        if tensor.per_row() != 1 {
            let what = format!(
                "a column has the shape [-1] or [-1, 1], not {:?}",
                tensor.shape
            );
            return Err(broken(&tensor.name, what));
        }
        let (first, count) = (&tensors[0], tensor.rows());
        if count != first.rows() {
            let (name, others) = (echo(&first.name), first.rows());
            return Err(broken(
                &tensor.name,
                format!("it has {count} rows, and {name:?} has {others}"),
            ));
        }
        columns.push(Some(place));
    }
    for (place, column) in schema.columns.iter().enumerate() {
        // What rows may leave out is missing there.
        if !seen[place] && (column.required || !column.nullable) {
            rows.missing_column(place);
        }
    }
    match rows.failure() {
        Some(failure) => Err(failure.of_rows(tensors[0].rows())),
        None => Ok(columns),
    }
}
