//! Powers that make numbers look normal.
//!
//! Source: `PowerTransformer` in `sklearn/preprocessing/_data.py`; since 1.9 it takes Yeo and Johnson's power from scipy, which computes it
//! by way of a logarithm.

use super::{FormatError, Part, Reader, Reg, corrupt};
use crate::model::ops::Function;

impl Reader {
    pub(super) fn power(&mut self, part: Part<'_>, reads: &[Reg]) -> Result<Vec<Reg>, FormatError> {
        self.board.numbers(reads)?;
        let lambdas = part.columns("lambdas_", reads.len())?;
        let function: fn(f64) -> Function = match part.text("method") {
            Some("yeo-johnson") if part.since(1, 9) => Function::YeoJohnsonByLog,
            Some("yeo-johnson") => Function::YeoJohnson,
            Some("box-cox") => {
                self.board.positive(reads, false);
                Function::BoxCox
            }
            method => {
                return Err(corrupt!(
                    "the PowerTransformer has the method {:?}",
                    method.unwrap_or_default()
                ));
            }
        };
        let mut result = Vec::with_capacity(reads.len());
        for (read, lambda) in reads.iter().zip(lambdas) {
            result.extend(self.board.apply(function(lambda), &[*read])?);
        }
        if part.flag("standardize") {
            return self.standard_scaler(part.part("_scaler")?, &result);
        }
        Ok(result)
    }
}
