//! scipy's sparse matrices, row by row.
//!
//! Source: `__init__` of `_cs_matrix` in `scipy/sparse/_compressed.py`, whose instances are pickled by their attributes.

use super::super::{FormatError, corrupt, unsupported};
use super::{
    array::Array,
    id::Id,
    numpy,
    record::{Arena, Node},
};

/// A matrix of which the numbers that are not 0 are stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sparse {
    pub(super) columns: usize,
    /// Where each row begins among the numbers, and where the last one ends.
    pub(super) starts: Vec<usize>,
    /// The column of each number.
    pub(super) places: Vec<u32>,
    pub(super) numbers: Vec<f64>,
}

impl Sparse {
    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// All numbers, row by row: those that are not stored are 0, and those of one place add up. So many are `rows * columns`, which
    /// the caller has bounded.
    pub(super) fn dense(&self) -> Vec<f64> {
        let mut dense = vec![0.0; self.rows() * self.columns];
        for (row, bounds) in self.starts.windows(2).enumerate() {
            for at in bounds[0]..bounds[1] {
                dense[row * self.columns + self.places[at] as usize] += self.numbers[at];
            }
        }
        dense
    }
}

/// The sparse matrix with the number `id`; nothing where it is something else.
///
/// # Errors
/// `Unsupported` for one that is stored otherwise than row by row, `Corrupt` where its arrays do not fit each other.
pub(super) fn sparse(arena: &Arena<'_>, id: Id) -> Result<Option<Sparse>, FormatError> {
    let Some((module, class)) = arena.class(id) else {
        return Ok(None);
    };
    let Some(object) = arena.object(id).filter(|_| is_sparse(module)) else {
        return Ok(None);
    };
    if !matches!(class, "csr_matrix" | "csr_array") {
        return Err(unsupported!(
            "the model holds a {}, a sparse matrix of a kind that this server does not read; csr_matrix works",
            class.escape_debug()
        ));
    }
    let part = |name: &str| {
        let found = arena.get(object.state, name);
        found.ok_or_else(|| corrupt!("a {class} in the file has no `{name}`"))
    };
    let array = |name: &str| -> Result<Array<'_>, FormatError> {
        let array = numpy::array(arena, part(name)?)?;
        array.ok_or_else(|| corrupt!("`{name}` of a {class} in the file is no array"))
    };
    let whole = |name: &str| -> Result<Vec<i64>, FormatError> {
        let array = array(name)?;
        let numbers = array.numbers()?;
        Ok((0..array.len()).map(|i| numbers.int(i)).collect())
    };
    let shape = match arena.node(part("_shape")?) {
        Node::Tuple(_) => numpy::shape(arena, part("_shape")?)?,
        _ => whole("_shape")?.iter().map(|n| *n as usize).collect(),
    };
    let (starts, places) = (whole("indptr")?, whole("indices")?);
    let numbers = array("data")?.floats()?;
    checked(&shape, &starts, &places, numbers).map(Some)
}

fn is_sparse(module: &str) -> bool {
    module == "scipy.sparse" || module.starts_with("scipy.sparse.")
}

fn checked(
    shape: &[usize],
    starts: &[i64],
    places: &[i64],
    numbers: Vec<f64>,
) -> Result<Sparse, FormatError> {
    let &[rows, columns] = shape else {
        return Err(corrupt!("a sparse matrix has {} dimensions", shape.len()));
    };
    // The arrays may be longer than what is used of them.
    let used = starts.last().map_or(-1, |end| *end);
    let fits = Some(starts.len()) == rows.checked_add(1)
        && starts[0] == 0
        && starts.is_sorted()
        && usize::try_from(used).is_ok_and(|n| n <= places.len() && n <= numbers.len());
    if !fits {
        return Err(corrupt!(
            "the arrays of a sparse matrix do not fit its shape {shape:?}"
        ));
    }
    let place = |place: &i64| {
        let place = u32::try_from(*place).ok();
        place.filter(|place| (*place as usize) < columns)
    };
    let places: Option<Vec<u32>> = places[..used as usize].iter().map(place).collect();
    let mut numbers = numbers;
    numbers.truncate(used as usize);
    Ok(Sparse {
        columns,
        starts: starts.iter().map(|start| *start as usize).collect(),
        places: places.ok_or_else(|| corrupt!("a sparse matrix names a column beyond its last"))?,
        numbers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_that_fit_the_shape_are_a_matrix_and_others_are_refused() {
        let matrix = |shape: &[usize], starts: &[i64], places: &[i64]| {
            checked(shape, starts, places, vec![1.0, 2.0])
        };
        let good = matrix(&[2, 3], &[0, 1, 2], &[2, 0]).unwrap();
        assert_eq!((good.rows(), good.columns), (2, 3));
        assert_eq!(good.dense(), [0.0, 0.0, 1.0, 2.0, 0.0, 0.0]);
        let twice = matrix(&[1, 3], &[0, 2], &[1, 1]).unwrap();
        assert_eq!(twice.dense(), [0.0, 3.0, 0.0]);
        assert!(matrix(&[1, 3], &[0, 1], &[2, 0]).is_ok());
        for (shape, starts, places) in [
            (&[2, 3][..], &[0, 1, 3][..], &[2, 0, 0][..]),
            (&[2, 3], &[0, 1], &[2, 0]),
            (&[2, 3], &[0, 2, 1], &[2, 0]),
            (&[2, 3], &[1, 1, 2], &[2, 0]),
            (&[2, 3], &[0, -1, 2], &[2, 0]),
            (&[2, 3], &[0, 1, 2], &[3, 0]),
            (&[2, 3], &[0, 1, 2], &[-1, 0]),
            (&[0, 3], &[], &[]),
            (&[usize::MAX, 3], &[], &[]),
            (&[2], &[0, 1, 2], &[2, 0]),
        ] {
            assert!(
                matrix(shape, starts, places).is_err(),
                "{shape:?} {starts:?}"
            );
        }
    }
}
