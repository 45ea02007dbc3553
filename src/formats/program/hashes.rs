//! Categories of which a model knows only the hash.

use super::{Board, columns::Holds};
use crate::{
    formats::{FormatError, unsupported},
    model::Reg,
};

impl Board {
    /// Reads a register as the hash of a category, which is never missing.
    ///
    /// # Errors
    /// `Unsupported` where the register is no longer the column's own value, or another step reads the column as a number or a word.
    pub(crate) fn hashed(&mut self, read: Reg) -> Result<(), FormatError> {
        let place = self.place();
        let register = self.register(read);
        let Some(at) = register.column.filter(|_| register.filled.is_none()) else {
            return Err(unsupported!(
                "`{place}` takes categories that another step makes, of which this server knows no text; give the model the column itself"
            ));
        };
        let column = &mut self.columns[at as usize];
        match column.holds {
            Holds::Anything | Holds::Hashes => column.holds = Holds::Hashes,
            Holds::Numbers | Holds::Booleans | Holds::Words | Holds::Text => {
                return Err(unsupported!(
                    "`{place}` takes the column `{}` for categories, and another step reads it too; give each its own column",
                    column.name
                ));
            }
        }
        column.read = true;
        column.nullable = false;
        column.infinite = false;
        Ok(())
    }
}
