//! Registers as the features of an estimator: read themselves, by the slot that says which one of several is 1, or by what is stored of
//! several that are mostly 0.

use super::tile::Tile;
use crate::model::{
    check::{InvalidModel, invalid},
    ir::Reg,
};

/// One estimator may read one column so many times.
const MAX_REPEATS: usize = 8;

/// What an operation may know of the registers before it.
#[derive(Debug)]
pub struct Registers<'a> {
    owners: &'a Owners,
}

/// Which operation writes each register, and how.
#[derive(Debug, Default)]
pub(in crate::model) struct Owners {
    /// The operation of each register behind the columns.
    of: Vec<u32>,
    operations: Vec<Owner>,
    columns: usize,
    groups: u32,
}

/// The registers of one operation.
#[derive(Clone, Copy, Debug)]
struct Owner {
    first: Reg,
    kind: Kind,
}

/// How the registers of an operation are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Each one itself.
    Dense,
    /// By the register that says which one of them is 1.
    Slot(Reg),
    /// By what is stored of them, in the group of this number.
    Sparse(u32),
}

impl Owners {
    /// Nothing but columns.
    pub(super) fn new(columns: usize) -> Self {
        Self {
            columns,
            ..Self::default()
        }
    }

    /// Registers so far.
    pub(super) fn len(&self) -> usize {
        self.columns + self.of.len()
    }

    /// Appends the registers of the next operation.
    pub(super) fn add(&mut self, width: usize, slot: Option<Reg>, sparse: bool) -> Kind {
        let kind = match slot {
            Some(slot) => Kind::Slot(slot),
            None if sparse => Kind::Sparse(self.groups),
            None => Kind::Dense,
        };
        self.groups += u32::from(matches!(kind, Kind::Sparse(_)));
        let first = self.len() as Reg;
        let operation = self.operations.len() as u32;
        self.operations.push(Owner { first, kind });
        self.of.extend(std::iter::repeat_n(operation, width));
        kind
    }

    /// The number of groups of which only what is not 0 is stored.
    pub(super) fn groups(&self) -> usize {
        self.groups as usize
    }

    /// The operation that writes a register, and how; nothing for a column.
    pub(super) fn of(&self, register: Reg) -> Option<(usize, Kind)> {
        let at = (register as usize).checked_sub(self.columns)?;
        let operation = *self.of.get(at)? as usize;
        Some((operation, self.operations[operation].kind))
    }

    /// How a register is read, and its place among those of its operation.
    fn known(&self, register: Reg) -> Option<(Kind, usize)> {
        let (operation, kind) = self.of(register)?;
        let first = self.operations[operation].first;
        Some((kind, (register - first) as usize))
    }
}

/// Registers to be read as the features of an estimator.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct Inputs {
    /// Feature and register of those that are read themselves.
    pub(in crate::model) dense: Vec<(u32, Reg)>,
    pub(in crate::model) hot: Vec<Hot>,
    pub(in crate::model) stored: Vec<Stored>,
    /// All of them in the order of their first features.
    sources: Vec<Source>,
    pub(in crate::model) len: usize,
}

/// Some of the inputs.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// One of the registers that are read themselves.
    Dense(usize),
    Hot(usize),
    Stored(usize),
}

/// Features of which one is 1.
#[derive(Clone, Debug)]
pub(in crate::model) struct Hot {
    pub(in crate::model) slot: Reg,
    /// The feature of every slot; `u32::MAX` for one that is not read.
    features: Vec<u32>,
}

/// Features of which only those are stored that are not 0.
#[derive(Clone, Debug)]
pub(in crate::model) struct Stored {
    group: u32,
    /// The feature of every register of the group; `u32::MAX` for one that is not read.
    features: Vec<u32>,
}

impl Hot {
    /// The first feature that it may be.
    pub(in crate::model) fn first(&self) -> u32 {
        self.features.iter().copied().min().unwrap_or(u32::MAX)
    }

    /// The feature that is 1.
    #[inline]
    pub(in crate::model) fn feature(&self, slot: f64) -> Option<u32> {
        // NaN and negative numbers are no slot; `as` would make them 0.
        let features = if slot >= 0.0 { &self.features[..] } else { &[] };
        let feature = features.get(slot as usize).copied();
        feature.filter(|feature| *feature != u32::MAX)
    }
}

