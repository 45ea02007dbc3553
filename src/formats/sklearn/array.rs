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
    order: Order,
}

/// The order in which the elements lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Rows,
    /// Column by column, with so many rows and columns.
    Columns(usize, usize),
    /// Otherwise: in more than two dimensions column by column.
    Other,
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
    order: Order,
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
        let long: Vec<usize> = shape.iter().copied().filter(|d| *d > 1).collect();
        let order = match long[..] {
            [] | [_] => Order::Rows,
            _ if !fortran => Order::Rows,
            [rows, columns] => Order::Columns(rows, columns),
            _ => Order::Other,
        };
        Ok(Self {
            dtype,
            shape,
            data,
            order,
        })
    }

    /// The array, as one that a model needs: row by row, or a matrix of numbers.
    pub(super) fn needed(self) -> Result<Self, FormatError> {
        let matrix = matches!(self.order, Order::Columns(..)) && self.dtype.scalar.is_number();
        if self.order != Order::Rows && !matrix {
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

    /// The elements of an array of numbers, row by row.
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
            order: self.order,
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
            order: self.order,
        })
    }

    /// A field of all records, which must be there.
    pub(super) fn field(&self, name: &str) -> Result<Column<'d>, FormatError> {
        self.column(name).ok_or_else(|| {
            corrupt!(
                "the nodes of a tree have no `{name}`, but are {}",
                self.dtype
            )
        })
    }

    /// All elements as floats, row by row.
    pub(super) fn floats(&self) -> Result<Vec<f64>, FormatError> {
        let numbers = self.numbers()?;
        Ok((0..self.len()).map(|i| numbers.float(i)).collect())
    }
}

impl Column<'_> {
    fn element(&self, i: usize) -> &[u8] {
        let i = match self.order {
            // Both sizes are more than one.
            Order::Columns(rows, columns) => i % columns * rows + i / columns,
            Order::Rows | Order::Other => i,
        };
        let at = i.saturating_mul(self.stride).saturating_add(self.offset);
        self.data.get(at..at + self.scalar.size).unwrap_or_default()
    }

    /// Element `i`, where it is as the numbers of models usually are: eight bytes, and the lowest one first.
    #[inline]
    fn eight(&self, i: usize) -> Option<[u8; 8]> {
        let in_rows = !matches!(self.order, Order::Columns(..));
        if !in_rows || self.scalar.big_endian {
            return None;
        }
        let at = i.checked_mul(self.stride)?.checked_add(self.offset)?;
        self.data.get(at..)?.first_chunk().copied()
    }

    /// Element `i` as a float.
    #[inline]
    pub(super) fn float(&self, i: usize) -> f64 {
        match (self.scalar.kind, self.scalar.size, self.eight(i)) {
            (b'f', 8, Some(bytes)) => f64::from_le_bytes(bytes),
            _ => self.scalar.float(self.element(i)),
        }
    }

    /// Element `i` as an integer; zero for a float.
    #[inline]
    pub(super) fn int(&self, i: usize) -> i64 {
        match (self.scalar.kind, self.scalar.size, self.eight(i)) {
            (b'i', 8, Some(bytes)) => i64::from_le_bytes(bytes),
            _ => self.scalar.int(self.element(i)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubles(numbers: &[f64]) -> Vec<u8> {
        numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
    }

    #[test]
    fn a_matrix_that_lies_column_by_column_is_read_row_by_row() {
        let bytes = doubles(&[1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        let dtype = Dtype::plain("<f8").unwrap();
        for shape in [vec![2, 3], vec![2, 1, 3], vec![1, 2, 3]] {
            let array = Array::new(dtype.clone(), shape, true, Data::Bytes(&bytes)).unwrap();
            let numbers = array.needed().unwrap().floats().unwrap();
            assert_eq!(numbers, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        }
    }

    #[test]
    fn what_lies_otherwise_is_refused_where_it_is_needed() {
        let bytes = doubles(&[0.0; 8]);
        let dtype = Dtype::plain("<f8").unwrap();
        let array = Array::new(dtype, vec![2, 2, 2], true, Data::Bytes(&bytes)).unwrap();
        assert!(array.needed().is_err());
        let dtype = Dtype::plain("<U1").unwrap();
        let array = Array::new(dtype, vec![2, 2], true, Data::Bytes(&bytes[..16])).unwrap();
        assert!(array.needed().is_err());
    }
}
