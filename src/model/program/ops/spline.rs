use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite};
use crate::{input::Precision, model::check::invalid};

/// Splines of a higher degree are nobody's, and take long.
const MAX_DEGREE: usize = 64;

/// A number as the values of the B-splines over some knots. One register for each of the first `kept` splines.
///
/// Source: `SplineTransformer` in scikit-learn's `preprocessing/_polynomial.py`, and scipy's `BSpline`, which it takes.
#[derive(Clone, Debug)]
pub struct Spline {
    pub read: Reg,
    pub basis: Basis,
    /// How many different splines there are: fewer than the knots have where the last ones are the first ones again.
    pub count: usize,
    pub kept: usize,
    pub outside: Outside,
    /// Whether all splines of a missing value are 0; otherwise they are NaN.
    pub missing_is_zero: bool,
    pub precision: Precision,
}

/// The splines of one degree over some knots.
#[derive(Clone, Debug)]
pub struct Basis {
    knots: Vec<f64>,
    degree: usize,
}

/// What splines are beyond their knots.
#[derive(Clone, Debug)]
pub enum Outside {
    /// No number.
    Nothing,
    /// What the outermost pieces are there.
    Continued,
    /// What they are so many periods further inside.
    Periodic,
    /// Lines from two numbers on.
    Lines {
        from: f64,
        to: f64,
        /// Value and slope of each spline below `from`, and above `to`.
        below: Vec<[f64; 2]>,
        above: Vec<[f64; 2]>,
    },
}

impl Basis {
    /// The splines over knots in rising order.
    ///
    /// # Errors
    /// When there are too few knots, or numbers that are none.
    pub fn new(knots: Vec<f64>, degree: usize) -> Result<Self, InvalidModel> {
        finite("a spline", &knots)?;
        if degree > MAX_DEGREE {
            invalid!("a spline has the degree {degree}, and no more than {MAX_DEGREE} are served");
        }
        if knots.len() < 2 * (degree + 1) || !knots.is_sorted() {
            invalid!(
                "splines of degree {degree} have {} knots, or knots that do not rise",
                knots.len()
            );
        }
        Ok(Self { knots, degree })
    }

    /// How many splines the knots have.
    #[expect(clippy::len_without_is_empty, reason = "there is one at least")]
    pub fn len(&self) -> usize {
        self.knots.len() - self.degree - 1
    }

    /// The knots that the splines have the whole sum of 1 between.
    pub fn ends(&self) -> (f64, f64) {
        (self.knots[self.degree], self.knots[self.len()])
    }

    /// The knot at a place, counted from the first or from the last one.
    pub fn knot(&self, place: usize, from_last: bool) -> Option<f64> {
        let place = if from_last {
            self.knots.len().checked_sub(place + 1)?
        } else {
            place
        };
        self.knots.get(place).copied()
    }

    /// The value of each spline at `x`, or its slope, added to `out`, whose last splines may be its first ones again.
    pub fn add(&self, x: f64, slope: bool, out: impl FnMut(usize, f64)) {
        let mut out = out;
        let mut values = [0.0; MAX_DEGREE + 1];
        let first = self.pieces(x, slope, &mut values);
        for (i, value) in values[..=self.degree].iter().enumerate() {
            out(first + i, *value);
        }
    }

    /// The values of those splines that are not 0, and the number of the first one: de Boor's recursion.
    fn pieces(&self, x: f64, slope: bool, values: &mut [f64; MAX_DEGREE + 1]) -> usize {
        let (t, k) = (&self.knots, self.degree);
        let inner = &t[k + 1..self.len()];
        let piece = k + inner.partition_point(|knot| *knot <= x);
        let mut before = [0.0; MAX_DEGREE + 1];
        values[0] = 1.0;
        for j in 1..=k {
            before[..j].copy_from_slice(&values[..j]);
            values[0] = 0.0;
            for n in 1..=j {
                let (high, low) = (t[piece + n], t[piece + n - j]);
                if high <= low {
                    values[n] = 0.0;
                } else if slope && j == k {
                    let w = j as f64 * before[n - 1] / (high - low);
                    values[n - 1] -= w;
                    values[n] = w;
                } else {
                    let w = before[n - 1] / (high - low);
                    values[n - 1] += w * (high - x);
                    values[n] = w * (x - low);
                }
            }
        }
        if slope && k == 0 {
            values[0] = 0.0;
        }
        piece - k
    }
}

