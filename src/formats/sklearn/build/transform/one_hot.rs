//! Categories as columns of zeros and ones.
//!
//! Source: `OneHotEncoder` in `sklearn/preprocessing/_encoders.py`, versions 0.24 to 1.9.

use super::{
    Entry, FormatError, Node, Otherwise, Part, Reader, Reg, Register, cells, corrupt, numpy, ops,
    ordinal::{Categories, Grouping, categories},
};
use crate::input::Precision;

impl Reader {
    pub(super) fn one_hot(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let known = categories(part, reads.len())?;
        let grouping = Grouping::of(part);
        let register = Register::rounded(cells::dtype(part, "dtype")?.unwrap_or(Precision::F64));
        // Called `sparse` until 1.2.
        self.sparse = part.flag("sparse_output") || part.flag("sparse");
        let mut result = Vec::new();
        for (column, (read, known)) in reads.iter().zip(known).enumerate() {
            let known = Categories::new(part, *known)?;
            let slots = Slots::new(part, &grouping, column, known.len)?;
            let entries = known.words.iter();
            let entries = entries.map(|(word, at)| Ok((word.clone(), slots.of(*at)?)));
            let entries: Vec<Entry> = entries.collect::<Result<_, FormatError>>()?;
            let unknown = match part.text("handle_unknown") {
                Some("ignore") => Otherwise::Is(NO_SLOT),
                // Until 1.8 what is warned of is ignored.
                Some("warn") if !part.since(1, 8) => Otherwise::Is(NO_SLOT),
                Some("infrequent_if_exist" | "warn") => Otherwise::Is(slots.infrequent),
                _ => Otherwise::Refuse,
            };
            let missing = match known.none.or(known.nan) {
                Some(at) => Otherwise::Is(slots.of(at)?),
                None => unknown,
            };
            let read = self.board.as_categories(*read, known.none.is_some());
            let slot = self.board.recode(read, &entries, unknown, missing)?;
            let width = slots.width;
            let registers = vec![register.clone(); width];
            result.extend(self.board.draw(ops::OneHot { slot, width }, registers)?);
        }
        Ok(result)
    }
}

/// No register of the column's is 1.
const NO_SLOT: f64 = -1.0;

/// Which of a column's registers each of its categories makes 1.
struct Slots {
    /// For each category its group, where rare ones form a group.
    groups: Option<Vec<usize>>,
    dropped: Option<usize>,
    /// The slot of the rare ones.
    infrequent: f64,
    width: usize,
}

impl Slots {
    fn new(
        part: Part<'_>,
        grouping: &Grouping,
        column: usize,
        categories: usize,
    ) -> Result<Self, FormatError> {
        let groups = grouping.groups(column, categories)?;
        let count = match &groups {
            Some(groups) => groups.iter().max().map_or(0, |most| most + 1),
            None => categories,
        };
        let dropped = dropped(part, column)?.filter(|dropped| *dropped < count);
        let mut slots = Self {
            infrequent: NO_SLOT,
            width: count - usize::from(dropped.is_some()),
            dropped,
            groups,
        };
        if slots.groups.is_some() {
            // Rare categories are the last group.
            slots.infrequent = slots.slot(count - 1);
        }
        Ok(slots)
    }

    fn slot(&self, group: usize) -> f64 {
        match self.dropped {
            Some(dropped) if group == dropped => NO_SLOT,
            Some(dropped) if group > dropped => (group - 1) as f64,
            _ => group as f64,
        }
    }

    /// The slot of a category.
    fn of(&self, category: usize) -> Result<f64, FormatError> {
        let group = match &self.groups {
            Some(groups) => groups.get(category).copied(),
            None => Some(category),
        };
        let group = group.ok_or_else(|| corrupt!("category {category} is in no group"))?;
        Ok(self.slot(group))
    }
}

/// The group that has no register of its own.
fn dropped(part: Part<'_>, column: usize) -> Result<Option<usize>, FormatError> {
    // Since 1.1 counted after the rare ones were grouped.
    let id = part
        .get("_drop_idx_after_grouping")
        .or_else(|| part.get("drop_idx_"));
    let Some(id) = id else {
        return Ok(None);
    };
    let array = numpy::array(part.arena, id)?;
    let Some(array) = array else {
        return Err(corrupt!("`drop_idx_` of the OneHotEncoder is no array"));
    };
    let place = match array.objects() {
        Some(objects) => match objects.get(column) {
            Some(id) if matches!(part.arena.node(*id), Node::None) => return Ok(None),
            Some(id) => numpy::number(part.arena, *id),
            None => None,
        },
        None if column < array.len() => Some(array.numbers()?.float(column)),
        None => None,
    };
    match place {
        Some(place) if place >= 0.0 => Ok(Some(place as usize)),
        _ => Err(corrupt!(
            "`drop_idx_` of the OneHotEncoder lacks column {column}"
        )),
    }
}
