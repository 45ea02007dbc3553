//! The operations of a program, one file for each kind.

mod average;
mod bayes;
pub mod binned;
mod bins;
mod bisect;
mod choose;
mod combine;
mod decide;
mod distances;
mod dot;
mod each;
mod fill;
mod finite;
mod forest;
mod function;
mod grams;
mod hash;
mod interpolate;
mod isolation;
mod kernels;
mod leaf_models;
mod length;
mod linear;
mod median;
mod nearest;
mod neighbours;
mod normal;
mod normalise;
mod one_hot;
mod pairs;
mod products;
mod quantiles;
mod recode;
mod reduce;
mod shares;
mod spline;
mod squares;
#[cfg(test)]
mod tests;
mod vectorize;
mod votes;
mod weigh;

pub use average::Average;
pub use bayes::{Categorical, Gaussian};
pub use bins::Bins;
pub use bisect::{Bisect, Way};
pub use choose::{Above, Largest};
pub use combine::{Binary, Combine, Either, Operand, Pick};
pub use decide::Decide;
pub use distances::{Distances, Metric};
pub use dot::Dot;
pub use each::Each;
pub use fill::{Fill, Missing};
pub use finite::{Finite, Positive};
pub(in crate::model) use forest::Ready as ReadyForest;
pub use function::{Apply, Function, Whole};
pub use grams::Grams;
pub use hash::Hash;
pub use interpolate::Interpolate;
pub use isolation::Isolation;
pub use kernels::{Kernel, Kernels, Vectors};
pub use leaf_models::{LeafModel, LeafModels};
pub use length::{Length, Norm};
pub use linear::Linear;
pub use median::Median;
pub use nearest::Nearest;
pub use neighbours::{
    Bounds, FillByNeighbours, FillInSingle, Learned, Measure, Near, Neighbours, Nodes,
};
pub use normalise::{Normalise, OfNothing};
pub use one_hot::OneHot;
pub use pairs::{PairProbabilities, PairScores, PairVotes};
pub use products::{Factor, Products};
pub use quantiles::Quantiles;
pub use recode::{Codes, Recode};
pub use reduce::{Extremes, Reduce, Reduction};
pub use shares::Shares;
pub use spline::{Basis, Outside, Spline};
pub use squares::Squares;
pub use vectorize::{Counts, Terms, Vectorize};
pub use votes::Votes;
pub use weigh::Weigh;

use super::{
    operation::{Columnwise, Operation, Run},
    registers::Registers,
    tile::{Out, Scratch, Tile},
};
use crate::model::{
    check::{InvalidModel, invalid},
    ir::Reg,
};

/// One number for each register that is read.
fn one_each<T>(what: &str, reads: &[Reg], numbers: &[T]) -> Result<(), InvalidModel> {
    if reads.len() != numbers.len() {
        invalid!(
            "{what} has {} numbers for {} columns",
            numbers.len(),
            reads.len()
        );
    }
    Ok(())
}

/// A finite weight for each pair of a register that is read and an output, and a finite number for each output.
fn one_for_each_pair(
    what: &str,
    reads: &[Reg],
    weights: &[f64],
    intercept: &[f64],
) -> Result<(), InvalidModel> {
    if Some(weights.len()) != reads.len().checked_mul(intercept.len()) {
        invalid!(
            "{what} has {} weights for {} columns and {} outputs",
            weights.len(),
            reads.len(),
            intercept.len()
        );
    }
    finite(what, weights)?;
    finite(what, intercept)
}

/// Numbers that are all finite.
fn finite(what: &str, numbers: &[f64]) -> Result<(), InvalidModel> {
    if let Some(bad) = numbers.iter().find(|x| !x.is_finite()) {
        invalid!("{what} holds {bad}, which is not a finite number");
    }
    Ok(())
}

/// The numbers of the registers for every row of a tile, row by row.
fn gather(tile: &Tile<'_>, reads: &[Reg], into: &mut Vec<f64>) {
    into.resize(reads.len() * tile.rows(), 0.0);
    for (j, read) in reads.iter().enumerate() {
        let row = into.iter_mut().skip(j).step_by(reads.len());
        row.zip(tile.column(*read)).for_each(|(y, x)| *y = *x);
    }
}
