//! Categories as numbers.
//!
//! Source: `_BaseEncoder` and `OrdinalEncoder` in `sklearn/preprocessing/_encoders.py`, versions 0.24 to 1.9.

use super::{
    Entry, FormatError, Otherwise, Part, Reader, Reg,
    cells::{self, CellValue},
    corrupt, numpy,
};

impl Reader {
    pub(in super::super) fn ordinal(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let known = categories(part, reads.len())?;
        let grouping = Grouping::of(part)?;
        let unknown = match part.text("handle_unknown") {
            Some("use_encoded_value") => Otherwise::Is(part.number("unknown_value")?),
            _ => Otherwise::Refuse,
        };
        let encoded = match part.get("encoded_missing_value") {
            Some(_) => part.number("encoded_missing_value")?,
            None => f64::NAN,
        };
        let mut result = Vec::with_capacity(reads.len());
        for (column, (read, known)) in reads.iter().zip(&known).enumerate() {
            let groups = grouping.groups(column, known.len())?;
            let mut entries: Vec<Entry> = Vec::with_capacity(known.len());
            let mut missing = unknown;
            for (at, value) in known.iter().enumerate() {
                let group = groups.as_ref().map_or(at, |groups| groups[at]);
                match value {
                    Some(word) => entries.push((word.clone(), group as f64)),
                    None => missing = Otherwise::Is(encoded),
                }
            }
            result.push(self.board.recode(*read, &entries, unknown, missing)?);
        }
        Ok(result)
    }
}

/// The categories of every column.
pub(super) fn categories(part: Part<'_>, width: usize) -> Result<Vec<Vec<CellValue>>, FormatError> {
    let id = part.attribute("categories_")?;
    let lists = part.arena.items(id).unwrap_or_default();
    if lists.len() != width {
        return Err(corrupt!(
            "the {} was fitted on {} columns, and gets {width}",
            part.class,
            lists.len()
        ));
    }
    lists.iter().map(|id| cells::values(part, *id)).collect()
}

/// Rare categories that are taken together, since 1.1.
pub(super) struct Grouping<'d> {
    part: Part<'d>,
    mappings: &'d [super::Id],
}

impl<'d> Grouping<'d> {
    pub(super) fn of(part: Part<'d>) -> Result<Self, FormatError> {
        let mappings = part.get("_default_to_infrequent_mappings");
        let mappings = mappings.filter(|_| part.flag("_infrequent_enabled"));
        let mappings = mappings.and_then(|id| part.arena.items(id));
        Ok(Self {
            part,
            mappings: mappings.unwrap_or_default(),
        })
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
