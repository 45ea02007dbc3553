//! Categories as numbers.
//!
//! Source: `_BaseEncoder` and `OrdinalEncoder` in `sklearn/preprocessing/_encoders.py`, versions 0.24 to 1.9.

use super::{Entry, FormatError, Id, Otherwise, Part, Reader, Reg, Word, cells, corrupt, numpy};
use crate::input::Precision;

impl Reader {
    pub(in super::super) fn ordinal(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let known = categories(part, reads.len())?;
        let grouping = Grouping::of(part);
        let unknown = match part.text("handle_unknown") {
            Some("use_encoded_value") => Otherwise::Is(part.number("unknown_value")?),
            _ => Otherwise::Refuse,
        };
        let encoded = match part.get("encoded_missing_value") {
            Some(_) => part.number("encoded_missing_value")?,
            None => f64::NAN,
        };
        let precision = cells::dtype(part, "dtype")?.unwrap_or(Precision::F64);
        let mut result = Vec::with_capacity(reads.len());
        for (column, (read, known)) in reads.iter().zip(known).enumerate() {
            let known = Categories::new(part, *known)?;
            // NaN is the last category, and the only one without a number of its own.
            let numbered = known.len - usize::from(known.nan.is_some());
            let groups = grouping.groups(column, numbered)?;
            let group = |at: usize| match &groups {
                Some(groups) => groups.get(at).map_or(f64::NAN, |group| *group as f64),
                None => at as f64,
            };
            let entries: Vec<Entry> = known
                .words
                .iter()
                .map(|(word, at)| (word.clone(), group(*at)))
                .collect();
            let missing = match (known.none, known.nan) {
                (Some(at), _) => Otherwise::Is(group(at)),
                // Before 1.0 None is a category like any other, and NaN is an error.
                _ if !part.since(1, 0) => Otherwise::Refuse,
                (None, Some(_)) => Otherwise::Is(encoded),
                (None, None) => unknown,
            };
            let read = self.board.as_categories(*read, known.none.is_some());
            result.push(self.board.recode(read, &entries, unknown, missing)?);
        }
        self.board.round(&result, precision);
        Ok(result)
    }
}

/// The lists of the categories of every column.
pub(super) fn categories(part: Part<'_>, width: usize) -> Result<&[Id], FormatError> {
    let id = part.attribute("categories_")?;
    let lists = part.arena.items(id).unwrap_or_default();
    if lists.len() != width {
        return Err(corrupt!(
            "the {} was fitted on {} columns, and gets {width}",
            part.class,
            lists.len()
        ));
    }
    Ok(lists)
}

/// The categories of one column, each with its place among them.
pub(super) struct Categories {
    pub(super) words: Vec<(Word, usize)>,
    /// The place of None, which is a category like others.
    pub(super) none: Option<usize>,
    /// The place of NaN.
    pub(super) nan: Option<usize>,
    pub(super) len: usize,
}

impl Categories {
    pub(super) fn new(part: Part<'_>, list: Id) -> Result<Self, FormatError> {
        let values = cells::values(part, list)?;
        let nones = cells::nones(part, list)?;
        let mut known = Self {
            words: Vec::with_capacity(values.len()),
            none: None,
            nan: None,
            len: values.len(),
        };
        for (at, value) in values.into_iter().enumerate() {
            match value {
                Some(word) => known.words.push((word, at)),
                None if nones.get(at) == Some(&true) => known.none = Some(at),
                None => known.nan = Some(at),
            }
        }
        Ok(known)
    }
}

/// Rare categories that are taken together, since 1.1.
pub(super) struct Grouping<'d> {
    part: Part<'d>,
    mappings: &'d [Id],
}

impl<'d> Grouping<'d> {
    pub(super) fn of(part: Part<'d>) -> Self {
        let mappings = part.get("_default_to_infrequent_mappings");
        let mappings = mappings.filter(|_| part.flag("_infrequent_enabled"));
        let mappings = mappings.and_then(|id| part.arena.items(id));
        Self {
            part,
            mappings: mappings.unwrap_or_default(),
        }
    }

    /// For each of a column's categories its group; none where no category of the column is rare.
    pub(super) fn groups(
        &self,
        column: usize,
        categories: usize,
    ) -> Result<Option<Vec<usize>>, FormatError> {
        let Some(id) = self.mappings.get(column) else {
            return Ok(None);
        };
        if self.part.arena.is_none(*id) {
            return Ok(None);
        }
        let array = numpy::array(self.part.arena, *id)?;
        let groups = array
            .map(|array| array.floats())
            .transpose()?
            .unwrap_or_default();
        let fits = |group: &f64| (0.0..categories as f64).contains(group);
        if groups.len() != categories || !groups.iter().all(fits) {
            return Err(corrupt!(
                "the {} groups {} of {categories} categories",
                self.part.class,
                groups.len()
            ));
        }
        Ok(Some(groups.iter().map(|group| *group as usize).collect()))
    }
}
