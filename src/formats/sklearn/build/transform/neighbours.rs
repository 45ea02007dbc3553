//! Missing values by the nearest rows.
//!
//! Source: `sklearn/impute/_knn.py`.

use super::{FormatError, Part, Reader, Reg, Register, corrupt, ops, unsupported};

impl Reader {
    pub(super) fn knn_imputer(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        if part.text("metric") != Some("nan_euclidean") {
            return Err(unsupported!(
                "the KNNImputer measures distances by a function of its own, which this server will not run; \"nan_euclidean\" works"
            ));
        }
        let by_distance = match (part.get("weights"), part.text("weights")) {
            (None, _) | (_, Some("uniform")) => false,
            (_, Some("distance")) => true,
            _ => {
                return Err(unsupported!(
                    "the KNNImputer weighs by a function of its own, which this server will not run; \"uniform\" and \"distance\" work"
                ));
            }
        };
        let width = reads.len();
        let (points, mask) = (part.array("_fit_X")?, part.array("_mask_fit_X")?);
        if points.shape.get(1) != Some(&width) || points.shape != mask.shape {
            return Err(corrupt!(
                "the KNNImputer was fitted on rows of the shape {:?}, and gets {width} columns",
                points.shape
            ));
        }
        self.spend(points.len().saturating_mul(4))?;
        let missing = mask.numbers()?;
        let mut numbers = points.floats()?;
        for (at, x) in numbers.iter_mut().enumerate() {
            if missing.int(at) != 0 {
                *x = f64::NAN;
            }
        }
        self.board.numbers(reads)?;
        let marked = self.marked(part, reads)?;
        self.board
            .refuse_infinite(&marked, crate::input::Precision::F64);
        let has = |column: &u32| {
            let mut column = numbers.iter().skip(*column as usize).step_by(width);
            column.any(|x| !x.is_nan())
        };
        // Without this, a column without a single value in the fit is left out.
        let keeps = part.flag("keep_empty_features");
        let kept: Vec<u32> = (0..width as u32).filter(|c| keeps || has(c)).collect();
        let precision = self.board.precision(reads);
        let known = vec![Register::rounded(precision); kept.len()];
        let fill = ops::FillByNeighbours {
            reads: marked.clone(),
            points: numbers,
            nearest: part.count("n_neighbors")?,
            by_distance,
            kept,
            precision,
        };
        let mut result = self.board.draw(fill, known)?;
        if part.flag("add_indicator") {
            let indicator = part.part("indicator_")?;
            result.extend(self.indicate(indicator, &marked)?);
        }
        Ok(result)
    }
}
