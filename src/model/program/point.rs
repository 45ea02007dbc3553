//! Points with gaps, and how far they are from each other in 32 bits: for [`super::ops::FillInSingle`] and the buffers that it keeps.

/// A point, ready to be compared with.
#[derive(Debug, Default)]
pub(in crate::model) struct Point {
    /// 0 where it has nothing.
    pub(super) numbers: Vec<f32>,
    squares: Vec<f32>,
    /// 1 where it has nothing.
    pub(super) gaps: Vec<f32>,
    /// Of the squares.
    sum: f32,
}

/// What filling a row needs, kept from row to row.
#[derive(Debug, Default)]
pub(in crate::model) struct Filling {
    pub(super) row: Point,
    /// From the row to every point.
    pub(super) distances: Vec<Option<f32>>,
    /// The nearest points that have a number in the column: how far they are, and the number.
    pub(super) near: Vec<(f32, f32)>,
}

/// `a + x · y`, rounded once.
fn fused(a: f32, (x, y): (&f32, &f32)) -> f32 {
    (f64::from(a) + f64::from(*x) * f64::from(*y)) as f32
}

/// A sum, rounded once.
pub(super) fn sum(numbers: impl Iterator<Item = f32>) -> f32 {
    numbers.map(f64::from).sum::<f64>() as f32
}

impl Point {
    /// The point of a row.
    pub(super) fn new(row: &[f64]) -> Self {
        let mut point = Self::default();
        point.set(row);
        point
    }

    /// Becomes the point of a row.
    pub(super) fn set(&mut self, row: &[f64]) {
        let numbers = || row.iter().map(|x| *x as f32);
        let filled = || numbers().map(|x| if x.is_nan() { 0.0 } else { x });
        self.numbers.clear();
        self.numbers.extend(filled());
        self.squares.clear();
        self.squares.extend(filled().map(|x| x * x));
        self.gaps.clear();
        self.gaps
            .extend(numbers().map(|x| f32::from(u8::from(x.is_nan()))));
        self.sum = sum(self.squares.iter().copied());
    }

    /// How far another point is; none where they have nothing in common.
    pub(super) fn distance(&self, row: &Self) -> Option<f32> {
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).fold(0.0, fused);
        let twice = row.numbers.iter().map(|x| -2.0 * x);
        let products = twice.zip(&self.numbers);
        let products = products.fold(0.0, |sum, (x, y)| fused(sum, (&x, y)));
        let all = (products + row.sum) + self.sum;
        let shared = all - product(&row.squares, &self.gaps) - product(&row.gaps, &self.squares);
        let both = row.gaps.iter().zip(&self.gaps);
        let both = both.filter(|(a, b)| **a == 0.0 && **b == 0.0).count();
        let width = self.numbers.len() as f32;
        (both > 0).then(|| (shared.max(0.0) / both as f32 * width).sqrt())
    }
}
