//! Words on the board: encoders, and what is filled in for a missing word.

use super::{
    Board,
    columns::{Holds, is_text},
};
use crate::{
    formats::{FormatError, corrupt, unsupported},
    input::{Precision, Word},
    model::{Reg, StepOp, ops},
};
use std::sync::Arc;

/// More values than all encoders of a pipeline know together; a file that names one list many times over would fill the memory.
const MAX_CODES: usize = 1 << 23;

/// A value that an encoder knows, and the number that it becomes.
pub(crate) type Entry = (Word, f64);

/// What becomes of a value that an encoder does not know.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Otherwise {
    /// It becomes this number, or NaN.
    Is(f64),
    /// The library raises an error, and so the row is refused.
    Refuse,
}

impl Board {
    /// Draws an encoder of one register.
    ///
    /// # Errors
    /// `Unsupported` where words would have to be found among computed numbers.
    pub(crate) fn recode(
        &mut self,
        read: Reg,
        entries: &[Entry],
        unknown: Otherwise,
        missing: Otherwise,
    ) -> Result<Reg, FormatError> {
        self.spend(entries.iter().map(|(word, _)| word))?;
        let register = self.register(read).clone();
        let knows = |word: &Word| entries.iter().any(|(known, _)| known == word);
        let fills_unknown = register.filled.as_ref().is_some_and(|word| !knows(word));
        if let (Otherwise::Refuse, true, Some(at)) = (unknown, fills_unknown, register.column) {
            // What is filled in would be refused.
            self.columns[at as usize].nullable = false;
        }
        let taken = if fills_unknown {
            &[][..]
        } else {
            &register.taken
        };
        let (codes, mut found) = if self.as_words(read, entries.iter().map(|(word, _)| word))? {
            self.places(read, entries, unknown, taken)?
        } else {
            let codes = self.known_numbers(read, entries, unknown, taken)?;
            (codes, Vec::new())
        };
        self.codes = self.codes.saturating_add(codes.len());
        if self.codes > MAX_CODES {
            return Err(unsupported!(
                "`{}` and the encoders before it know more than {MAX_CODES} values",
                self.place()
            ));
        }
        if missing == Otherwise::Refuse {
            self.refuse_missing_only(read);
        }
        let value = |otherwise| match otherwise {
            Otherwise::Is(x) => x,
            Otherwise::Refuse => f64::NAN,
        };
        let (unknown, missing) = (value(unknown), value(missing));
        let mut after = register.computed();
        after.precision = Precision::F64;
        if !missing.is_nan() {
            after.missing = None;
        }
        if let (ops::Codes::Places(_), Some(_)) = (&codes, &register.filled) {
            // In their place something is filled in that the encoder knows.
            for word in taken {
                found.push(self.word(read, word.clone())?);
            }
        }
        let column = register.column.filter(|_| unknown.is_nan());
        let found = (!found.is_empty()).then(|| Arc::from(found));
        after.unknown = column.zip(found);
        let recode = ops::Recode {
            read,
            codes,
            unknown,
            missing,
        };
        Ok(self.draw(recode, [after])?[0])
    }

    /// What stands for the words of a column, by their places, and the places of those for which it is a number. `taken` are words that
    /// never get here, because they count as missing.
    fn places(
        &mut self,
        read: Reg,
        entries: &[Entry],
        unknown: Otherwise,
        taken: &[Word],
    ) -> Result<(ops::Codes, Vec<u32>), FormatError> {
        let mut codes = Vec::new();
        let mut known = Vec::with_capacity(entries.len());
        for (word, value) in entries {
            let place = self.word(read, word.clone())?;
            if codes.len() <= place as usize {
                codes.resize(place as usize + 1, f64::NAN);
            }
            codes[place as usize] = *value;
            known.push(place);
        }
        for word in taken {
            known.push(self.word(read, word.clone())?);
        }
        self.close(read, unknown, &known);
        let found = (0..).zip(&codes).filter(|(_, code)| !code.is_nan());
        let found = found.map(|(place, _)| place).collect();
        Ok((ops::Codes::Places(codes), found))
    }

    /// What stands for numbers, in rising order; of equal ones the first counts.
    fn known_numbers(
        &mut self,
        read: Reg,
        entries: &[Entry],
        unknown: Otherwise,
        taken: &[Word],
    ) -> Result<ops::Codes, FormatError> {
        // Both zeros are one number.
        let entry = |(word, value): &Entry| (number(word) + 0.0, *value);
        let mut codes: Vec<(f64, f64)> = entries.iter().map(entry).collect();
        codes.sort_by(|a, b| a.0.total_cmp(&b.0));
        codes.dedup_by(|later, first| later.0.total_cmp(&first.0).is_eq());
        if unknown == Otherwise::Refuse {
            let words = entries.iter().map(|(word, _)| word);
            self.close_numbers(read, words.chain(taken))?;
        }
        Ok(ops::Codes::Numbers(codes))
    }

    /// The register that an encoder looks a value up in. One that knows None as a category has met it, although an imputer before it
    /// fills in NaN: None is not NaN to numpy.
    pub(crate) fn as_categories(&self, read: Reg, knows_none: bool) -> Reg {
        let unfilled = self.register(read).unfilled.filter(|_| knows_none);
        unfilled.unwrap_or(read)
    }

