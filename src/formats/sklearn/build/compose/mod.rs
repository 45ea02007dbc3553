//! What holds other parts and has no numbers of its own: pipelines, columns by kind, unions, searches.

mod columns;
mod named;
mod pipeline;
mod union;

pub(super) use columns::pandas_index;
pub(super) use named::{Step, found, list, with_its_rows};

use super::{
    super::{
        id::Id,
        numpy,
        record::{Arena, Node},
    },
    ADVICE, FormatError, Part, Reader, corrupt,
    names::feature_names,
    unsupported,
};
use crate::model::Reg;
