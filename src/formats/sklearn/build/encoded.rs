//! Encoders of one column that lie in a dict by column: what becomes of the column.
//!
//! Source: `LabelEncoder` and `label_binarize` in `sklearn/preprocessing/_label.py`, versions 0.24 to 1.9.

use super::{FormatError, Part, Reader, cells, lists, unsupported};
use crate::{
    formats::program::{Entry, Otherwise},
    input::Word,
    model::Reg,
};

impl Reader {
    /// What stands in the place of a column.
    pub(super) fn by_encoder(&mut self, encoder: Part<'_>, read: Reg) -> Result<Reg, FormatError> {
        let known = cells::values(encoder, encoder.attribute("classes_")?)?;
        match encoder.sklearn_class() {
            "LabelBinarizer" => self.binarized(encoder, &known, read),
            _ => self.codes(known, read),
        }
    }

    /// `LabelEncoder.transform`, which fails for what it does not know.
    fn codes(&mut self, known: Vec<Option<Word>>, read: Reg) -> Result<Reg, FormatError> {
        let mut missing = Otherwise::Refuse;
        let mut entries: Vec<Entry> = Vec::with_capacity(known.len());
        for (code, value) in known.into_iter().enumerate() {
            match value {
                Some(word) => entries.push((word, code as f64)),
                None => missing = Otherwise::Is(code as f64),
            }
        }
        self.board
            .recode(read, &entries, Otherwise::Refuse, missing)
    }

    /// The one column that a `LabelBinarizer` makes of two words: what it does not know is not the second one.
    fn binarized(
        &mut self,
        part: Part<'_>,
        known: &[Option<Word>],
        read: Reg,
    ) -> Result<Reg, FormatError> {
        let [negative, positive] = lists::binary_values(part)?.map(|value| value as f64);
        if part.flag("sparse_output") || !matches!(known.len(), 1 | 2) {
            return Err(unsupported!(
                "a LabelBinarizer makes {} columns of one, and in which places the model has them no file says; a dense one of 2 words \
                 works; put a OneHotEncoder into a ColumnTransformer, and dump that",
                known.len()
            ));
        }
        let text = |word: &Option<Word>| word.clone().filter(|word| matches!(word, Word::Text(_)));
        let words: Option<Vec<Word>> = known.iter().map(text).collect();
        let Some(words) = words else {
            return Err(unsupported!(
                "a LabelBinarizer of a column was fitted on values that are no text, of which scikit-learn takes whole numbers alone; leave \
                 the numbers as they are, or use an OrdinalEncoder"
            ));
        };
        let entries: Vec<Entry> = words.into_iter().zip([negative, positive]).collect();
        let otherwise = Otherwise::Is(negative);
        self.board
            .recode(read, &entries, otherwise, Otherwise::Refuse)
    }
}
