//! Series and frames of pandas, as pickles of its versions 1 to 3 hold them.
//!
//! Source: `__getstate__` and `__reduce__` of `SingleBlockManager` and `BlockManager` in `pandas/core/internals/managers.py`,
//! `_unpickle_block` in `pandas/_libs/internals.pyx`, and `_new_Index` in `pandas/core/indexes/base.py`.

use super::{Part, cells, unsupported};
use crate::formats::{
    FormatError,
    sklearn::{
        id::Id,
        numpy,
        record::{Arena, Node},
    },
};
use cells::CellValue;

/// The values of a series with their names; none for NaN and None.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) index: Vec<CellValue>,
    pub(super) values: Vec<f64>,
}

/// A frame of numbers.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) columns: Vec<CellValue>,
    pub(super) index: Vec<CellValue>,
    /// Column by column.
    pub(super) values: Vec<f64>,
}

/// A series of numbers, or a dict from names to numbers.
pub(super) fn series(part: Part<'_>, id: Id) -> Result<Series, FormatError> {
    let arena = part.arena;
    if let Some(pairs) = arena.pairs(id) {
        let mut series = Series {
            index: Vec::with_capacity(pairs.len()),
            values: Vec::with_capacity(pairs.len()),
        };
        for (key, value) in pairs {
            series.index.push(cells::value(part, *key)?);
            series
                .values
                .push(numpy::number(arena, *value).ok_or_else(|| wrong(part, id))?);
        }
        return Ok(series);
    }
    let (axes, blocks) = manager(part, id, "Series")?;
    let (&[index], &[(values, _)]) = (axes, blocks.as_slice()) else {
        return Err(wrong(part, id));
    };
    let index = labels(part, index)?;
    let values = floats(part, values)?;
    if index.len() != values.len() {
        return Err(wrong(part, id));
    }
    Ok(Series { index, values })
}

/// A frame of numbers, whatever blocks they are in.
pub(super) fn frame(part: Part<'_>, id: Id) -> Result<Frame, FormatError> {
    let (axes, blocks) = manager(part, id, "DataFrame")?;
    let &[columns, index] = axes else {
        return Err(wrong(part, id));
    };
    let (columns, index) = (labels(part, columns)?, labels(part, index)?);
    let mut read = Vec::with_capacity(blocks.len());
    for (block, places) in blocks {
        read.push((floats(part, block)?, places));
    }
    let count: usize = read.iter().map(|(values, _)| values.len()).sum();
    if columns.len().checked_mul(index.len()) != Some(count) {
        return Err(wrong(part, id));
    }
    let height = index.len().max(1);
    let mut values = vec![f64::NAN; count];
    for (block, places) in &read {
        for (i, column) in block.chunks_exact(height).enumerate() {
            let place = places.map_or(Some(i), |places| place(part, places, i));
            let place = place.filter(|place| *place < columns.len());
            let place = place.ok_or_else(|| wrong(part, id))?;
            values[place * height..][..height].copy_from_slice(column);
        }
    }
    Ok(Frame {
        columns,
        index,
        values,
    })
}

/// The column that the `i`-th one of a block is, by a slice or an array.
fn place(part: Part<'_>, places: Id, i: usize) -> Option<usize> {
    let arena = part.arena;
    let number = if arena.class(places) == Some(("builtins", "slice")) {
        let bounds = arena.items(arena.object(places)?.args)?;
        let bound = |at: usize| numpy::number(arena, *bounds.get(at)?);
        bound(0)? + bound(2).unwrap_or(1.0) * i as f64
    } else {
        let array = numpy::array(arena, places).ok()??;
        (i < array.len()).then(|| array.numbers().ok())??.float(i)
    };
    (number >= 0.0).then_some(number as usize)
}

/// The values of a block, and the places of its columns.
type Block = (Id, Option<Id>);

