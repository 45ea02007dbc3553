//! Columns by kind.
//!
//! Source: `ColumnTransformer` in `sklearn/compose/_column_transformer.py`, versions 0.24 to 1.9.

use super::{
    Arena, FormatError, Id, Node, Part, Reader, Reg, corrupt, feature_names,
    named::{Step, list},
    numpy, unsupported,
};

impl Reader {
    /// The results of all members, each of its own columns, one after the other.
    pub(in super::super) fn by_columns(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let mut all = Vec::new();
        let sparse = self.sparse;
        for (name, rest) in list(part, "transformers_")? {
            self.sparse = sparse;
            let &[object, columns, ..] = rest else {
                return Err(corrupt!("the transformer `{name}` names no columns"));
            };
            let places = places(part, name, columns, reads.len())?;
            // What has no columns was never fitted.
            if places.is_empty() {
                continue;
            }
            let place = |place: &usize| {
                reads.get(*place).copied().ok_or_else(|| {
                    corrupt!(
                        "the transformer `{name}` takes column {place} of {}",
                        reads.len()
                    )
                })
            };
            let given: Vec<Reg> = places.iter().map(place).collect::<Result<_, _>>()?;
            let result = match Step::of(part, &self.board.place_of(name), object, Step::Drop)? {
                Step::Drop => continue,
                Step::Passthrough => given,
                Step::Part(inside) => {
                    self.inside(name, |reader| reader.transform(inside, given))?
                }
            };
            all.extend(self.weighted(part, name, result)?);
        }
        self.sparse = part.flag("sparse_output_");
        Ok(all)
    }
}

/// The places of a transformer's columns, in its order.
fn places(
    part: Part<'_>,
    name: &str,
    columns: Id,
    width: usize,
) -> Result<Vec<usize>, FormatError> {
    // Since 1.0 the fit keeps the places whichever way the columns were named.
    let kept = part
        .get("_transformer_to_input_indices")
        .and_then(|places| part.arena.get(places, name));
    resolve(part, name, kept.unwrap_or(columns), width)
}

fn resolve(part: Part<'_>, name: &str, id: Id, width: usize) -> Result<Vec<usize>, FormatError> {
    let arena = part.arena;
    match arena.node(id) {
        Node::Int(place) => return from_end(name, *place as f64, width).map(|place| vec![place]),
        Node::Text(_) | Node::OwnedText(_) => {
            return by_name(part, name, id).map(|place| vec![place]);
        }
        Node::Object(object) if arena.class(id) == Some(("builtins", "slice")) => {
            return slice(
                part,
                name,
                arena.items(object.args).unwrap_or_default(),
                width,
            );
        }
        _ => {}
    }
    let array = numpy::array(arena, id)?;
    if let Some(array) = array.as_ref().filter(|array| array.objects().is_none()) {
        if array.dtype.scalar.kind == b'b' {
            let flags = array.numbers()?;
            return Ok((0..array.len()).filter(|i| flags.int(*i) != 0).collect());
        }
        if array.dtype.scalar.is_number() {
            let places = array.numbers()?;
            let places = (0..array.len()).map(|i| places.float(i));
            return places.map(|place| from_end(name, place, width)).collect();
        }
    }
    let items = array.as_ref().and_then(|array| array.objects());
    let items = items
        .or_else(|| arena.items(id))
        .or_else(|| pandas_index(part.arena, id));
    let Some(items) = items else {
        return Err(unsupported!(
            "the transformer `{name}` selects its columns by {}; name them, or give their places",
            arena.kind(id)
        ));
    };
    // A list of flags as long as the row is a mask.
    let flag = |id: &Id| match arena.node(*id) {
        Node::Bool(flag) => Some(*flag),
        _ => None,
    };
    if let Some(flags) = items.iter().map(flag).collect::<Option<Vec<bool>>>() {
        let places = flags.iter().enumerate().filter(|(_, flag)| **flag);
        return Ok(places.map(|(place, _)| place).collect());
    }
    let place = |id: &Id| match numpy::number(arena, *id) {
        Some(place) if arena.text(*id).is_none() => from_end(name, place, width),
        _ => by_name(part, name, *id),
    };
    items.iter().map(place).collect()
}

/// The labels of a pandas Index: the array in its arguments.
pub(in super::super) fn pandas_index<'d>(arena: &'d Arena<'_>, id: Id) -> Option<&'d [Id]> {
    let object = arena.object(id)?;
    let args = arena.items(object.args)?;
    let data = args.iter().find_map(|arg| arena.get(*arg, "data"))?;
    let Node::Object(array) = arena.node(data) else {
        return arena.items(data);
    };
    let state = arena.items(array.state)?;
    arena.items(*state.last()?)
}

fn slice(
    part: Part<'_>,
    name: &str,
    bounds: &[Id],
    width: usize,
) -> Result<Vec<usize>, FormatError> {
    let text = bounds.iter().any(|bound| part.arena.text(*bound).is_some());
    let bound = |at: usize, otherwise: usize, by_name_adds: usize| match bounds.get(at) {
        Some(id) if part.arena.text(*id).is_some() => {
            // Names include the end.
            by_name(part, name, *id).map(|place| place + by_name_adds)
        }
        Some(id) => match numpy::number(part.arena, *id) {
            Some(place) if place < 0.0 => Ok((width as f64 + place).max(0.0) as usize),
            Some(place) => Ok(place as usize),
            None => Ok(otherwise),
        },
        None => Ok(otherwise),
    };
    let first = bound(0, 0, 0)?;
    let end = bound(1, width, 1)?.min(width);
    let step = match bounds
        .get(2)
        .and_then(|step| numpy::number(part.arena, *step))
    {
        Some(step) if step >= 1.0 && !text => step as usize,
        Some(_) => {
            return Err(unsupported!(
                "the transformer `{name}` selects its columns by a slice that steps back; name them"
            ));
        }
        None => 1,
    };
    Ok((first..end).step_by(step).collect())
}

/// A place, counted from the end where it is negative.
fn from_end(name: &str, place: f64, width: usize) -> Result<usize, FormatError> {
    let place = if place < 0.0 {
        place + width as f64
    } else {
        place
    };
    if place < 0.0 || place >= width as f64 {
        return Err(corrupt!(
            "the transformer `{name}` takes column {place} of {width}"
        ));
    }
    Ok(place as usize)
}

fn by_name(part: Part<'_>, name: &str, column: Id) -> Result<usize, FormatError> {
    let names = feature_names(part).transpose()?.unwrap_or_default();
    let column = part.arena.text(column).unwrap_or("?");
    names
        .iter()
        .position(|known| known == column)
        .ok_or_else(|| {
            corrupt!(
                "the transformer `{name}` takes the column `{}`, which the fit did not see",
                column.escape_debug()
            )
        })
}
