//! What a CatBoost model holds, in whichever format it is written.

use super::{FormatError, unsupported};
use crate::model::ops::binned::{Table, Trees};
use serde_json::{Map, Value};

/// A model, unchecked.
#[derive(Debug)]
pub(crate) struct Document {
    pub(super) numbers: Vec<FloatFeature>,
    pub(super) categories: Vec<CatFeature>,
    pub(super) one_hot: Vec<OneHot>,
    pub(super) statistics: Vec<CtrFeature>,
    pub(super) tables: Vec<Table>,
    pub(super) trees: Trees,
    /// Numbers per leaf.
    pub(super) width: usize,
    pub(super) leaves: Vec<f64>,
    pub(super) scale: f64,
    pub(super) bias: Vec<f64>,
    /// What the training noted: JSON, or JSON as text.
    pub(super) info: Map<String, Value>,
}

/// A feature that a column of the table is.
#[derive(Debug)]
pub(super) struct Position {
    /// The number among features of its kind.
    pub(super) index: i32,
    /// The number of its column.
    pub(super) column: i32,
    /// Empty where the model was given none.
    pub(super) name: String,
}

#[derive(Debug)]
pub(super) struct FloatFeature {
    pub(super) position: Position,
    pub(super) borders: Vec<f32>,
    pub(super) missing_above: bool,
}

#[derive(Debug)]
pub(super) struct CatFeature {
    pub(super) position: Position,
}

/// The values that a category is compared with, as hashes.
#[derive(Debug)]
pub(super) struct OneHot {
    /// The number among the categories.
    pub(super) index: i32,
    pub(super) values: Vec<i32>,
}

/// What the training data told of a combination of categories.
#[derive(Debug)]
pub(super) struct CtrFeature {
    pub(super) elements: Elements,
    pub(super) kind: Kind,
    /// The number of its table.
    pub(super) table: usize,
    pub(super) target_border: i32,
    pub(super) prior: [f32; 2],
    pub(super) shift: f32,
    pub(super) scale: f32,
    pub(super) borders: Vec<f32>,
}

/// What is hashed together, by the numbers of features among those of their kind. Borders are their bits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Elements {
    pub(super) categories: Vec<i32>,
    pub(super) splits: Vec<(i32, u32)>,
    pub(super) values: Vec<(i32, i32)>,
}

/// What a statistic counts.
///
/// Source: `ECtrType` of CatBoost's `ctr_data.fbs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Borders,
    Buckets,
    Mean,
    Counter,
}

impl Kind {
    /// By the number in the binary format.
    pub(super) fn numbered(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Borders,
            1 => Self::Buckets,
            2 | 3 => Self::Mean,
            4 | 5 => Self::Counter,
            _ => return None,
        })
    }

    /// By the name in JSON.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Borders" => Self::Borders,
            "Buckets" => Self::Buckets,
            "BinarizedTargetMeanValue" | "FloatTargetMeanValue" => Self::Mean,
            "Counter" | "FeatureFreq" => Self::Counter,
            _ => return None,
        })
    }
}

/// The refusal of features that are no columns of numbers or categories.
pub(super) fn other_features() -> FormatError {
    unsupported!(
        "the CatBoost model has text or embedding features, which this server does not compute; fit it with cat_features and numbers only"
    )
}
