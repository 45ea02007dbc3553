//! The columns that a model was fitted on: how many, and their names where they had names.

use super::{Part, compose, corrupt, unsupported};
use crate::{formats::FormatError, input::Schema};

/// What the parts of a model say of its columns.
#[derive(Debug, Default)]
pub(super) struct Origin {
    names: Option<Vec<String>>,
    width: Option<usize>,
}

/// What holds others is asked for its own first: it has seen the rows before they have. Deeper than this nobody nests.
const MAX_DEPTH: usize = 16;

/// What `root` says of its columns, or the first part inside it that says something.
pub(super) fn of(root: Part<'_>) -> Result<Origin, FormatError> {
    let mut part = Some(root);
    let mut origin = Origin::default();
    for _ in 0..MAX_DEPTH {
        let Some(at) = part else { break };
        let counts = ["n_features_in_", "n_features_", "_n_features"];
        let count = counts.iter().find(|name| at.get(name).is_some());
        if let (None, Some(count)) = (origin.width, count) {
            origin.width = Some(at.count(count)?);
        }
        if origin.names.is_none() {
            origin.names = at.feature_names().transpose()?;
        }
        if origin.width.is_some() && origin.names.is_some() {
            break;
        }
        part = compose::first_inside(at)?;
    }
    Ok(origin)
}

/// The scikit-learn that fitted the model, as the outermost part that tells says.
pub(super) fn version(root: Part<'_>) -> Option<&str> {
    let mut part = Some(root);
    for _ in 0..MAX_DEPTH {
        let at = part?;
        if let Some(version) = at.version_text() {
            return Some(version);
        }
        part = compose::first_inside(at).ok()?;
    }
    None
}

impl Origin {
    /// The columns of a model that has a schema already.
    pub(super) fn of(schema: &Schema) -> Self {
        let names = schema.columns.iter().map(|column| column.name.clone());
        Self {
            names: schema.named.then(|| names.collect()),
            width: Some(schema.len()),
        }
    }

    /// How many columns a row has.
    pub(super) fn width(
        &self,
        root: Part<'_>,
        told: Option<&Schema>,
    ) -> Result<usize, FormatError> {
        let width = self.width.or(self.names.as_ref().map(Vec::len));
        let Some(width) = width.or(told.map(Schema::len)) else {
            return Err(unsupported!(
                "the {} does not say how many columns it takes; log it with a signature",
                root.class
            ));
        };
        if width > crate::formats::MAX_FEATURES {
            return Err(corrupt!("the model takes {width} columns"));
        }
        Ok(width)
    }

    /// The names, if they are those of all columns.
    pub(super) fn names(self, width: usize) -> Option<Vec<String>> {
        self.names.filter(|names| names.len() == width)
    }
}
