//! Trees that compare bins: every feature is cut by all of its borders once, and the trees then ask bytes.

mod bins;
mod description;
mod oblivious;
mod ready;
mod statistics;
mod stepped;
#[cfg(test)]
mod tests;

pub use description::{
    BinnedTrees, Category, Combination, Counted, Number, Rows, Statistic, Step, Table, Trees,
};
