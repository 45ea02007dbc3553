//! Trees over bins as an operation.

use super::{
    super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite},
    bins::{CategoryBins, Layout, NumberBins, Rows},
    description::{BinnedTrees, Table, Trees},
    oblivious::Oblivious,
    statistics::{self, Looked},
    stepped::Stepped,
};
use crate::model::{check::invalid, estimators::Size};

/// From so many rows of a tile on they are answered together.
const TOGETHER: usize = 3;

/// The same, ready to run.
#[derive(Debug)]
struct Ready {
    numbers: Vec<NumberBins>,
    categories: Vec<CategoryBins>,
    statistics: Vec<Looked>,
    tables: Vec<Table>,
    /// Bytes of a row's bins, a power of two.
    bytes: usize,
    trees: Kind,
    scale: f64,
    bias: Vec<f64>,
}

#[derive(Debug)]
enum Kind {
    Oblivious(Oblivious),
    Stepped(Stepped),
}

impl Operation for BinnedTrees {
    fn reads(&self) -> Vec<Reg> {
        let numbers = self.numbers.iter().map(|number| number.read);
        let categories = self.categories.iter().map(|category| category.read);
        let combined = self.combinations.iter();
        let combined = combined.flat_map(|combination| combination.categories.iter().copied());
        numbers.chain(categories).chain(combined).collect()
    }

    fn width(&self) -> usize {
        self.bias.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        if self.width == 0 || self.bias.len() != self.width {
            invalid!(
                "trees with {} outputs have {} numbers to add to them",
                self.width,
                self.bias.len()
            );
        }
        finite("a leaf", &self.leaves)?;
        finite("the bias of the trees", &self.bias)?;
        finite("the scale of the trees", &[self.scale])?;
        let mut layout = Layout::default();
        let numbers = self.numbers.iter();
        let numbers = numbers.map(|number| NumberBins::new(number, &mut layout));
        let numbers = numbers.collect::<Result<_, _>>()?;
        let categories = self.categories.iter();
        let categories = categories.map(|category| CategoryBins::new(category, &mut layout));
        let categories = categories.collect::<Result<_, _>>()?;
        let statistics = statistics::ready(self, &mut layout)?;
        let places = &layout.places;
        let trees = match &self.trees {
            Trees::Oblivious(trees) => Kind::Oblivious(Oblivious::new(trees, self, places)?),
            Trees::Stepped { roots, nodes } => {
                Kind::Stepped(Stepped::new(roots, nodes, self, places)?)
            }
        };
        Ok(Box::new(Ready {
            numbers,
            categories,
            statistics,
            tables: self.tables.clone(),
            bytes: layout.bytes.next_power_of_two(),
            trees,
            scale: self.scale,
            bias: self.bias.clone(),
        }))
    }
}

impl Ready {
    /// Cuts the features of some rows into bins.
    fn cut(&self, tile: &Tile<'_>, rows: Rows, bins: &mut Vec<u8>) {
        bins.resize(self.bytes * rows.stride, 0);
        for number in &self.numbers {
            number.write(tile, rows, bins);
        }
        for category in &self.categories {
            category.write(tile, rows, bins);
        }
        for statistic in &self.statistics {
            statistic.write(&self.tables, tile, rows, bins);
        }
    }

    fn finish(&self, row: usize, sums: &[f64], out: &mut Out<'_>) {
        for (j, (sum, bias)) in sums.iter().zip(&self.bias).enumerate() {
            out.column(j)[row] = self.scale * sum + bias;
        }
    }
}

impl Run for Ready {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        let Scratch { bins, sums, .. } = scratch;
        let (count, width) = (tile.rows(), self.bias.len());
        if let Kind::Oblivious(trees) = &self.trees
            && count >= TOGETHER
        {
            self.cut(tile, Rows::tile(count), bins);
            sums.clear();
            sums.resize(count * width, 0.0);
            trees.tile(bins.as_chunks().0, sums);
            for (row, sums) in sums.chunks_exact(width).enumerate() {
                self.finish(row, sums, out);
            }
            return;
        }
        for row in 0..count {
            self.cut(tile, Rows::one(row), bins);
            sums.clear();
            sums.resize(width, 0.0);
            match &self.trees {
                Kind::Oblivious(trees) => trees.row(&bins[..self.bytes], sums),
                Kind::Stepped(trees) => trees.row(&bins[..self.bytes], sums),
            }
            self.finish(row, sums, out);
        }
    }

    fn size(&self) -> Option<Size> {
        Some(match &self.trees {
            Kind::Oblivious(trees) => trees.size(),
            Kind::Stepped(trees) => trees.size(),
        })
    }
}
