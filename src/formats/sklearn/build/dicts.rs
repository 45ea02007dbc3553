//! The features of a `DictVectorizer` by the names that a client's row has them under.
//!
//! Source: `sklearn/feature_extraction/_dict_vectorizer.py`, versions 0.24 to 1.9. A number is the feature of its name; a word is the
//! feature `name=word`, which is 1. The file holds the features alone, so a feature with the separator in it is taken for a word, whose
//! name ends where the separator is first.

use super::{Part, cells, corrupt, unsupported};
use crate::{formats::FormatError, input::Word};
use std::collections::HashMap;

/// A name of a row.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) holds: Holds,
}

/// What rows have under a name, with the places of the features.
#[derive(Debug)]
pub(super) enum Holds {
    Number(usize),
    Words(Vec<(String, usize)>),
}

/// The names in the order of their first features; nothing where the part is no `DictVectorizer`.
pub(super) fn entries(part: Part<'_>) -> Result<Option<Vec<Entry>>, FormatError> {
    if part.sklearn_class() != "DictVectorizer" {
        return Ok(None);
    }
    let separator = part.text("separator").filter(|text| !text.is_empty());
    let separator = separator.ok_or_else(|| {
        unsupported!("the DictVectorizer has no separator between names and words; fit it with separator=\"=\"")
    })?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let features = cells::values(part, part.attribute("feature_names_")?)?;
    for (place, feature) in features.into_iter().enumerate() {
        let Some(Word::Text(feature)) = feature else {
            return Err(unsupported!(
                "the DictVectorizer has names that are no text; fit it on dicts whose keys are text"
            ));
        };
        let (name, word) = match feature.split_once(separator) {
            Some((name, word)) => (name.to_owned(), Some(word.to_owned())),
            None => (feature, None),
        };
        let at = *known.entry(name.clone()).or_insert(entries.len());
        match (entries.get_mut(at).map(|entry| &mut entry.holds), word) {
            (Some(Holds::Words(words)), Some(word)) => words.push((word, place)),
            (None, word) => {
                let holds = match word {
                    Some(word) => Holds::Words(vec![(word, place)]),
                    None => Holds::Number(place),
                };
                entries.push(Entry { name, holds });
            }
            (Some(Holds::Number(_)), None) => {
                return Err(corrupt!(
                    "the DictVectorizer has the feature `{name}` twice"
                ));
            }
            _ => {
                return Err(unsupported!(
                    "the DictVectorizer was fitted on numbers and on words under the name `{name}`; fit it on rows that have one kind of \
                     value under a name"
                ));
            }
        }
    }
    Ok(Some(entries))
}

/// The names alone.
pub(super) fn names(part: Part<'_>) -> Result<Option<Vec<String>>, FormatError> {
    let names = |entries: Vec<Entry>| entries.into_iter().map(|entry| entry.name).collect();
    Ok(entries(part)?.map(names))
}
