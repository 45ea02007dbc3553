//! Columns by how important an estimator finds them.
//!
//! Source: `SelectFromModel` and `_calculate_threshold` in `sklearn/feature_selection/_from_model.py`.

use super::{FormatError, Id, Part, corrupt, importance, numpy, univariate::sorted, unsupported};
use crate::input::Precision;

/// The columns whose importance reaches the threshold.
pub(super) fn selected(
    part: Part<'_>,
    width: usize,
    size: usize,
) -> Result<Vec<bool>, FormatError> {
    // An estimator that was fitted before stays where it was given, in old versions.
    let estimator = part
        .part("estimator_")
        .or_else(|_| part.part("estimator"))?;
    let (estimator, attribute) = source(part, estimator)?;
    let norm = match part.get("norm_order") {
        Some(_) => part.number("norm_order")?,
        None => 1.0,
    };
    let (scores, precision) = importance::of(estimator, attribute, norm, size)?;
    if scores.len() != width {
        return Err(corrupt!(
            "the {} was fitted on {} columns, and gets {width}",
            part.class,
            scores.len()
        ));
    }
    let threshold = threshold(part, estimator, &scores, precision)?;
    let mut kept = vec![true; width];
    if part.get("max_features").is_some() {
        let most = match part.get("max_features_") {
            Some(_) => part.count("max_features_")?,
            None => part.count("max_features")?,
        };
        let negated: Vec<f64> = scores.iter().map(|score| -score).collect();
        for place in sorted(&negated).iter().skip(most) {
            kept[*place] = false;
        }
    }
    for (kept, score) in kept.iter_mut().zip(&scores) {
        // NaN is not below it.
        *kept &= score.is_nan() || threshold.is_nan() || *score >= threshold;
    }
    Ok(kept)
}

/// The estimator that is asked, and the attribute that says how important the columns are to it.
fn source<'d>(
    part: Part<'d>,
    mut estimator: Part<'d>,
) -> Result<(Part<'d>, Option<&'d str>), FormatError> {
    let getter = match part.get("importance_getter") {
        None => return Ok((estimator, None)),
        Some(getter) => part.arena.text(getter),
    };
    let unknown = |what: &str| {
        unsupported!(
            "the {} takes the importance of its columns from {what}, which this server does not follow; give it the name of an attribute",
            part.class
        )
    };
    let mut path = match getter {
        Some("auto") => return Ok((estimator, None)),
        Some(path) => path.split('.'),
        None => return Err(unknown("a function")),
    };
    let last = path.next_back().unwrap_or_default();
    while let Some(name) = path.next() {
        estimator = if name == "named_steps" {
            let wanted = path.next().unwrap_or_default();
            step(estimator, wanted).ok_or_else(|| unknown(wanted))?
        } else {
            estimator.part(name)?
        };
    }
    match last {
        "coef_" | "feature_importances_" => Ok((estimator, Some(last))),
        _ => Err(unknown(last)),
    }
}

/// The step of a pipeline that has a name.
fn step<'d>(pipeline: Part<'d>, wanted: &str) -> Option<Part<'d>> {
    let arena = pipeline.arena;
    let steps = arena.items(pipeline.get("steps")?)?;
    let named = |id: &Id| {
        let items = arena.items(*id)?;
        (arena.text(*items.first()?)? == wanted).then(|| Part::new(arena, *items.get(1)?))?
    };
    steps.iter().find_map(named)
}

fn threshold(
    part: Part<'_>,
    estimator: Part<'_>,
    scores: &[f64],
    precision: Precision,
) -> Result<f64, FormatError> {
    let text = match part.get("threshold") {
        None if is_sparse_by_penalty(estimator) => return Ok(1e-5),
        None => "mean",
        Some(id) => match part.arena.text(id) {
            Some(text) => text,
            None => return Ok(precision.round(part.number("threshold")?)),
        },
    };
    let wrong = || corrupt!("the {} has the threshold {text:?}", part.class);
    let (scale, reference) = match text.split_once('*') {
        Some((scale, reference)) => {
            let scale: f64 = scale.trim().parse().map_err(|_| wrong())?;
            (Some(scale), reference.trim())
        }
        None => (None, text),
    };
    let reference = match reference {
        "mean" if precision == Precision::F32 => {
            let scores: Vec<f32> = scores.iter().map(|score| *score as f32).collect();
            f64::from(numpy::sum(&scores) / scores.len() as f32)
        }
        "mean" => numpy::sum(scores) / scores.len() as f64,
        "median" => precision.round(median(scores)),
        _ => return Err(wrong()),
    };
    // A float of Python is one of the array's precision beside it.
    let product = |scale| precision.round(precision.round(scale) * reference);
    Ok(scale.map_or(reference, product))
}

/// Whether the estimator's penalty makes most importances zero, so that little above it is much.
fn is_sparse_by_penalty(estimator: Part<'_>) -> bool {
    let one = |name: &str| {
        let share = estimator.number(name);
        share.is_ok_and(|share| (share - 1.0).abs() <= 1e-8 + 1e-5)
    };
    let all_one = |name: &str| {
        let shares = estimator.array_or_number(name).unwrap_or_default();
        !shares.is_empty() && shares.iter().all(|x| (x - 1.0).abs() <= 1e-8 + 1e-5)
    };
    let class = estimator.class;
    estimator.text("penalty") == Some("l1")
        || class.contains("Lasso")
        || match class {
            "ElasticNet" | "MultiTaskElasticNet" => one("l1_ratio") && estimator.since(1, 1),
            "ElasticNetCV" | "MultiTaskElasticNetCV" => one("l1_ratio_") && estimator.since(1, 1),
            "LogisticRegression" => one("l1_ratio") && estimator.since(1, 8),
            "LogisticRegressionCV" => all_one("l1_ratio_") && estimator.since(1, 8),
            _ => false,
        }
}

fn median(scores: &[f64]) -> f64 {
    let order = sorted(scores);
    let at = |place: usize| order.get(place).map_or(f64::NAN, |at| scores[*at]);
    let half = scores.len() / 2;
    if scores.iter().any(|score| score.is_nan()) {
        f64::NAN
    } else if scores.len() % 2 == 1 {
        at(half)
    } else {
        f64::midpoint(at(half.saturating_sub(1)), at(half))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_in_the_middle() {
        assert_eq!(median(&[4.0, 1.0, 2.0]).to_string(), "2");
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]).to_string(), "2.5");
        assert!(median(&[]).is_nan() && median(&[1.0, f64::NAN]).is_nan());
    }
}
