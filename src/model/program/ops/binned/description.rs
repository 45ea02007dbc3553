//! Trees over bins as a format describes them, unchecked.

use crate::model::ir::Reg;
use std::collections::HashMap;

/// Trees whose splits are numbered: those of all numbers come first, border by border, then those of the categories, value by value,
/// then those of the statistics. One register for each output.
///
/// The answer is `scale × Σ leaves + bias`, the sum taken in `f64` in the order of the trees.
///
/// Source: CatBoost's `libs/model/cpu/evaluator_impl.cpp` and `quantization.h`.
#[derive(Clone, Debug)]
pub struct BinnedTrees {
    pub numbers: Vec<Number>,
    pub categories: Vec<Category>,
    pub statistics: Vec<Statistic>,
    pub combinations: Vec<Combination>,
    pub tables: Vec<Table>,
    pub trees: Trees,
    /// Numbers per leaf.
    pub width: usize,
    /// Leaf vectors, `width` numbers each.
    pub leaves: Vec<f64>,
    pub scale: f64,
    /// One number per output.
    pub bias: Vec<f64>,
}

/// A number, rounded to `f32`. Its splits are `x > border`.
#[derive(Clone, Debug)]
pub struct Number {
    pub read: Reg,
    /// In rising order.
    pub borders: Vec<f32>,
    /// Whether a missing value is above all borders; else it is below.
    pub missing_above: bool,
}

/// The hash of a category. Its splits are `x == value`.
#[derive(Clone, Debug)]
pub struct Category {
    pub read: Reg,
    pub values: Vec<u32>,
}

/// What the training data told of a combination, looked up in a table. Its splits are `x > border`.
#[derive(Clone, Debug)]
pub struct Statistic {
    /// The number of the combination.
    pub combination: u32,
    /// The number of the table.
    pub table: u32,
    pub counts: Counted,
    /// Added to the count and to the total.
    pub prior: [f32; 2],
    /// The value is `(count / total + shift) × scale`.
    pub shift: f32,
    pub scale: f32,
    /// In rising order.
    pub borders: Vec<f32>,
}

/// What is counted, in proportion to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Rows of one class, of all of them.
    Class(u32),
    /// Rows of a class above this one, of all of them.
    Above(u32),
    /// The sum of the targets, over the number of rows.
    Mean,
    /// Rows, in proportion to the table's total.
    Rows,
}

/// Categories and splits that are hashed together.
#[derive(Clone, Debug)]
pub struct Combination {
    /// The registers of the categories.
    pub categories: Vec<Reg>,
    /// Splits of numbers and categories.
    pub splits: Vec<u32>,
}

/// Rows of a table by the hash of a combination.
#[derive(Clone, Debug)]
pub struct Table {
    pub places: HashMap<u64, u32>,
    pub rows: Rows,
}

/// What a table holds for each place.
#[derive(Clone, Debug)]
pub enum Rows {
    /// `classes` counts for each place.
    Classes { classes: usize, counts: Vec<i32> },
    /// The sum of the targets and the number of rows.
    Means(Vec<(f32, i32)>),
    /// The number of rows.
    Totals { counts: Vec<i32>, total: i32 },
}

/// How the trees ask their splits.
#[derive(Clone, Debug)]
pub enum Trees {
    /// All nodes of a level ask the same: the answers are the bits of the leaf's number, the first one the lowest.
    Oblivious(Vec<Vec<u32>>),
    /// Each node asks a split of its own.
    Stepped {
        /// The first node of each tree, in rising order.
        roots: Vec<u32>,
        nodes: Vec<Step>,
    },
}

/// A node, and how far behind it the next one lies; a row whose way is 0 stays here.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub split: u32,
    pub no: u16,
    pub yes: u16,
    /// The leaf of rows that stay here.
    pub leaf: u32,
}
