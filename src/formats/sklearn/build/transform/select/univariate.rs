//! Columns by a score of each.
//!
//! Source: `sklearn/feature_selection/_univariate_selection.py`.

use super::{FormatError, Part, corrupt};

/// The columns that a score of each has chosen.
pub(super) fn selected(part: Part<'_>, width: usize) -> Result<Vec<bool>, FormatError> {
    let generic = part.class == "GenericUnivariateSelect";
    let mode = match (part.class, part.text("mode")) {
        ("SelectKBest", _) => "k_best",
        ("SelectPercentile", _) => "percentile",
        ("SelectFpr", _) => "fpr",
        ("SelectFdr", _) => "fdr",
        ("SelectFwe", _) => "fwe",
        (_, Some(mode)) if generic => mode,
        _ => return Err(corrupt!("the {} has no mode", part.class)),
    };
    let name = match mode {
        _ if generic => "param",
        "k_best" => "k",
        "percentile" => "percentile",
        _ => "alpha",
    };
    if mode == "k_best" && part.text(name) == Some("all") {
        return Ok(vec![true; width]);
    }
    let limit = part.number(name)?;
    Ok(match mode {
        "k_best" => best(&scores(part, width)?, part.count(name)?),
        "percentile" => percentile(&scores(part, width)?, limit),
        "fpr" => below(&part.columns("pvalues_", width)?, limit),
        "fwe" => below(&part.columns("pvalues_", width)?, limit / width as f64),
        "fdr" => {
            let values = part.columns("pvalues_", width)?;
            let most = discoveries(&values, limit);
            values
                .iter()
                .map(|p| most.is_some_and(|most| *p <= most))
                .collect()
        }
        _ => return Err(corrupt!("the {} has the mode {mode:?}", part.class)),
    })
}

/// Scores, where one that could not be computed is the worst.
fn scores(part: Part<'_>, width: usize) -> Result<Vec<f64>, FormatError> {
    let mut scores = part.columns("scores_", width)?;
    for score in &mut scores {
        if score.is_nan() {
            *score = f64::MIN;
        }
    }
    Ok(scores)
}

/// The places of numbers in rising order, of equal ones the first place first, and NaN last: `numpy.argsort` by merging.
pub(super) fn sorted(numbers: &[f64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..numbers.len()).collect();
    places.sort_by(|a, b| {
        let (a, b) = (numbers[*a], numbers[*b]);
        a.partial_cmp(&b)
            .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
    });
    places
}

/// The `k` largest, of equal ones the last.
fn best(scores: &[f64], k: usize) -> Vec<bool> {
    let mut kept = vec![false; scores.len()];
    for place in sorted(scores).iter().rev().take(k) {
        kept[*place] = true;
    }
    kept
}

/// The largest `percentile` percent; of those that equal the last one the first, as far as there is room.
fn percentile(scores: &[f64], percentile: f64) -> Vec<bool> {
    match percentile {
        100.0 => return vec![true; scores.len()],
        0.0 => return vec![false; scores.len()],
        _ => {}
    }
    let threshold = quantile(scores, (100.0 - percentile) / 100.0);
    let mut kept: Vec<bool> = scores.iter().map(|score| *score > threshold).collect();
    let room = (scores.len() as f64 * percentile / 100.0) as usize;
    let room = room.saturating_sub(kept.iter().filter(|kept| **kept).count());
    let ties = kept.iter_mut().zip(scores);
    let ties = ties.filter(|(kept, score)| !**kept && **score >= threshold);
    ties.take(room).for_each(|(kept, _)| *kept = true);
    kept
}

/// `numpy.quantile` with linear interpolation.
fn quantile(numbers: &[f64], share: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let at = share.clamp(0.0, 1.0) * last as f64;
    let below = (at.floor() as usize).min(last);
    let (a, b) = (sorted[below], sorted[(below + 1).min(last)]);
    let t = at - at.floor();
    if t >= 0.5 {
        b - (b - a) * (1.0 - t)
    } else {
        a + (b - a) * t
    }
}

fn below(values: &[f64], limit: f64) -> Vec<bool> {
    values.iter().map(|p| *p < limit).collect()
}

/// The largest value within Benjamini and Hochberg's bound on false discoveries.
fn discoveries(values: &[f64], alpha: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let each = alpha / sorted.len() as f64;
    let within = (1..)
        .zip(sorted)
        .filter(|(i, p)| *p <= each * f64::from(*i));
    within.map(|(_, p)| p).reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_scores_the_last_is_among_the_best_and_the_first_within_a_share() {
        let scores = [3.0, 1.0, 3.0, f64::MIN, 3.0];
        assert_eq!(best(&scores, 2), [false, false, true, false, true]);
        assert_eq!(best(&scores, 9), [true; 5]);
        assert_eq!(percentile(&scores, 40.0), [true, false, true, false, false]);
    }

    #[test]
    fn false_discoveries_are_bounded_by_rank() {
        let values = [0.01, 0.04, 0.03, 0.5];
        assert_eq!(discoveries(&values, 0.05), Some(0.01));
        assert_eq!(discoveries(&values, 0.1), Some(0.04));
        assert_eq!(discoveries(&values, 0.001), None);
        assert_eq!(discoveries(&[], 0.05), None);
    }

    #[test]
    fn a_quantile_lies_between_its_neighbours() {
        assert_eq!(quantile(&[4.0, 1.0, 2.0], 0.5).to_string(), "2");
        assert_eq!(quantile(&[1.0, 2.0], 0.25).to_string(), "1.25");
        assert!(quantile(&[], 0.5).is_nan());
    }
}
