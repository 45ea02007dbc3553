use super::criterion::{Criterion, Cut, Entry};

/// The mean squared distance of numbers from their mean. All sums are of `f64`.
#[derive(Debug, Default)]
pub(crate) struct Variance {
    weight: f64,
    mean: f64,
    /// The weighted sum of the distances from `mean`: what rounding leaves of zero
    sum: f64,
    is_pure: bool,
}

impl Variance {
    /// The weighted mean of the node
    pub(crate) fn mean(&self) -> f64 {
        self.mean
    }
}

impl Criterion for Variance {
    type Target = f64;

    fn enter(&mut self, rows: &[Entry<f64>]) {
        let first = rows.first().map_or(0.0, |row| row.target);
        self.is_pure = rows.iter().all(|row| row.target == first);
        self.weight = rows.iter().map(|row| f64::from(row.weight)).sum();
        // Distances from a number nearby lose nothing where targets are large and close to each other.
        let about =
            |center: f64| move |row: &Entry<f64>| f64::from(row.weight) * (row.target - center);
        self.mean = first + rows.iter().map(about(first)).sum::<f64>() / self.weight;
        self.sum = rows.iter().map(about(self.mean)).sum();
    }

    fn weight(&self) -> f64 {
        self.weight
    }

    fn is_pure(&self) -> bool {
        self.is_pure
    }

    // The variances of both sides, weighted, are the sum of the squares, which every cut has in common, less this score.
    fn cut(&mut self, rows: &[Entry<f64>], keys: &[u64], least: f64) -> Option<Cut> {
        let mut best = None;
        let mut best_score = f64::NEG_INFINITY;
        let (mut weight, mut sum) = (0.0, 0.0);
        for (i, pair) in keys.windows(2).enumerate() {
            let row = &rows[pair[0] as u32 as usize];
            weight += f64::from(row.weight);
            sum += f64::from(row.weight) * (row.target - self.mean);
            let right_weight = self.weight - weight;
            if pair[0] >> 32 == pair[1] >> 32 || weight < least || right_weight < least {
                continue;
            }
            let right_sum = self.sum - sum;
            let score = sum * sum / weight + right_sum * right_sum / right_weight;
            if score > best_score {
                best_score = score;
                best = Some(i + 1);
            }
        }
        best.map(|at| Cut {
            at,
            score: best_score,
        })
    }

    fn decrease(&self, score: f64) -> f64 {
        (score - self.sum * self.sum / self.weight) / self.weight
    }
}
