//! A forest: descend → leaf numbers → sum.

use crate::{
    input::Precision,
    model::{
        check::{InvalidModel, Shape, check_forest, invalid},
        compile::Checked,
        ir::ForestIr,
        kernel::{Bitvectors, Block, LANES, Node, Places, Small, Trees, Wide, Zeros, lay_out},
        leaves::{BlockSums, Leaves, SumRule, TreeLeaves},
    },
};

/// Every tree of a model, ready to run.
#[derive(Debug)]
pub(in crate::model) struct Forest {
    trees: Layout,
    leaves: Leaves,
    width: usize,
    n_features: usize,
    precision: Precision,
}

/// The trees in one of the two layouts of a node.
#[derive(Debug)]
enum Layout {
    Small(Laid<Small>),
    Wide(Laid<Wide>),
}

#[derive(Debug)]
struct Laid<N: Node> {
    trees: Trees<N>,
    /// The same trees, where they are so small that rows need not walk.
    table: Option<Bitvectors<N::Key>>,
}

impl<N: Node> Laid<N> {
    fn new(trees: Trees<N>) -> Self {
        let table = Bitvectors::new(&trees);
        Self { trees, table }
    }
}

/// Buffers that a row needs, kept between rows.
#[derive(Debug, Default)]
pub(in crate::model) struct Buffers {
    places: Places,
    small: Vec<u32>,
    wide: Vec<u64>,
    fixed: Vec<u32>,
    small_block: Block<u32>,
    wide_block: Block<u64>,
    block_sums: BlockSums,
}

/// Bytes that the keys of a block, or its sums, take at most, unless a single tile takes more.
const BLOCK_BYTES: usize = 1 << 20;

/// Rows of a block: more would not make a tree any cheaper to fetch.
const BLOCK_ROWS: usize = 2048;

/// From so many rows on a block is faster than one row after the other.
const MIN_BLOCK_ROWS: usize = 32;

impl Forest {
    /// Checks `forest` and lays it out for the kernel.
    pub(in crate::model) fn new(
        forest: &ForestIr,
        rule: &SumRule<'_>,
    ) -> Result<Self, InvalidModel> {
        let mut shapes = check_forest(forest)?;
        // The kernel walks all trees level by level: with the deepest first, the ones still on their way are a prefix.
        shapes.sort_by_key(|shape| std::cmp::Reverse(shape.depth));
        let trees: Vec<TreeLeaves> = shapes.iter_mut().map(leaves_of).collect();
        let (leaves, numbers) = Leaves::store(forest, &trees, rule);
        drop(trees);
        Ok(Self {
            trees: lay_out_trees(forest, &shapes, &numbers)?,
            leaves,
            width: forest.width,
            n_features: forest.n_features,
            precision: forest.precision,
        })
    }

    /// Sums the leaves that `row` falls into. `row` has one number per feature, `sums` one per output.
    pub(in crate::model) fn sum(&self, row: &[f64], buffers: &mut Buffers, sums: &mut [f64]) {
        debug_assert_eq!(row.len(), self.n_features);
        let Buffers {
            places,
            small,
            wide,
            fixed,
            ..
        } = buffers;
        match (&self.trees, self.precision) {
            (Layout::Small(laid), _) => {
                self.sum_row(laid, row, |x| x, (small, places, fixed), sums);
            }
            (Layout::Wide(laid), Precision::F32) => {
                let round = |x| f64::from(x as f32);
                self.sum_row(laid, row, round, (wide, places, fixed), sums);
            }
            (Layout::Wide(laid), Precision::F64) => {
                self.sum_row(laid, row, |x| x, (wide, places, fixed), sums);
            }
        }
    }

    /// The same; `number` is what the trees take for a number of the row.
    #[inline]
    fn sum_row<N: Node>(
        &self,
        Laid { trees, table }: &Laid<N>,
        row: &[f64],
        number: impl Fn(f64) -> f64,
        (keys, places, fixed): (&mut Vec<N::Key>, &mut Places, &mut Vec<u32>),
        sums: &mut [f64],
    ) {
        if let Some(table) = table {
            table.look_up(|feature| N::key(number(row[feature])), places);
            let leaf = |number: u32| number as usize;
            self.leaves.sum(places.leaves(), leaf, fixed, sums);
        } else {
            trees.descend(row.iter().map(|x| number(*x)), keys, places);
            let leaf = trees.leaf_numbers();
            self.leaves.sum(places.leaves(), leaf, fixed, sums);
        }
    }

    /// How many of `rows` rows make a block; none where one row after the other is faster.
    pub(in crate::model) fn block_rows(&self, rows: usize) -> Option<usize> {
        let looked_up = match &self.trees {
            Layout::Small(laid) => laid.table.is_some(),
            Layout::Wide(laid) => laid.table.is_some(),
        };
        if looked_up || rows < MIN_BLOCK_ROWS {
            return None;
        }
        let row = self.n_features.next_power_of_two().max(self.width) * size_of::<f64>();
        let most = (BLOCK_BYTES / row).clamp(LANES, BLOCK_ROWS);
        // Blocks of one size, as none is to be small.
        let blocks = rows.div_ceil(most);
        Some(rows.div_ceil(blocks).next_multiple_of(LANES))
    }

    /// Begins a block of rows.
    pub(in crate::model) fn clear_block(&self, buffers: &mut Buffers) {
        buffers.small_block.clear(self.n_features);
        buffers.wide_block.clear(self.n_features);
    }

