//! skops archives: a ZIP with `schema.json` and an `.npy` file per array.
//!
//! Source: skops's `skops/io/_general.py`, `_numpy.py` and `_sklearn.py` (what `*_get_state` writes); its loaders' checks of
//! trusted types do not matter here, because nothing is constructed.

mod json;
mod npy;
mod schema;
mod zip;

pub(super) use schema::read;
pub(super) use zip::Archive;

use super::super::{FormatError, corrupt, unsupported};
