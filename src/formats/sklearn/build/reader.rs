//! The reading of one model: what its parts have drawn so far, and where the one at hand stands.

use super::{super::classes::ADVICE, FormatError, Part, unsupported};
use crate::formats::program::Board;

/// Steps in steps deeper than this are nobody's model.
const MAX_DEPTH: usize = 16;

/// The reading of one model.
pub(super) struct Reader {
    pub(super) board: Board,
    /// Bytes of the file, which bound what its trees may claim.
    pub(super) size: usize,
    /// The classes met, in their order.
    pub(super) parts: Vec<String>,
    /// Whether the rows at hand are a sparse matrix, in which XGBoost takes what is not stored for missing, and products go another way.
    pub(super) sparse: bool,
    /// How many parts the one at hand is inside of.
    depth: usize,
}

impl Reader {
    /// Nothing read yet, of a file of `size` bytes.
    pub(super) fn new(board: Board, size: usize) -> Self {
        Self {
            board,
            size,
            parts: Vec::new(),
            sparse: false,
            depth: 0,
        }
    }

    /// Reads a part that is inside another one, called `name` there.
    pub(super) fn inside<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<T, FormatError>,
    ) -> Result<T, FormatError> {
        if self.depth >= MAX_DEPTH {
            return Err(unsupported!("the steps nest more than {MAX_DEPTH} deep"));
        }
        self.depth += 1;
        self.board.path.push(name.to_owned());
        let read = read(self)?;
        self.board.path.pop();
        self.depth -= 1;
        Ok(read)
    }

    /// Where a part stands and what it is, for messages: "the step `prep → cat` is a …".
    pub(super) fn refusal(&self, part: Part<'_>) -> FormatError {
        let place = self.board.place();
        let what = if place.is_empty() {
            "the model".to_owned()
        } else {
            format!("the step `{place}`")
        };
        unsupported!(
            "{what} is a {}, which this server does not run; {ADVICE}",
            part.full_name()
        )
    }
}
