//! How likely a row is in each class, where each of its numbers is taken alone: logarithms.

use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite, gather};
use crate::model::{check::invalid, pairwise_sum, program::Why};

/// `y[c] = prior[c] + (constant[c] - Σ (x[i] - mean[c][i])² / variance[c][i] / 2)`. One register for each class.
///
/// Source: `GaussianNB._joint_log_likelihood` in scikit-learn's `naive_bayes.py`; sums are numpy's.
#[derive(Clone, Debug)]
pub struct Gaussian {
    pub reads: Vec<Reg>,
    /// Those of the first class, then those of the second, and so on.
    pub means: Vec<f64>,
    pub variances: Vec<f64>,
    pub constants: Vec<f64>,
    /// Negative infinity for a class that is never the answer.
    pub priors: Vec<f64>,
}

impl Operation for Gaussian {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.priors.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        finite("a Gaussian", &self.means)?;
        finite("a Gaussian", &self.variances)?;
        finite("a Gaussian", &self.constants)?;
        let size = self.reads.len().checked_mul(self.priors.len());
        if [self.means.len(), self.variances.len()].map(Some) != [size; 2]
            || self.constants.len() != self.priors.len()
        {
            invalid!("a Gaussian needs a mean and a variance for each column and class");
        }
        if self.variances.iter().any(|x| *x <= 0.0) {
            invalid!("a Gaussian has a variance that is not positive");
        }
        if self.priors.iter().any(|x| x.is_nan() || *x > 0.0) {
            invalid!("the logarithm of a share exceeds 0");
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for Gaussian {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        let width = self.reads.len();
        let Scratch {
            row: rows,
            sums: terms,
            ..
        } = scratch;
        gather(tile, &self.reads, rows);
        for (class, (prior, constant)) in self.priors.iter().zip(&self.constants).enumerate() {
            let means = &self.means[class * width..][..width];
            let variances = &self.variances[class * width..][..width];
            for (row, y) in out.column(class).iter_mut().enumerate() {
                let numbers = rows[row * width..][..width].iter();
                terms.clear();
                terms.extend(numbers.zip(means.iter().zip(variances)).map(
                    |(x, (mean, variance))| {
                        let apart = x - mean;
                        apart * apart / variance
                    },
                ));
                *y = prior + (constant - 0.5 * pairwise_sum(terms));
            }
        }
    }
}

/// `y[c] = Σ table[i][c][x[i]] + prior[c]`. One register for each class. Digits after the point are cut off; a row of a category that a
/// table lacks is refused.
///
/// Source: `CategoricalNB._joint_log_likelihood` in scikit-learn's `naive_bayes.py`.
#[derive(Clone, Debug)]
pub struct Categorical {
    pub reads: Vec<Reg>,
    /// For each column the numbers of the first class by category, then those of the second, and so on.
    pub tables: Vec<Vec<f64>>,
    pub priors: Vec<f64>,
}

impl Operation for Categorical {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.priors.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        if self.tables.len() != self.reads.len() || self.priors.is_empty() {
            invalid!("a table of categories is needed for each column");
        }
        for table in &self.tables {
            finite("a table of categories", table)?;
            if !table.len().is_multiple_of(self.priors.len()) {
                invalid!("a table of categories lacks some for a class");
            }
        }
        finite("the shares of classes", &self.priors)?;
        Ok(Box::new(self.clone()))
    }
}

impl Run for Categorical {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        out.columns().for_each(|column| column.fill(0.0));
        for (read, table) in self.reads.iter().zip(&self.tables) {
            let categories = table.len() / self.priors.len();
            for (row, x) in tile.column(*read).iter().enumerate() {
                let category = x.trunc();
                if !(category >= 0.0 && category < categories as f64) {
                    scratch.refuse(row, Why::Category);
                    continue;
                }
                let numbers = table.iter().skip(category as usize).step_by(categories);
                for (class, number) in numbers.enumerate() {
                    out.column(class)[row] += number;
                }
            }
        }
        for (column, prior) in out.columns().zip(&self.priors) {
            column.iter_mut().for_each(|y| *y += prior);
        }
    }
}
