//! Values looked up in lists: categories, labels, codes.

use super::{
    Attributes, Cell, Dim, Drawing, Elem, FormatError, NodeProto, Tensor, cast, corrupt, label,
    lookup, tensors,
};
use crate::{
    formats::program::{Otherwise, Register},
    input::Word,
    model::{Reg, ops},
};
use std::{collections::HashMap, rc::Rc};

/// What values are looked up in.
enum Keys {
    Numbers(Vec<f64>),
    Texts(Vec<Rc<str>>),
}

impl Keys {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(keys) => keys.len(),
            Self::Texts(keys) => keys.len(),
        }
    }

    fn of(cells: &[Cell]) -> Option<Self> {
        if let Some(numbers) = cells.iter().map(Cell::number).collect() {
            return Some(Self::Numbers(numbers));
        }
        let text = |cell: &Cell| match cell {
            Cell::Text(text) => Some(Rc::clone(text)),
            _ => None,
        };
        cells
            .iter()
            .map(text)
            .collect::<Option<_>>()
            .map(Self::Texts)
    }
}

/// `OneHotEncoder`: an axis more, with a number for each category.
pub(super) fn one_hot(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["cats_int64s", "cats_strings", "zeros"])?;
    let mut tensor = drawing.tensor(node, 0)?;
    let integers = attributes.ints("cats_int64s")?;
    let cells = if integers.is_empty() {
        tensors::texts(attributes.bytes("cats_strings")?.iter())?
    } else {
        integers.iter().map(|n| Cell::Number(n as f64)).collect()
    };
    let keys = Keys::of(&cells).filter(|keys| keys.len() > 0);
    let keys = keys.ok_or_else(|| corrupt!("{} knows no category", label(node)))?;
    if matches!(tensor.elem, Elem::Float | Elem::Double) {
        // Numbers lose their fraction before they are looked up.
        tensor = cast::converted(drawing, node, &tensor, Elem::Integer)?;
    }
    let unknown = match attributes.int("zeros")? {
        Some(0) => Otherwise::Refuse,
        _ => Otherwise::Is(f64::NAN),
    };
    let width = keys.len();
    drawing.spend(tensor.cells.len().saturating_mul(width), node)?;
    let mut cells = Vec::with_capacity(tensor.cells.len() * width);
    for cell in tensor.cells.iter() {
        let slot = slot(drawing, node, cell, &keys, unknown)?;
        let drawn = drawing
            .board
            .draw(ops::OneHot { slot, width }, vec![Register::number(); width])?;
        cells.extend(drawn.into_iter().map(Cell::Register));
    }
    let mut dims = tensor.dims.clone();
    dims.push(Dim::Fixed(width));
    drawing.set(node, 0, Tensor::new(Elem::Float, dims, cells))
}

/// The register that has the place of a cell's value among keys.
fn slot(
    drawing: &mut Drawing,
    node: &NodeProto,
    cell: &Cell,
    keys: &Keys,
    unknown: Otherwise,
) -> Result<Reg, FormatError> {
    match keys {
        Keys::Texts(texts) => {
            let entries: Vec<(Rc<str>, f64)> =
                texts.iter().cloned().zip((0..).map(f64::from)).collect();
            lookup::lookup(drawing, node, cell, &entries, unknown)
        }
        Keys::Numbers(numbers) => {
            let read = drawing.register(node, cell)?;
            let entries: Vec<_> = numbers
                .iter()
                .zip(0..)
                .filter(|(number, _)| !number.is_nan())
                .map(|(number, place)| (Word::Number(*number), f64::from(place)))
                .collect();
            let nan = numbers.iter().position(|number| number.is_nan());
            let missing = nan.map_or(unknown, |place| Otherwise::Is(place as f64));
            drawing.board.path = vec![label(node)];
            drawing.board.recode(read, &entries, unknown, missing)
        }
    }
}

/// `LabelEncoder`: one value for another.
pub(super) fn label_encoder(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let known = [
        "classes_strings",
        "default_float",
        "default_int64",
        "default_string",
        "default_tensor",
        "keys_floats",
        "keys_int64s",
        "keys_strings",
        "keys_tensor",
        "values_floats",
        "values_int64s",
        "values_strings",
        "values_tensor",
    ];
    let attributes = Attributes::new(node, &known)?;
    let tensor = drawing.tensor(node, 0)?;
    if attributes.has("classes_strings") {
        let words = tensors::texts(attributes.bytes("classes_strings")?.iter())?;
        return mapped(drawing, node, &attributes, &tensor, &words);
    }
    let (_, keys) = list(&attributes, "keys")?;
    let (elem, values) = list(&attributes, "values")?;
    let otherwise = match attributes.tensor("default_tensor")? {
        Some(tensor) => tensors::constant(tensor)?.cells.first().cloned(),
        None => None,
    };
    let otherwise = match (otherwise, elem) {
        (Some(cell), _) => cell,
        (None, Elem::Text) => Cell::Text(
            attributes
                .text("default_string")?
                .unwrap_or("_Unused")
                .into(),
        ),
        (None, Elem::Integer) => {
            Cell::Number(attributes.int("default_int64")?.unwrap_or(-1) as f64)
        }
        (None, _) => Cell::Number(attributes.float("default_float")?.unwrap_or(-0.0)),
    };
    replaced(drawing, node, &tensor, &keys, (elem, values), otherwise)
}

