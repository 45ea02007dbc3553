//! What keeps some of its columns.
//!
//! Source: `sklearn/feature_selection`, versions 0.24 to 1.9: `_get_support_mask` of each class, and `SelectorMixin.transform`.

mod importance;
mod model;
mod univariate;

use super::{super::forests, FormatError, Id, Part, Reader, Reg, corrupt, numpy, unsupported};

/// Classes that select columns and do nothing else with them.
pub(super) fn is_selector(class: &str) -> bool {
    matches!(
        class,
        "VarianceThreshold"
            | "SelectKBest"
            | "SelectPercentile"
            | "SelectFpr"
            | "SelectFdr"
            | "SelectFwe"
            | "GenericUnivariateSelect"
            | "SelectFromModel"
            | "SequentialFeatureSelector"
            | "RFE"
            | "RFECV"
    )
}

impl Reader {
    /// The registers that a selector keeps. It looks at all of them.
    pub(in super::super) fn select(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let kept = selected(part, reads.len(), self.size)?;
        if keeps_frames(part) {
            self.board.any_numbers(reads)?;
        } else {
            self.board.numbers(reads)?;
            if !takes_missing(part)? {
                self.board.refuse_missing(reads);
            }
        }
        let pairs = reads.iter().zip(kept);
        Ok(pairs
            .filter(|(_, kept)| *kept)
            .map(|(read, _)| *read)
            .collect())
    }
}

/// Which of `width` columns a selector keeps. `size` is the number of bytes of the file, which bounds what trees may claim.
pub(in super::super) fn selected(
    part: Part<'_>,
    width: usize,
    size: usize,
) -> Result<Vec<bool>, FormatError> {
    match part.class {
        "VarianceThreshold" => {
            let threshold = part.number("threshold")?;
            let variances = part.columns("variances_", width)?;
            Ok(variances.iter().map(|x| *x > threshold).collect())
        }
        "SelectFromModel" => model::selected(part, width, size),
        "SequentialFeatureSelector" | "RFE" | "RFECV" => {
            let support = part.columns("support_", width)?;
            Ok(support.iter().map(|x| *x != 0.0).collect())
        }
        _ => univariate::selected(part, width),
    }
}

/// Whether a selector hands a frame on as it is, without a look at what it holds: since 1.3, if frames are what it is to answer.
fn keeps_frames(part: Part<'_>) -> bool {
    let config = part.get("_sklearn_output_config");
    let output = config.and_then(|id| part.arena.get(id, "transform"));
    let output = output.and_then(|id| part.arena.text(id));
    part.since(1, 3)
        && part.get("feature_names_in_").is_some()
        && output.is_some_and(|output| output != "default")
}

/// Whether a selector lets missing values pass: those around an estimator as that one does.
fn takes_missing(part: Part<'_>) -> Result<bool, FormatError> {
    match part.class {
        "VarianceThreshold" => Ok(true),
        "SelectFromModel" | "SequentialFeatureSelector" | "RFE" | "RFECV" => {
            let estimator = part
                .part("estimator_")
                .or_else(|_| part.part("estimator"))?;
            if matches!(estimator.package(), "lightgbm" | "xgboost") {
                return Ok(true);
            }
            let trees = forests::trees_of(estimator)?;
            Ok(estimator.class.starts_with("HistGradientBoosting")
                || trees.is_some_and(|trees| forests::takes_missing(estimator, &trees)))
        }
        _ => Ok(false),
    }
}
