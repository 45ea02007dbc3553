use super::{Columnwise, Out, Reg, Run, Scratch, Tile};
use crate::input::Precision;
use std::f64::consts::PI;

/// A type of whole numbers that Python may hold a column in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whole {
    Boolean,
    Bits32,
    Bits64,
}

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Function {
    Abs,
    Arccos,
    Arccosh,
    Arcsin,
    Arcsinh,
    Arctan,
    Arctanh,
    Cbrt,
    Ceil,
    Cos,
    Cosh,
    /// From radians.
    Degrees,
    /// The error function.
    Erf,
    Exp,
    Exp2,
    Expm1,
    /// `1 / (1 + e^-x)` as scipy's `expit` takes it.
    Expit,
    Floor,
    Log,
    Log10,
    Log1p,
    Log2,
    /// `log(x / (1 - x))`
    Logit,
    Negative,
    /// From degrees.
    Radians,
    Reciprocal,
    /// The same of whole numbers, whose fraction numpy cuts off.
    WholeReciprocal,
    /// To the nearest integer, halves to the even one.
    Rint,
    Sign,
    Sin,
    Sinh,
    Sqrt,
    Square,
    /// The square of a whole number, of which numpy keeps the lower bits.
    Square32,
    Square64,
    Tan,
    Tanh,
    Trunc,
    /// Yeo and Johnson's power with this lambda.
    YeoJohnson(f64),
    /// The same by way of a logarithm, which is exacter near zero.
    YeoJohnsonByLog(f64),
    /// What [`Function::YeoJohnson`] maps to the number.
    FromYeoJohnson(f64),
    /// Box and Cox's power with this lambda.
    BoxCox(f64),
    /// What [`Function::BoxCox`] maps to the number.
    FromBoxCox(f64),
}

impl Function {
    /// The value at `x`; NaN where there is none.
    pub fn of(self, x: f64) -> f64 {
        match self {
            Self::Abs => x.abs(),
            Self::Arccos => x.acos(),
            Self::Arccosh => x.acosh(),
            Self::Arcsin => x.asin(),
            Self::Arcsinh => x.asinh(),
            Self::Arctan => x.atan(),
            Self::Arctanh => x.atanh(),
            Self::Cbrt => x.cbrt(),
            Self::Ceil => x.ceil(),
            Self::Cos => x.cos(),
            Self::Cosh => x.cosh(),
            Self::Degrees => x * (180.0 / PI),
            Self::Erf => libm::erf(x),
            Self::Exp => x.exp(),
            Self::Exp2 => x.exp2(),
            Self::Expm1 => x.exp_m1(),
            Self::Expit => 1.0 / (1.0 + (-x).exp()),
            Self::Floor => x.floor(),
            Self::Log => x.ln(),
            Self::Log10 => x.log10(),
            Self::Log1p => x.ln_1p(),
            Self::Log2 => x.log2(),
            Self::Logit => (x / (1.0 - x)).ln(),
            Self::Negative => -x,
            Self::Radians => x * (PI / 180.0),
            Self::Reciprocal => 1.0 / x,
            Self::WholeReciprocal => (1.0 / x).trunc() + 0.0,
            Self::Rint => x.round_ties_even(),
            Self::Sign if x == 0.0 => 0.0,
            Self::Sign if x.is_nan() => x,
            Self::Sign => x.signum(),
            Self::Sin => x.sin(),
            Self::Sinh => x.sinh(),
            Self::Sqrt => x.sqrt(),
            Self::Square32 if x.is_finite() => f64::from((x as i32).wrapping_mul(x as i32)),
            Self::Square64 if x.is_finite() => (x as i64).wrapping_mul(x as i64) as f64,
            Self::Square | Self::Square32 | Self::Square64 => x * x,
            Self::Tan => x.tan(),
            Self::Tanh => x.tanh(),
            Self::Trunc => x.trunc(),
            Self::YeoJohnson(lambda) => yeo_johnson(x, lambda),
            Self::YeoJohnsonByLog(lambda) => yeo_johnson_by_log(x, lambda),
            Self::FromYeoJohnson(lambda) => from_yeo_johnson(x, lambda),
            Self::BoxCox(lambda) => box_cox(x, lambda),
            Self::FromBoxCox(lambda) => from_box_cox(x, lambda),
        }
    }

