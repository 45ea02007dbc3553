//! Lists that a file holds by themselves: the names of columns, the words of classes.

use super::{
    Part, cells, compose, corrupt,
    labels::{integral, labels},
    unsupported,
};
use crate::{
    formats::FormatError,
    formats::sklearn::{
        id::Id,
        numpy,
        record::{Arena, Node},
    },
    input::Word,
    model::Labels,
};

/// The values of a list, an array, or a pandas Index.
fn values(arena: &Arena<'_>, what: &str, id: Id) -> Result<Vec<Word>, FormatError> {
    let cells = match compose::pandas_index(arena, id) {
        Some(ids) => {
            let texts = ids.iter().map(|id| arena.text(*id));
            texts
                .map(|text| text.map(|text| Word::Text(text.to_owned())))
                .collect()
        }
        None => cells::listed(arena, what, id)?,
    };
    let words: Option<Vec<Word>> = cells.into_iter().collect();
    words.ok_or_else(|| corrupt!("a value of the {what} is missing"))
}

/// The names of columns.
pub(in super::super) fn name_list(arena: &Arena<'_>, id: Id) -> Result<Vec<String>, FormatError> {
    let text = |word| match word {
        Word::Text(text) => Ok(text),
        other => Err(unsupported!(
            "it holds {other} where the name of a column should be; write list(X.columns) to it"
        )),
    };
    values(arena, "list of columns", id)
        .map_err(|_| {
            unsupported!(
                "it holds {}, not the names of columns; write list(X.columns) to it",
                arena.kind(id)
            )
        })?
        .into_iter()
        .map(text)
        .collect()
}

/// The words of classes, in the order of their numbers: a fitted `LabelEncoder`, a list, or a dict from one to the other.
pub(in super::super) fn label_list(arena: &Arena<'_>, id: Id) -> Result<Labels, FormatError> {
    if let Some(part) = Part::new(arena, id).filter(|part| is_encoder(*part)) {
        return labels(part, "classes_");
    }
    let words = match arena.node(id) {
        Node::Dict(pairs) => by_number(arena, pairs)?,
        _ => values(arena, "list of classes", id)?,
    };
    let text = |word: &Word| match word {
        Word::Text(text) => Some(text.clone()),
        _ => None,
    };
    let number = |word: &Word| match word {
        Word::Number(x) => Some(*x),
        Word::Boolean(flag) => Some((*flag).into()),
        Word::Text(_) => None,
    };
    if let Some(texts) = words.iter().map(text).collect() {
        return Ok(Labels::Strings(texts));
    }
    match words.iter().map(number).collect::<Option<Vec<f64>>>() {
        Some(numbers) => integral(&numbers).map(Labels::Integers),
        None => Err(unsupported!(
            "the classes are neither all text nor all numbers"
        )),
    }
}

/// Whether the part numbers the words of one column or of the target.
pub(super) fn is_encoder(part: Part<'_>) -> bool {
    part.sklearn_class() == "LabelEncoder"
}

/// `{0: "no", 1: "yes"}` or `{"no": 0, "yes": 1}` as a list.
fn by_number(arena: &Arena<'_>, pairs: &[(Id, Id)]) -> Result<Vec<Word>, FormatError> {
    let text = |id: Id| arena.text(id).map(|text| Word::Text(text.to_owned()));
    let number = |id: Id| {
        let number = numpy::number(arena, id)?;
        (number.fract() == 0.0 && (0.0..pairs.len() as f64).contains(&number))
            .then_some(number as usize)
    };
    let mut words = vec![None; pairs.len()];
    for (key, value) in pairs {
        let pair = (number(*key).zip(text(*value))).or_else(|| number(*value).zip(text(*key)));
        let Some((place, word)) = pair else {
            return Err(unsupported!(
                "it holds a dict that is no table of the numbers 0 to {} and their words",
                pairs.len().saturating_sub(1)
            ));
        };
        words[place] = Some(word);
    }
    let words: Option<Vec<Word>> = words.into_iter().collect();
    words.ok_or_else(|| corrupt!("two classes have one number"))
}
