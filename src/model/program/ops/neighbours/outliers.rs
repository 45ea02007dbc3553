//! How a row lies among the points near it.

use crate::model::pairwise_sum;

/// What is added to a mean distance, so that the density of points in one place is a number.
const LEAST: f64 = 1e-10;

/// How much denser the points near a row are than the row, with a negative sign: near -1 where they are as dense. Of each point there are
/// its distance, the distance of the last of its own neighbours, and its density.
///
/// Source: `score_samples` in scikit-learn's `neighbors/_lof.py`.
pub(super) fn score(
    near: impl Iterator<Item = (f64, f64, f64)> + Clone,
    terms: &mut Vec<f64>,
) -> f64 {
    terms.clear();
    terms.extend(near.clone().map(|(distance, reach, _)| distance.max(reach)));
    let density = 1.0 / (mean(terms) + LEAST);
    terms.clear();
    terms.extend(near.map(|(_, _, known)| known / density));
    -mean(terms)
}

fn mean(terms: &[f64]) -> f64 {
    pairwise_sum(terms) / terms.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_in_the_place_of_its_neighbours_is_as_dense_as_they_are() {
        let score = |near: [(f64, f64, f64); 2]| score(near.into_iter(), &mut Vec::new());
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits();
        assert!(same(score([(0.0, 0.0, 1.0 / LEAST); 2]), -1.0));
        // As far away as the last neighbour of the first point, and farther than that of the second.
        let apart = score([(0.5, 1.0, 1.0), (3.0, 1.0, 2.0)]);
        assert!(same(apart, -1.5 * (2.0 + LEAST)));
    }
}
