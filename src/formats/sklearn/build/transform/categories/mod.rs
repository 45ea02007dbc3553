//! Encoders of the package `category_encoders`, versions 2.2 to 2.11.
//!
//! Source: `category_encoders/{ordinal,target_encoder,count,one_hot,utils}.py`. They take the columns in `cols` and leave the others as
//! they are. An unknown category has the code -1, a missing one that the fit did not see -2.

mod dummies;

use super::{
    Entry, FormatError, Id, Otherwise, Part, Reader, Reg, Register, Word, cells, corrupt, numpy,
    ops, unsupported,
};
use crate::formats::sklearn::build::pandas::{Series, frame, series};
use dummies::{Dummies, MISSING, Table, found};

const UNKNOWN: f64 = -1.0;

/// More columns than any frame of categories has; they are looked up by their names one by one.
const MAX_COLUMNS: usize = 1 << 12;

impl Reader {
    pub(super) fn category_encoder(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        refuse_options(part)?;
        if reads.len() > MAX_COLUMNS {
            return Err(unsupported!(
                "the {} gets {} columns, and no more than {MAX_COLUMNS} are served",
                part.class,
                reads.len()
            ));
        }
        let names = self.frame_names(part, reads)?;
        let columns = cells::values(part, part.attribute("cols")?)?;
        let dropped = dropped(part)?;
        let mut result = Vec::with_capacity(reads.len());
        for (read, name) in reads.iter().zip(&names) {
            let encoded = match name {
                Some(name) if columns.contains(&Some(name.clone())) => {
                    self.encoded(part, *read, name)?
                }
                _ => vec![(name.clone(), *read)],
            };
            let kept = |(name, _): &(Option<Word>, Reg)| name.is_none() || !dropped.contains(name);
            result.extend(
                encoded
                    .into_iter()
                    .filter(kept)
                    .map(|(_, register)| register),
            );
        }
        let missing = columns.iter().find(|column| !names.contains(column));
        if let Some(missing) = missing {
            return Err(unsupported!(
                "the {} encodes the column {}, and no file says which one that is; log the model with a signature",
                part.class,
                missing
                    .as_ref()
                    .map_or_else(String::new, ToString::to_string)
            ));
        }
        self.sparse = false;
        Ok(result)
    }

    /// What the columns are called in the frame that the encoder gets.
    fn frame_names(&self, part: Part<'_>, reads: &[Reg]) -> Result<Vec<Option<Word>>, FormatError> {
        if let Some(id) = part.get("feature_names_in_") {
            let names = cells::values(part, id)?;
            if names.len() != reads.len() {
                return Err(corrupt!(
                    "the {} was fitted on {} columns, and gets {}",
                    part.class,
                    names.len(),
                    reads.len()
                ));
            }
            return Ok(names);
        }
        let name = |(at, read): (usize, &Reg)| match self.board.name(*read) {
            Some(name) => Some(Word::Text(name.to_owned())),
            None => Some(Word::Number(at as f64)),
        };
        Ok(reads.iter().enumerate().map(name).collect())
    }

    /// The columns that one becomes, with their names.
    fn encoded(
        &mut self,
        part: Part<'_>,
        read: Reg,
        name: &Word,
    ) -> Result<Vec<(Option<Word>, Reg)>, FormatError> {
        let table = match part.class {
            "OrdinalEncoder" => codes(part, name)?,
            "TargetEncoder" => means(part, name)?,
            "CountEncoder" => counts(part, name)?,
            _ => return self.dummies(part, read, name),
        };
        let register = self.looked_up(part, read, &table)?;
        Ok(vec![(Some(name.clone()), register)])
    }

    fn looked_up(&mut self, part: Part<'_>, read: Reg, table: &Table) -> Result<Reg, FormatError> {
        let known_nan = table.entries.iter().any(|(_, value)| value.is_nan());
        if known_nan && !matches!(table.unknown, Otherwise::Is(x) if x.is_nan()) {
            return Err(unsupported!(
                "the {} has no number for a category that it knows; fit it again",
                part.class
            ));
        }
        self.board
            .recode(read, &table.entries, table.unknown, table.missing)
    }

