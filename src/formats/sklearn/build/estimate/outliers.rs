//! Detectors of outliers by how far a row is from the middle, and by how dense the rows of the fit lie near it.

use super::{Estimate, FormatError, Part, Precision, Reader, Reg, corrupt, ops, unsupported};
use crate::model::{StepOp, ops::Factor};

impl Reader {
    /// The square of the distance from the middle, in which directions count by how little the rows of the fit spread along them.
    ///
    /// Source: `score_samples` in `sklearn/covariance/_elliptic_envelope.py`, `mahalanobis` in `_empirical_covariance.py` there, and
    /// `mahalanobis` of scipy.
    pub(super) fn elliptic_envelope(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        if part.get("precision_").is_none() {
            return Err(unsupported!(
                "the EllipticEnvelope has not stored what it measures by; fit it with store_precision=True"
            ));
        }
        self.board.whole_numbers(reads)?;
        let width = reads.len();
        let location = part.columns("location_", width)?;
        let weights = part.array("precision_")?.floats()?;
        if Some(weights.len()) != width.checked_mul(width) {
            return Err(corrupt!(
                "the EllipticEnvelope measures {width} columns by {} numbers",
                weights.len()
            ));
        }
        self.spend(weights.len().saturating_mul(4))?;
        let apart = self.minus(reads, location)?;
        let along = ops::Linear {
            reads: apart.clone(),
            weights,
            intercept: vec![0.0; width],
        };
        let along = self.board.draw(along, [])?;
        let both = apart.iter().zip(&along);
        let products = ops::Products {
            products: both
                .map(|(a, b)| [Factor::Register(*a), Factor::Register(*b)])
                .collect(),
            precision: Precision::F64,
        };
        let reads = self.board.draw(products, [])?;
        let sum = ops::Linear {
            reads,
            weights: vec![1.0; width],
            intercept: vec![0.0],
        };
        let sum = self.board.draw(sum, [])?;
        // The library takes the root, and the square of that.
        let root = self.board.apply(ops::Function::Sqrt, &sum)?[0];
        let square = ops::Products {
            products: vec![[Factor::Register(root); 2]],
            precision: Precision::F64,
        };
        let square = self.board.draw(square, [])?;
        let score = self.board.each(StepOp::Mul, &square, vec![-1.0])?[0];
        self.below(part, score)
    }

    /// How dense the rows near the row lie beside the row itself.
    ///
    /// Source: `score_samples` in `sklearn/neighbors/_lof.py`.
    pub(super) fn local_outlier_factor(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        if !part.flag("novelty") {
            return Err(unsupported!(
                "the LocalOutlierFactor knows the rows of its fit alone; fit it with novelty=True"
            ));
        }
        let (distances, densities) = (part.array("_distances_fit_X_")?, part.array("_lrd")?);
        let near = part.count("n_neighbors_")?;
        let precision = self.board.precision(reads);
        if precision == Precision::F32 && distances.dtype.scalar.size == 4 {
            return Err(unsupported!(
                "the LocalOutlierFactor computes with 32 bits; fit it on numbers of 64 bits"
            ));
        }
        let last = near
            .checked_sub(1)
            .filter(|_| distances.shape.get(1) == Some(&near));
        let last = last.ok_or_else(|| {
            corrupt!("the LocalOutlierFactor has not the distances of {near} neighbours")
        })?;
        let distances = distances.floats()?;
        let learned = ops::Learned::Densities {
            densities: densities.floats()?,
            reaches: distances.into_iter().skip(last).step_by(near).collect(),
            precision,
        };
        let score = self.neighbours(part, reads, learned)?[0];
        self.below(part, score)
    }

    /// What lies below the offset is an outlier.
    fn below(&mut self, part: Part<'_>, score: Reg) -> Result<Estimate, FormatError> {
        let offset = vec![part.number("offset_")?];
        let decision = self.board.each(StepOp::Sub, &[score], offset)?[0];
        Ok(Estimate::Anomaly {
            normal: self.above(decision, 0.0, true)?,
            decision,
            score,
        })
    }
}
