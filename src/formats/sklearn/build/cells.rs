//! Arrays of values of any kind: categories, and what is filled in.

use super::{
    super::{
        array::Array,
        id::Id,
        numpy,
        record::{Arena, Node},
    },
    Part, corrupt,
};
use crate::{
    formats::FormatError,
    input::{Precision, Word},
};

/// A value of an array; none for None and NaN.
pub(super) type CellValue = Option<Word>;

/// The values of an array, or of a list of arrays of one value.
pub(super) fn values(part: Part<'_>, id: Id) -> Result<Vec<CellValue>, FormatError> {
    listed(part.arena, part.class, id)
}

/// The same in a file without a part around it. `class` is what messages call the holder.
pub(super) fn listed(
    arena: &Arena<'_>,
    class: &str,
    id: Id,
) -> Result<Vec<CellValue>, FormatError> {
    let Some(array) = numpy::array(arena, id)? else {
        if let Some(items) = arena.items(id) {
            return items.iter().map(|id| cell(arena, class, *id)).collect();
        }
        return Err(corrupt!(
            "the {class} holds {} where an array should be",
            arena.kind(id)
        ));
    };
    of_array(arena, class, &array)
}

fn of_array(
    arena: &Arena<'_>,
    class: &str,
    array: &Array<'_>,
) -> Result<Vec<CellValue>, FormatError> {
    if let Some(objects) = array.objects() {
        return objects.iter().map(|id| cell(arena, class, *id)).collect();
    }
    let scalar = array.dtype.scalar;
    if scalar.kind == b'U' {
        let chunks = array.bytes().chunks(scalar.size.max(1));
        let texts: Option<Vec<String>> = chunks.map(|bytes| scalar.text(bytes)).collect();
        let texts = texts.ok_or_else(|| corrupt!("a text of the {class} is none"))?;
        return Ok(texts
            .into_iter()
            .map(|text| Some(Word::Text(text)))
            .collect());
    }
    let numbers = array.numbers()?;
    let number = |i| match numbers.float(i) {
        x if x.is_nan() => None,
        x if scalar.kind == b'b' => Some(Word::Boolean(x != 0.0)),
        x => Some(Word::Number(x)),
    };
    Ok((0..array.len()).map(number).collect())
}

/// One value.
pub(super) fn value(part: Part<'_>, id: Id) -> Result<CellValue, FormatError> {
    cell(part.arena, part.class, id)
}

/// A value of an array. One in an array of its own counts too, but no array in an array in an array: those could hold themselves.
fn cell(arena: &Arena<'_>, class: &str, id: Id) -> Result<CellValue, FormatError> {
    if let Some(value) = plain(arena, id) {
        return Ok(value);
    }
    if let Some(array) = numpy::array(arena, id)? {
        let only = match array.objects() {
            Some([only]) => plain(arena, *only),
            Some(_) => None,
            None => of_array(arena, class, &array)?.pop(),
        };
        if let Some(value) = only.filter(|_| array.len() == 1) {
            return Ok(value);
        }
    }
    Err(corrupt!(
        "the {class} holds {} where a text, a number or a boolean should be",
        arena.kind(id)
    ))
}

/// A value that is no array, if it is one.
fn plain(arena: &Arena<'_>, id: Id) -> Option<CellValue> {
    if let Some(text) = arena.text(id) {
        return Some(Some(Word::Text(text.to_owned())));
    }
    match arena.node(id) {
        Node::None => Some(None),
        Node::Bool(flag) => Some(Some(Word::Boolean(*flag))),
        Node::Float(x) => Some((!x.is_nan()).then_some(Word::Number(*x))),
        Node::Int(x) => Some(Some(Word::Number(*x as f64))),
        // pandas's own missing value.
        Node::Global { .. } | Node::Object(_) if is_pandas_missing(arena, id) => Some(None),
        _ => None,
    }
}

/// For every value of a list or an array whether it is None, rather than NaN.
pub(super) fn nones(part: Part<'_>, id: Id) -> Result<Vec<bool>, FormatError> {
    let array = numpy::array(part.arena, id)?;
    let items = match &array {
        Some(array) => array.objects(),
        None => part.arena.items(id),
    };
    let items = items.unwrap_or_default().iter();
    Ok(items.map(|id| part.arena.is_none(*id)).collect())
}

/// What numbers are rounded to by an attribute that is an element type; nothing where it is None.
pub(super) fn dtype(part: Part<'_>, name: &str) -> Result<Option<Precision>, FormatError> {
    let Some(id) = part.get(name) else {
        return Ok(None);
    };
    let arena = part.arena;
    let named = arena.global(id).map(|(_, name)| name).or(arena.text(id));
    let single = if let Some(name) = named {
        matches!(name, "float32" | "single" | "f4" | "<f4" | "f")
    } else {
        let scalar = numpy::dtype(arena, id)?.scalar;
        scalar.kind == b'f' && scalar.size == 4
    };
    Ok(Some(if single {
        Precision::F32
    } else {
        Precision::F64
    }))
}

fn is_pandas_missing(arena: &Arena<'_>, id: Id) -> bool {
    let name = arena.global(id).or_else(|| arena.class(id));
    name.is_some_and(|(module, name)| module.starts_with("pandas.") && name.starts_with("NA"))
}
