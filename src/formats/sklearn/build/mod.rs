//! Records to a model: scikit-learn's estimators, as their `predict` and `predict_proba` are written.
//!
//! Source: the `transform`, `predict` and `predict_proba` methods of scikit-learn, versions 0.24 to 1.9.
//!
//! A transformer takes registers and gives registers ([`transform`]), an estimator takes registers and gives an [`Estimate`]; what holds
//! others is in [`compose`]. A further class is one reader in one of the three.

mod agree;
mod bags;
mod boosting;
mod bundle;
mod catboost;
mod categories;
mod cells;
mod chain;
mod compose;
mod dicts;
mod encoded;
mod ensemble;
mod estimate;
mod estimated;
mod forests;
mod hist;
mod labels;
mod lightgbm;
mod lists;
mod names;
mod origin;
mod pandas;
mod part;
mod reader;
mod transform;
mod trees;
mod whole;
mod xgboost;

use super::{
    FormatError,
    classes::{ADVICE, known},
    corrupt,
    id::Id,
    record::Arena,
    unsupported,
};
use crate::{
    formats::{ColumnsBy, program::Board},
    input::Schema,
};
use part::Part;
use reader::Reader;

pub(super) use bundle::{root, version_of};
pub(super) use chain::{Chain, Item};
pub(super) use lists::{class_words, name_list};
pub(super) use whole::behind;