/// The axes of an object of pandas, and its blocks.
fn manager<'d>(part: Part<'d>, id: Id, class: &str) -> Result<(&'d [Id], Vec<Block>), FormatError> {
    let arena = part.arena;
    let of_pandas = |id| match arena.class(id) {
        Some((module, name)) if module.split('.').next() == Some("pandas") => Some(name),
        _ => None,
    };
    let held = of_pandas(id).filter(|name| *name == class);
    let held = held.and_then(|_| arena.get(arena.object(id)?.state, "_mgr"));
    let manager = held.and_then(|id| arena.object(id));
    let manager = manager.ok_or_else(|| wrong(part, id))?;
    let items = |id: Id| arena.items(id).ok_or_else(|| wrong(part, id));
    // A manager is made with its blocks, or has a state in which they follow the axes.
    if let Some([axes, values, rest @ ..]) = arena.items(manager.state) {
        let described = rest.iter().find_map(|id| arena.get(*id, "0.14.1"));
        let described = described.and_then(|id| arena.items(arena.get(id, "blocks")?));
        let block = |id: &Id| Some((arena.get(*id, "values")?, arena.get(*id, "mgr_locs")));
        let blocks = described.and_then(|blocks| blocks.iter().map(block).collect());
        let blocks = match blocks {
            Some(blocks) => blocks,
            None => items(*values)?.iter().map(|id| (*id, None)).collect(),
        };
        return Ok((items(*axes)?, blocks));
    }
    let Some([blocks, axes, ..]) = arena.items(manager.args) else {
        return Err(wrong(part, id));
    };
    let block = |id: &Id| {
        let args = of_pandas(*id).and_then(|_| arena.items(arena.object(*id)?.args));
        match args {
            Some([values, places, ..]) => Ok((*values, Some(*places))),
            _ => Err(wrong(part, *id)),
        }
    };
    let blocks = items(*blocks)?
        .iter()
        .map(block)
        .collect::<Result<_, _>>()?;
    Ok((items(*axes)?, blocks))
}

fn floats(part: Part<'_>, id: Id) -> Result<Vec<f64>, FormatError> {
    match numpy::array(part.arena, id)? {
        Some(array) => array.floats(),
        None => Err(wrong(part, id)),
    }
}

/// The labels of an axis.
fn labels(part: Part<'_>, id: Id) -> Result<Vec<CellValue>, FormatError> {
    let arena = part.arena;
    let args = arena.object(id).and_then(|object| arena.items(object.args));
    let Some([_, about]) = args else {
        return Err(wrong(part, id));
    };
    let Some(data) = arena.get(*about, "data") else {
        return range(part, *about, id);
    };
    cells::listed(arena, part.class, text_array(arena, data).unwrap_or(data)).map_err(|_| {
        unsupported!(
            "the {} holds labels of the kind {}, which this server does not read; fit it on columns of the types object or str",
            part.class,
            arena.kind(data)
        )
    })
}

/// The array in an array of pandas 3 for text.
fn text_array(arena: &Arena<'_>, id: Id) -> Option<Id> {
    let (_, name) = arena.class(id)?;
    if !name.contains("NDArrayBacked") {
        return None;
    }
    let items = arena.items(arena.object(id)?.state)?;
    let array = |id: &&Id| matches!(numpy::array(arena, **id), Ok(Some(_)));
    items.iter().find(array).copied()
}

/// Labels that are numbers in a row.
fn range(part: Part<'_>, about: Id, id: Id) -> Result<Vec<CellValue>, FormatError> {
    let bound = |name: &str| match part.arena.get(about, name).map(|id| part.arena.node(id)) {
        Some(Node::Int(bound)) => Some(*bound),
        _ => None,
    };
    let (Some(start), Some(stop), Some(step)) = (bound("start"), bound("stop"), bound("step"))
    else {
        return Err(wrong(part, id));
    };
    // No more than a series of this size could have values.
    if step != 1 || !(0..1 << 20).contains(&stop.saturating_sub(start)) {
        return Err(wrong(part, id));
    }
    let number = |x: i64| Some(crate::input::Word::Number(x as f64));
    Ok((start..stop).map(number).collect())
}

fn wrong(part: Part<'_>, id: Id) -> FormatError {
    unsupported!(
        "the {} holds {}, which this server does not read as a table of pandas; fit it with pandas 1.2 to 3",
        part.class,
        part.arena.kind(id)
    )
}
