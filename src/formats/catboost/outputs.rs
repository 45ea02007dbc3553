//! What the sum of the leaves means: by the Python class, and by the loss that the model was trained for.
//!
//! Source: `CatBoostClassifier.predict` and `CatBoostRegressor._get_default_prediction_type` in CatBoost's `core.py`,
//! `TFullModel::GetModelClassLabels` in `libs/model/model.cpp`, `PrepareEval` in `libs/eval_result/eval_helpers.cpp`.

use super::{FormatError, corrupt, document::Document, unsupported};
use crate::model::Labels;
use serde_json::Value;

/// What a model answers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outputs {
    /// The sums themselves.
    Raw,
    /// `e^x` of each.
    Exponent,
    /// A mean and a variance, of which the logarithm of the root is known.
    MeanAndVariance,
    /// One class of several.
    Classes(Classes),
    /// A yes or no for each sum.
    Flags,
}

/// How sums become classes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Classes {
    pub(super) labels: Labels,
    /// Of each sum the place of its class. Other classes never win.
    pub(super) places: Vec<usize>,
    /// Whether each class has a probability for itself, rather than a share.
    pub(super) independent: bool,
    /// Of two classes with one sum: the second wins above this.
    pub(super) cut: f64,
}

/// Losses for which a file alone is taken for a classifier.
const OF_CLASSES: [&str; 7] = [
    "Logloss",
    "CrossEntropy",
    "Focal",
    "MultiClass",
    "MultiClassOneVsAll",
    "MultiLogloss",
    "MultiCrossEntropy",
];

impl Document {
    /// A note of the training; what is JSON inside a text is read.
    fn note(&self, key: &str) -> Option<Value> {
        match self.info.get(key)? {
            Value::String(text) => serde_json::from_str(text)
                .ok()
                .or_else(|| Some(Value::String(text.clone()))),
            other => Some(other.clone()),
        }
    }

    /// The name of the loss.
    pub(super) fn loss(&self) -> Option<String> {
        let name = |loss: &Value| Some(loss.get("type")?.as_str()?.to_owned());
        let params = self.note("params");
        let params = params
            .as_ref()
            .and_then(|params| params.get("loss_function"));
        params
            .and_then(name)
            .or_else(|| name(&self.note("loss_function")?))
    }

    /// The version that wrote the file, where it says so.
    pub(super) fn version(&self) -> Option<String> {
        let text = self.info.get("catboost_version_info")?.as_str()?;
        let (_, version) = text.split_once("tags/v")?;
        let version = version.split_whitespace().next()?;
        let plain = version
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        (plain && version.len() < 20).then(|| version.to_owned())
    }

    /// What the class answers by default; what the loss suggests where no class is known.
    pub(super) fn outputs(&self, class: Option<&str>) -> Result<Outputs, FormatError> {
        let loss = self.loss();
        let loss = loss.as_deref().unwrap_or_default();
        let class = class.map(|class| class.rsplit('.').next().unwrap_or(class));
        let classifier = match class {
            Some("CatBoostClassifier") => true,
            Some("CatBoost" | "CatBoostRanker") => return Ok(Outputs::Raw),
            Some("CatBoostRegressor") => false,
            _ => OF_CLASSES.contains(&loss),
        };
        if classifier {
            return self.classes(loss);
        }
        Ok(match loss {
            "Poisson" | "Tweedie" => Outputs::Exponent,
            "RMSEWithUncertainty" if self.width == 2 => Outputs::MeanAndVariance,
            _ => Outputs::Raw,
        })
    }

    fn classes(&self, loss: &str) -> Result<Outputs, FormatError> {
        if matches!(loss, "MultiLogloss" | "MultiCrossEntropy") {
            return Ok(Outputs::Flags);
        }
        let noted = self
            .note("class_params")
            .or_else(|| self.note("multiclass_params"));
        let list = |key: &str| Some(noted.as_ref()?.get(key)?.as_array()?.clone());
        let count = noted.as_ref().and_then(|noted| noted.get("classes_count"));
        let count = count.and_then(Value::as_u64).filter(|count| *count > 0);
        let places = list("class_to_label").unwrap_or_default();
        let names = list("class_names").filter(|names| !names.is_empty());
        let outputs = if self.width == 1 { 2 } else { self.width };
        let labels = match (names, count) {
            (Some(names), _) => labels(&names)?,
            (None, Some(count)) if count < 1 << 16 => Labels::Integers((0..count as i64).collect()),
            (None, Some(_)) => return Err(corrupt!("the CatBoost model has too many classes")),
            (None, None) if !places.is_empty() => labels(&places)?,
            (None, None) => Labels::Integers((0..outputs as i64).collect()),
        };
        let distinct = labels.distinct();
        let places: Vec<usize> = if labels.len() == outputs {
            (0..outputs).collect()
        } else {
            let place = |place: &Value| place.as_f64().map_or(usize::MAX, |place| place as usize);
            places.iter().map(place).collect()
        };
        let fits = places.len() == outputs
            && (self.width > 1 || labels.len() == 2)
            && places.is_sorted_by(|a, b| a < b);
        if distinct != labels.len() || !fits || places.last().is_none_or(|last| *last >= distinct) {
            return Err(corrupt!(
                "the CatBoost model has {} classes for {} outputs",
                labels.len(),
                self.width
            ));
        }
        Ok(Outputs::Classes(Classes {
            labels,
            places,
            independent: loss == "MultiClassOneVsAll",
            cut: self.cut()?,
        }))
    }

    /// Where the second of two classes begins to win, which `set_probability_threshold` moves.
    fn cut(&self) -> Result<f64, FormatError> {
        let threshold = self.info.get("binclass_probability_threshold");
        let threshold = match threshold {
            Some(Value::String(text)) => text.parse().unwrap_or(f64::NAN),
            Some(other) => other.as_f64().unwrap_or(f64::NAN),
            None => return Ok(0.0),
        };
        if threshold > 0.0 && threshold < 1.0 {
            Ok(-(1.0 / threshold - 1.0).ln())
        } else {
            Err(corrupt!(
                "the CatBoost model has the probability threshold {threshold}"
            ))
        }
    }
}

/// Labels as the file lists them. Booleans are 0 and 1, floats without a fraction are integers.
fn labels(list: &[Value]) -> Result<Labels, FormatError> {
    let texts: Option<Vec<String>> = list
        .iter()
        .map(|label| label.as_str().map(str::to_owned))
        .collect();
    if let Some(texts) = texts {
        return Ok(Labels::Strings(texts));
    }
    let whole = |label: &Value| match label {
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Number(number) => number.as_i64().or_else(|| {
            let x = number.as_f64()?;
            (x.fract() == 0.0 && x.abs() < 9e15).then_some(x as i64)
        }),
        _ => None,
    };
    let numbers: Option<Vec<i64>> = list.iter().map(whole).collect();
    numbers.map(Labels::Integers).ok_or_else(|| {
        unsupported!(
            "a class label of the CatBoost model is a fraction; fit the model on integers or text"
        )
    })
}
