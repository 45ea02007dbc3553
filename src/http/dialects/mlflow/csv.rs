//! Rows as CSV: a header, and the rules of `ml-serving predict`.

use crate::{
    http::{
        dialects::rows::{Advice, Rows},
        problem::{Code, Failure},
    },
    input::{Batch, CsvError, CsvRows, find_columns},
    load::LoadedModel,
};

/// What messages call the file.
const BODY: &str = "the body";

/// Reads at most `max_rows` rows.
pub(super) fn read(
    body: &[u8],
    served: &LoadedModel,
    max_rows: usize,
    advice: Advice,
) -> Result<Batch, Failure> {
    let mut rows = Rows::new(served, body, advice);
    let read = fill(&mut rows, body, max_rows);
    let failure = read.err().or_else(|| rows.failure());
    match failure {
        Some(failure) => Err(failure.of_rows(rows.count())),
        None => Ok(rows.batch),
    }
}

fn fill(rows: &mut Rows<'_>, body: &[u8], max_rows: usize) -> Result<(), Failure> {
    let mut file = CsvRows::open(body, BODY).map_err(wrong)?;
    let columns = find_columns(&file, BODY, rows.schema).map_err(wrong)?;
    rows.place.named = rows.schema.named;
    while file.advance().map_err(wrong)? {
        if rows.count() == max_rows {
            let detail =
                format!("The body has more than {max_rows} rows, which is this server's limit.");
            return Err(Failure::new(Code::TooManyRows, detail));
        }
        rows.place.row = Some(rows.count());
        for (place, column) in columns.iter().enumerate() {
            if let Some(column) = *column {
                rows.place.column = place;
                rows.accept_text(file.text(column).map_err(wrong)?);
            }
        }
        rows.end_row();
    }
    Ok(())
}

/// The failure of a body that is no table of this model's.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn wrong(error: CsvError) -> Failure {
    let code = match error {
        CsvError::Columns(_) => Code::MissingColumn,
        CsvError::DuplicateColumn { .. } => Code::DuplicateColumn,
        CsvError::Ragged { .. } => Code::WrongFeatureCount,
        _ => Code::InvalidCsv,
    };
    Failure::new(code, error.to_string())
}
