//! Texts looked up in lists.

use super::{Cell, Drawing, FormatError, NodeProto, cast, label, unsupported};
use crate::{
    formats::program::{Otherwise, Register},
    input::Word,
    model::{Reg, ops},
};
use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

/// The register that has the number of a text among entries.
pub(super) fn lookup(
    drawing: &mut Drawing,
    node: &NodeProto,
    cell: &Cell,
    entries: &[(Rc<str>, f64)],
    unknown: Otherwise,
) -> Result<Reg, FormatError> {
    drawing.board.path = vec![label(node)];
    let keys = entries.iter().map(|(text, _)| Rc::clone(text)).collect();
    let place = place(drawing, node, cell, entries, unknown)?;
    // Where the numbers are places, they tell which text it is.
    drawing.places.insert(place, (cell.clone(), keys));
    Ok(place)
}

fn place(
    drawing: &mut Drawing,
    node: &NodeProto,
    cell: &Cell,
    entries: &[(Rc<str>, f64)],
    unknown: Otherwise,
) -> Result<Reg, FormatError> {
    let otherwise = match unknown {
        Otherwise::Is(x) => x,
        Otherwise::Refuse => f64::NAN,
    };
    let index = || -> HashMap<&str, f64> {
        // Of equal keys the first counts.
        let entries = entries.iter().rev();
        entries.map(|(text, number)| (&**text, *number)).collect()
    };
    match cell {
        Cell::Column(read) => {
            let words: Vec<_> = entries
                .iter()
                .map(|(text, number)| (Word::Text((**text).into()), *number))
                .collect();
            drawing.board.recode(*read, &words, unknown, unknown)
        }
        Cell::Replaced(read, swaps) => {
            let words = swapped(swaps, entries);
            drawing.board.recode(*read, &words, unknown, unknown)
        }
        Cell::Printed(read, elem) => {
            let number = |text: &Rc<str>| {
                text.parse::<f64>()
                    .ok()
                    .filter(|x| cast::printed(*x, *elem) == **text)
            };
            let words: Vec<_> = entries
                .iter()
                .filter_map(|(text, code)| Some((Word::Number(number(text)?), *code)))
                .collect();
            drawing.board.recode(*read, &words, unknown, unknown)
        }
        Cell::OneOf(read, list) => {
            let index = index();
            let code = |cell: &Cell| match cell {
                Cell::Text(text) => index.get(&**text).copied().unwrap_or(otherwise),
                _ => otherwise,
            };
            let codes = ops::Codes::Places(list.iter().map(code).collect());
            let recode = ops::Recode {
                read: *read,
                codes,
                unknown: otherwise,
                missing: otherwise,
            };
            Ok(drawing.board.draw(recode, [Register::number()])?[0])
        }
        Cell::Text(text) => {
            let number = index().get(&**text).copied().unwrap_or(otherwise);
            drawing.register(node, &Cell::Number(number))
        }
        _ => Err(unsupported!(
            "{} looks for words among numbers",
            label(node)
        )),
    }
}

/// The words that have a number, where some stand for others.
fn swapped(swaps: &[(Rc<str>, Rc<str>)], entries: &[(Rc<str>, f64)]) -> Vec<(Word, f64)> {
    let instead = |text: &Rc<str>| {
        let swap = |text: Rc<str>, (from, to): &(Rc<str>, Rc<str>)| {
            if text == *from { Rc::clone(to) } else { text }
        };
        swaps.iter().fold(Rc::clone(text), swap)
    };
    // Of equal keys the first counts.
    let entries_by_text = entries.iter().rev();
    let index: HashMap<&str, f64> = entries_by_text.map(|(text, n)| (&**text, *n)).collect();
    let keys = entries.iter().map(|(text, _)| text);
    let keys = keys.chain(swaps.iter().map(|(from, _)| from));
    let mut seen = HashSet::new();
    let mut words: Vec<(Word, f64)> = Vec::new();
    for key in keys.filter(|key| seen.insert(Rc::clone(key))) {
        if let Some(number) = index.get(&*instead(key)) {
            words.push((Word::Text((**key).into()), *number));
        }
    }
    words
}

/// A number or a text to look up: both zeros are one number, and NaN is one, too.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Key {
    Number(u64),
    Text(Rc<str>),
}

/// The key of a constant cell.
pub(super) fn key(cell: &Cell) -> Option<Key> {
    match cell {
        Cell::Number(x) if x.is_nan() => Some(Key::Number(f64::NAN.to_bits())),
        Cell::Number(x) => Some(Key::Number((x + 0.0).to_bits())),
        Cell::Text(text) => Some(Key::Text(Rc::clone(text))),
        _ => None,
    }
}
