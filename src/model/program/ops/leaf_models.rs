use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite};
use crate::model::check::invalid;

/// Trees whose leaves are linear models: each adds that of the leaf in which the row ends. One register for each output.
///
/// Source: `Tree::Predict` of linear trees in LightGBM's `include/LightGBM/tree.h`.
#[derive(Clone, Debug, Default)]
pub struct LeafModels {
    /// For each tree the register with the number of the leaf.
    pub leaves: Vec<Reg>,
    /// The features of the models.
    pub reads: Vec<Reg>,
    /// By the number of the leaf.
    pub models: Vec<LeafModel>,
    /// The output that each tree adds to.
    pub targets: Vec<u32>,
    pub width: usize,
    /// What the sums are divided by.
    pub divisor: f64,
}

/// The linear model of a leaf.
#[derive(Clone, Debug, Default)]
pub struct LeafModel {
    pub constant: f64,
    /// Features and their weights.
    pub terms: Vec<(u32, f64)>,
    /// The answer where one of the features is missing.
    pub fallback: f64,
}

impl Operation for LeafModels {
    fn reads(&self) -> Vec<Reg> {
        [&self.leaves[..], &self.reads].concat()
    }

    fn width(&self) -> usize {
        self.width
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        let trees = self.leaves.len();
        if self.targets.len() != trees
            || self
                .targets
                .iter()
                .any(|target| *target as usize >= self.width)
        {
            invalid!(
                "{trees} trees of linear models do not say which of {} outputs they add to",
                self.width
            );
        }
        if !self.divisor.is_finite() || self.divisor == 0.0 {
            invalid!("linear models in leaves are divided by {}", self.divisor);
        }
        for model in &self.models {
            finite(
                "the linear model of a leaf",
                &[model.constant, model.fallback],
            )?;
            for (feature, weight) in &model.terms {
                finite("the linear model of a leaf", &[*weight])?;
                if *feature as usize >= self.reads.len() {
                    invalid!(
                        "the linear model of a leaf reads feature {feature} of {}",
                        self.reads.len()
                    );
                }
            }
        }
        Ok(Box::new(self.clone()))
    }
}

impl LeafModels {
    fn answer(&self, leaf: f64, tile: &Tile<'_>, row: usize) -> f64 {
        let Some(model) = self.models.get(leaf as usize) else {
            return f64::NAN;
        };
        let mut sum = model.constant;
        for (feature, weight) in &model.terms {
            let x = tile.column(self.reads[*feature as usize])[row];
            if x.is_nan() {
                return model.fallback;
            }
            sum += weight * x;
        }
        sum
    }
}

impl Run for LeafModels {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        out.columns().for_each(|column| column.fill(0.0));
        for (leaf, target) in self.leaves.iter().zip(&self.targets) {
            let leaves = tile.column(*leaf);
            let sums = out.column(*target as usize).iter_mut();
            for (row, (sum, leaf)) in sums.zip(leaves).enumerate() {
                *sum += self.answer(*leaf, tile, row);
            }
        }
        for column in out.columns() {
            column.iter_mut().for_each(|sum| *sum /= self.divisor);
        }
    }
}
