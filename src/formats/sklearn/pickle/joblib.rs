//! joblib's arrays: the pickle holds a wrapper, the elements follow it in the file.
//!
//! Source: `NumpyArrayWrapper` in joblib's `joblib/numpy_pickle.py`; since joblib 1.2 a byte tells how much padding aligns the
//! elements.

use super::{
    super::{
        array::{Array, Data},
        id::Id,
        numpy,
        record::Node,
    },
    corrupt,
    machine::Machine,
};
use crate::formats::FormatError;

impl Machine<'_, '_> {
    /// The array whose wrapper has just got the `state`.
    pub(super) fn array_behind(&mut self, state: Id) -> Result<Id, FormatError> {
        let field = |name: &str| {
            let found = self.arena.get(state, name);
            found.ok_or_else(|| corrupt!("joblib's array wrapper has no `{name}`"))
        };
        let dtype = numpy::dtype(self.arena, field("dtype")?)?;
        let shape = numpy::shape(self.arena, field("shape")?)?;
        let fortran = self.arena.text(field("order")?) == Some("F");
        if dtype.scalar.kind == b'O' {
            // A pickle of its own, with its own memo, without further arrays behind it.
            let nested = Machine::new(self.input, self.at, self.arena, false);
            let (root, end) = nested.run()?;
            self.at = end;
            return Ok(root);
        }
        let aligned = self
            .arena
            .get(state, "numpy_array_alignment_bytes")
            .is_some_and(|id| !self.arena.is_none(id));
        if aligned {
            let padding = self.byte()?;
            self.take(padding.into())?;
        }
        let size = shape
            .iter()
            .try_fold(dtype.scalar.size, |n, d| n.checked_mul(*d))
            .unwrap_or(usize::MAX);
        let bytes = self.take(size)?;
        let array = Array::new(dtype, shape, fortran, Data::Bytes(bytes))?;
        self.arena.add(Node::Array(Box::new(array)))
    }
}
