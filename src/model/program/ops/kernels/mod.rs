//! Kernel machines: sums over stored vectors, each weighed by how near the row is to it.

mod blocks;
mod function;
mod sparse;

use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite, gather};
use crate::model::check::invalid;
pub(super) use blocks::{Blocks, LANES, dots, squared_distances};
pub use function::Kernel;
pub(super) use sparse::Sparse as SparseVectors;

/// The vectors of a kernel machine, one after the other.
#[derive(Clone, Debug)]
pub enum Vectors {
    /// All numbers of each.
    Dense(Vec<f64>),
    /// Those that are not 0, as scipy's `csr_matrix` has them.
    Sparse {
        /// Where the numbers of each begin, and where those of the last one end.
        starts: Vec<usize>,
        places: Vec<u32>,
        numbers: Vec<f64>,
    },
}

/// `y = Σ coefficient[v] kernel(x, vector[v]) + intercept`, in the order of the vectors. One register for each intercept.
///
/// Of `k` classes there is a sum for each pair of them, (0, 1), (0, 2), … (1, 2), …, over the vectors of these two. A vector of class `c`
/// has a coefficient for each of the other classes.
///
/// Source: `svm_predict_values` in libsvm's `svm.cpp`.
#[derive(Clone, Debug)]
pub struct Kernels {
    pub reads: Vec<Reg>,
    pub kernel: Kernel,
    pub vectors: Vectors,
    /// How many of the vectors are of each class; one number where there is one sum over all of them.
    pub classes: Vec<usize>,
    /// The first coefficient of every vector, then the second one of every vector, and so on.
    pub coefficients: Vec<f64>,
    pub intercept: Vec<f64>,
}

/// Vectors as a row is compared with them.
#[derive(Debug)]
pub(super) enum Stored {
    Dense(Blocks),
    Sparse(SparseVectors),
}

#[derive(Debug)]
struct Ready {
    reads: Vec<Reg>,
    kernel: Kernel,
    stored: Stored,
    /// The coefficients of each vector.
    coefficients: Vec<f64>,
    /// The first vector behind those of each class.
    ends: Vec<usize>,
    /// The sums that the coefficients of a class's vectors belong to.
    sums: Vec<Vec<usize>>,
    intercept: Vec<f64>,
}

impl Operation for Kernels {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.intercept.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        let mut count = 0usize;
        let mut ends = Vec::with_capacity(self.classes.len());
        for class in &self.classes {
            count = count.saturating_add(*class);
            ends.push(count);
        }
        let each = self.classes.len().saturating_sub(1).max(1);
        let pairs = (self.classes.len() * self.classes.len().saturating_sub(1) / 2).max(1);
        if self.classes.is_empty() || pairs != self.intercept.len() {
            invalid!("a kernel machine has {} sums", self.intercept.len());
        }
        if Some(self.coefficients.len()) != count.checked_mul(each) {
            invalid!("a kernel machine of {count} vectors needs {each} coefficients for each");
        }
        finite("a kernel machine", &self.coefficients)?;
        finite("a kernel machine", &self.intercept)?;
        self.kernel.check()?;
        let stored = Stored::new(&self.vectors, self.reads.len())?;
        if stored.len() != count {
            invalid!(
                "a kernel machine of {count} vectors stores {}",
                stored.len()
            );
        }
        Ok(Box::new(Ready {
            reads: self.reads.clone(),
            kernel: self.kernel,
            stored,
            coefficients: transposed(&self.coefficients, count),
            ends,
            sums: (0..self.classes.len())
                .map(|class| sums_of(class, self.classes.len()))
                .collect(),
            intercept: self.intercept.clone(),
        }))
    }
}

