//! From a body to rows.

use super::{
    nan,
    object::ObjectSeed,
    table::Table,
    takes::{Arranged, Takes},
};
use crate::{
    http::{
        dialects::rows::Rows,
        problem::{Code, Failure},
    },
    input::Batch,
    load::LoadedModel,
};
use serde::de::DeserializeSeed;

/// The byte order mark that some editors and Windows programs put before a text in UTF-8.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// What a body holds.
pub(in crate::http) struct Given {
    pub(in crate::http) batch: Batch,
    pub(in crate::http) arranged: Arranged,
    pub(in crate::http) probabilities: Option<bool>,
}

/// Reads at most `max_rows` rows.
pub(in crate::http) fn read(
    takes: &'static Takes,
    body: &[u8],
    served: &LoadedModel,
    max_rows: usize,
) -> Result<Given, Failure> {
    let body = body.strip_prefix(BOM).unwrap_or(body);
    match parse(takes, body, served, max_rows) {
        Err(failure) if takes.nan && failure.code == Code::InvalidJson => {
            match nan::as_null(body) {
                Some(body) => parse(takes, &body, served, max_rows),
                None => Err(failure),
            }
        }
        read => read,
    }
}

fn parse(
    takes: &'static Takes,
    body: &[u8],
    served: &LoadedModel,
    max_rows: usize,
) -> Result<Given, Failure> {
    let mut rows = Rows::new(served, body, takes.advice);
    rows.skips_unknown = takes.skips_unknown;
    let mut table = Table::new(takes, rows, max_rows);
    let mut read = pass(body, &mut table);
    if read.is_ok() && table.columns.reads_again() {
        read = pass(body, &mut table);
    }
    let failure = match read {
        Err(error) if table.rows.too_many => Some(too_many(&table, &error)),
        Err(error) => Some(table.rows.syntax(&error)),
        Ok(()) => table.rows.failure(),
    };
    let seen = table.rows.batch.len();
    match (failure, table.found) {
        (Some(failure), _) => Err(failure.of_rows(seen)),
        (None, Some((_, arranged))) => Ok(Given {
            batch: table.rows.batch,
            arranged,
            probabilities: table.parameters.probabilities,
        }),
        // An object without a key is a mistake, and so there was a failure.
        (None, None) => Err(Failure::internal("a body without rows was read")),
    }
}

fn pass(body: &[u8], table: &mut Table<'_>) -> serde_json::Result<()> {
    let mut json = serde_json::Deserializer::from_slice(body);
    ObjectSeed(table).deserialize(&mut json)?;
    json.end()
}

fn too_many(table: &Table<'_>, _: &serde_json::Error) -> Failure {
    let detail = format!(
        "The body has more than {} rows, which is this server's limit.",
        table.max_rows
    );
    Failure::new(Code::TooManyRows, detail)
}
