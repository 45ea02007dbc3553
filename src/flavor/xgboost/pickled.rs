//! Models inside the pickles of XGBoost's Python classes.
//!
//! Source: `Booster.__getstate__` in XGBoost's `python-package/xgboost/core.py`, `LearnerIO::Save` in `src/learner.cc` and, for
//! `missing`, `XGBModel.predict` in `python-package/xgboost/sklearn.py`.

use serde::Deserialize;

use super::{Document, FlavorError, Parsed, binary, document, parse, rename, unsupported};
use crate::model::{Labels, Precision, Step, StepOp};

/// What a Python object knows about a model beside the booster's memory.
#[derive(Clone, Debug, Default)]
pub struct Wrapper<'a> {
    /// The name of its class.
    pub class: &'a str,
    /// The classes of an `XGBClassifier`, where it tells them.
    pub labels: Option<Labels>,
    /// The number that stands for a missing value beside NaN.
    pub missing: Option<f64>,
}

/// The memory of a booster: the file that `save_model` would write, and the parameters of its training.
#[derive(Deserialize)]
struct Memory {
    #[serde(rename = "Model")]
    model: Document,
}

/// What stands before a binary model in pickles of versions 1.0 to 1.2.
const BEFORE_MODEL: &[u8] = b"CONFIG-offset:";

/// Reads the memory of a booster, as its pickle holds it: UBJSON or JSON, or up to 1.2 a binary model.
///
/// # Errors
/// As [`super::read`].
pub fn read_pickled(bytes: &[u8], wrapper: &Wrapper<'_>) -> Result<Parsed, FlavorError> {
    let model = match bytes {
        [b'{', ..] => document::<Memory>(bytes)?.model,
        _ => binary::read(bytes.strip_prefix(BEFORE_MODEL).map_or(bytes, |rest| {
            // The length of the model, after which the parameters stand.
            rest.get(8..).unwrap_or_default()
        }))?,
    };
    let mut parsed = parse(model, Some(wrapper.class), bytes.len())?;
    let source = &mut parsed.source;
    if let Some(labels) = &wrapper.labels {
        rename(&mut source.output, labels)?;
    }
    if let Some(missing) = wrapper.missing {
        if !(missing as f32).is_finite() {
            return Err(unsupported!(
                "the {} takes {missing} for missing; fit it with missing=nan, or with a finite number",
                wrapper.class
            ));
        }
        source.steps.push(Step {
            op: StepOp::IsMissing,
            operand: vec![f64::from(missing as f32); source.forest.n_features],
            precision: Precision::F32,
        });
    }
    Ok(parsed)
}
