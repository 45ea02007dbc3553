//! Standardising: subtract the mean, divide by the standard deviation.

use ndarray::{Array2, ArrayView2, Axis};

/// `(x - offset) * scale`, per column: what the ONNX operator `Scaler` computes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scaler {
    pub(super) offset: Vec<f32>,
    pub(super) scale: Vec<f32>,
}

impl Scaler {
    /// Mean and population standard deviation of every column, in two passes of `f64`, rounded once.
    ///
    /// A column without variance, or with one too small to invert in `f32`, is centred only.
    pub(super) fn fit(rows: ArrayView2<'_, f32>) -> Self {
        let n = rows.nrows() as f64;
        let (offset, scale) = rows
            .axis_iter(Axis(1))
            .map(|column| {
                let mean = column.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
                let deviation = |&x: &f32| (f64::from(x) - mean).powi(2);
                let variance = column.iter().map(deviation).sum::<f64>() / n;
                let scale = variance.sqrt().recip() as f32;
                let scale = if scale.is_normal() { scale } else { 1.0 };
                (mean as f32, scale)
            })
            .unzip();
        Self { offset, scale }
    }

    /// Scales in `f32`, rounding after the subtraction and after the multiplication as ONNX does, so that thresholds fitted here hold there.
    ///
    /// The error is the index of a column that leaves the range of `f32`.
    pub(super) fn apply(&self, rows: ArrayView2<'_, f32>) -> Result<Array2<f32>, usize> {
        let mut scaled = rows.to_owned();
        for (j, mut column) in scaled.axis_iter_mut(Axis(1)).enumerate() {
            column.mapv_inplace(|x| (x - self.offset[j]) * self.scale[j]);
            if column.iter().any(|x| !x.is_finite()) {
                return Err(j);
            }
        }
        Ok(scaled)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn columns_come_out_with_mean_zero_and_deviation_one() {
        let rows = array![[1.0f32, 10.0], [3.0, 30.0]];
        let scaler = Scaler::fit(rows.view());
        assert_eq!(scaler.offset, [2.0, 20.0]);
        assert_eq!(scaler.scale, [1.0, 0.1]);
        assert_eq!(
            scaler.apply(rows.view()),
            Ok(array![[-1.0, -1.0], [1.0, 1.0]])
        );
    }

    #[test]
    fn a_constant_column_becomes_zero_not_nan() {
        let rows = array![[0.1f32, 1e-45], [0.1, 0.0], [0.1, 0.0]];
        let scaler = Scaler::fit(rows.view());
        assert_eq!(scaler.scale, [1.0, 1.0]);
        let centred = scaler.apply(rows.view()).expect("finite");
        assert!(centred.column(0).iter().all(|&x| x == 0.0));
    }

    #[test]
    fn values_too_far_apart_name_their_column() {
        let rows = array![[0.0, f32::MAX], [0.0, f32::MIN]];
        let scaler = Scaler {
            offset: vec![0.0, f32::MAX],
            scale: vec![1.0, 1.0],
        };
        assert_eq!(scaler.apply(rows.view()), Err(1));
    }
}
