//! The binary format: four bytes, a FlatBuffer, and tables of categories behind it.
//!
//! Source: CatBoost's `libs/model/model.cpp` (`TFullModel::Load`), `flatbuffers/{model,features,ctr_data}.fbs` and `ctr_data.cpp`.

use super::{
    FormatError, corrupt,
    document::{
        CatFeature, CtrFeature, Document, Elements, FloatFeature, Kind, OneHot, Position,
        other_features,
    },
    flat::Table as Flat,
    tables, unsupported,
};
use crate::model::ops::binned::{Rows, Step, Table, Trees};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// What such a file begins with.
pub(super) const MAGIC: &[u8] = b"CBM1";
/// The tables of categories, among the parts behind the trees.
const TABLES: &str = "static_provider_v1";
/// A file without trees can claim any number of outputs, and each costs it nothing.
const MAX_OUTPUTS: usize = 1 << 16;

/// What a table is found by: its statistic, and which borders of the target it was made with.
type Base = (Elements, u8, i32);

/// Reads a file.
///
/// # Errors
/// `Corrupt` where an offset leads nowhere, `Unsupported` for what this server does not know.
pub(super) fn read(bytes: &[u8]) -> Result<Document, FormatError> {
    let mut rest = bytes
        .strip_prefix(MAGIC)
        .ok_or_else(|| corrupt!("the file is not a CatBoost model"))?;
    let core = Flat::root(part(&mut rest)?)?;
    let format = core.text(0)?;
    if format != "FlabuffersModel_v1" {
        return Err(unsupported!(
            "the CatBoost model is of the format {}; FlabuffersModel_v1 is read",
            format.escape_debug()
        ));
    }
    let trees = core
        .table(1)?
        .ok_or_else(|| corrupt!("the CatBoost model has no trees"))?;
    let others = [12, 18].map(|slot| trees.tables(slot).map(|tables| !tables.is_empty()));
    let [text, embedding] = others;
    if text? || embedding? {
        return Err(other_features());
    }
    let mut known = HashMap::new();
    let mut all = Vec::new();
    for id in core.texts(3)? {
        if id != TABLES {
            return Err(other_features());
        }
        let count = count(&mut rest)?;
        for _ in 0..count {
            let (base, table) = table(&Flat::root(part(&mut rest)?)?)?;
            known.insert(base, all.len());
            all.push(table);
        }
    }
    let mut info = Map::new();
    for pair in core.tables(2)? {
        let (key, value) = (pair.text(0)?, pair.text(1)?);
        info.insert(key.to_owned(), Value::String(value.to_owned()));
    }
    document(&trees, &known, all, info)
}

fn document(
    trees: &Flat<'_>,
    known: &HashMap<Base, usize>,
    tables: Vec<Table>,
    info: Map<String, Value>,
) -> Result<Document, FormatError> {
    let width = usize::try_from(trees.int(0, 0)?).unwrap_or(0);
    if width > MAX_OUTPUTS {
        return Err(corrupt!(
            "the CatBoost model claims {width} outputs; at most {MAX_OUTPUTS} are read"
        ));
    }
    let several = trees.array(16)?;
    let bias = if several.is_empty() {
        vec![trees.double(15, 0.0)?; width]
    } else {
        several.iter().map(|x| f64::from_le_bytes(*x)).collect()
    };
    let categories = trees.tables(4)?;
    let numbers = trees.tables(5)?;
    let one_hot = trees.tables(6)?;
    let statistics = trees.tables(7)?;
    let leaves = trees.array(8)?.iter();
    let statistics = statistics.iter().map(|feature| statistic(feature, known));
    Ok(Document {
        numbers: numbers.iter().map(number).collect::<Result<_, _>>()?,
        categories: categories.iter().map(category).collect::<Result<_, _>>()?,
        one_hot: one_hot.iter().map(values).collect::<Result<_, _>>()?,
        statistics: statistics.collect::<Result<_, _>>()?,
        tables,
        trees: shape(trees, width)?,
        width,
        leaves: leaves.map(|x| f64::from_le_bytes(*x)).collect(),
        scale: trees.double(14, 1.0)?,
        bias,
        info,
    })
}

/// How many bytes or things follow.
fn count(rest: &mut &[u8]) -> Result<usize, FormatError> {
    let (count, after) = rest.split_first_chunk().ok_or_else(cut)?;
    *rest = after;
    Ok(u32::from_le_bytes(*count) as usize)
}

/// A part of the file behind its length.
fn part<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], FormatError> {
    let length = count(rest)?;
    let (part, after) = rest.split_at_checked(length).ok_or_else(cut)?;
    *rest = after;
    Ok(part)
}

fn cut() -> FormatError {
    corrupt!("the CatBoost model is cut off")
}

fn ints(array: &[[u8; 4]]) -> Vec<i32> {
    array.iter().map(|x| i32::from_le_bytes(*x)).collect()
}

fn floats(array: &[[u8; 4]]) -> Vec<f32> {
    array.iter().map(|x| f32::from_le_bytes(*x)).collect()
}

/// Two numbers of 32 bits each.
fn pairs(array: &[[u8; 8]]) -> impl Iterator<Item = (i32, u32)> {
    array.iter().map(|&[a, b, c, d, e, f, g, h]| {
        (
            i32::from_le_bytes([a, b, c, d]),
            u32::from_le_bytes([e, f, g, h]),
        )
    })
}

fn position(feature: &Flat<'_>, first: usize, name: usize) -> Result<Position, FormatError> {
    Ok(Position {
        index: feature.int(first, -1)?,
        column: feature.int(first + 1, -1)?,
        name: feature.text(name)?.to_owned(),
    })
}