    /// Adds a row to the block.
    #[inline]
    pub(in crate::model) fn push(&self, row: &[f64], buffers: &mut Buffers) {
        let row = row.iter().copied();
        match &self.trees {
            Layout::Small(_) => buffers.small_block.push::<Small>(row),
            Layout::Wide(_) => {
                let round = |x| self.precision.round(x);
                buffers.wide_block.push::<Wide>(row.map(round));
            }
        }
    }

    /// [`sum`](Self::sum) of every row of the block, one behind the other in `sums`.
    pub(in crate::model) fn sum_block(&self, buffers: &mut Buffers, sums: &mut Vec<f64>) {
        let Buffers {
            small_block: small,
            wide_block: wide,
            block_sums,
            ..
        } = buffers;
        match &self.trees {
            Layout::Small(Laid { trees, .. }) => {
                let descend = |place, numbers: &mut _| trees.descend_block(place, small, numbers);
                self.leaves
                    .sum_block(small.rows(), descend, block_sums, sums);
            }
            Layout::Wide(Laid { trees, .. }) => {
                let descend = |place, numbers: &mut _| trees.descend_block(place, wide, numbers);
                self.leaves
                    .sum_block(wide.rows(), descend, block_sums, sums);
            }
        }
    }

    /// Begins a run of [`sum_sparse`](Self::sum_sparse) with the same `zeros`: what a row of zeros is to the trees.
    pub(in crate::model) fn begin(&self, zeros: &Zeros, buffers: &mut Buffers) {
        match &self.trees {
            Layout::Small(_) => Trees::<Small>::begin(zeros, &mut buffers.small),
            Layout::Wide(_) => Trees::<Wide>::begin(zeros, &mut buffers.wide),
        }
    }

    /// [`sum`](Self::sum) of a row that is `zeros` but for the features that are `dense`, the same ones throughout a run, and others.
    pub(in crate::model) fn sum_sparse(
        &self,
        zeros: &Zeros,
        dense: impl Iterator<Item = (u32, f64)>,
        others: impl Iterator<Item = (u32, f64)> + Clone,
        buffers: &mut Buffers,
        sums: &mut [f64],
    ) {
        let Buffers {
            places,
            small,
            wide,
            fixed,
            ..
        } = buffers;
        match &self.trees {
            Layout::Small(Laid { trees, .. }) => {
                trees.descend_sparse(zeros, dense, others, small, places);
                self.leaves
                    .sum(places.leaves(), trees.leaf_numbers(), fixed, sums);
            }
            Layout::Wide(Laid { trees, .. }) => {
                let round = |(feature, x)| (feature, self.precision.round(x));
                trees.descend_sparse(zeros, dense.map(round), others.map(round), wide, places);
                self.leaves
                    .sum(places.leaves(), trees.leaf_numbers(), fixed, sums);
            }
        }
    }

    /// Numbers per row in `sums`.
    pub(in crate::model) fn width(&self) -> usize {
        self.width
    }

    pub(in crate::model) fn size(&self) -> Size {
        match &self.trees {
            Layout::Small(laid) => self.size_with(laid),
            Layout::Wide(laid) => self.size_with(laid),
        }
    }

    fn size_with<N: Node>(&self, Laid { trees, table }: &Laid<N>) -> Size {
        let table = table.as_ref().map_or(0, Bitvectors::bytes);
        Size {
            trees: trees.n_trees(),
            nodes: trees.n_nodes(),
            depth: trees.depth(),
            bytes: trees.bytes() + table + self.leaves.bytes(),
        }
    }
}

/// How large forests are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    pub trees: usize,
    /// Splits and leaves as laid out.
    pub nodes: usize,
    /// Comparisons on the longest way through a tree.
    pub depth: usize,
    /// What nodes, leaves and the table of small trees take in memory, without the padding, which usually stays untouched.
    pub bytes: usize,
}

impl std::iter::Sum for Size {
    fn sum<I: Iterator<Item = Self>>(sizes: I) -> Self {
        sizes.fold(Self::default(), |a, b| Self {
            trees: a.trees + b.trees,
            nodes: a.nodes + b.nodes,
            depth: a.depth.max(b.depth),
            bytes: a.bytes + b.bytes,
        })
    }
}

/// The leaves go to their store and are not needed for the layout.
fn leaves_of(shape: &mut Shape) -> TreeLeaves {
    TreeLeaves {
        tree: shape.tree,
        leaves: std::mem::take(&mut shape.leaves),
    }
}

/// The small layout where it can say the forest, else the wide one.
fn lay_out_trees(
    forest: &ForestIr,
    shapes: &[Shape],
    numbers: &[u32],
) -> Result<Layout, InvalidModel> {
    let Some((bits, sets)) = lay_out(&forest.categories) else {
        invalid!("the sets of categories are more than this server can number");
    };
    let distinct = numbers
        .iter()
        .filter(|n| **n != u32::MAX)
        .max()
        .map_or(0, |n| u64::from(*n) + 1);
    let checked = Checked {
        forest,
        shapes,
        numbers,
        sets: &sets,
    };
    let fits = forest.precision == Precision::F32
        && forest.n_features <= Small::MAX_FEATURES
        && distinct <= Small::MAX_LEAVES;
    if fits && let Some(trees) = checked.compile(Vec::new()) {
        return Ok(Layout::Small(Laid::new(trees)));
    }
    if forest.n_features > Wide::MAX_FEATURES {
        invalid!(
            "the model has {} features; this server takes up to {}",
            forest.n_features,
            Wide::MAX_FEATURES
        );
    }
    match checked.compile(bits) {
        Some(trees) => Ok(Layout::Wide(Laid::new(trees))),
        None => invalid!("the forest has more than {} nodes", Wide::MAX_OFFSET),
    }
}
