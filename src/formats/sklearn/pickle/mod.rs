//! A pickle machine that builds data only: it imports nothing, calls nothing and looks up no attribute.
//!
//! A global is a name, an instance the record of its class, arguments and state, and so is the result of any call. Which of them a
//! model may be made of is for [`super::classes`] to say. Memory is bounded by the file: every length is checked against the bytes that are left,
//! shared objects are shared, and nothing recurses.
//!
//! Source: the opcodes as `CPython`'s `Lib/pickletools.py` describes them, protocols 2 to 5.

mod joblib;
mod machine;
mod objects;

use super::super::{FormatError, corrupt, unsupported};
use super::{id::Id, record::Arena};
use machine::Machine;

/// Reads the pickle at the start of `input`; arrays as joblib appends them are understood as well.
pub(super) fn read<'a>(input: &'a [u8], arena: &mut Arena<'a>) -> Result<Id, FormatError> {
    Machine::new(input, 0, arena, true)
        .run()
        .map(|(root, _)| root)
}
