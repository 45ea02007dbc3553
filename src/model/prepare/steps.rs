//! Elementwise steps over all columns: scalers, clipping, and values that count as missing.

use crate::{
    input::Precision,
    model::{
        check::{InvalidModel, invalid},
        ir::{Step, StepOp},
    },
};

/// Checked steps, in order.
#[derive(Debug)]
pub(in crate::model) struct Steps {
    /// What rows are rounded to before the first step.
    input: Precision,
    steps: Vec<Step>,
}

impl Steps {
    /// # Errors
    /// A step that does not have one finite operand per feature.
    pub(in crate::model) fn new(
        input: Precision,
        steps: Vec<Step>,
        features: usize,
    ) -> Result<Self, InvalidModel> {
        for step in &steps {
            if step.operand.len() != features || step.operand.iter().any(|x| !x.is_finite()) {
                invalid!("a preprocessing step needs {features} finite numbers, one per feature");
            }
        }
        Ok(Self { input, steps })
    }

    pub(in crate::model) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The number of one feature as the estimator takes it.
    #[inline]
    pub(in crate::model) fn one(&self, feature: u32, x: f64) -> f64 {
        let mut x = self.input.round(x);
        for step in &self.steps {
            let operand = step.operand[feature as usize];
            elementwise(step.op, step.precision, std::iter::once((&mut x, operand)));
            x = step.precision.round(x);
        }
        x
    }

    /// The row as the estimator takes it; `buffer` holds it where it is not the row itself.
    #[inline]
    pub(in crate::model) fn run<'a>(&self, row: &'a [f64], buffer: &'a mut Vec<f64>) -> &'a [f64] {
        if self.steps.is_empty() && self.input == Precision::F64 {
            return row;
        }
        buffer.clear();
        match self.input {
            Precision::F32 => buffer.extend(row.iter().map(|x| f64::from(*x as f32))),
            Precision::F64 => buffer.extend_from_slice(row),
        }
        for step in &self.steps {
            apply(step, buffer);
            // One operation on two f32 numbers in f64, then rounded, is the f32 operation itself: f64 has more than twice the digits.
            if step.precision == Precision::F32 {
                buffer.iter_mut().for_each(|x| *x = f64::from(*x as f32));
            }
        }
        buffer
    }
}

fn apply(step: &Step, row: &mut [f64]) {
    elementwise(
        step.op,
        step.precision,
        row.iter_mut().zip(step.operand.iter().copied()),
    );
}

/// `x = x op y` for every pair, not rounded.
#[inline]
#[expect(
    clippy::float_cmp,
    reason = "a number that is missing is that very number"
)]
pub(in crate::model) fn elementwise<'a>(
    op: StepOp,
    precision: Precision,
    pairs: impl Iterator<Item = (&'a mut f64, f64)>,
) {
    match op {
        StepOp::Add => pairs.for_each(|(x, y)| *x += y),
        StepOp::Sub => pairs.for_each(|(x, y)| *x -= y),
        StepOp::Mul => pairs.for_each(|(x, y)| *x *= y),
        StepOp::Div => pairs.for_each(|(x, y)| *x /= y),
        StepOp::AtLeast => pairs.for_each(|(x, y)| *x = if *x < y { y } else { *x }),
        StepOp::AtMost => pairs.for_each(|(x, y)| *x = if *x > y { y } else { *x }),
        StepOp::ZeroIsMissing => pairs.for_each(|(x, y)| {
            if x.abs() <= y {
                *x = f64::NAN;
            }
        }),
        StepOp::IsMissing => pairs.for_each(|(x, y)| {
            if precision.round(*x) == y {
                *x = f64::NAN;
            }
        }),
    }
}