/// `CategoryMapper`: texts to integers, or integers to texts.
pub(super) fn category_mapper(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let known = [
        "cats_int64s",
        "cats_strings",
        "default_int64",
        "default_string",
    ];
    let attributes = Attributes::new(node, &known)?;
    let tensor = drawing.tensor(node, 0)?;
    let texts = tensors::texts(attributes.bytes("cats_strings")?.iter())?;
    let numbers: Vec<_> = attributes
        .ints("cats_int64s")?
        .iter()
        .map(|n| Cell::Number(n as f64))
        .collect();
    let (keys, values, elem) = if tensor.elem == Elem::Text {
        (texts, numbers, Elem::Integer)
    } else {
        (numbers, texts, Elem::Text)
    };
    let otherwise = default(&attributes, elem)?;
    replaced(drawing, node, &tensor, &keys, (elem, values), otherwise)
}

/// Version 1 of `LabelEncoder`: texts to their places, or places to texts.
fn mapped(
    drawing: &mut Drawing,
    node: &NodeProto,
    attributes: &Attributes<'_>,
    tensor: &Tensor,
    words: &[Cell],
) -> Result<(), FormatError> {
    let places: Vec<_> = (0..words.len())
        .map(|place| Cell::Number(place as f64))
        .collect();
    let words = words.to_vec();
    let (keys, values, elem) = if tensor.elem == Elem::Text {
        (words, places, Elem::Integer)
    } else {
        (places, words, Elem::Text)
    };
    let otherwise = default(attributes, elem)?;
    replaced(drawing, node, tensor, &keys, (elem, values), otherwise)
}

fn default(attributes: &Attributes<'_>, elem: Elem) -> Result<Cell, FormatError> {
    Ok(if elem == Elem::Text {
        Cell::Text(
            attributes
                .text("default_string")?
                .unwrap_or("_Unused")
                .into(),
        )
    } else {
        Cell::Number(attributes.int("default_int64")?.unwrap_or(-1) as f64)
    })
}

/// The keys or the values of a `LabelEncoder`.
fn list(attributes: &Attributes<'_>, what: &str) -> Result<(Elem, Vec<Cell>), FormatError> {
    if let Some(tensor) = attributes.tensor(&format!("{what}_tensor"))? {
        let tensor = tensors::constant(tensor)?;
        return Ok((tensor.elem, tensor.cells.to_vec()));
    }
    let texts = attributes.bytes(&format!("{what}_strings"))?;
    if !texts.is_empty() {
        return Ok((Elem::Text, tensors::texts(texts.iter())?));
    }
    let integers = attributes.ints(&format!("{what}_int64s"))?;
    if !integers.is_empty() {
        return Ok((
            Elem::Integer,
            integers.iter().map(|n| Cell::Number(n as f64)).collect(),
        ));
    }
    let floats = attributes.floats(&format!("{what}_floats"))?;
    Ok((
        Elem::Float,
        floats.iter().map(|x| Cell::Number((*x).into())).collect(),
    ))
}

/// Every cell replaced by the value of its key.
fn replaced(
    drawing: &mut Drawing,
    node: &NodeProto,
    tensor: &Tensor,
    keys: &[Cell],
    (elem, mut values): (Elem, Vec<Cell>),
    otherwise: Cell,
) -> Result<(), FormatError> {
    if keys.len() != values.len() || keys.is_empty() {
        return Err(corrupt!(
            "{} has {} keys and {} values",
            label(node),
            keys.len(),
            values.len()
        ));
    }
    let mut index = HashMap::with_capacity(keys.len());
    for (place, key) in keys.iter().enumerate() {
        // Of equal keys the first counts.
        index.entry(lookup::key(key)).or_insert(place);
    }
    let found = |cell: &Cell| {
        let place = lookup::key(cell).and_then(|key| index.get(&Some(key)));
        place.map_or_else(|| otherwise.clone(), |place| values[*place].clone())
    };
    let known =
        Keys::of(keys).ok_or_else(|| corrupt!("{} mixes texts and numbers", label(node)))?;
    let folded = |cell: &Cell| match cell {
        Cell::OneOf(place, list) => Some(Cell::OneOf(*place, list.iter().map(found).collect())),
        cell if cell.is_constant() => Some(found(cell)),
        _ => None,
    };
    let cells: Vec<Option<Cell>> = tensor.cells.iter().map(folded).collect();
    drawing.spend(tensor.cells.len().saturating_mul(keys.len()), node)?;
    let unknown = values.len();
    values.push(otherwise);
    let values: Rc<[Cell]> = values.into();
    let mut all = Vec::with_capacity(cells.len());
    for (cell, folded) in tensor.cells.iter().zip(cells) {
        all.push(match folded {
            Some(cell) => cell,
            None => Cell::OneOf(
                slot(drawing, node, cell, &known, Otherwise::Is(unknown as f64))?,
                Rc::clone(&values),
            ),
        });
    }
    drawing.set(node, 0, Tensor::new(elem, tensor.dims.clone(), all))
}