    /// Draws what a value becomes that is missing, and whether None is such. The register stays its column's.
    pub(crate) fn fill(&mut self, read: Reg, value: &Word, none: bool) -> Result<Reg, FormatError> {
        self.spend(std::iter::once(value))?;
        if self.is_free_text(&[read]) {
            return self.fill_text(read, value);
        }
        let mut after = self.register(read).clone();
        after.unfilled = Some(read).filter(|_| !none);
        after.filled = Some(value.clone());
        let value = if self.as_words(read, std::iter::once(value))? {
            self.word(read, value.clone())?.into()
        } else {
            after.precision.round(number(value))
        };
        if !value.is_nan() {
            after.missing = None;
            after.unknown = None;
        }
        let fill = ops::Fill {
            reads: vec![read],
            values: vec![value],
        };
        Ok(self.draw(fill, [after])?[0])
    }

    /// Draws that a value counts as missing. The register stays its column's.
    pub(crate) fn is_missing(&mut self, read: Reg, value: &Word) -> Result<Reg, FormatError> {
        self.spend(std::iter::once(value))?;
        if self.is_free_text(&[read]) {
            return Err(unsupported!(
                "`{}` takes {value} for a missing text; leave its missing_values at NaN, and send null",
                self.place()
            ));
        }
        let mut after = self.register(read).clone();
        after.unfilled = None;
        after.filled = None;
        after.taken.push(value.clone());
        let value = if self.as_words(read, std::iter::once(value))? {
            self.word(read, value.clone())?.into()
        } else {
            number(value)
        };
        // NaN by a word of its own is no missing value of a client.
        after.missing = None;
        let each = ops::Each {
            op: StepOp::IsMissing,
            reads: vec![read],
            operand: vec![value],
            precision: after.precision,
        };
        Ok(self.draw(each, [after])?[0])
    }

    /// Notes that words are kept for a column: the text, and its place in list and index.
    fn spend<'w>(&mut self, words: impl Iterator<Item = &'w Word>) -> Result<(), FormatError> {
        let bytes = |word: &Word| match word {
            Word::Text(text) => text.len() + 32,
            _ => 32,
        };
        let left = self.room.checked_sub(words.map(bytes).sum());
        self.room =
            left.ok_or_else(|| corrupt!("the file names one list of values many times over"))?;
        Ok(())
    }

    /// Whether a register is to be read by words: its column is, or one of `words` is text.
    fn as_words<'w>(
        &mut self,
        read: Reg,
        words: impl Iterator<Item = &'w Word>,
    ) -> Result<bool, FormatError> {
        let words: Vec<&Word> = words.collect();
        let text = words.iter().any(|word| is_text(word));
        let place = self.place();
        let Some(at) = self.register(read).column else {
            if text {
                return Err(unsupported!(
                    "`{place}` looks for words in numbers that another step has computed"
                ));
            }
            return Ok(false);
        };
        let column = &mut self.columns[at as usize];
        column.read = true;
        column.infinite = false;
        match column.holds {
            Holds::Words => return Ok(true),
            Holds::Text => {
                return Err(unsupported!(
                    "`{place}` looks for words in the column `{}`, which another step reads as free text; give it a copy of the column",
                    column.name
                ));
            }
            Holds::Hashes => {
                return Err(unsupported!(
                    "`{place}` looks for words in the column `{}`, of which another step knows only hashes",
                    column.name
                ));
            }
            Holds::Numbers | Holds::Booleans if text => {
                return Err(unsupported!(
                    "`{place}` looks for words in the column `{}`, which another step computes with",
                    column.name
                ));
            }
            Holds::Anything if text => column.holds = Holds::Words,
            Holds::Anything => {
                let boolean = |word: &&Word| matches!(word, Word::Boolean(_));
                column.holds = if !words.is_empty() && words.iter().all(boolean) {
                    Holds::Booleans
                } else {
                    Holds::Numbers
                };
            }
            Holds::Numbers | Holds::Booleans => {}
        }
        Ok(column.holds == Holds::Words)
    }

    /// The place of a word in the column of a register.
    fn word(&mut self, read: Reg, word: Word) -> Result<u32, FormatError> {
        match self.register(read).column {
            Some(at) => Ok(self.columns[at as usize].words.add(word)),
            None => Err(unsupported!("`{}` reads words of no column", self.place())),
        }
    }

    fn close(&mut self, read: Reg, unknown: Otherwise, known: &[u32]) {
        if let (Otherwise::Refuse, Some(at)) = (unknown, self.register(read).column) {
            self.columns[at as usize].words.refuse_others(known);
        }
    }

    /// Makes a column of numbers refuse those that an encoder does not know.
    fn close_numbers<'w>(
        &mut self,
        read: Reg,
        known: impl Iterator<Item = &'w Word>,
    ) -> Result<(), FormatError> {
        let Some(at) = self.register(read).column else {
            return Err(unsupported!(
                "`{}` fails for computed numbers that it does not know; fit it with handle_unknown=\"ignore\"",
                self.place()
            ));
        };
        let words = &mut self.columns[at as usize].words;
        let known: Vec<u32> = known.map(|word| words.add(word.clone())).collect();
        words.refuse_others(&known);
        Ok(())
    }

    /// The name of the column that a register is, where columns have names.
    pub(crate) fn name(&self, register: Reg) -> Option<&str> {
        let at = self.register(register).column.filter(|_| self.named)?;
        Some(&self.columns[at as usize].name)
    }

    /// Notes that a row may leave out the column of a register.
    pub(crate) fn optional(&mut self, register: Reg) {
        if let Some(at) = self.register(register).column {
            self.columns[at as usize].optional = true;
        }
    }

    fn refuse_missing_only(&mut self, read: Reg) {
        if let Some(column) = self.register(read).missing {
            self.columns[column as usize].nullable = false;
        }
    }
}

/// A word as a number; NaN for text.
fn number(word: &Word) -> f64 {
    match word {
        Word::Number(x) => *x,
        Word::Boolean(flag) => (*flag).into(),
        Word::Text(_) => f64::NAN,
    }
}
