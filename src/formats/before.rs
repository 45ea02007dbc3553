//! What other files make of the columns before a model reads them: the seam between the files beside a model and its own.

use super::{FormatError, answers::Words, program::Board};
use crate::{input::Schema, model::Reg};

/// A file beside a model.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// What messages call it.
    pub name: &'a str,
    pub bytes: &'a [u8],
}

/// Names of columns, and the file that they come from.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) from: String,
    pub(crate) names: Vec<String>,
}

/// What a model or a transformer says of the columns that it takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Takes {
    pub(crate) names: Option<Vec<String>>,
    pub(crate) width: Option<usize>,
}

impl Takes {
    /// Columns of these names.
    pub(crate) fn named(names: Vec<String>) -> Self {
        Self {
            width: Some(names.len()),
            names: Some(names),
        }
    }

    /// What a model's own columns say.
    pub(crate) fn of(schema: &Schema) -> Self {
        let names = schema.columns.iter().map(|column| column.name.clone());
        Self {
            names: schema.named.then(|| names.collect()),
            width: Some(schema.len()),
        }
    }

    /// The names, unless a library has made them up: `0`, `f0` and `Column_0` for the first column.
    pub(crate) fn given_names(&self) -> Option<&[String]> {
        let names = self.names.as_deref()?;
        let made_up = |prefix: &str| {
            let mut names = names.iter().enumerate();
            names.all(|(at, name)| name.strip_prefix(prefix) == Some(&at.to_string()))
        };
        let made_up = ["", "f", "x", "Column_"].into_iter().any(made_up);
        (!made_up).then_some(names)
    }
}

/// What stands before a model in other files.
pub(crate) trait Before {
    /// Draws it for a model that takes these columns.
    ///
    /// # Errors
    /// `Corrupt` where the files are not of one kind, `Unsupported` for a part that this server does not run.
    fn begin(&self, model: &Takes) -> Result<Begun, FormatError>;
}

/// A board on which everything before a model is drawn.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) board: Board,
    /// What the model reads in the place of its columns.
    pub(crate) reads: Vec<Reg>,
    /// The classes met, in their order.
    pub(crate) parts: Vec<String>,
    /// Whether the rows are a sparse matrix by now.
    pub(crate) sparse: bool,
    /// The words of the classes, where one of the files holds them.
    pub(crate) words: Option<Words>,
    pub(crate) notes: Vec<String>,
}
