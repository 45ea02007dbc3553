//! Text to numbers.
//!
//! Source: `CountVectorizer`, `TfidfTransformer`, `TfidfVectorizer` and `HashingVectorizer` in `sklearn/feature_extraction/text.py`,
//! versions 0.24 to 1.9.

mod ahead;
mod analyzer;

use super::{FormatError, Part, Reader, Reg, Register, cells, corrupt, numpy, ops, unsupported};
use crate::{
    formats::sklearn::{id::Id, record::Node},
    input::Precision,
    model::ops::{Counts, Norm, Terms, Weigh},
};
use std::{collections::HashMap, sync::Arc};

/// More columns than a vectorizer that hashes has by default, and that many again.
const MAX_HASHED: usize = 1 << 21;

impl Reader {
    /// A vectorizer of one column of free text.
    pub(super) fn vectorizer(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let &[read] = reads else {
            return Err(unsupported!(
                "`{}` is a {}, which takes one column of text, and gets {} columns",
                self.board.place(),
                part.class,
                reads.len()
            ));
        };
        let missing = self.board.free_text(read)?;
        let analyzer = Arc::new(analyzer::analyzer(part)?);
        let terms = self.terms(part)?;
        let counts = if part.flag("binary") || is_boolean(part) {
            Counts::Ones
        } else {
            Counts::All
        };
        let precision = cells::dtype(part, "dtype")?.unwrap_or(Precision::F64);
        let vectorize = ops::Vectorize {
            read,
            missing,
            analyzer,
            terms,
            counts,
        };
        let width = crate::model::Operation::width(&vectorize);
        let registers = std::iter::repeat_n(Register::sparse(precision), width);
        let counted = self.board.draw(vectorize, registers)?;
        self.sparse = true;
        match part.class {
            "TfidfVectorizer" => self.tfidf(part.part("_tfidf")?, &counted),
            "HashingVectorizer" => match norm(part)? {
                Some(norm) => self.normed(&counted, norm),
                None => Ok(counted),
            },
            _ => Ok(counted),
        }
    }

    /// Counts to weights.
    pub(super) fn tfidf(&mut self, part: Part<'_>, reads: &[Reg]) -> Result<Vec<Reg>, FormatError> {
        self.board.whole_numbers(reads)?;
        let (weights, reversed) = match idf(part)? {
            Some((weights, reversed)) => (Some(weights), reversed),
            None => (None, false),
        };
        if let Some(weights) = &weights {
            self.spend(weights.len().saturating_mul(4))?;
            if weights.len() != reads.len() {
                return Err(corrupt!(
                    "the {} was fitted on {} columns, and gets {}",
                    part.class,
                    weights.len(),
                    reads.len()
                ));
            }
        }
        let precision = self.board.precision(reads);
        let logarithm = part.flag("sublinear_tf");
        let mut register = Register::sparse(precision);
        if logarithm && !self.board.are_sparse(reads) {
            // Counts have a logarithm; what else comes here may be negative.
            register = register.partial();
        }
        let weigh = Weigh {
            reads: reads.to_vec(),
            logarithm,
            weights,
            reversed,
            norm: norm(part)?,
            precision,
        };
        self.sparse = true;
        let registers = std::iter::repeat_n(register, reads.len());
        self.board.draw(weigh, registers)
    }

    /// Rows of length one, of which only what is not 0 is stored.
    pub(super) fn normed(&mut self, reads: &[Reg], norm: Norm) -> Result<Vec<Reg>, FormatError> {
        let precision = self.board.precision(reads);
        let weigh = Weigh::normed(reads.to_vec(), norm, precision);
        let registers = std::iter::repeat_n(Register::sparse(precision), reads.len());
        self.board.draw(weigh, registers)
    }

    fn terms(&mut self, part: Part<'_>) -> Result<Terms, FormatError> {
        if part.class == "HashingVectorizer" {
            let features = part.count("n_features")?;
            if features == 0 || features > MAX_HASHED {
                return Err(unsupported!(
                    "the HashingVectorizer has {features} columns; this server takes up to {MAX_HASHED}"
                ));
            }
            return Ok(Terms::Hashed {
                features: features as u32,
                signed: part.flag("alternate_sign"),
            });
        }
        // One that was given its vocabulary works without a fit.
        let id = part
            .get("vocabulary_")
            .map_or_else(|| part.attribute("vocabulary"), Ok)?;
        let places = match part.arena.node(id) {
            Node::Dict(pairs) => self.places(part, pairs)?,
            _ => self.listed(part, id)?,
        };
        Ok(Terms::Known(Arc::new(places)))
    }