impl Operation for Spline {
    fn reads(&self) -> Vec<Reg> {
        vec![self.read]
    }

    fn width(&self) -> usize {
        self.kept
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        let (first, last) = self.basis.ends();
        if self.kept > self.count || self.count == 0 || self.count > self.basis.len() {
            invalid!("{} splines are kept of {}", self.kept, self.count);
        }
        match &self.outside {
            Outside::Lines { below, above, .. }
                if below.len() != self.count || above.len() != self.count =>
            {
                invalid!(
                    "there are lines for {} splines of {}",
                    below.len(),
                    self.count
                );
            }
            Outside::Periodic if first >= last => invalid!("the period of splines is 0"),
            _ => Ok(Box::new(self.clone())),
        }
    }
}

impl Run for Spline {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        out.values.fill(0.0);
        for (row, x) in tile.column(self.read).iter().enumerate() {
            self.row(*x, |j, y| {
                let cell = &mut out.column(j)[row];
                *cell = self.precision.round(*cell + y);
            });
        }
    }
}

impl Spline {
    /// Gives the splines of a number to `out`, but for zeros.
    fn row(&self, x: f64, mut out: impl FnMut(usize, f64)) {
        let mut add = |j: usize, y: f64| {
            // The last splines of a period are its first ones.
            let j = j % self.count;
            if j < self.kept {
                out(j, y);
            }
        };
        let (first, last) = self.basis.ends();
        let nothing =
            |add: &mut dyn FnMut(usize, f64)| (0..self.kept).for_each(|j| add(j, f64::NAN));
        match &self.outside {
            _ if x.is_nan() && self.missing_is_zero => {}
            _ if x.is_nan() => nothing(&mut add),
            Outside::Nothing if x < first || x > last => nothing(&mut add),
            Outside::Periodic => {
                let x = first + (x - first).rem_euclid(last - first);
                self.basis.add(x, false, add);
            }
            Outside::Lines { from, below, .. } if x < *from => line(below, x - from, &mut add),
            Outside::Lines { to, above, .. } if x > *to => line(above, x - to, &mut add),
            Outside::Nothing | Outside::Continued | Outside::Lines { .. } => {
                self.basis.add(x, false, add);
            }
        }
    }
}

fn line(splines: &[[f64; 2]], x: f64, add: &mut dyn FnMut(usize, f64)) {
    for (j, [value, slope]) in splines.iter().enumerate() {
        add(j, value + x * slope);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splines_add_up_to_one_between_their_ends_and_their_slopes_to_nothing() {
        let knots = vec![-3.0, -2.0, -1.0, 0.0, 1.0, 1.5, 4.0, 5.0, 6.0, 7.0];
        let basis = Basis::new(knots, 3).unwrap();
        assert_eq!(basis.ends(), (0.0, 4.0));
        for x in [0.0, 0.3, 1.0, 1.5, 3.9, 4.0] {
            for (slope, wanted) in [(false, 1.0), (true, 0.0)] {
                let mut sum = 0.0;
                basis.add(x, slope, |_, y| sum += y);
                assert!((sum - wanted).abs() < 1e-12, "{x}: {sum}");
            }
        }
    }

    #[test]
    fn splines_need_knots_that_rise() {
        assert!(Basis::new(vec![0.0, 1.0, 0.5, 2.0], 1).is_err());
        assert!(Basis::new(vec![0.0, 1.0, f64::NAN, 2.0], 1).is_err());
        assert!(Basis::new(vec![0.0, 1.0, 2.0], 1).is_err());
        assert!(Basis::new((0..1000).map(f64::from).collect(), 65).is_err());
    }
}
