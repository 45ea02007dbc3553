//! Models inside the pickles of XGBoost's Python classes.
//!
//! Source: `Booster.__getstate__` in XGBoost's `python-package/xgboost/core.py`, `LearnerIO::Save` in `src/learner.cc` and, for
//! `missing`, `XGBModel.predict` in `python-package/xgboost/sklearn.py`.

use serde::Deserialize;

use super::{
    FormatError,
    document::Document,
    read::{document, is_missing, parse, rename},
    sklearn::Notes,
};
use crate::formats::{Parsed, coded::Coded};
use crate::model::Labels;

/// What a Python object knows about a model beside the booster's memory.
#[derive(Clone, Debug, Default)]
pub struct XgboostWrapper<'a> {
    /// The name of its class.
    pub class: &'a str,
    /// The classes of an `XGBClassifier`, where it tells them.
    pub labels: Option<Labels>,
    /// The number that stands for a missing value beside NaN.
    pub missing: Option<f64>,
    /// How many trees of each output predict, where training was stopped early: up to 1.3 the booster itself does not know.
    pub best_ntree_limit: Option<usize>,
}

/// The memory of a booster: the file that `save_model` would write, and the parameters of its training.
#[derive(Deserialize)]
struct Memory {
    #[serde(rename = "Model")]
    model: Document,
}

impl From<Memory> for Document {
    fn from(memory: Memory) -> Self {
        memory.model
    }
}

/// What stands before a binary model in pickles of versions 1.0 to 1.2.
const BEFORE_MODEL: &[u8] = b"CONFIG-offset:";

/// Reads the memory of a booster, as its pickle holds it: UBJSON or JSON, or up to 1.2 a binary model.
///
/// # Errors
/// As [`super::read()`].
pub(crate) fn read_pickled(
    bytes: &[u8],
    wrapper: &XgboostWrapper<'_>,
) -> Result<Parsed<Coded>, FormatError> {
    // Behind it stands the length of the model, and behind the model its parameters.
    let model = bytes.strip_prefix(BEFORE_MODEL).and_then(|b| b.get(8..));
    let model = document::<Memory>(model.unwrap_or(bytes))?;
    let notes = Notes::pickled(wrapper.best_ntree_limit);
    let mut parsed = parse(model, Some(wrapper.class), &notes, bytes.len())?;
    let ir = &mut parsed.ir.forest;
    if let Some(labels) = &wrapper.labels {
        rename(&mut ir.output, labels)?;
    }
    if let Some(missing) = wrapper.missing {
        ir.steps
            .push(is_missing(missing, ir.forest.n_features, wrapper.class)?);
    }
    Ok(parsed)
}
