//! The measures of a regressor on the held-out rows.

use std::fmt::{self, Write as _};

use super::aligned::write_aligned;

/// The quantiles of the residuals that are shown.
const QUANTILES: [(&str, f64); 7] = [
    ("min", 0.0),
    ("5%", 0.05),
    ("25%", 0.25),
    ("median", 0.5),
    ("75%", 0.75),
    ("95%", 0.95),
    ("max", 1.0),
];
/// Rows that are shown as the worst.
const WORST: usize = 5;
/// Digits that tell one measure from another.
const DIGITS: i32 = 3;
/// Errors with this many digits before the point, or zeros behind it, are written without an exponent.
const PLAIN: std::ops::RangeInclusive<i32> = -4..=12;

/// A held-out row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeldOut {
    /// The row of the table, counted from 1.
    pub row: usize,
    /// What the table says.
    pub truth: f64,
    /// What the model says.
    pub predicted: f64,
}

impl HeldOut {
    /// By how much the truth is above the prediction.
    pub fn residual(&self) -> f64 {
        self.truth - self.predicted
    }
}

/// The held-out rows and the measures that follow from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Regression {
    rows: Vec<HeldOut>,
    /// In ascending order.
    residuals: Vec<f64>,
}

impl Regression {
    /// Works out the residuals of the held-out rows.
    pub fn new(rows: Vec<HeldOut>) -> Self {
        let mut residuals: Vec<f64> = rows.iter().map(HeldOut::residual).collect();
        residuals.sort_by(f64::total_cmp);
        Self { rows, residuals }
    }

    /// Held-out rows.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The measures that a package keeps; without R² where there is none.
    pub fn metrics(&self) -> Vec<(&'static str, f64)> {
        let r2 = self.r2().map(|r2| ("test_r2", r2));
        let errors = [("test_mae", self.mae()), ("test_rmse", self.rmse())];
        r2.into_iter().chain(errors).collect()
    }

    /// R²: the share of the targets' variance that the model explains. 0 is no better than always to answer their mean, and below 0 is
    /// worse. `None` where the targets do not vary.
    pub fn r2(&self) -> Option<f64> {
        let mean = self.mean(|row| row.truth);
        let total = self.mean(|row| (row.truth - mean).powi(2));
        let left = self.mean(|row| row.residual().powi(2));
        (total > 0.0).then(|| 1.0 - left / total)
    }

    /// The mean absolute error.
    pub fn mae(&self) -> f64 {
        self.mean(|row| row.residual().abs())
    }

    /// The root of the mean squared error.
    pub fn rmse(&self) -> f64 {
        self.mean(|row| row.residual().powi(2)).sqrt()
    }

    /// The residual that a share of all are not above, between two of them as numpy takes it.
    pub fn quantile(&self, share: f64) -> f64 {
        let Some(last) = self.residuals.len().checked_sub(1) else {
            return 0.0;
        };
        let place = share * last as f64;
        let (below, above) = (place.floor() as usize, place.ceil() as usize);
        let (below, above) = (self.residuals[below], self.residuals[above]);
        below + (above - below) * place.fract()
    }

    /// The rows with the largest errors, the worst one first.
    fn worst(&self) -> Vec<HeldOut> {
        let mut rows = self.rows.clone();
        let size = |row: &HeldOut| row.residual().abs();
        rows.sort_by(|a, b| size(b).total_cmp(&size(a)));
        rows.truncate(WORST);
        rows
    }

    fn mean(&self, of: impl Fn(&HeldOut) -> f64) -> f64 {
        self.rows.iter().map(of).sum::<f64>() / self.rows.len().max(1) as f64
    }
}

impl fmt::Display for Regression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = Form::of(self.rmse());
        f.write_str("held-out ")?;
        if let Some(r2) = self.r2() {
            write!(f, "R² {r2:.3}, ")?;
        }
        let [mae, rmse] = [self.mae(), self.rmse()].map(|x| form.write(x));
        let rows = self.rows();
        let noun = if rows == 1 { "row" } else { "rows" };
        writeln!(f, "MAE {mae}, RMSE {rmse} ({rows} {noun})\n")?;

        writeln!(f, "residuals: target minus prediction")?;
        let names = QUANTILES.map(|(name, _)| name.to_owned()).to_vec();
        let values = QUANTILES
            .map(|(_, share)| form.write(self.quantile(share)))
            .to_vec();
        write_aligned(f, &[names, values])?;
        f.write_char('\n')?;

        writeln!(f, "the rows with the largest residuals")?;
        let mut lines = vec![
            ["row", "target", "prediction", "residual"]
                .map(str::to_owned)
                .to_vec(),
        ];
        for row in self.worst() {
            let numbers = [row.truth, row.predicted, row.residual()].map(|x| form.write(x));
            lines.push(
                std::iter::once(row.row.to_string())
                    .chain(numbers)
                    .collect(),
            );
        }
        write_aligned(f, &lines)
    }
}