    /// The function that numpy takes of whole numbers of a type; none where it takes none, or takes it in 16 bits and rounds.
    ///
    /// Source: the loops in `numpy/_core/code_generators/generate_umath.py`.
    pub fn of_whole(self, kind: Whole) -> Option<Self> {
        match (self, kind) {
            (
                Self::Abs
                | Self::Cbrt
                | Self::Ceil
                | Self::Exp2
                | Self::Floor
                | Self::Rint
                | Self::Sqrt
                | Self::Square
                | Self::Trunc,
                Whole::Boolean,
            ) => Some(self),
            (_, Whole::Boolean) => None,
            (Self::Reciprocal, _) => Some(Self::WholeReciprocal),
            (Self::Square, Whole::Bits32) => Some(Self::Square32),
            (Self::Square, Whole::Bits64) => Some(Self::Square64),
            _ => Some(self),
        }
    }

    /// Whether numpy keeps the type of whole numbers.
    pub fn keeps_whole(self) -> bool {
        matches!(
            self,
            Self::Abs | Self::Negative | Self::Reciprocal | Self::Sign | Self::Square
        )
    }

    /// Whether it has a finite value for every number that a row may reasonably hold.
    pub fn is_total(self) -> bool {
        !matches!(
            self,
            Self::Arccos
                | Self::Arccosh
                | Self::Arcsin
                | Self::Arctanh
                | Self::Cosh
                | Self::Exp
                | Self::Exp2
                | Self::Expm1
                | Self::Log
                | Self::Log10
                | Self::Log1p
                | Self::Log2
                | Self::Logit
                | Self::Reciprocal
                | Self::WholeReciprocal
                | Self::Sinh
                | Self::Sqrt
                | Self::Square
                | Self::BoxCox(_)
                | Self::FromBoxCox(_)
                | Self::YeoJohnson(_)
                | Self::YeoJohnsonByLog(_)
                | Self::FromYeoJohnson(_)
        )
    }

    /// The value at `x` in the arithmetic of a precision.
    pub fn rounded(self, x: f64, precision: Precision) -> f64 {
        match precision {
            Precision::F32 => self.of_single(x as f32).into(),
            Precision::F64 => self.of(x),
        }
    }

    /// The same in `f32` arithmetic.
    fn of_single(self, x: f32) -> f32 {
        match self {
            Self::Exp => x.exp(),
            Self::Expit => 1.0 / (1.0 + (-x).exp()),
            Self::Expm1 => x.exp_m1(),
            Self::Log => x.ln(),
            Self::Log10 => x.log10(),
            Self::Log1p => x.ln_1p(),
            Self::Log2 => x.log2(),
            // In f64 and then rounded, the others are the f32 result but for some last bits.
            _ => self.of(x.into()) as f32,
        }
    }
}

/// Source: `_yeo_johnson_transform` in scikit-learn's `preprocessing/_data.py`.
fn yeo_johnson(x: f64, lambda: f64) -> f64 {
    if x >= 0.0 {
        if lambda.abs() < f64::EPSILON {
            x.ln_1p()
        } else {
            ((x + 1.0).powf(lambda) - 1.0) / lambda
        }
    } else if (lambda - 2.0).abs() > f64::EPSILON {
        -((1.0 - x).powf(2.0 - lambda) - 1.0) / (2.0 - lambda)
    } else {
        -(-x).ln_1p()
    }
}

/// Source: `_yeojohnson_transform` in scipy's `stats/_morestats.py`.
fn yeo_johnson_by_log(x: f64, lambda: f64) -> f64 {
    if x >= 0.0 {
        if lambda.abs() < f64::EPSILON {
            x.ln_1p()
        } else {
            (lambda * x.ln_1p()).exp_m1() / lambda
        }
    } else if (lambda - 2.0).abs() > f64::EPSILON {
        -((2.0 - lambda) * (-x).ln_1p()).exp_m1() / (2.0 - lambda)
    } else {
        -(-x).ln_1p()
    }
}

