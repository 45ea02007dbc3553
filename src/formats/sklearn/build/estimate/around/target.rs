//! Targets that were transformed before they were learned.
//!
//! Source: `predict` in `sklearn/compose/_target.py`, and `inverse_transform` in `sklearn/preprocessing/_data.py` and
//! `_function_transformer.py`.

use super::{
    Estimate, FormatError, Part, Precision, Reader, Reg, StepOp, corrupt, ops, unsupported,
};
use crate::formats::sklearn::build::compose::{Step, found, list};

impl Reader {
    /// What the regressor answers, transformed back.
    pub(super) fn transformed_target(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let answer = self.member("regressor", part.part("regressor_")?, reads)?;
        let numbers = answer.numbers(part)?;
        let transformer = part.part("transformer_")?;
        let back = self.inside("transformer", |reader| reader.inverse(transformer, numbers))?;
        Ok(Estimate::Numbers(back))
    }

    /// `inverse_transform` of a fitted transformer.
    fn inverse(&mut self, part: Part<'_>, reads: Vec<Reg>) -> Result<Vec<Reg>, FormatError> {
        let part = found(part)?;
        self.parts.push(part.class.to_owned());
        let width = reads.len();
        let single = self.board.precision(&reads) == Precision::F32;
        match part.sklearn_class() {
            "StandardScaler" => {
                // Since 1.8 its numbers have the type of the row.
                let rounds = single && part.since(1, 8);
                let column = |name: &str| {
                    let numbers = part.columns(name, width)?;
                    let round = |x: f64| if rounds { f64::from(x as f32) } else { x };
                    Ok::<Vec<f64>, FormatError>(numbers.into_iter().map(round).collect())
                };
                let mut result = reads;
                if part.flag("with_std") {
                    result = self.board.each(StepOp::Mul, &result, column("scale_")?)?;
                }
                if part.flag("with_mean") {
                    result = self.board.each(StepOp::Add, &result, column("mean_")?)?;
                }
                Ok(result)
            }
            "MinMaxScaler" => {
                let least = part.columns("min_", width)?;
                let result = self.board.each(StepOp::Sub, &reads, least)?;
                let scale = part.columns("scale_", width)?;
                self.board.each(StepOp::Div, &result, scale)
            }
            "MaxAbsScaler" => {
                let scale = part.columns("scale_", width)?;
                self.board.each(StepOp::Mul, &reads, scale)
            }
            "RobustScaler" => {
                let mut result = reads;
                if part.flag("with_scaling") {
                    let scale = part.columns("scale_", width)?;
                    result = self.board.each(StepOp::Mul, &result, scale)?;
                }
                if part.flag("with_centering") {
                    let center = part.columns("center_", width)?;
                    result = self.board.each(StepOp::Add, &result, center)?;
                }
                Ok(result)
            }
            "PowerTransformer" => self.inverse_power(part, reads),
            "FunctionTransformer" => match part.get("inverse_func") {
                None => Ok(reads),
                Some(_) => match self.function_of(part, "inverse_func")? {
                    Some(function) => self.board.apply(function, &reads),
                    None => Ok(reads),
                },
            },
            "Pipeline" => self.inverse_pipeline(part, reads),
            _ => Err(unsupported!(
                "`{}` transforms the target by a {}, which this server does not turn back; scalers, PowerTransformer and \
                 functions of numpy work",
                self.board.place(),
                part.class
            )),
        }
    }

    fn inverse_power(
        &mut self,
        part: Part<'_>,
        mut reads: Vec<Reg>,
    ) -> Result<Vec<Reg>, FormatError> {
        let lambdas = part.columns("lambdas_", reads.len())?;
        if part.flag("standardize") {
            let scaler = part.part("_scaler")?;
            reads = self.inside("scaler", |reader| reader.inverse(scaler, reads))?;
        }
        let function: fn(f64) -> ops::Function = match part.text("method") {
            Some("yeo-johnson") => ops::Function::FromYeoJohnson,
            Some("box-cox") => ops::Function::FromBoxCox,
            _ => return Err(corrupt!("the {} has no method", part.class)),
        };
        let mut result = Vec::new();
        for (read, lambda) in reads.into_iter().zip(lambdas) {
            result.extend(self.board.apply(function(lambda), &[read])?);
        }
        Ok(result)
    }

    /// The last step is the first one to be turned back.
    fn inverse_pipeline(
        &mut self,
        part: Part<'_>,
        mut reads: Vec<Reg>,
    ) -> Result<Vec<Reg>, FormatError> {
        for (name, rest) in list(part, "steps")?.into_iter().rev() {
            if let Step::Part(step) = Step::of(part, name, rest[0], Step::Passthrough)? {
                reads = self.inside(name, |reader| reader.inverse(step, reads))?;
            }
        }
        Ok(reads)
    }
}
