//! skops archives: a ZIP with `schema.json` and an `.npy` file per array.
//!
//! Source: skops's `skops/io/_general.py`, `_numpy.py` and `_sklearn.py` (what `*_get_state` writes); its loaders' checks of
//! trusted types do not matter here, because nothing is constructed.

mod archive;
mod json;
mod npy;
mod schema;

pub(super) use archive::Archive;
pub(super) use schema::read;

use super::super::{FormatError, corrupt, unsupported};
