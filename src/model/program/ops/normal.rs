//! Quantiles of the normal distribution.

/// Shares between these have a quantile of their own; the quantile of one beyond is that of the limit.
const LEAST: f64 = 1e-7 - f64::EPSILON;
const MOST: f64 = 1.0 - LEAST;
/// e⁻²
const TAIL: f64 = 0.135_335_283_236_612_7;
/// √(2π)
const ROOT: f64 = 2.506_628_274_631_000_7;

/// Between the tails, in the square of the distance from one half.
const P0: [f64; 5] = [
    -59.963_350_101_410_79,
    98.001_075_418_599_97,
    -56.676_285_746_907_03,
    13.931_260_938_727_968,
    -1.239_165_838_673_812_5,
];
const Q0: [f64; 9] = [
    1.0,
    1.954_488_583_381_417_6,
    4.676_279_128_988_815,
    86.360_242_139_089_05,
    -225.462_687_854_119_37,
    200.260_212_380_060_66,
    -82.037_225_616_833_34,
    15.905_622_512_621_17,
    -1.183_316_211_213_3,
];

/// In the tails, in the inverse of √(-2 ln y).
const P1: [f64; 9] = [
    4.055_448_923_059_624_5,
    31.525_109_459_989_388,
    57.162_819_224_642_13,
    44.080_507_389_320_08,
    14.684_956_192_885_803,
    2.186_633_068_507_902_5,
    -0.140_256_079_171_354_5,
    -0.035_042_462_682_784_82,
    -0.000_857_456_785_154_685_4,
];
const Q1: [f64; 9] = [
    1.0,
    15.779_988_325_646_675,
    45.390_763_512_887_92,
    41.317_203_825_467_2,
    15.042_538_569_290_75,
    2.504_649_462_083_094,
    -0.142_182_922_854_787_79,
    -0.038_080_640_769_157_83,
    -0.000_933_259_480_895_457_4,
];

/// The number that a share of the standard normal distribution lies below, no further out than the limits that scikit-learn sets.
///
/// Source: `ndtri` of Cephes by Stephen L. Moshier, which scipy's `norm.ppf` takes, and the limits of `QuantileTransformer` in
/// scikit-learn's `preprocessing/_data.py`. The limits spare the third piece of `ndtri`.
pub(super) fn normal_quantile(share: f64) -> f64 {
    let share = share.clamp(LEAST, MOST);
    let upper = share > 1.0 - TAIL;
    let y = if upper { 1.0 - share } else { share };
    if y > TAIL {
        let y = y - 0.5;
        let square = y * y;
        return (y + y * (square * polynomial(&P0, square) / polynomial(&Q0, square))) * ROOT;
    }
    let x = (-2.0 * y.ln()).sqrt();
    let z = 1.0 / x;
    let x = (x - x.ln() / x) - z * polynomial(&P1, z) / polynomial(&Q1, z);
    if upper { x } else { -x }
}

/// The highest power first.
fn polynomial(factors: &[f64], x: f64) -> f64 {
    factors.iter().fold(0.0, |sum, factor| sum * x + factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of scipy 1.18.
    #[test]
    fn quantiles_are_those_of_scipy() {
        for (share, wanted) in [
            (0.0, -5.199_337_582_605_575),
            (1e-09, -5.199_337_582_605_575),
            (1e-07, -5.199_337_582_192_816_5),
            (2e-07, -5.068_957_749_717_791),
            (0.001, -3.090_232_306_167_813),
            (0.1, -1.281_551_565_544_600_4),
            (0.135, -1.103_062_556_199_597_5),
            (0.136, -1.098_468_420_339_862_7),
            (0.3, -0.524_400_512_708_040_9),
            (0.5, 0.0),
            (0.61, 0.279_319_034_447_454_15),
            (0.864, 1.098_468_420_339_862_7),
            (0.865, 1.103_062_556_199_597_5),
            (0.99, 2.326_347_874_040_840_8),
            (0.999_999_9, 5.199_337_582_290_661),
            (1.0, 5.199_337_582_703_42),
        ] {
            let found = normal_quantile(share);
            assert!(
                (found - wanted).abs() <= 2e-15 * wanted.abs().max(1.0),
                "{share}: {found} {wanted}"
            );
        }
        assert!(normal_quantile(f64::NAN).is_nan());
    }
}