/// How the numbers of a report are written: with as many decimals as its typical error has digits to show.
#[derive(Clone, Copy)]
enum Form {
    Decimals(usize),
    Exponent,
}

impl Form {
    fn of(error: f64) -> Self {
        let digits_before = if error > 0.0 {
            error.log10().floor() as i32 + 1
        } else {
            1
        };
        if !PLAIN.contains(&digits_before) {
            return Self::Exponent;
        }
        Self::Decimals((DIGITS - digits_before).max(0) as usize)
    }

    fn write(self, x: f64) -> String {
        let text = match self {
            Self::Decimals(decimals) => format!("{x:.decimals$}"),
            Self::Exponent => format!("{x:.2e}"),
        };
        // A zero has no sign.
        match text.strip_prefix('-') {
            Some(zero) if !zero.contains(|c: char| matches!(c, '1'..='9')) => zero.to_owned(),
            _ => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(pairs: &[(f64, f64)]) -> Regression {
        let held = |(at, &(truth, predicted)): (usize, &(f64, f64))| HeldOut {
            row: at + 1,
            truth,
            predicted,
        };
        Regression::new(pairs.iter().enumerate().map(held).collect())
    }

    fn metrics(pairs: &[(f64, f64)]) -> Vec<(&'static str, f64)> {
        report(pairs).metrics()
    }

    #[test]
    fn the_measures_are_those_of_scikit_learn() {
        // sklearn.metrics on [3, -0.5, 2, 7] and [2.5, 0.0, 2, 8].
        let found = metrics(&[(3.0, 2.5), (-0.5, 0.0), (2.0, 2.0), (7.0, 8.0)]);
        let expected = [
            ("test_r2", 0.948_608_137_044_967_9),
            ("test_mae", 0.5),
            ("test_rmse", 0.612_372_435_695_794_5),
        ];
        for ((name, x), (wanted, y)) in found.into_iter().zip(expected) {
            assert!(name == wanted && (x - y).abs() < 1e-12, "{name}: {x}");
        }
    }

    #[test]
    fn targets_that_do_not_vary_have_no_r2() {
        assert_eq!(
            metrics(&[(2.0, 3.0)]),
            [("test_mae", 1.0), ("test_rmse", 1.0)]
        );
        let text = report(&[(2.0, 3.0)]).to_string();
        assert!(
            text.starts_with("held-out MAE 1.00, RMSE 1.00 (1 row)\n"),
            "{text}"
        );
    }

    #[test]
    fn quantiles_lie_between_residuals_as_in_numpy() {
        let report = report(&[(4.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)]);
        let pairs = [
            (0.0, 1.0),
            (0.05, 1.15),
            (0.5, 2.5),
            (0.75, 3.25),
            (1.0, 4.0),
        ];
        for (share, expected) in pairs {
            let found = report.quantile(share);
            assert!((found - expected).abs() < 1e-12, "{share}: {found}");
        }
    }

    #[test]
    fn a_report_has_measures_quantiles_and_the_worst_rows() {
        let pairs: Vec<(f64, f64)> = (0..20)
            .map(|i| (f64::from(i), f64::from(i * i % 23)))
            .collect();
        assert_eq!(
            report(&pairs).to_string(),
            "\
held-out R² -0.383, MAE 5.30, RMSE 6.78 (20 rows)

residuals: target minus prediction
     min      5%    25%  median   75%    95%    max
  -12.00  -10.10  -3.00    2.00  4.25  13.15  16.00

the rows with the largest residuals
  row  target  prediction  residual
   19   18.00        2.00     16.00
   17   16.00        3.00     13.00
    5    4.00       16.00    -12.00
    9    8.00       18.00    -10.00
    7    6.00       13.00     -7.00
"
        );
    }

    #[test]
    fn large_and_small_numbers_keep_their_digits() {
        for (scale, mae) in [
            (1e9, "2000000000"),
            (1e-4, "0.000200"),
            (1e-6, "2.00e-6"),
            (1e25, "2.00e25"),
        ] {
            let text = report(&[(scale, 3.0 * scale), (2.0 * scale, 4.0 * scale)]).to_string();
            assert!(text.contains(&format!("MAE {mae}, ")), "{text}");
        }
        assert_eq!(Form::Decimals(1).write(-0.01), "0.0");
        assert_eq!(Form::Exponent.write(-1e-7), "-1.00e-7");
    }
}
