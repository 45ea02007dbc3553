//! joblib's arrays: the pickle holds a wrapper, the elements follow it in the file.
//!
//! Source: `NumpyArrayWrapper` in joblib's `joblib/numpy_pickle.py`; since joblib 1.2 a byte tells how much padding aligns the
//! elements.

use super::{
    super::{
        id::Id,
        numpy,
        record::{Buffer, Node},
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
        let (dtype_id, shape_id) = (field("dtype")?, field("shape")?);
        let dtype = numpy::dtype(self.arena, dtype_id)?;
        let shape = numpy::shape(self.arena, shape_id)?;
        let fortran = self.arena.text(field("order")?) == Some("F");
        if dtype.scalar.kind == b'O' {
            // A pickle of its own, with its own memo, without further arrays behind it.
            return Machine::new(self.input, self.arena, false).run();
        }
        let aligned = self
            .arena
            .get(state, "numpy_array_alignment_bytes")
            .is_some_and(|id| !self.arena.is_none(id));
        if aligned {
            let padding = self.input.byte()?;
            self.input.take(padding.into())?;
        }
        let size = shape
            .iter()
            .try_fold(dtype.scalar.size, |n, d| n.checked_mul(*d))
            .unwrap_or(usize::MAX);
        let bytes = self.input.take(size)?;
        let elements = self.arena.add(Node::OwnedBytes(bytes))?;
        self.arena.add(Node::Buffer(Box::new(Buffer {
            dtype: dtype_id,
            shape: shape_id,
            fortran,
            elements,
        })))
    }
}