impl Stored {
    /// The features of a row that are not 0, with their values, in the order in which they are stored.
    #[inline]
    pub(in crate::model) fn entries<'t>(
        &'t self,
        tile: &Tile<'t>,
        row: usize,
    ) -> impl Iterator<Item = (u32, f64)> + Clone + 't {
        let entries = tile.entries(self.group, row).iter();
        entries.filter_map(|(at, x)| {
            let feature = self.features.get(*at as usize).copied();
            feature.filter(|f| *f != u32::MAX).map(|f| (f, *x))
        })
    }
}

/// Puts `feature` at place `at` of the last of `lists` whose `features` are free there, or of a new one; which one it is if it is new.
fn place<T>(
    lists: &mut Vec<T>,
    (at, feature): (usize, u32),
    new: impl FnOnce(Vec<u32>) -> T,
    mut features: impl FnMut(&mut T) -> Option<&mut Vec<u32>>,
) -> Result<Option<usize>, InvalidModel> {
    let mut alike = 0;
    for list in lists.iter_mut().rev() {
        let Some(features) = features(list) else {
            continue;
        };
        alike += 1;
        if features.get(at).is_none_or(|known| *known == u32::MAX) {
            features.resize(features.len().max(at + 1), u32::MAX);
            features[at] = feature;
            return Ok(None);
        }
    }
    if alike >= MAX_REPEATS {
        invalid!("an estimator reads the same column more than {MAX_REPEATS} times");
    }
    let mut features = vec![u32::MAX; at + 1];
    features[at] = feature;
    lists.push(new(features));
    Ok(Some(lists.len() - 1))
}

impl Inputs {
    /// The registers, by their slots or by what is stored of them where they are of that kind.
    ///
    /// # Errors
    /// When features repeat more often than any pipeline repeats them.
    pub(in crate::model) fn new(
        reads: &[Reg],
        registers: &Registers<'_>,
    ) -> Result<Self, InvalidModel> {
        let mut inputs = Self {
            len: reads.len(),
            ..Self::default()
        };
        for (feature, register) in (0..).zip(reads) {
            let source = match registers.owners.known(*register) {
                Some((Kind::Slot(slot), at)) => {
                    let new = |features| Hot { slot, features };
                    place(&mut inputs.hot, (at, feature), new, |hot| {
                        (hot.slot == slot).then_some(&mut hot.features)
                    })?
                    .map(Source::Hot)
                }
                Some((Kind::Sparse(group), at)) => {
                    let new = |features| Stored { group, features };
                    place(&mut inputs.stored, (at, feature), new, |stored| {
                        (stored.group == group).then_some(&mut stored.features)
                    })?
                    .map(Source::Stored)
                }
                _ => {
                    inputs.dense.push((feature, *register));
                    Some(Source::Dense(inputs.dense.len() - 1))
                }
            };
            inputs.sources.extend(source);
        }
        Ok(inputs)
    }

    /// Whether something is read by what is stored of it.
    pub(in crate::model) fn are_stored(&self) -> bool {
        !self.stored.is_empty()
    }

    /// Makes `into` the features of a row that are not 0, with their values, as a sparse matrix has them that was put together of its
    /// parts: part after part, each in its own order.
    pub(in crate::model) fn gather(&self, tile: &Tile<'_>, row: usize, into: &mut Vec<(u32, f64)>) {
        into.clear();
        for source in &self.sources {
            match source {
                Source::Dense(at) => {
                    let (feature, register) = self.dense[*at];
                    let x = tile.column(register)[row];
                    into.extend((x != 0.0).then_some((feature, x)));
                }
                Source::Hot(at) => {
                    let hot = &self.hot[*at];
                    let feature = hot.feature(tile.column(hot.slot)[row]);
                    into.extend(feature.map(|feature| (feature, 1.0)));
                }
                Source::Stored(at) => into.extend(self.stored[*at].entries(tile, row)),
            }
        }
    }
}

impl<'a> Registers<'a> {
    pub(in crate::model) fn new(owners: &'a Owners) -> Self {
        Self { owners }
    }
}
