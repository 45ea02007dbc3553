//! Kernels: how near two vectors are.

use super::{
    InvalidModel,
    blocks::{LANES, dots, squared_distances},
    finite,
};
use crate::model::check::invalid;

/// More than any polynomial has: beyond, every number but 1 is 0 or infinite.
const MAX_DEGREE: u32 = 1 << 16;

/// How near two vectors are.
///
/// Source: `Kernel::k_function` and `powi` in libsvm's `svm.cpp`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kernel {
    /// `x·y`
    Linear,
    /// `(gamma x·y + coef0)^degree`
    Polynomial { gamma: f64, coef0: f64, degree: u32 },
    /// `e^(-gamma |x - y|²)`
    Radial { gamma: f64 },
    /// `tanh(gamma x·y + coef0)`
    Sigmoid { gamma: f64, coef0: f64 },
}

impl Kernel {
    pub(super) fn check(self) -> Result<(), InvalidModel> {
        let numbers = match self {
            Self::Linear => [0.0, 0.0],
            Self::Polynomial {
                gamma,
                coef0,
                degree,
            } => {
                if degree > MAX_DEGREE {
                    invalid!("a kernel is a polynomial of degree {degree}");
                }
                [gamma, coef0]
            }
            Self::Radial { gamma } => [gamma, 0.0],
            Self::Sigmoid { gamma, coef0 } => [gamma, coef0],
        };
        finite("a kernel", &numbers)
    }

    /// Of two vectors with this dot product and this squared distance.
    #[inline]
    pub(super) fn of(self, dot: f64, distance: f64) -> f64 {
        match self {
            Self::Linear => dot,
            Self::Polynomial {
                gamma,
                coef0,
                degree,
            } => power(gamma * dot + coef0, degree),
            Self::Radial { gamma } => (-gamma * distance).exp(),
            Self::Sigmoid { gamma, coef0 } => (gamma * dot + coef0).tanh(),
        }
    }

    /// Of a row and every vector of a block.
    #[inline]
    pub(super) fn of_block(self, block: &[[f64; LANES]], row: &[f64]) -> [f64; LANES] {
        match self {
            Self::Radial { .. } => squared_distances(block, row).map(|x| self.of(0.0, x)),
            _ => dots(block, row).map(|x| self.of(x, 0.0)),
        }
    }
}

/// Powers by squares, as libsvm takes them.
fn power(base: f64, degree: u32) -> f64 {
    let (mut square, mut result, mut left) = (base, 1.0, degree);
    while left > 0 {
        if left % 2 == 1 {
            result *= square;
        }
        square *= square;
        left /= 2;
    }
    result
}
