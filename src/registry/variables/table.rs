//! The whole table.

use super::{
    azure, gcs, mlflow, network,
    row::{Meaning, Of, Variable},
    s3,
};
use crate::registry::access::Variables;

/// The whole table.
pub fn table() -> impl Iterator<Item = &'static Variable> {
    let tables = [
        mlflow::TABLE,
        s3::TABLE,
        gcs::TABLE,
        azure::TABLE,
        network::TABLE,
    ];
    tables.into_iter().flatten()
}

/// The variables of `of` that are honoured and set.
pub(in crate::registry) fn honoured_of(
    of: Of,
    set: &Variables,
) -> impl Iterator<Item = (&'static str, &str)> {
    table()
        .filter(move |row| row.of == of && matches!(row.meaning, Meaning::Honoured(_)))
        .filter_map(|row| Some((row.name, set.get(row.name)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_has_one_meaning() {
        let names: Vec<_> = table().map(|row| row.name).collect();
        for (i, name) in names.iter().enumerate() {
            assert!(!names[..i].contains(name), "{name}");
        }
    }
}
