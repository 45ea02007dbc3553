//! The names of columns.

use super::{FormatError, Part, cells, unsupported};
use crate::input::Word;

/// The names of the columns that the part was fitted on, where they had names.
///
/// In 0.24 only a `ColumnTransformer` kept them.
pub(super) fn feature_names(part: Part<'_>) -> Option<Result<Vec<String>, FormatError>> {
    let kept = ["feature_names_in_", "_feature_names_in"];
    let id = kept.iter().find_map(|name| part.get(name))?;
    let names = cells::values(part, id).map(|values| {
        let text = |value| match value {
            Some(Word::Text(text)) => Some(text),
            _ => None,
        };
        values
            .into_iter()
            .map(text)
            .collect::<Option<Vec<String>>>()
    });
    let names = match names {
        Ok(names) => names?,
        Err(error) => return Some(Err(error)),
    };
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    Some(match sorted.array_windows().find(|[a, b]| a == b) {
        Some([name, _]) => Err(unsupported!(
            "two columns of the model are called `{name}`; give them different names"
        )),
        None => Ok(names),
    })
}
