//! What a margin means, by the objective the model was trained for.
//!
//! Source: the objectives below XGBoost's `src/objective/` (`PredTransform`, `ProbToMargin`) and, for labels, its
//! `python-package/xgboost/sklearn.py`.

use super::{FormatError, age::Age, api::Api, unsupported};
use crate::formats::AnswersBy;
use crate::model::{BinaryScores, Labels, Link, Output};

/// The largest margin whose `f32` sigmoid is not above one half: 1.5 · 2⁻²⁴. Above it, `1 + e^-x` is below 2.
const LOGISTIC_CUT: f64 = 1.5 / (1 << 24) as f64;

/// How the base score, which is given in the answer's space, becomes a margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Space {
    Margin,
    Probability,
    Positive,
}

/// How margins become answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MarginMeans {
    Logistic,
    RawLogistic,
    Hinge,
    Multi(Link),
    Number(Link),
}

/// An objective by name: the space of its base score, and what its margins mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct XgboostObjective<'a> {
    name: &'a str,
    space: Space,
    means: MarginMeans,
}

impl<'a> XgboostObjective<'a> {
    /// By the name in the file; `Unsupported` for one that this server does not know.
    pub(super) fn named(name: &'a str, age: Age) -> Result<Self, FormatError> {
        let (space, means) = match name {
            "binary:logistic" => (Space::Probability, MarginMeans::Logistic),
            "binary:logitraw" if age.before_1_3 => (Space::Probability, MarginMeans::RawLogistic),
            "binary:logitraw" => (Space::Margin, MarginMeans::RawLogistic),
            "binary:hinge" => (Space::Margin, MarginMeans::Hinge),
            "multi:softprob" => (Space::Margin, MarginMeans::Multi(Link::SoftmaxFirst)),
            "multi:softmax" => (Space::Margin, MarginMeans::Multi(Link::Softmax)),
            "reg:logistic" => (Space::Probability, MarginMeans::Number(Link::Sigmoid)),
            "reg:squarederror"
            | "reg:linear"
            | "reg:squaredlogerror"
            | "reg:pseudohubererror"
            | "reg:absoluteerror"
            | "reg:quantileerror"
            | "rank:pairwise"
            | "rank:ndcg"
            | "rank:map" => (Space::Margin, MarginMeans::Number(Link::Identity)),
            "count:poisson" | "reg:gamma" | "reg:tweedie" | "survival:cox" | "survival:aft" => {
                (Space::Positive, MarginMeans::Number(Link::Exp))
            }
            other => {
                return Err(unsupported!(
                    "the XGBoost objective `{}` is not served; binary:*, multi:*, reg:*, rank:*, count:poisson and \
                     survival:* are",
                    other.escape_debug()
                ));
            }
        };
        Ok(Self { name, space, means })
    }

    /// What Python answers: a booster its scores, but of `multi:softmax` the class.
    pub(super) fn answers(&self, api: Api) -> AnswersBy {
        match api {
            Api::Booster if self.name != "multi:softmax" => AnswersBy::Booster,
            _ => AnswersBy::Prediction,
        }
    }

    /// The margin that the trees add to.
    pub(super) fn margin(&self, base: f32) -> f32 {
        match self.space {
            Space::Margin => base,
            Space::Probability => -(1.0 / base - 1.0).ln(),
            Space::Positive => base.ln(),
        }
    }

    /// What `width` margins mean to the class of the Python library that predicts.
    pub(super) fn output(&self, width: usize, api: Api) -> Result<Output, FormatError> {
        let classes = |n: usize| Labels::Integers((0..n as i64).collect());
        let binary = |cut, scores| Output::Binary {
            labels: classes(2),
            cut,
            scores,
        };
        let single = |output| match width {
            1 => Ok(output),
            _ => Err(unsupported!(
                "the XGBoost model answers {width} labels at once with {}; train one model for each label",
                self.name
            )),
        };
        match (self.means, api) {
            (MarginMeans::Logistic, Api::Regressor) => Ok(Output::Regression {
                link: Link::Sigmoid,
            }),
            // A Booster answers the probabilities.
            (MarginMeans::Logistic, Api::Booster) if width > 1 => Ok(Output::Regression {
                link: Link::Sigmoid,
            }),
            // Of several labels each is decided alone.
            (MarginMeans::Logistic, Api::Classifier) => {
                Ok(binary(LOGISTIC_CUT, BinaryScores::SigmoidComplement))
            }
            (MarginMeans::Logistic, _) | (MarginMeans::Number(Link::Sigmoid), Api::Classifier) => {
                single(binary(LOGISTIC_CUT, BinaryScores::SigmoidComplement))
            }
            (MarginMeans::RawLogistic, Api::Booster) => single(binary(0.0, BinaryScores::Opposite)),
            (MarginMeans::RawLogistic, Api::Regressor) => Ok(Output::Regression {
                link: Link::Identity,
            }),
            // XGBClassifier takes whatever the booster answers for the probability of class 1.
            (MarginMeans::RawLogistic | MarginMeans::Number(Link::Identity), Api::Classifier) => {
                single(binary(0.5, BinaryScores::Complement))
            }
            (MarginMeans::Hinge, _) => single(binary(0.0, BinaryScores::Vote)),
            (MarginMeans::Multi(_), _) if width < 2 => Err(unsupported!(
                "the XGBoost model tells {width} classes apart; train it on data with at least two"
            )),
            (MarginMeans::Multi(link), _) => Ok(Output::Classes {
                labels: classes(width),
                link,
            }),
            (MarginMeans::Number(_), Api::Classifier) => Err(unsupported!(
                "a classifier with the objective {} is not served; binary:logistic and multi:softprob are",
                self.name
            )),
            (MarginMeans::Number(link), _) => Ok(Output::Regression { link }),
        }
    }
}
