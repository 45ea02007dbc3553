//! Categories as the mean of the target that they had.
//!
//! Source: `TargetEncoder` in `sklearn/preprocessing/_target_encoder.py`, versions 1.3 to 1.9. With more than two classes every column
//! becomes one number for each class.

use super::{
    FormatError, Otherwise, Part, Reader, Reg, corrupt, numpy,
    ordinal::{Categories, categories},
};

impl Reader {
    pub(super) fn target(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let known = categories(part, reads.len())?;
        let means = part.array_or_number("target_mean_")?;
        let encodings = part.arena.items(part.attribute("encodings_")?);
        let encodings = encodings.unwrap_or_default();
        let classes = means.len();
        if classes == 0 || Some(encodings.len()) != reads.len().checked_mul(classes) {
            return Err(corrupt!(
                "the TargetEncoder has {} lists of numbers for {} columns and {classes} classes",
                encodings.len(),
                reads.len()
            ));
        }
        let mut result = Vec::with_capacity(encodings.len());
        for ((read, known), encodings) in reads.iter().zip(known).zip(encodings.chunks(classes)) {
            let known = Categories::new(part, *known)?;
            let read = self.board.as_categories(*read, known.none.is_some());
            for (encoding, mean) in encodings.iter().zip(&means) {
                let encoding = numpy::array(part.arena, *encoding)?;
                let encoding = encoding.map_or(Ok(Vec::new()), |encoding| encoding.floats())?;
                if encoding.len() != known.len || encoding.iter().any(|x| x.is_nan()) {
                    return Err(corrupt!(
                        "the TargetEncoder has {} numbers for {} categories",
                        encoding.len(),
                        known.len
                    ));
                }
                let unknown = Otherwise::Is(*mean);
                let missing = known
                    .none
                    .or(known.nan)
                    .map(|at| Otherwise::Is(encoding[at]));
                let entries: Vec<_> = known
                    .words
                    .iter()
                    .map(|(word, at)| (word.clone(), encoding[*at]))
                    .collect();
                let missing = missing.unwrap_or(unknown);
                result.push(self.board.recode(read, &entries, unknown, missing)?);
            }
        }
        Ok(result)
    }
}
