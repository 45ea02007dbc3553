use linfa::Float;
use ndarray::parallel::prelude::*;
use ndarray::{Array2, ArrayBase, ArrayView2, Axis, Data, Ix2};

/// The columns of a matrix of features, each sorted once.
///
/// Fitting a tree compares values, it never computes with them. So every value is replaced by its rank among the distinct values of its
/// column: a `u32`, which is sorted faster than a float, and is the same whatever part of the rows is looked at. The trees of a forest
/// can share one `RankedColumns`.
#[derive(Debug, Clone)]
pub struct RankedColumns<'a, F> {
    records: ArrayView2<'a, F>,
    feature_names: Vec<String>,
    /// A row per feature, so that the values of one feature are neighbours.
    ranks: Array2<u32>,
}

impl<'a, F: Float> RankedColumns<'a, F> {
    /// Ranks every column. Equal values have equal ranks, also zeros of both signs; NaN ranks above all numbers.
    ///
    /// ### Panics
    ///
    /// If there are more than `u32::MAX` rows.
    pub fn new<D: Data<Elem = F>>(records: &'a ArrayBase<D, Ix2>) -> Self {
        assert!(
            records.nrows() <= u32::MAX as usize,
            "a tree is fitted to at most 2^32 - 1 rows"
        );
        let records = records.view();
        let mut ranks = Array2::zeros((records.ncols(), records.nrows()));
        ranks
            .axis_iter_mut(Axis(0))
            .into_par_iter()
            .enumerate()
            .for_each(|(feature, mut ranks)| {
                let mut keys: Vec<(u64, u32)> = (0..)
                    .zip(records.column(feature))
                    .map(|(row, &value)| (key(value), row))
                    .collect();
                keys.sort_unstable();
                let mut rank = 0;
                for (i, &(key, row)) in keys.iter().enumerate() {
                    if i > 0 && key != keys[i - 1].0 {
                        rank += 1;
                    }
                    ranks[row as usize] = rank;
                }
            });
        let feature_names = (0..records.ncols())
            .map(|idx| format!("feature-{}", idx))
            .collect();
        RankedColumns {
            records,
            feature_names,
            ranks,
        }
    }

    /// Names the features; without names, they are numbered
    pub fn with_feature_names(mut self, names: &[String]) -> Self {
        if !names.is_empty() {
            self.feature_names = names.to_vec();
        }
        self
    }

    /// The names of the features
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// Number of rows
    pub fn nrows(&self) -> usize {
        self.records.nrows()
    }

    /// Number of features
    pub fn ncols(&self) -> usize {
        self.records.ncols()
    }

    /// The ranks of a feature's values, in the order of the rows
    pub(crate) fn ranks(&self, feature: usize) -> &[u32] {
        let all = self.ranks.as_slice().unwrap_or_default();
        &all[feature * self.nrows()..][..self.nrows()]
    }

    /// The value between two rows' values, which differ: `low <= value < high`
    pub(crate) fn between(&self, feature: usize, low: u32, high: u32) -> F {
        let value = |row: u32| self.records[(row as usize, feature)];
        let (low, high) = (value(low), value(high));
        let two = F::cast(2.0);
        let middle = low / two + high / two;
        // Neighbouring floats have nothing between them, and their middle may round up to the upper one.
        if middle >= low && middle < high {
            middle
        } else {
            low
        }
    }
}

/// A number whose order is that of the floats. `f32` fits into `f64`.
fn key<F: Float>(value: F) -> u64 {
    let value = value.to_f64().unwrap_or(f64::NAN);
    if value.is_nan() {
        return u64::MAX;
    }
    // Adding zero makes -0.0 the other zero.
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{array, Array2};
    use ndarray_rand::rand::{rngs::StdRng, Rng, SeedableRng};

    #[test]
    fn equal_values_have_equal_ranks() {
        let records = array![
            [2.0, f64::NAN],
            [-0.0, 1.0],
            [0.0, f64::INFINITY],
            [-3.5, -f64::NAN],
            [2.0, f64::NEG_INFINITY]
        ];
        let columns = RankedColumns::new(&records);
        assert_eq!(columns.ranks(0), [2, 1, 1, 0, 2]);
        assert_eq!(columns.ranks(1), [3, 1, 2, 3, 0]);
    }

    #[test]
    fn ranks_count_the_lower_values() {
        let mut rng = StdRng::seed_from_u64(2);
        for &(rows, scale) in &[(1, 1.0), (2047, 1.0), (5000, 1e-3), (5000, 1e30)] {
            let mut draw = |_| (rng.gen::<f32>() - 0.5) * scale;
            let wide = Array2::from_shape_simple_fn((rows, 1), || draw(()));
            let few = wide.mapv(|x| (x / scale * 9.0).round());
            for records in &[wide, few] {
                let mut values = records.column(0).to_vec();
                values.sort_by(|a, b| a.partial_cmp(b).unwrap());
                values.dedup();
                let lower = |x: &f32| values.partition_point(|value| value < x) as u32;
                let expected: Vec<u32> = records.iter().map(lower).collect();
                assert_eq!(RankedColumns::new(records).ranks(0), expected);
                let double = records.mapv(f64::from);
                assert_eq!(RankedColumns::new(&double).ranks(0), expected);
            }
        }
    }

    #[test]
    fn the_value_between_two_rows_is_below_the_upper_one() {
        let up = |x: f32| f32::from_bits(x.to_bits() + 1);
        let records = array![
            [1.0f32],
            [2.0],
            [up(2.0)],
            [f32::MAX],
            [-f32::MAX],
            [f32::NAN]
        ];
        let columns = RankedColumns::new(&records);
        assert_eq!(columns.between(0, 0, 1), 1.5);
        assert_eq!(columns.between(0, 1, 2), 2.0);
        assert_eq!(columns.between(0, 4, 3), 0.0);
        assert_eq!(columns.between(0, 1, 5), 2.0);
    }
}
