//! Forests of which some columns are pandas categories: what they read is the place of a cell among the categories.

use super::{
    FormatError,
    program::{Board, Entry, Otherwise, is_of_labels},
};
use crate::{
    input::{Schema, Word},
    model::{ForestModel, ModelIr, Reg, ops},
};

/// The categories of a column in the order of their codes; nothing in the place of a missing one.
#[derive(Clone, Debug)]
pub(crate) struct Categories {
    /// The place of the column.
    pub(crate) column: usize,
    pub(crate) values: Vec<Option<Word>>,
    /// Whether a category that the fit did not see is an error; else it is a missing value.
    pub(crate) closed: bool,
}

/// A forest, and the categories of its columns.
#[derive(Clone, Debug)]
pub(crate) struct Coded {
    pub(crate) forest: ForestModel,
    pub(crate) categories: Vec<Categories>,
    /// The models in the leaves, of which the forest tells the numbers.
    pub(crate) linear: Option<ops::LeafModels>,
}

impl Coded {
    /// A forest without categories.
    pub(crate) fn plain(forest: ForestModel) -> Self {
        Self {
            forest,
            categories: Vec::new(),
            linear: None,
        }
    }

    /// The whole model. `told` is what the package says of the columns.
    ///
    /// # Errors
    /// `Unsupported` where the forest would compute with words.
    pub(crate) fn ir(self, told: Option<&Schema>) -> Result<ModelIr, FormatError> {
        if self.categories.is_empty() && self.is_plain() {
            return Ok(self.forest.into());
        }
        let schema = &self.forest.schema;
        let names = schema.columns.iter().map(|column| column.name.clone());
        let names = schema.named.then(|| names.collect());
        let mut board = Board::new(names, schema.len(), told);
        let all = board.all_columns();
        let reads = board.codes(&all, &self.categories)?;
        self.finish(board, reads)
    }

    /// Whether the model is a forest and nothing else.
    pub(crate) fn is_plain(&self) -> bool {
        let Self { forest, linear, .. } = self;
        linear.is_none() && !is_of_labels(&forest.output, forest.forest.width)
    }

    /// The model that ends in this, over what it reads in the place of its columns.
    ///
    /// # Errors
    /// As [`ir`](Self::ir).
    pub(crate) fn finish(self, board: Board, reads: Vec<Reg>) -> Result<ModelIr, FormatError> {
        if self.is_plain() {
            board.finish_forest(reads, self.forest)
        } else {
            board.finish_scores(&reads, self.forest, self.linear)
        }
    }
}

impl Board {
    /// The registers that a forest reads in the place of its columns.
    ///
    /// # Errors
    /// `Unsupported` where words would have to be found among computed numbers.
    pub(crate) fn codes(
        &mut self,
        columns: &[Reg],
        categories: &[Categories],
    ) -> Result<Vec<Reg>, FormatError> {
        let mut reads = columns.to_vec();
        for Categories {
            column,
            values,
            closed,
        } in categories
        {
            let Some(read) = reads.get_mut(*column) else {
                continue;
            };
            let entry = |(code, word): (usize, &Option<Word>)| Some((word.clone()?, code as f64));
            let entries: Vec<Entry> = values.iter().enumerate().filter_map(entry).collect();
            let missing = Otherwise::Is(f64::NAN);
            let unseen = if *closed { Otherwise::Refuse } else { missing };
            *read = self.recode(*read, &entries, unseen, missing)?;
        }
        Ok(reads)
    }
}
