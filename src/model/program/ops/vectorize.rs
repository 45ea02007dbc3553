use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::model::{
    check::invalid,
    program::Why,
    text::{Analyzer, Units, murmur3},
};
use std::{collections::HashMap, sync::Arc};

/// How often each term is in a free text. One register for each term, most of which are 0.
///
/// Source: `CountVectorizer._count_vocab`, `HashingVectorizer.transform` and `_hashing_fast.pyx` in scikit-learn's `feature_extraction`.
#[derive(Clone, Debug)]
pub struct Vectorize {
    /// A column of free text.
    pub read: Reg,
    /// The text that stands for a missing one.
    pub missing: Box<str>,
    pub analyzer: Arc<Analyzer>,
    pub terms: Terms,
    pub counts: Counts,
}

/// Which register a term counts for.
#[derive(Clone, Debug)]
pub enum Terms {
    /// That at its place. Terms that are not known count for none.
    Known(Arc<HashMap<Box<str>, u32>>),
    /// One of so many, by its hash; where `signed` by half of all hashes one less.
    Hashed { features: u32, signed: bool },
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    All,
    /// 1 for each term that is there at all.
    Ones,
}

impl Terms {
    /// The place of a term, and what it counts there.
    #[inline]
    fn place(&self, term: &str) -> Option<(u32, f64)> {
        match self {
            Self::Known(places) => places.get(term).map(|place| (*place, 1.0)),
            Self::Hashed { features, signed } => {
                let hash = murmur3(term.as_bytes());
                let sign = if *signed && hash < 0 { -1.0 } else { 1.0 };
                Some((hash.unsigned_abs() % features, sign))
            }
        }
    }
}

impl Operation for Vectorize {
    fn reads(&self) -> Vec<Reg> {
        vec![self.read]
    }

    fn width(&self) -> usize {
        match &self.terms {
            Terms::Known(places) => places.len(),
            Terms::Hashed { features, .. } => *features as usize,
        }
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        let width = self.width();
        if let Terms::Known(places) = &self.terms
            && let Some(bad) = places.values().find(|place| **place as usize >= width)
        {
            invalid!("a vectorizer has a term at place {bad} of {width}");
        }
        let (least, most) = self.analyzer.runs;
        let runs = !matches!(self.analyzer.units, Units::Split);
        if width == 0 || (runs && (least == 0 || least > most)) {
            invalid!("a vectorizer of {width} terms takes from {least} to {most} in a row");
        }
        Ok(Box::new(self.clone()))
    }

    fn is_sparse(&self) -> bool {
        true
    }
}

impl Run for Vectorize {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        for row in 0..tile.rows() {
            let text = tile.text(self.read, row).unwrap_or(&self.missing);
            let count = |found: &mut Vec<_>, term: &str| found.extend(self.terms.place(term));
            if !self.analyzer.terms(text, &mut scratch.text, count) {
                scratch.refuse(row, Why::TooLong);
            }
            let found = &mut scratch.text.found;
            found.sort_unstable_by_key(|(place, _)| *place);
            // Whole numbers: they add up to the same in any order.
            for same in found.chunk_by(|a, b| a.0 == b.0) {
                let count = match self.counts {
                    Counts::All => same.iter().map(|(_, count)| count).sum(),
                    Counts::Ones => 1.0,
                };
                out.push(same[0].0, count);
            }
            out.end_row();
        }
    }
}
