//! A pickle machine that builds data only: it imports nothing, calls nothing and looks up no attribute.
//!
//! A global is a name, an instance the record of its class, arguments and state, and so is the result of any call. Which of them a
//! model may be made of is for [`super::classes`] to say. Memory is bounded by the file: every length is checked against the bytes that are left, what trees
//! hold is kept as a model needs it ([`super::trees`]),
//! shared objects are shared, and nothing recurses.
//!
//! Source: the opcodes as `CPython`'s `Lib/pickletools.py` describes them, protocols 2 to 5.

mod input;
mod joblib;
mod machine;
mod objects;

use std::io::Read;

use super::super::{FormatError, corrupt, unsupported};
use super::{id::Id, record::Arena};
use input::Input;
pub(super) use input::Length;
use machine::Machine;

/// Reads the pickle that `source` begins with, to the end of the source; arrays as joblib appends them are understood as well. The root
/// object, and how many bytes there were.
pub(super) fn read(
    source: &mut dyn Read,
    length: Length,
    arena: &mut Arena<'static>,
) -> Result<(Id, usize), FormatError> {
    let mut input = Input::new(source, length);
    let root = Machine::new(&mut input, arena, true).run()?;
    Ok((root, input.finish()?))
}
