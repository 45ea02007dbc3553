//! What a graph does to the scores after the trees, as far as a model can say it.
//!
//! onnxmltools writes `Exp` behind the regressors of count and positive targets, `Mul` with the base score of XGBoost
//! behind that, and `Mul` with one behind LightGBM's classifiers.

use super::{PLAIN_EXPORT, unsupported};
use crate::{
    flavor::FlavorError,
    model::{Link, ModelSource, Output, StepOp},
};

/// `Exp`, once.
pub(super) fn exp(model: &mut ModelSource, node: &str) -> Result<(), FlavorError> {
    match &mut model.output {
        Output::Regression { link } if *link == Link::Identity => {
            *link = Link::Exp;
            Ok(())
        }
        _ => Err(refused(node)),
    }
}

/// `scores op numbers`, where the numbers are one for all scores or one for each.
#[expect(clippy::float_cmp, reason = "one is a number of its own")]
pub(super) fn arithmetic(
    model: &mut ModelSource,
    op: StepOp,
    numbers: &[f64],
    node: &str,
) -> Result<(), FlavorError> {
    let one = |x: &f64| *x == 1.0;
    if matches!(op, StepOp::Mul | StepOp::Div) && !numbers.is_empty() && numbers.iter().all(one) {
        return Ok(());
    }
    let width = model.forest.width;
    let factors: Vec<f64> = match (op, numbers) {
        (StepOp::Mul, [x]) => vec![*x; width],
        (StepOp::Div, [x]) => vec![1.0 / x; width],
        (StepOp::Mul, many) if many.len() == width => many.to_vec(),
        (StepOp::Div, many) if many.len() == width => many.iter().map(|x| 1.0 / x).collect(),
        _ => return Err(refused(node)),
    };
    if factors.iter().any(|x| !x.is_finite()) {
        return Err(refused(node));
    }
    match &model.output {
        Output::Regression {
            link: Link::Identity,
        } => {
            for vector in model.forest.leaves.chunks_exact_mut(width.max(1)) {
                vector.iter_mut().zip(&factors).for_each(|(x, f)| *x *= f);
            }
            model
                .base
                .iter_mut()
                .zip(&factors)
                .for_each(|(x, f)| *x *= f);
            Ok(())
        }
        Output::Regression { link: Link::Exp } if factors.iter().all(|f| *f > 0.0) => {
            model.base.resize(width, 0.0);
            model
                .base
                .iter_mut()
                .zip(&factors)
                .for_each(|(x, f)| *x += f.ln());
            Ok(())
        }
        _ => Err(refused(node)),
    }
}

fn refused(node: &str) -> FlavorError {
    unsupported!("{node} changes the scores after the trees; {PLAIN_EXPORT}")
}
