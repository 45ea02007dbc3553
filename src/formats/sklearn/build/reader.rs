//! The reading of one model: what its parts have drawn so far, and where the one at hand stands.

use super::{
    super::{classes::ADVICE, id::Id},
    FormatError, Part, corrupt,
    estimated::Estimate,
    unsupported,
};
use crate::{
    formats::{Parsed, coded::Coded, program::Board},
    model::Reg,
};

/// Steps in steps deeper than this are nobody's model.
const MAX_DEPTH: usize = 16;

/// Nor are so many parts, each counted as often as it stands somewhere: of few objects that hold each other a file can make any number.
pub(super) const MAX_PARTS: usize = 1 << 16;

/// For each byte of a file, sparse weights may stand for so many numbers, and for that many in any file.
const MAX_ZEROS_A_BYTE: usize = 6;
const MIN_ZEROS: usize = 1 << 22;

/// The reading of one model.
pub(super) struct Reader {
    pub(super) board: Board,
    /// Bytes of the file that nothing has been made of, which bound what its trees and weights may claim.
    pub(super) size: usize,
    /// How many numbers the sparse weights of all models may stand for, most of them 0 and not in the file.
    pub(super) zeros: usize,
    /// The classes met, in their order.
    pub(super) parts: Vec<String>,
    /// Whether the rows at hand are a sparse matrix, in which XGBoost takes what is not stored for missing, and products go another way.
    pub(super) sparse: bool,
    /// A booster that was read before, for its columns.
    pub(super) booster: Option<(Id, Parsed<Coded>)>,
    /// How many parts the one at hand is inside of.
    depth: usize,
    /// How many parts inside others have been read.
    read: usize,
    /// The member that was read last, what it read, and its answer: copies of one object follow each other.
    pub(super) last_member: Option<(Id, Vec<Reg>, Estimate)>,
}

impl Reader {
    /// Nothing read yet, of a file of `size` bytes.
    pub(super) fn new(mut board: Board, size: usize) -> Self {
        board.bound_words(size);
        Self {
            board,
            size,
            zeros: size.saturating_mul(MAX_ZEROS_A_BYTE).max(MIN_ZEROS),
            parts: Vec::new(),
            sparse: false,
            booster: None,
            depth: 0,
            read: 0,
            last_member: None,
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
        self.read += 1;
        if self.read > MAX_PARTS {
            return Err(unsupported!("the model has more than {MAX_PARTS} parts"));
        }
        self.depth += 1;
        self.board.path.push(name.to_owned());
        let read = read(self)?;
        self.board.path.pop();
        self.depth -= 1;
        Ok(read)
    }

    /// Notes that numbers were read that take at least `bytes` of the file. One object may stand where many should, so that a small file
    /// would make a large model.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), FormatError> {
        let left = self.size.checked_sub(bytes);
        self.size = left.ok_or_else(|| corrupt!("the file names one model many times over"))?;
        Ok(())
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
