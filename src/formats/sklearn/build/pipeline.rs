//! Pipelines: scalers before the trees.

use super::super::numpy;
use super::{ADVICE, Part, corrupt, unsupported};
use crate::{
    formats::FormatError,
    input::Precision,
    model::{Step, StepOp},
};

/// Searches for the best parameters, of scikit-learn and scikit-optimize: they answer as the estimator does that they have fitted last.
const SEARCHES: [&str; 5] = [
    "BayesSearchCV",
    "GridSearchCV",
    "RandomizedSearchCV",
    "HalvingGridSearchCV",
    "HalvingRandomSearchCV",
];

/// Pipelines in pipelines deeper than this are nobody's model.
const MAX_DEPTH: usize = 8;

/// A pipeline without the steps that do nothing.
pub(super) struct Chain<'d> {
    pub(super) scalers: Vec<Part<'d>>,
    pub(super) last: Part<'d>,
}

impl<'d> Chain<'d> {
    /// All parts in order.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Part<'d>> {
        self.scalers.iter().chain([&self.last])
    }
}

/// The steps of a pipeline, or of an estimator alone.
pub(super) fn flatten(root: Part<'_>) -> Result<Chain<'_>, FormatError> {
    let mut scalers = Vec::new();
    let mut last = root;
    for _ in 0..MAX_DEPTH {
        if SEARCHES.contains(&last.class) {
            last = last.part("best_estimator_")?;
            continue;
        }
        if !is_pipeline(&last) {
            return Ok(Chain { scalers, last });
        }
        let steps = last.attribute("steps")?;
        let steps = last.arena.items(steps).unwrap_or_default();
        let Some((end, before)) = steps.split_last() else {
            return Err(corrupt!("the Pipeline has no steps"));
        };
        for step in before {
            match named(&last, *step)? {
                (_, None) => {}
                (_, Some(part))
                    if part.module.starts_with("sklearn.preprocessing") && scaler(&part) =>
                {
                    scalers.push(part);
                }
                (name, Some(part)) => {
                    return Err(unsupported!(
                        "the pipeline's step `{name}` is a {}, which this server does not run; before the trees it runs \
                         StandardScaler, MinMaxScaler and passthrough; {ADVICE}",
                        part.full_name()
                    ));
                }
            }
        }
        last = match named(&last, *end)? {
            (_, Some(part)) => part,
            (name, None) => {
                return Err(unsupported!(
                    "the pipeline ends with the step `{name}`, which is no model"
                ));
            }
        };
    }
    Err(unsupported!(
        "the pipelines nest more than {MAX_DEPTH} deep"
    ))
}

fn is_pipeline(part: &Part<'_>) -> bool {
    part.module == "sklearn.pipeline" && part.class == "Pipeline"
}

fn scaler(part: &Part<'_>) -> bool {
    matches!(part.class, "StandardScaler" | "MinMaxScaler")
}

/// The name of a step and its object; no object where the step passes everything through.
fn named<'d>(
    pipeline: &Part<'d>,
    step: super::Id,
) -> Result<(&'d str, Option<Part<'d>>), FormatError> {
    let arena = pipeline.arena;
    let Some(&[name, object]) = arena.items(step) else {
        return Err(corrupt!("a step of the Pipeline is {}", arena.kind(step)));
    };
    let name = arena.text(name).unwrap_or("?");
    if arena.is_none(object) || arena.text(object) == Some("passthrough") {
        return Ok((name, None));
    }
    match Part::new(arena, object) {
        Some(part) => Ok((name, Some(part))),
        None => Err(unsupported!(
            "the pipeline's step `{name}` is {}; {ADVICE}",
            arena.kind(object)
        )),
    }
}

/// What a scaler does to a row that has numbers of `precision`.
///
/// Source: `transform` in `sklearn/preprocessing/_data.py`: `(x - mean) / scale`; `x * scale + min`, then the limits.
/// Results have the type of the row; since 1.8 `StandardScaler` gives its own numbers that type too.
pub(super) fn steps(
    scaler: Part<'_>,
    width: usize,
    precision: Precision,
) -> Result<Vec<Step>, FormatError> {
    let column = |name: &str| {
        let numbers = scaler.array(name)?.floats()?;
        if numbers.len() != width {
            return Err(corrupt!(
                "the {} was fitted on {} columns, the trees take {width}",
                scaler.class,
                numbers.len()
            ));
        }
        Ok(numbers)
    };
    let step = |op, operand| Step {
        op,
        operand,
        precision,
    };
    let rounded = |numbers: Vec<f64>| match precision {
        Precision::F32 if scaler.since(1, 8) => {
            numbers.iter().map(|x| f64::from(*x as f32)).collect()
        }
        _ => numbers,
    };
    let mut steps = Vec::new();
    if scaler.class == "StandardScaler" {
        if scaler.flag("with_mean") {
            steps.push(step(StepOp::Sub, rounded(column("mean_")?)));
        }
        if scaler.flag("with_std") {
            steps.push(step(StepOp::Div, rounded(column("scale_")?)));
        }
        return Ok(steps);
    }
    steps.push(step(StepOp::Mul, column("scale_")?));
    steps.push(step(StepOp::Add, column("min_")?));
    if scaler.flag("clip") {
        let range = scaler.attribute("feature_range")?;
        let bound = |i: usize| {
            let id = scaler.arena.items(range).and_then(|r| r.get(i)).copied();
            let number = id.and_then(|id| numpy::number(scaler.arena, id));
            number.ok_or_else(|| corrupt!("the MinMaxScaler has no feature_range"))
        };
        steps.push(step(StepOp::AtLeast, vec![bound(0)?; width]));
        steps.push(step(StepOp::AtMost, vec![bound(1)?; width]));
    }
    Ok(steps)
}
