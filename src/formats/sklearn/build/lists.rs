//! Lists that a file holds by themselves: the names of columns, the words of classes.

use super::{
    Part, cells, compose, corrupt,
    labels::{integral, labels},
    unsupported,
};
use crate::{
    formats::sklearn::{
        id::Id,
        numpy,
        record::{Arena, Node},
    },
    formats::{FormatError, Told, Words},
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

/// The words of classes: a fitted `LabelEncoder`, a binarizer, a list, or a dict from one to the other. `from` is what messages call
/// their place.
pub(in super::super) fn class_words(
    arena: &Arena<'_>,
    id: Id,
    from: String,
) -> Result<Words, FormatError> {
    if let Some(part) = Part::new(arena, id).filter(|part| is_of_target(*part)) {
        return words_of(part, from);
    }
    Ok(Words {
        from,
        labels: label_list(arena, id)?,
        told: Told::Numbers,
    })
}

/// The words of an encoder of the target.
pub(super) fn words_of(part: Part<'_>, from: String) -> Result<Words, FormatError> {
    let told = match part.sklearn_class() {
        "MultiLabelBinarizer" => Told::Targets,
        "LabelBinarizer" if part.text("y_type_") == Some("multilabel-indicator") => Told::Targets,
        "LabelBinarizer" => {
            let [negative, positive] = binary_values(part)?;
            Told::Columns([negative, positive])
        }
        _ => Told::Numbers,
    };
    Ok(Words {
        from,
        labels: labels(part, "classes_")?,
        told,
    })
}

/// What a `LabelBinarizer` writes for a row that is not of a class, and for one that is.
pub(super) fn binary_values(part: Part<'_>) -> Result<[i64; 2], FormatError> {
    let values = [part.number("neg_label")?, part.number("pos_label")?];
    let [negative, positive] = integral(&values)?[..] else {
        return Err(corrupt!("the {} has no two values", part.class));
    };
    if negative >= positive {
        return Err(corrupt!(
            "the {} writes {negative} and {positive}",
            part.class
        ));
    }
    Ok([negative, positive])
}

/// Words in the order of their numbers.
fn label_list(arena: &Arena<'_>, id: Id) -> Result<Labels, FormatError> {
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

/// Whether the part encodes the words of one column or of the target.
pub(super) fn is_encoder(part: Part<'_>) -> bool {
    matches!(part.sklearn_class(), "LabelEncoder" | "LabelBinarizer")
}

/// Whether the part encodes the target where no column is named.
pub(super) fn is_of_target(part: Part<'_>) -> bool {
    is_encoder(part) || part.sklearn_class() == "MultiLabelBinarizer"
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
