//! Rows in other coordinates: a matrix, and what is taken away before or after it.
//!
//! Source: `transform` of `PCA` and `IncrementalPCA` (`sklearn/decomposition/_base.py`), `TruncatedSVD` (`_truncated_svd.py` there),
//! `FastICA` (`_fastica.py`), and `LinearDiscriminantAnalysis` (`sklearn/discriminant_analysis.py`), versions 0.24 to 1.9.

use super::{FormatError, Part, Reader, Reg, Register, StepOp, corrupt, ops, unsupported};
use crate::input::Precision;

impl Reader {
    /// Before 1.5 the mean goes before the product, since then behind it, which rounds otherwise.
    pub(super) fn pca(&mut self, part: Part<'_>, reads: &[Reg]) -> Result<Vec<Reg>, FormatError> {
        let mean = part.columns("mean_", reads.len())?;
        let components = self.matrix(part, "components_", reads.len())?;
        let late = part.since(1, 5);
        let mut result = if late {
            let means = products(&components, &mean);
            let projected = self.projected(reads, components)?;
            self.board.each(StepOp::Sub, &projected, means)?
        } else {
            self.centered(reads, mean, components)?
        };
        if part.flag("whiten") {
            let variance = part.columns("explained_variance_", result.len())?;
            // Since 1.5 no number is divided by nearly nothing.
            let least = if late { f64::EPSILON } else { 0.0 };
            let scale = variance.iter().map(|x| x.sqrt().max(least)).collect();
            result = self.board.each(StepOp::Div, &result, scale)?;
        }
        self.sparse = false;
        Ok(result)
    }

    pub(super) fn truncated_svd(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let components = self.matrix(part, "components_", reads.len())?;
        self.sparse = false;
        self.projected(reads, components)
    }

    pub(super) fn fast_ica(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let components = self.matrix(part, "components_", reads.len())?;
        // True or a word for what is whitened, False for what is not; from 1.1 to 1.2 the word is beside the parameter.
        let name = ["_whiten", "whiten"]
            .into_iter()
            .find(|name| part.get(name).is_some());
        let whitened = name.is_some_and(|name| part.text(name).is_some() || part.flag(name));
        if whitened {
            let mean = part.columns("mean_", reads.len())?;
            return self.centered(reads, mean, components);
        }
        self.projected(reads, components)
    }

    pub(super) fn discriminants(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let solver = part.text("solver").unwrap_or_default();
        if !matches!(solver, "svd" | "eigen") {
            return Err(unsupported!(
                "the {} transforms no rows with solver={solver:?}, in Python neither; fit it with solver=\"svd\"",
                part.class
            ));
        }
        let scalings = part.array("scalings_")?;
        let columns = scalings.shape.get(1).copied().unwrap_or(0);
        let scalings = scalings.floats()?;
        self.spend(scalings.len().saturating_mul(4))?;
        if Some(scalings.len()) != reads.len().checked_mul(columns) {
            return Err(corrupt!(
                "the {} has {} numbers for {} columns and {columns} directions",
                part.class,
                scalings.len(),
                reads.len()
            ));
        }
        let kept = part.count("_max_components")?.min(columns);
        let direction = |j: usize| scalings.iter().skip(j).step_by(columns).copied();
        let directions: Vec<f64> = (0..kept).flat_map(direction).collect();
        if solver == "svd" {
            let mean = part.columns("xbar_", reads.len())?;
            return self.centered(reads, mean, directions);
        }
        self.projected(reads, directions)
    }

    /// `(X - mean) @ directions.T`
    fn centered(
        &mut self,
        reads: &[Reg],
        mean: Vec<f64>,
        directions: Vec<f64>,
    ) -> Result<Vec<Reg>, FormatError> {
        self.board.whole_numbers(reads)?;
        let centered = self.minus(reads, mean)?;
        self.projected(&centered, directions)
    }

    /// `X - operand`, a new array of doubles whatever the rows are.
    pub(in super::super) fn minus(
        &mut self,
        reads: &[Reg],
        operand: Vec<f64>,
    ) -> Result<Vec<Reg>, FormatError> {
        let minus = ops::Each {
            op: StepOp::Sub,
            reads: reads.to_vec(),
            operand,
            precision: Precision::F64,
        };
        self.board
            .draw(minus, vec![Register::number(); reads.len()])
    }

    /// `X @ directions.T`: a register for each direction, whose numbers follow each other.
    fn projected(&mut self, reads: &[Reg], directions: Vec<f64>) -> Result<Vec<Reg>, FormatError> {
        self.board.whole_numbers(reads)?;
        let outputs = directions.len().checked_div(reads.len()).unwrap_or(0);
        let linear = ops::Linear {
            reads: reads.to_vec(),
            weights: directions,
            intercept: vec![0.0; outputs],
        };
        // Sums of large numbers are too large to be numbers.
        let register = Register::number().partial();
        self.board.draw(linear, vec![register; outputs])
    }

    /// An attribute that is a matrix with a number for each column in every row.
    fn matrix(
        &mut self,
        part: Part<'_>,
        name: &str,
        width: usize,
    ) -> Result<Vec<f64>, FormatError> {
        let array = part.array(name)?;
        let numbers = array.floats()?;
        // They may have been written as halves of doubles.
        self.spend(numbers.len().saturating_mul(4))?;
        if array.shape.len() != 2 || array.shape[1] != width || width == 0 {
            return Err(corrupt!(
                "`{name}` of the {} has the shape {:?} for {width} columns",
                part.class,
                array.shape
            ));
        }
        Ok(numbers)
    }
}

/// The product of each row of a matrix with a vector.
fn products(rows: &[f64], vector: &[f64]) -> Vec<f64> {
    let product = |row: &[f64]| row.iter().zip(vector).map(|(a, b)| a * b).sum();
    rows.chunks_exact(vector.len().max(1))
        .map(product)
        .collect()
}