    /// A column for each category, or only some: the frame has a row for each code.
    fn dummies(
        &mut self,
        part: Part<'_>,
        read: Reg,
        name: &Word,
    ) -> Result<Vec<(Option<Word>, Reg)>, FormatError> {
        let Some(id) = mapping_of(part, name)? else {
            // All of its values were missing.
            return Ok(vec![(Some(name.clone()), read)]);
        };
        let dummies = Dummies::new(frame(part, id)?);
        let mut codes = codes(part.part("ordinal_encoder")?, name)?;
        if part.text("handle_unknown") == Some("error") {
            codes.unknown = Otherwise::Refuse;
        }
        if part.text("handle_missing") == Some("error") {
            codes.missing = Otherwise::Refuse;
        }
        let width = dummies.frame.columns.len();
        let slots = dummies.slots(&codes);
        let registers = if let Some(slots) = slots {
            let slot = self.looked_up(part, read, &slots)?;
            let registers = vec![Register::number(); width];
            self.board.draw(ops::OneHot { slot, width }, registers)?
        } else {
            let mut registers = Vec::with_capacity(width);
            for column in 0..width {
                registers.push(self.looked_up(part, read, &dummies.column(&codes, column))?);
            }
            registers
        };
        Ok(dummies.frame.columns.into_iter().zip(registers).collect())
    }
}

/// `OrdinalEncoder`: the code of each category.
fn codes(part: Part<'_>, name: &Word) -> Result<Table, FormatError> {
    let id = mapping_of(part, name)?.ok_or_else(|| no_mapping(part, name))?;
    let Series { index, values } = series(part, id)?;
    let unknown = match part.text("handle_unknown") {
        Some("value") => Otherwise::Is(UNKNOWN),
        Some("error") => Otherwise::Refuse,
        _ => Otherwise::Is(
            part.optional_number_or_text("handle_unknown")?
                .unwrap_or(f64::NAN),
        ),
    };
    let (entries, nan) = split(index, &values);
    let missing = match nan {
        _ if part.text("handle_missing") == Some("error") => Otherwise::Refuse,
        Some(code) if code == MISSING => match part.text("handle_missing") {
            Some("return_nan") => Otherwise::Is(f64::NAN),
            _ => Otherwise::Is(
                part.optional_number_or_text("handle_missing")?
                    .unwrap_or(code),
            ),
        },
        Some(code) => Otherwise::Is(code),
        None => unknown,
    };
    Ok(Table {
        entries,
        unknown,
        missing,
    })
}

/// `TargetEncoder`: the mean of the target for each code.
fn means(part: Part<'_>, name: &Word) -> Result<Table, FormatError> {
    let codes = codes(part.part("ordinal_encoder")?, name)?;
    let id = mapping_of(part, name)?.ok_or_else(|| no_mapping(part, name))?;
    let Series { index, values } = series(part, id)?;
    let (entries, _) = split(index, &values);
    let mut known: Vec<(f64, f64)> = Vec::with_capacity(entries.len());
    for (label, mean) in entries {
        if let Word::Number(code) = label {
            known.push((code, mean));
        }
    }
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut table = Dummies::table(&codes, |code| found(&known, code).unwrap_or(f64::NAN));
    if part.text("handle_unknown") == Some("error") {
        table.unknown = Otherwise::Refuse;
    }
    if part.text("handle_missing") == Some("error") {
        table.missing = Otherwise::Refuse;
    }
    Ok(table)
}