fn number(feature: &Flat<'_>) -> Result<FloatFeature, FormatError> {
    Ok(FloatFeature {
        position: position(feature, 1, 4)?,
        borders: floats(feature.array(3)?),
        // The treatments are AsIs, AsFalse and AsTrue.
        missing_above: feature.byte(0)? != 0 && feature.byte(5)? == 2,
    })
}

fn category(feature: &Flat<'_>) -> Result<CatFeature, FormatError> {
    let position = position(feature, 0, 2)?;
    Ok(CatFeature { position })
}

fn values(feature: &Flat<'_>) -> Result<OneHot, FormatError> {
    Ok(OneHot {
        index: feature.int(0, -1)?,
        values: ints(feature.array(1)?),
    })
}

fn base(base: Option<Flat<'_>>) -> Result<Base, FormatError> {
    let base = base.ok_or_else(|| corrupt!("a statistic of the CatBoost model is of nothing"))?;
    let elements = match base.table(0)? {
        Some(elements) => Elements {
            categories: ints(elements.array(0)?),
            splits: pairs(elements.array(1)?).collect(),
            values: pairs(elements.array(2)?)
                .map(|(feature, value)| (feature, value.cast_signed()))
                .collect(),
        },
        None => Elements::default(),
    };
    Ok((elements, base.byte(1)?, base.int(2, 0)?))
}

fn kind(number: u8) -> Result<Kind, FormatError> {
    Kind::numbered(number).ok_or_else(|| {
        unsupported!("the CatBoost model has statistics of the unknown kind {number}")
    })
}

fn statistic(feature: &Flat<'_>, known: &HashMap<Base, usize>) -> Result<CtrFeature, FormatError> {
    let ctr = feature
        .table(0)?
        .ok_or_else(|| corrupt!("a statistic of the CatBoost model is of nothing"))?;
    let base = base(ctr.table(0)?)?;
    let table = known.get(&base).copied();
    Ok(CtrFeature {
        kind: kind(base.1)?,
        table: table.ok_or_else(tables::missing)?,
        elements: base.0,
        target_border: ctr.int(1, 0)?,
        prior: [ctr.float(2, 0.0)?, ctr.float(3, 1.0)?],
        shift: ctr.float(4, 0.0)?,
        scale: ctr.float(5, 1.0)?,
        borders: floats(feature.array(1)?),
    })
}

fn table(table: &Flat<'_>) -> Result<(Base, Table), FormatError> {
    let base = base(table.table(0)?)?;
    let classes = usize::try_from(table.int(4, 0)?).unwrap_or(0);
    let places = table.bytes(1)?.as_chunks::<12>().0.iter().map(|bucket| {
        let (hash, place) = bucket.split_at(8);
        let hash = hash
            .first_chunk()
            .map_or(tables::NO_HASH, |hash| u64::from_le_bytes(*hash));
        let place = place
            .first_chunk()
            .map_or(u32::MAX, |place| u32::from_le_bytes(*place));
        (hash, place)
    });
    let places = places
        .filter(|(hash, _)| *hash != tables::NO_HASH)
        .collect();
    let rows = match kind(base.1)? {
        Kind::Mean => {
            let means = pairs(table.bytes(2)?.as_chunks().0);
            Rows::Means(
                means
                    .map(|(sum, count)| (f32::from_bits(sum.cast_unsigned()), count.cast_signed()))
                    .collect(),
            )
        }
        kind => {
            let counts = ints(table.bytes(2)?.as_chunks().0);
            tables::counted(kind, classes, counts, table.int(3, 0)?)
        }
    };
    Ok((base, Table { places, rows }))
}

/// How the trees ask their splits.
fn shape(trees: &Flat<'_>, width: usize) -> Result<Trees, FormatError> {
    let splits = trees.array(1)?;
    let splits: Vec<u32> = splits.iter().map(|x| u32::from_le_bytes(*x)).collect();
    let sizes = ints(trees.array(2)?);
    let steps = trees.array::<4>(10)?;
    let whole = |size: &i32| usize::try_from(*size).unwrap_or(usize::MAX);
    if steps.is_empty() {
        let mut rest = splits.as_slice();
        let mut all = Vec::with_capacity(sizes.len());
        for size in &sizes {
            let (tree, after) = rest.split_at_checked(whole(size)).ok_or_else(cut)?;
            all.push(tree.to_vec());
            rest = after;
        }
        return Ok(Trees::Oblivious(all));
    }
    let leaves = trees.array::<4>(11)?;
    if splits.len() != steps.len() || leaves.len() != steps.len() {
        return Err(corrupt!(
            "the trees of the CatBoost model have nodes without splits or leaves"
        ));
    }
    let nodes = splits.iter().zip(steps).zip(leaves);
    let nodes = nodes.map(|((split, &[a, b, c, d]), leaf)| Step {
        split: *split,
        no: u16::from_le_bytes([a, b]),
        yes: u16::from_le_bytes([c, d]),
        leaf: leaf_number(u32::from_le_bytes(*leaf), width),
    });
    let mut root = 0u32;
    let mut roots = Vec::with_capacity(sizes.len());
    for size in &sizes {
        roots.push(root);
        root = root.saturating_add(u32::try_from(*size).unwrap_or(u32::MAX));
    }
    let nodes = nodes.collect();
    Ok(Trees::Stepped { roots, nodes })
}

/// The number of a leaf vector that begins at a place among the values; nowhere, where none does.
fn leaf_number(place: u32, width: usize) -> u32 {
    let width = u32::try_from(width).unwrap_or(u32::MAX).max(1);
    if place.is_multiple_of(width) {
        place / width
    } else {
        u32::MAX
    }
}