impl Stored {
    /// # Errors
    /// Where the vectors are not of `width` numbers each.
    pub(super) fn new(vectors: &Vectors, width: usize) -> Result<Self, InvalidModel> {
        match vectors {
            Vectors::Dense(numbers) => {
                finite("a stored vector", numbers)?;
                if width == 0 || !numbers.len().is_multiple_of(width) {
                    invalid!("the stored vectors do not have {width} numbers each");
                }
                Ok(Self::Dense(Blocks::new(numbers, width)))
            }
            Vectors::Sparse {
                starts,
                places,
                numbers,
            } => {
                let sparse = SparseVectors::new(starts, places, numbers, width)?;
                Ok(match sparse.dense(width) {
                    Some(dense) => Self::Dense(Blocks::new(&dense, width)),
                    None => Self::Sparse(sparse),
                })
            }
        }
    }

    /// Number of vectors.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Dense(blocks) => blocks.len(),
            Self::Sparse(sparse) => sparse.len(),
        }
    }
}

/// Numbers row by row, of `columns` each, as numbers column by column.
fn transposed(numbers: &[f64], columns: usize) -> Vec<f64> {
    let rows = numbers.len().checked_div(columns).unwrap_or(0);
    let column = |j: usize| (0..rows).map(move |i| numbers[i * columns + j]);
    (0..columns).flat_map(column).collect()
}

/// The numbers of the pairs of a class with each other one.
fn sums_of(class: usize, classes: usize) -> Vec<usize> {
    let pair = |a: usize, b: usize| a * classes - a * (a + 1) / 2 + b - a - 1;
    let others = (0..classes).filter(|other| *other != class);
    let sums: Vec<usize> = others
        .map(|other| pair(class.min(other), class.max(other)))
        .collect();
    if classes == 1 { vec![0] } else { sums }
}

impl Run for Ready {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        gather(tile, &self.reads, &mut scratch.row);
        out.columns().for_each(|column| column.fill(0.0));
        let rows = || scratch.row.chunks_exact(self.reads.len().max(1));
        match &self.stored {
            Stored::Dense(blocks) => {
                let mut class = 0;
                for (at, block) in blocks.iter().enumerate() {
                    let first = at * LANES;
                    let count = LANES.min(blocks.len() - first);
                    while self.ends[class] <= first {
                        class += 1;
                    }
                    for (row, x) in rows().enumerate() {
                        let near = self.kernel.of_block(block, x);
                        self.add(class, first, &near[..count], row, out);
                    }
                }
            }
            Stored::Sparse(sparse) => {
                for (row, x) in rows().enumerate() {
                    let mut class = 0;
                    let length = x.iter().map(|x| x * x).sum();
                    for at in 0..sparse.len() {
                        while self.ends[class] <= at {
                            class += 1;
                        }
                        let (dot, distance) = sparse.dot_and_distance(at, x, length);
                        let near = [self.kernel.of(dot, distance)];
                        self.add(class, at, &near, row, out);
                    }
                }
            }
        }
        for (column, intercept) in out.columns().zip(&self.intercept) {
            column.iter_mut().for_each(|y| *y += intercept);
        }
    }
}

impl Ready {
    /// Adds what the vectors from `first` on are to a row, the first one of `class`.
    #[inline]
    fn add(&self, class: usize, first: usize, near: &[f64], row: usize, out: &mut Out<'_>) {
        if let [_] = self.intercept[..] {
            // One sum, whatever the class.
            let mut sum = out.column(0)[row];
            for (near, coefficient) in near.iter().zip(&self.coefficients[first..]) {
                sum += coefficient * near;
            }
            out.column(0)[row] = sum;
            return;
        }
        let mut class = class;
        let each = self.ends.len() - 1;
        for (at, near) in (first..).zip(near) {
            while self.ends[class] <= at {
                class += 1;
            }
            let coefficients = &self.coefficients[at * each..][..each];
            for (coefficient, sum) in coefficients.iter().zip(&self.sums[class]) {
                out.column(*sum)[row] += coefficient * near;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pairs_of_a_class_are_those_with_each_other_one() {
        assert_eq!(sums_of(0, 1), [0]);
        assert_eq!([sums_of(0, 2), sums_of(1, 2)], [[0], [0]]);
        assert_eq!(sums_of(0, 4), [0, 1, 2]);
        assert_eq!(sums_of(1, 4), [0, 3, 4]);
        assert_eq!(sums_of(3, 4), [2, 4, 5]);
    }
}
