//! Views of numpy arrays in a file: nothing is copied before a number is asked for.
//!
//! Source: `numpy/_core/src/multiarray/{methods,descriptor}.c` (`array_setstate`, `arraydescr_setstate`) and
//! <https://numpy.org/doc/stable/reference/arrays.dtypes.html>.

use super::super::{FormatError, corrupt, unsupported};
use super::dtype::{Dtype, Scalar};
use super::id::Id;

/// Bytes or objects with a shape and a type.
#[derive(Clone, Debug)]
pub(super) struct Array<'d> {
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<usize>,
    data: Data<'d>,
    /// Column by column, where that makes a difference.
    by_columns: bool,
}

/// What an array holds, where it lies.
#[derive(Clone, Debug)]
pub(super) enum Data<'d> {
    Bytes(&'d [u8]),
    /// An array of Python objects.
    Objects(&'d [Id]),
    /// The same, where the list belongs to the array itself.
    Owned(Box<[Id]>),
}

/// One field of every record of an array, or the array's numbers themselves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column<'d> {
    data: &'d [u8],
    stride: usize,
    offset: usize,
    scalar: Scalar,
}

impl<'d> Array<'d> {
    /// Checks that `data` is as long as shape and type say.
    pub(super) fn new(
        dtype: Dtype,
        shape: Vec<usize>,
        fortran: bool,
        data: Data<'d>,
    ) -> Result<Self, FormatError> {
        let count = shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
        if matches!(data, Data::Bytes(_)) == (dtype.scalar.kind == b'O') {
            return Err(corrupt!(
                "an array of {dtype} does not hold what its type says"
            ));
        }
        let (found, expected) = match &data {
            Data::Bytes(bytes) => (
                bytes.len(),
                count.and_then(|n| n.checked_mul(dtype.scalar.size)),
            ),
            Data::Objects(items) => (items.len(), count),
            Data::Owned(items) => (items.len(), count),
        };
        if expected != Some(found) {
            return Err(corrupt!(
                "an array of shape {shape:?} should have {expected:?} bytes or objects, it has {found}"
            ));
        }
        // In one dimension, or with one that matters, both orders are the same.
        let by_columns = fortran && shape.iter().filter(|d| **d > 1).count() > 1;
        Ok(Self {
            dtype,
            shape,
            data,
            by_columns,
        })
    }

    /// The array, as one that a model needs: row by row.
    pub(super) fn needed(self) -> Result<Self, FormatError> {
        if self.by_columns {
            return Err(unsupported!(
                "an array of shape {:?} is stored column by column; load the model, copy.deepcopy it and log it again",
                self.shape
            ));
        }
        Ok(self)
    }

    /// The number of elements.
    pub(super) fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// The elements of an array of objects.
    pub(super) fn objects(&self) -> Option<&[Id]> {
        match &self.data {
            Data::Bytes(_) => None,
            Data::Objects(items) => Some(items),
            Data::Owned(items) => Some(items),
        }
    }

    /// The elements as bytes; none for an array of objects.
    pub(super) fn bytes(&self) -> &'d [u8] {
        match &self.data {
            Data::Bytes(bytes) => bytes,
            Data::Objects(_) | Data::Owned(_) => &[],
        }
    }

    /// The elements of an array of numbers.
    pub(super) fn numbers(&self) -> Result<Column<'d>, FormatError> {
        if !self.dtype.fields.is_empty() || !self.dtype.scalar.is_number() {
            return Err(corrupt!(
                "an array of {} stands where numbers should",
                self.dtype
            ));
        }
        Ok(Column {
            data: self.bytes(),
            stride: self.dtype.scalar.size,
            offset: 0,
            scalar: self.dtype.scalar,
        })
    }

    /// The field `name` of an array of records, if it has one.
    pub(super) fn column(&self, name: &str) -> Option<Column<'d>> {
        let field = self.dtype.fields.iter().find(|f| f.name == name)?;
        let end = field.offset.checked_add(field.scalar.size)?;
        (field.scalar.is_number() && end <= self.dtype.scalar.size).then_some(Column {
            data: self.bytes(),
            stride: self.dtype.scalar.size,
            offset: field.offset,
            scalar: field.scalar,
        })
    }

    /// All elements as floats, row by row however they are stored.
    pub(super) fn floats(&self) -> Result<Vec<f64>, FormatError> {
        let numbers = self.numbers()?;
        if !self.by_columns {
            return Ok((0..self.len()).map(|i| numbers.float(i)).collect());
        }
        let place = |mut i: usize| {
            // The last index of the shape runs fastest in `i`, the first one in the file.
            let mut at = 0;
            let mut block = self.len();
            for width in self.shape.iter().rev() {
                block /= width;
                at += i % width * block;
                i /= width;
            }
            at
        };
        Ok((0..self.len()).map(|i| numbers.float(place(i))).collect())
    }
}

impl Column<'_> {
    fn element(&self, i: usize) -> &[u8] {
        let at = i.saturating_mul(self.stride).saturating_add(self.offset);
        self.data.get(at..at + self.scalar.size).unwrap_or_default()
    }

    /// Element `i` as a float.
    #[inline]
    pub(super) fn float(&self, i: usize) -> f64 {
        self.scalar.float(self.element(i))
    }

    /// Element `i` as an integer; zero for a float.
    #[inline]
    pub(super) fn int(&self, i: usize) -> i64 {
        self.scalar.int(self.element(i))
    }
}