/// Source: `_yeo_johnson_inverse_transform` in scikit-learn's `preprocessing/_data.py`.
fn from_yeo_johnson(x: f64, lambda: f64) -> f64 {
    if x >= 0.0 {
        if lambda.abs() < f64::EPSILON {
            x.exp() - 1.0
        } else {
            (x * lambda + 1.0).powf(1.0 / lambda) - 1.0
        }
    } else if (lambda - 2.0).abs() > f64::EPSILON {
        1.0 - (-(2.0 - lambda) * x + 1.0).powf(1.0 / (2.0 - lambda))
    } else {
        1.0 - (-x).exp()
    }
}

/// Source: `boxcox` in scipy's `special/_boxcox.pxd`.
fn box_cox(x: f64, lambda: f64) -> f64 {
    if lambda.abs() < 1e-19 {
        x.ln()
    } else {
        (lambda * x.ln()).exp_m1() / lambda
    }
}

/// Source: `inv_boxcox` there.
fn from_box_cox(x: f64, lambda: f64) -> f64 {
    if lambda == 0.0 {
        x.exp()
    } else {
        ((lambda * x).ln_1p() / lambda).exp()
    }
}

/// `y[i] = f(x[i])`. One register for each that is read.
#[derive(Clone, Debug)]
pub struct Apply {
    pub function: Function,
    pub reads: Vec<Reg>,
    pub precision: Precision,
}

impl Columnwise for Apply {
    fn inputs(&self) -> &[Reg] {
        &self.reads
    }
}

impl Run for Apply {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        let function = self.function;
        for (read, out) in self.reads.iter().zip(out.columns()) {
            let pairs = out.iter_mut().zip(tile.column(*read));
            match self.precision {
                Precision::F32 => {
                    pairs.for_each(|(y, x)| *y = function.of_single(*x as f32).into());
                }
                Precision::F64 => pairs.for_each(|(y, x)| *y = function.of(*x)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of numpy 2.5.
    #[test]
    fn whole_numbers_stay_whole_numbers_as_in_numpy() {
        let of =
            |function: Function, kind, x| function.of_whole(kind).map(|function| function.of(x));
        let reciprocals =
            [1.0, -1.0, 2.0, -5.0].map(|x| of(Function::Reciprocal, Whole::Bits64, x));
        assert_eq!(reciprocals, [1.0, -1.0, 0.0, 0.0].map(Some));
        assert_eq!(
            of(Function::Square, Whole::Bits32, 50_000.0),
            Some(-1_794_967_296.0)
        );
        let square = of(Function::Square, Whole::Bits64, 4e9);
        assert_eq!(square, Some(-2_446_744_073_709_551_616.0));
        assert_eq!(of(Function::Square, Whole::Boolean, 1.0), Some(1.0));
        assert_eq!(of(Function::Log1p, Whole::Bits32, 0.0), Some(0.0));
        for function in [Function::Log1p, Function::Negative, Function::Sign] {
            assert_eq!(function.of_whole(Whole::Boolean), None, "{function:?}");
        }
    }

    /// Numbers of scikit-learn 1.7 and of scipy 1.18.
    #[test]
    fn powers_are_those_of_the_library_that_computes_them() {
        let near = |function: Function, x, y: f64| {
            let found = function.of(x);
            assert!(
                (found - y).abs() <= y.abs() * 4e-16,
                "{function:?} {x}: {found}"
            );
        };
        near(Function::YeoJohnson(0.3), 1e-10, 1.000_000_082_740_371e-10);
        near(Function::YeoJohnsonByLog(0.3), 1e-10, 9.999_999_999_65e-11);
        near(
            Function::YeoJohnsonByLog(0.3),
            -1e-10,
            -1.000_000_000_035e-10,
        );
        for function in [Function::YeoJohnson, Function::YeoJohnsonByLog] {
            near(function(-1.25), 2.5, 0.632_889_040_980_794_3);
            near(function(2.0), -2.5, -1.252_762_968_495_368);
            near(function(0.0), 3.0, 1.386_294_361_119_890_6);
        }
        near(Function::BoxCox(0.3), 2.5, 1.054_607_347_780_791_6);
    }

    #[test]
    fn a_power_of_no_number_is_none() {
        for lambda in [f64::NAN, f64::INFINITY, -1e300] {
            for x in [0.0, -1.0, 1e300] {
                let _ = Function::YeoJohnsonByLog(lambda).of(x);
                let _ = Function::BoxCox(lambda).of(x);
            }
            assert!(Function::YeoJohnson(lambda).of(f64::NAN).is_nan());
        }
    }
}
