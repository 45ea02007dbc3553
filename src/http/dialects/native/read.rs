//! A body to a batch: read once, straight into the matrix.
//!
//! A wrong value does not stop the reading: the rest is still checked, so that a client sees all mistakes at once, and a body that is
//! not JSON is told so whatever else is wrong with it.

use super::{
    format::RowFormat,
    rows::Rows,
    seeds::{BatchSeed, RowSeed},
};
use crate::http::problem::Failure;
use serde::de::DeserializeSeed;

impl RowFormat {
    /// Reads `{"features": …}`.
    pub(in crate::http) fn parse_one(&self, body: &[u8]) -> (Rows<'_>, Option<Failure>) {
        self.parse(body, |rows, json| RowSeed(rows).deserialize(json))
    }

    /// Reads `[{"features": …}, …]` of at most `max_rows`.
    pub(in crate::http) fn parse_batch(
        &self,
        body: &[u8],
        max_rows: usize,
    ) -> (Rows<'_>, Option<Failure>) {
        self.parse(body, |rows, json| {
            BatchSeed { rows, max_rows }.deserialize(json)
        })
    }

    fn parse<'f>(
        &'f self,
        body: &[u8],
        read: impl FnOnce(
            &mut Rows<'f>,
            &mut serde_json::Deserializer<serde_json::de::SliceRead<'_>>,
        ) -> serde_json::Result<()>,
    ) -> (Rows<'f>, Option<Failure>) {
        // A number and its comma take two bytes at least: no body makes this larger than a small multiple of itself.
        let mut rows = Rows::new(self, self.width().min(body.len()));
        let mut json = serde_json::Deserializer::from_slice(body);
        let read = read(&mut rows, &mut json).and_then(|()| json.end());
        let failure = match read {
            Err(error) => Some(rows.syntax(&error)),
            Ok(()) => rows.failure(),
        };
        (rows, failure)
    }
}
