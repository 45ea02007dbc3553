//! Rows that are dicts.
//!
//! Source: `DictVectorizer` in `sklearn/feature_extraction/_dict_vectorizer.py`. What a row does not have is 0.

use super::{
    FormatError, Otherwise, Part, Reader, Reg, Register, StepOp, Word, cells, corrupt, ops,
    unsupported,
};
use crate::{
    formats::sklearn::build::dicts::{Holds, entries},
    input::Precision,
    model::ops::Function,
};

impl Reader {
    pub(super) fn dictionary(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let names = entries(part)?.unwrap_or_default();
        if names.len() != reads.len() {
            return Err(corrupt!(
                "the DictVectorizer was fitted on {} names, and gets {} columns",
                names.len(),
                reads.len()
            ));
        }
        let kind = Kind::of(part)?;
        let mut features: Vec<(usize, Reg)> = Vec::new();
        for (read, entry) in reads.iter().zip(names) {
            self.board.optional(*read);
            match entry.holds {
                Holds::Number(place) => features.push((place, self.entry_number(*read, kind)?)),
                Holds::Words(words) => features.extend(self.entry_words(*read, words, kind)?),
            }
        }
        features.sort_unstable_by_key(|(place, _)| *place);
        self.sparse = part.flag("sparse");
        Ok(features.into_iter().map(|(_, register)| register).collect())
    }

    fn entry_number(&mut self, read: Reg, kind: Kind) -> Result<Reg, FormatError> {
        self.board.numbers(&[read])?;
        let filled = self.board.fill(read, &Word::Number(0.0), true)?;
        match kind {
            Kind::Double => Ok(filled),
            Kind::Whole => Ok(self.board.apply(Function::Trunc, &[filled])?[0]),
            Kind::Single => {
                let rounded = ops::Each {
                    op: StepOp::Add,
                    reads: vec![filled],
                    operand: vec![0.0],
                    precision: Precision::F32,
                };
                let register = Register::rounded(Precision::F32).partial();
                Ok(self.board.draw(rounded, [register])?[0])
            }
        }
    }

    fn entry_words(
        &mut self,
        read: Reg,
        words: Vec<(String, usize)>,
        kind: Kind,
    ) -> Result<Vec<(usize, Reg)>, FormatError> {
        let (entries, places): (Vec<_>, Vec<_>) = (0..)
            .zip(words)
            .map(|(slot, (word, place))| ((Word::Text(word), f64::from(slot)), place))
            .unzip();
        // No feature is 1.
        let none = Otherwise::Is(-1.0);
        let slot = self.board.recode(read, &entries, none, none)?;
        let width = places.len();
        let precision = match kind {
            Kind::Single => Precision::F32,
            Kind::Double | Kind::Whole => Precision::F64,
        };
        let registers = vec![Register::rounded(precision); width];
        let drawn = self.board.draw(ops::OneHot { slot, width }, registers)?;
        Ok(places.into_iter().zip(drawn).collect())
    }
}

/// The type that every value becomes.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Double,
    Single,
    /// Without its fraction.
    Whole,
}

impl Kind {
    fn of(part: Part<'_>) -> Result<Self, FormatError> {
        let Some(id) = part.get("dtype") else {
            return Ok(Self::Double);
        };
        let named = part.arena.global(id).map(|(_, name)| name);
        match named.or(part.arena.text(id)) {
            Some("int" | "int64" | "int32" | "longlong") => Ok(Self::Whole),
            Some("float" | "float64" | "double" | "float32" | "single") | None => {
                Ok(match cells::dtype(part, "dtype")? {
                    Some(Precision::F32) => Self::Single,
                    _ => Self::Double,
                })
            }
            Some(other) => Err(unsupported!(
                "the DictVectorizer makes values of the type {}; fit it with the default, numpy.float64",
                other.escape_debug()
            )),
        }
    }
}
