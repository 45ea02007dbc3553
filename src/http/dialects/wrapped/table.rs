//! From a body to rows: what a dialect takes, and what has been found so far.

use super::{names::Names, nan, object::ObjectSeed, parameters::Parameters, split::Columns};
use crate::{
    http::{
        dialects::rows::{Advice, Rows},
        problem::{Code, Failure},
    },
    input::Batch,
    load::LoadedModel,
};
use serde::de::{DeserializeSeed, Error};

/// The byte order mark that some editors and Windows programs put before a text in UTF-8.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// How the rows under a key are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Arranged {
    /// `{"columns": […], "data": [[…], …]}`, as pandas splits a data frame.
    Split,
    /// `[{"column": value}, …]`
    Records,
    /// The same, or `[[value, …], …]`: for each row one element.
    Rows,
    /// The same, or `{"column": [value, …], …}`: for each column its values.
    RowsOrColumns,
}

/// What a dialect takes. Other fields are skipped, as all of these servers do.
#[derive(Debug)]
pub(in crate::http) struct Takes {
    /// The keys, of which a body has exactly one.
    pub(in crate::http) keys: &'static [(&'static str, Arranged)],
    /// The field for parameters of the prediction, and those that are understood. None where the format has no such field.
    pub(in crate::http) parameters: Option<(&'static str, &'static [&'static str])>,
    /// Whether columns that the model does not have are skipped.
    pub(in crate::http) skips_unknown: bool,
    /// Whether `NaN` is a missing value, as to Python's reader of JSON.
    pub(in crate::http) nan: bool,
    /// What a client should send that has sent rows of another form.
    pub(in crate::http::dialects) advice: Advice,
}

impl Takes {
    /// `"instances" or "inputs"`
    pub(super) fn listed(&self) -> String {
        let keys: Vec<_> = self
            .keys
            .iter()
            .map(|(key, _)| format!("\"{key}\""))
            .collect();
        match keys.as_slice() {
            [before @ .., last] if !before.is_empty() => {
                format!("{} or {last}", before.join(", "))
            }
            _ => keys.concat(),
        }
    }
}

/// What a body holds.
pub(in crate::http) struct Given {
    pub(in crate::http) batch: Batch,
    pub(in crate::http) arranged: Arranged,
    pub(in crate::http) probabilities: Option<bool>,
}

/// A body that is being read.
pub(super) struct Table<'m> {
    pub(super) rows: Rows<'m>,
    pub(super) takes: &'static Takes,
    pub(super) max_rows: usize,
    /// The key that was found.
    pub(super) found: Option<(&'static str, Arranged)>,
    pub(super) parameters: Parameters,
    /// What the columns of the rows are called, where the model has no names for them.
    pub(super) names: Names,
    /// The columns of a split data frame, once they are known.
    pub(super) columns: Columns,
}

impl Table<'_> {
    /// Whether there is no room for another row: then reading ends here.
    pub(super) fn full<E: Error>(&mut self) -> E {
        self.rows.too_many = true;
        E::custom("too many rows")
    }
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
    let mut table = Table {
        rows,
        takes,
        max_rows,
        found: None,
        parameters: Parameters::default(),
        names: Names::default(),
        columns: Columns::default(),
    };
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