    /// The place of each term, as a fit has noted them.
    fn places(
        &mut self,
        part: Part<'_>,
        pairs: &[(Id, Id)],
    ) -> Result<HashMap<Box<str>, u32>, FormatError> {
        let mut places = HashMap::with_capacity(pairs.len());
        for (term, place) in pairs {
            let place = numpy::number(part.arena, *place)
                .filter(|place| place.fract() == 0.0 && *place >= 0.0);
            let (Some(term), Some(place)) = (part.arena.text(*term), place) else {
                return Err(corrupt!("a term of the {} has no place", part.class));
            };
            self.spend(term.len())?;
            if place >= pairs.len() as f64 {
                return Err(corrupt!(
                    "a term of the {} is at place {place} of {}",
                    part.class,
                    pairs.len()
                ));
            }
            places.insert(Box::from(term), place as u32);
        }
        if places.len() != pairs.len() {
            return Err(corrupt!("two terms of the {} are one", part.class));
        }
        Ok(places)
    }

    /// Terms in their order; those of a set are sorted.
    fn listed(&mut self, part: Part<'_>, id: Id) -> Result<HashMap<Box<str>, u32>, FormatError> {
        let items = part.arena.items(id).unwrap_or_default().iter();
        let terms: Option<Vec<&str>> = items.map(|item| part.arena.text(*item)).collect();
        let terms = terms.filter(|terms| !terms.is_empty()).ok_or_else(|| {
            corrupt!(
                "the {} is not fitted, and its vocabulary is no list of terms",
                part.class
            )
        })?;
        self.spend(terms.iter().map(|term| term.len()).sum())?;
        Ok((0..)
            .zip(terms)
            .map(|(at, term)| (term.into(), at))
            .collect())
    }
}

/// Whether the counts are of Python's `bool`.
fn is_boolean(part: Part<'_>) -> bool {
    let named = part.get("dtype").and_then(|id| part.arena.global(id));
    named.is_some_and(|(_, name)| matches!(name, "bool" | "bool_"))
}

/// What each term weighs, and whether the product with it turns a row round.
fn idf(part: Part<'_>) -> Result<Option<(Vec<f64>, bool)>, FormatError> {
    if !part.flag("use_idf") {
        return Ok(None);
    }
    if part.get("idf_").is_some() {
        return Ok(Some((part.array("idf_")?.floats()?, false)));
    }
    // A diagonal matrix until 1.3.
    let diagonal = part.attribute("_idf_diag")?;
    let arena = part.arena;
    let data = arena
        .object(diagonal)
        .and_then(|object| arena.get(object.state, "data"))
        .map(|data| numpy::array(arena, data))
        .transpose()?
        .flatten();
    match data {
        Some(data) => Ok(Some((data.floats()?, true))),
        None => Err(corrupt!(
            "`_idf_diag` of the {} is {}, which no version of scikit-learn writes",
            part.class,
            arena.kind(diagonal)
        )),
    }
}

/// What the length of a row is, if rows are divided by it.
fn norm(part: Part<'_>) -> Result<Option<Norm>, FormatError> {
    match part.get("norm").map(|id| part.arena.text(id)) {
        None => Ok(None),
        Some(Some("l1")) => Ok(Some(Norm::Sum)),
        Some(Some("l2")) => Ok(Some(Norm::Root)),
        Some(Some("max")) => Ok(Some(Norm::Most)),
        Some(norm) => Err(corrupt!(
            "the {} has the norm {:?}",
            part.class,
            norm.unwrap_or_default()
        )),
    }
}

/// Whether the part reads one column of free text, which it does not count.
pub(in super::super) fn reads_text(part: Part<'_>) -> bool {
    matches!(
        part.sklearn_class(),
        "CountVectorizer" | "TfidfVectorizer" | "HashingVectorizer"
    )
}
