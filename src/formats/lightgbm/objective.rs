//! What a raw score means, by the objective the model was trained for.
//!
//! Source: `ToString` and `ConvertOutput` of the objectives below LightGBM's `src/objective/` and, for labels, its
//! `python-package/lightgbm/sklearn.py`.

use super::{FormatError, corrupt, unsupported, wrapper::LightgbmWrapper};
use crate::model::{BinaryScores, Labels, Link, Output};

/// The largest raw score whose `f64` sigmoid is not above one half: 1.5 · 2⁻⁵³. Above it, `1 + e^-x` is below 2.
const LOGISTIC_CUT: f64 = 0.75 * f64::EPSILON;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ScoreMeans {
    Binary,
    Classes(Link),
    Number(Link),
}

/// What the line `objective=` of a model text says.
#[derive(Clone, Copy, Debug)]
pub(super) struct LightgbmObjective<'a> {
    /// What the file says, with its parameters.
    pub(super) line: &'a str,
    name: &'a str,
    means: ScoreMeans,
    /// What the raw scores are multiplied by in the sigmoid.
    pub(super) factor: f64,
}

impl<'a> LightgbmObjective<'a> {
    /// By the line `objective=`, as in `binary sigmoid:1`. Without one the raw scores are the answer.
    pub(super) fn named(
        line: Option<&'a str>,
        wrapper: &LightgbmWrapper,
    ) -> Result<Self, FormatError> {
        let line = line.unwrap_or("custom");
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        let (mut factor, mut root) = (1.0, false);
        for word in words {
            if word == "sqrt" {
                root = true;
            } else if let Some(number) = word.strip_prefix("sigmoid:") {
                factor = number
                    .parse()
                    .ok()
                    .filter(|f: &f64| f.is_finite() && *f > 0.0)
                    .ok_or_else(|| {
                        corrupt!("the LightGBM objective has `{}`", word.escape_debug())
                    })?;
            }
        }
        let means = match name {
            "binary" if wrapper.regressor => ScoreMeans::Number(Link::Sigmoid),
            "binary" => ScoreMeans::Binary,
            "multiclass" => ScoreMeans::Classes(Link::SoftmaxFirst),
            "multiclassova" => ScoreMeans::Classes(Link::SigmoidFirst),
            "regression" | "regression_l2" | "regression_l1" | "huber" | "fair" | "quantile"
            | "mape" => ScoreMeans::Number(if root {
                Link::SignedSquare
            } else {
                Link::Identity
            }),
            "custom" | "none" | "lambdarank" | "rank_xendcg" => ScoreMeans::Number(Link::Identity),
            "poisson" | "gamma" | "tweedie" => ScoreMeans::Number(Link::Exp),
            "cross_entropy" | "xentropy" => ScoreMeans::Number(Link::Sigmoid),
            "cross_entropy_lambda" | "xentlambda" => ScoreMeans::Number(Link::Softplus),
            other => {
                return Err(unsupported!(
                    "the LightGBM objective `{}` is not served; binary, multiclass, multiclassova, the regressions, \
                     cross_entropy and the rankings are",
                    other.escape_debug()
                ));
            }
        };
        Ok(Self {
            line,
            name,
            means,
            factor,
        })
    }

    /// What `width` raw scores mean, under the labels that the Python object knows.
    pub(super) fn output(
        &self,
        width: usize,
        wrapper: &LightgbmWrapper,
    ) -> Result<Output, FormatError> {
        let labels = |classes: usize| match &wrapper.labels {
            None => Ok(Labels::Integers((0..classes as i64).collect())),
            Some(labels) if labels.len() == classes => Ok(labels.clone()),
            Some(labels) => Err(corrupt!(
                "the LightGBM model tells {classes} classes apart, its classifier names {}",
                labels.len()
            )),
        };
        match self.means {
            ScoreMeans::Binary if width == 1 => Ok(Output::Binary {
                labels: labels(2)?,
                cut: LOGISTIC_CUT,
                scores: BinaryScores::SigmoidComplement,
            }),
            ScoreMeans::Binary => Err(corrupt!(
                "the LightGBM model is binary, but has {width} trees per iteration"
            )),
            ScoreMeans::Classes(_) if width < 2 => Err(corrupt!(
                "the LightGBM model is of the objective {}, but has one tree per iteration",
                self.name
            )),
            ScoreMeans::Classes(link) => Ok(Output::Classes {
                labels: labels(width)?,
                link,
            }),
            ScoreMeans::Number(_) if wrapper.labels.is_some() => Err(unsupported!(
                "a LightGBM classifier with the objective {} is not served; binary, multiclass and multiclassova are",
                self.name
            )),
            ScoreMeans::Number(link) => Ok(Output::Regression { link }),
        }
    }
}
