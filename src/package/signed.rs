//! The signature of a package and the columns of its model, as one schema.

use crate::{
    formats::{ColumnsBy, FormatError, corrupt},
    input::{Column, Schema},
};

/// The package's signature, in the order in which the model takes its columns.
pub(super) fn signature_of(
    logged: &Schema,
    derived: &Schema,
    by: ColumnsBy,
) -> Result<Schema, FormatError> {
    if logged.len() != derived.len() {
        return Err(corrupt!(
            "the signature in MLmodel has {} columns, the model takes {}",
            logged.len(),
            derived.len()
        ));
    }
    // A graph with one input per column is fed by name, so its order is the one that counts.
    if by == ColumnsBy::Name && logged.named && derived.named {
        // Converters turn what they do not like in a name into underscores.
        let plain = |name: &str| name.replace(|c: char| !c.is_alphanumeric(), "");
        let by_name = |name: &str| {
            let exact = logged.columns.iter().find(|c| c.name == name);
            let mut similar = logged
                .columns
                .iter()
                .filter(|c| plain(&c.name) == plain(name));
            exact.or(similar.next().filter(|_| similar.next().is_none()))
        };
        let ordered = derived.columns.iter();
        let ordered: Option<Vec<_>> = ordered
            .map(|c| by_name(&c.name).map(|logged| both(logged, c)))
            .collect();
        let Some(columns) = ordered else {
            return Err(corrupt!(
                "the signature in MLmodel names other columns than the model's inputs"
            ));
        };
        return Ok(Schema::new(columns, true));
    }
    let columns = logged.columns.iter().zip(&derived.columns);
    let columns = columns.map(|(logged, derived)| both(logged, derived));
    Ok(Schema::new(columns.collect(), logged.named))
}

/// What the package says of a column and what the model does with it: the package names it and types its numbers, the model knows its
/// words.
fn both(logged: &Column, derived: &Column) -> Column {
    let words = derived.kind.is_words() || logged.kind.is_words();
    Column {
        name: logged.name.clone(),
        kind: if words { derived.kind } else { logged.kind },
        required: logged.required && derived.required,
        nullable: derived.nullable,
        infinite: derived.infinite,
        booleans: derived.booleans,
        words: derived.words.clone(),
        free: derived.free,
        by_hash: derived.by_hash,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::ColumnType;

    fn named(names: &[&str]) -> Schema {
        Schema::named(
            names.iter().map(|&name| name.to_owned()),
            ColumnType::Double,
        )
    }

    #[test]
    fn columns_keep_the_signatures_names_and_take_the_graphs_order() {
        let logged = named(&["hue", "od280/od315", "a b"]);
        let signature = signature_of(
            &logged,
            &named(&["a_b", "hue", "od280_od315"]),
            ColumnsBy::Name,
        );
        assert_eq!(signature.unwrap(), named(&["a b", "hue", "od280/od315"]));
    }

    #[test]
    fn names_that_could_mean_two_columns_are_refused() {
        assert!(
            signature_of(
                &named(&["a b", "a-b"]),
                &named(&["a_b", "a__b"]),
                ColumnsBy::Name
            )
            .is_err()
        );
        assert!(signature_of(&named(&["a", "b"]), &named(&["a", "c"]), ColumnsBy::Name).is_err());
        assert!(signature_of(&named(&["a", "b"]), &named(&["a", "c"]), ColumnsBy::Place).is_ok());
    }
}
