//! A model behind what other files make of the columns.

use super::{
    AnswersBy, Before, Begun, ColumnsBy, FormatError, Parsed, Takes, Words, coded::Coded,
    program::Board, rename,
};
use crate::{
    input::Precision,
    model::{ForestModel, ModelIr, Reg, Step, StepOp},
};

/// What is left to say of a model that was drawn behind other files.
#[derive(Debug)]
pub(crate) struct Said {
    parts: Vec<String>,
    words: Option<Words>,
    notes: Vec<String>,
}

impl Begun {
    /// The board and the registers, and what remains for [`Said::parsed`].
    pub(crate) fn split(self) -> (Board, Vec<Reg>, bool, Said) {
        let said = Said {
            parts: self.parts,
            words: self.words,
            notes: self.notes,
        };
        (self.board, self.reads, self.sparse, said)
    }
}

impl Said {
    /// The whole model. `parts` and `version` are what its own file says.
    ///
    /// # Errors
    /// `Corrupt` when the words of the classes are not this model's.
    pub(crate) fn parsed(
        self,
        mut ir: ModelIr,
        parts: Vec<String>,
        version: Option<String>,
    ) -> Result<Parsed, FormatError> {
        let mut notes = self.notes;
        if let Some(words) = &self.words {
            notes.push(rename(&mut ir, words)?);
        }
        Ok(Parsed {
            ir,
            version,
            parts: self.parts.into_iter().chain(parts).collect(),
            columns: ColumnsBy::Name,
            notes,
            answers: AnswersBy::default(),
        })
    }
}

/// A forest behind other files. `zeros` is whether it takes what a sparse matrix does not store for missing.
///
/// # Errors
/// As [`Before::begin`], and where the forest would compute with words.
pub(crate) fn forest_behind(
    parsed: Parsed<Coded>,
    before: &dyn Before,
    zeros: bool,
) -> Result<Parsed, FormatError> {
    let mut coded = parsed.ir;
    let forest = &mut coded.forest;
    let begun = before.begin(&Takes::of(&forest.schema))?;
    let (mut board, reads, sparse, said) = begun.split();
    if forest.input == Precision::F32 && !forest.steps.is_empty() {
        // The model's own steps begin with a number of 32 bits, whatever stands before them.
        forest
            .steps
            .insert(0, each(forest, StepOp::Add, Precision::F32));
    }
    if zeros && sparse {
        let zeros = each(forest, StepOp::ZeroIsMissing, Precision::F64);
        forest.steps.insert(0, zeros);
    }
    let reads = board.codes(&reads, &coded.categories)?;
    said.parsed(coded.finish(board, reads)?, parsed.parts, parsed.version)
}

/// A step over all features, with zeros.
fn each(forest: &ForestModel, op: StepOp, precision: Precision) -> Step {
    Step {
        op,
        operand: vec![0.0; forest.forest.n_features],
        precision,
    }
}
