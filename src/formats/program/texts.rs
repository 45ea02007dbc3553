//! Free text on the board: columns of it, and what is filled in for a missing one.

use super::{Board, columns::Holds};
use crate::{
    formats::{FormatError, unsupported},
    input::Word,
    model::{Reg, ops},
};

impl Board {
    /// Notes that a step further on reads a register as free text, where nothing has read it yet.
    pub(crate) fn expect_text(&mut self, read: Reg) {
        if let Some(at) = self.register(read).column {
            let column = &mut self.columns[at as usize];
            if column.holds == Holds::Anything {
                column.holds = Holds::Text;
            }
        }
    }

    /// Whether this is one register, of a column of free text.
    pub(crate) fn is_free_text(&self, reads: &[Reg]) -> bool {
        let &[read] = reads else {
            return false;
        };
        let column = self.register(read).column;
        column.is_some_and(|at| self.columns[at as usize].holds == Holds::Text)
    }

    /// Reads a register as free text; the text that stands for a missing one. Without one, a missing text is refused.
    ///
    /// # Errors
    /// `Unsupported` where it is no column, or another step reads the column as something else.
    pub(crate) fn free_text(&mut self, read: Reg) -> Result<Box<str>, FormatError> {
        let place = self.place();
        let Some(at) = self.register(read).column else {
            return Err(unsupported!(
                "`{place}` reads a text that another step has made; make it in the client"
            ));
        };
        let filled = match &self.register(read).filled {
            Some(Word::Text(text)) => Some(text.as_str().into()),
            _ => None,
        };
        let column = &mut self.columns[at as usize];
        column.read = true;
        column.infinite = false;
        column.nullable &= filled.is_some();
        if !matches!(column.holds, Holds::Anything | Holds::Text) {
            return Err(unsupported!(
                "`{place}` reads the column `{}` as free text, which another step reads otherwise; give it a copy of the column",
                column.name
            ));
        }
        column.holds = Holds::Text;
        Ok(filled.unwrap_or_default())
    }

    /// Draws what text stands for a missing one, which what reads the register puts in its place.
    pub(super) fn fill_text(&mut self, read: Reg, value: &Word) -> Result<Reg, FormatError> {
        if !matches!(value, Word::Text(_)) {
            return Err(unsupported!(
                "`{}` fills in {value} for a missing text; fill in a text",
                self.place()
            ));
        }
        let mut after = self.register(read).clone();
        // What was filled in once is not missing any more.
        after.filled = after.filled.or_else(|| Some(value.clone()));
        after.missing = None;
        after.unknown = None;
        let fill = ops::Fill {
            reads: vec![read],
            values: vec![f64::NAN],
        };
        Ok(self.draw(fill, [after])?[0])
    }
}
