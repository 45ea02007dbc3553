//! Whole numbers in proportion, with an exact sum.

/// Splits `total` into one whole number per weight, as close to proportional as whole numbers can be.
///
/// Largest remainder: every share is its quota rounded down, and what is left goes one each to the largest remainders, a tie to the
/// lower index. So a zero weight gets nothing, no share exceeds its quota rounded up, and the shares sum to `total` exactly.
/// If all weights are zero, so are the shares.
pub(super) fn apportion(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum = u128::from(weights.iter().sum::<u64>());
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let quota = |weight: u64| u128::from(total) * u128::from(weight);
    let mut shares: Vec<u64> = weights.iter().map(|&w| (quota(w) / sum) as u64).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    // A stable sort keeps the lower index first among equal remainders.
    order.sort_by_key(|&i| std::cmp::Reverse(quota(weights[i]) % sum));
    let left = total - shares.iter().sum::<u64>();
    for &i in order.iter().take(left as usize) {
        shares[i] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_remainder_gets_what_is_left() {
        assert_eq!(apportion(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(apportion(10, &[5, 0, 2]), [7, 0, 3]);
        assert_eq!(apportion(3, &[0, 9]), [0, 3]);
        assert_eq!(apportion(3, &[0, 0]), [0, 0]);
    }

    proptest::proptest! {
        #[test]
        fn shares_sum_exactly_and_stay_within_one_of_proportional(
            total in 0u64..1 << 24,
            weights in proptest::collection::vec(0u64..100_000, 1..60),
        ) {
            let sum: u64 = weights.iter().sum();
            let shares = apportion(total, &weights);
            if sum > 0 {
                proptest::prop_assert_eq!(shares.iter().sum::<u64>(), total);
            }
            for (&share, &weight) in shares.iter().zip(&weights).filter(|_| sum > 0) {
                let quota = total as f64 * weight as f64 / sum as f64;
                proptest::prop_assert!((share as f64 - quota).abs() < 1.0);
                proptest::prop_assert!(weight > 0 || share == 0);
            }
        }
    }
}
