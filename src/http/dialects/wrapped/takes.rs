//! What a dialect takes.

use crate::http::dialects::rows::Advice;

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