/// `CountEncoder`: how often each category was there.
fn counts(part: Part<'_>, name: &Word) -> Result<Table, FormatError> {
    if part.get("invariant_cols").is_none() {
        return Err(unsupported!(
            "the CountEncoder was written by category_encoders before 2.3, which knew other rules; fit it with a later version"
        ));
    }
    let id = mapping_of(part, name)?.ok_or_else(|| no_mapping(part, name))?;
    let Series { index, values } = series(part, id)?;
    let (entries, nan) = split(index, &values);
    let own = |attribute: &str| by_name(part, part.get(attribute)?, name);
    let text = |id: Option<Id>| id.and_then(|id| part.arena.text(id));
    let (unknown_id, missing_id) = (own("_handle_unknown"), own("_handle_missing"));
    let fills = text(missing_id) != Some("return_nan");
    let unknown = match (text(unknown_id), unknown_id) {
        (Some("error"), _) => Otherwise::Refuse,
        (Some("value"), _) if fills => Otherwise::Is(0.0),
        (Some(_), _) | (None, None) => Otherwise::Is(f64::NAN),
        (None, Some(id)) => Otherwise::Is(numpy::number(part.arena, id).unwrap_or(f64::NAN)),
    };
    let missing = match nan.filter(|count| !count.is_nan()) {
        _ if part.text("handle_missing") == Some("error") => Otherwise::Refuse,
        Some(count) => Otherwise::Is(count),
        None => unknown,
    };
    Ok(Table {
        entries,
        unknown,
        missing,
    })
}

/// The values of categories, and that of NaN.
fn split(index: Vec<Option<Word>>, values: &[f64]) -> (Vec<Entry>, Option<f64>) {
    let mut nan = None;
    let mut entries = Vec::with_capacity(values.len());
    for (label, value) in index.into_iter().zip(values) {
        match label {
            Some(word) => entries.push((word, *value)),
            None => nan = Some(*value),
        }
    }
    (entries, nan)
}

/// What the fit has found of a column: in a list of dicts, or in a dict.
fn mapping_of(part: Part<'_>, name: &Word) -> Result<Option<Id>, FormatError> {
    let arena = part.arena;
    let mapping = part.attribute("mapping")?;
    if arena.pairs(mapping).is_some() {
        return Ok(by_name(part, mapping, name));
    }
    for switch in arena.items(mapping).unwrap_or_default() {
        let column = arena.get(*switch, "col");
        if let Some(column) = column
            && cells::value(part, column)?.as_ref() == Some(name)
        {
            return Ok(arena.get(*switch, "mapping"));
        }
    }
    Ok(None)
}

/// The value of a dict under the name of a column.
fn by_name(part: Part<'_>, dict: Id, name: &Word) -> Option<Id> {
    let pairs = part.arena.pairs(dict)?.iter();
    let is = |key: Id| cells::value(part, key).ok().flatten().as_ref() == Some(name);
    pairs
        .rev()
        .find(|(key, _)| is(*key))
        .map(|(_, value)| *value)
}

/// The columns that were left out because they told nothing.
fn dropped(part: Part<'_>) -> Result<Vec<Option<Word>>, FormatError> {
    let names = ["invariant_cols", "drop_cols"];
    let kept = names.iter().find_map(|name| part.get(name));
    match kept.filter(|_| part.flag("drop_invariant")) {
        Some(id) => cells::values(part, id),
        None => Ok(Vec::new()),
    }
}

fn no_mapping(part: Part<'_>, name: &Word) -> FormatError {
    corrupt!("the {} has not learnt the column {name}", part.class)
}

/// What makes other categories of the rows before they are looked up.
fn refuse_options(part: Part<'_>) -> Result<(), FormatError> {
    let holds = |name: &str| {
        part.get(name).is_some_and(|id| match part.arena.pairs(id) {
            Some(pairs) => !pairs.is_empty(),
            None => true,
        })
    };
    let options = [
        ("hierarchy", "hierarchy"),
        ("composite_cols", "composite_cols"),
        ("min_group_lumping_", "min_group_size"),
        ("_min_group_categories", "min_group_size"),
    ];
    for (attribute, option) in options {
        if holds(attribute) {
            return Err(unsupported!(
                "the {} was fitted with {option}, which this server does not follow; fit it without",
                part.class
            ));
        }
    }
    Ok(())
}
