//! Making a program ready: what it claims is checked, and every register gets its place.

use super::{
    operation::{Operation, Run},
    registers::{Kind, Owners, Registers},
    tile::TILE,
};
use crate::model::{
    check::{InvalidModel, invalid},
    estimators::Size,
    ir::Reg,
};
use std::sync::Arc;

/// More registers than any pipeline has: a file that claims more wants the memory.
const MAX_REGISTERS: usize = 1 << 22;
/// Nor are so many written out.
const MAX_WRITTEN: usize = 1 << 21;
/// The numbers of a tile that are written out: 8 MiB.
const TILE_NUMBERS: usize = 1 << 20;
/// The place of a register that is not written out.
const NOWHERE: u32 = u32::MAX;

/// A checked program.
#[derive(Debug, Default)]
pub(in crate::model) struct Program {
    pub(super) columns: usize,
    pub(super) operations: Vec<Placed>,
    pub(super) places: Vec<u32>,
    /// Registers that are written out.
    pub(super) size: usize,
    /// Groups of registers of which only what is not 0 is stored.
    pub(super) groups: usize,
}

/// An operation and where it writes.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) run: Box<dyn Run>,
    /// The number of registers that it writes out.
    pub(super) width: usize,
    /// The group that it stores what is not 0 in.
    pub(super) group: Option<usize>,
}

/// What is read of an operation's registers.
#[derive(Clone, Copy)]
struct Needed {
    /// Whether they are written out.
    out: bool,
    at_all: bool,
    kind: Kind,
}

impl Program {
    /// Checks `operations` over rows of `columns` numbers. `last` are the registers that are read when all have run, with
    /// `by_slots` where those of which most are 0 are read by what is not.
    pub(in crate::model) fn new(
        columns: usize,
        operations: &[Arc<dyn Operation>],
        last: &[Reg],
        by_slots: bool,
    ) -> Result<(Self, Owners), InvalidModel> {
        let mut owners = Owners::new(columns);
        let mut needed = Vec::with_capacity(operations.len());
        for (i, operation) in operations.iter().enumerate() {
            let there = owners.len();
            for register in operation.reads() {
                if register as usize >= there {
                    invalid!("operation {i} reads register {register} of {there}");
                }
                note(&owners, &mut needed, register, operation.reads_slots());
            }
            let width = operation.width();
            if there.saturating_add(width) > MAX_REGISTERS {
                invalid!("the pipeline makes more than {MAX_REGISTERS} columns of its own");
            }
            let kind = owners.add(width, operation.slot(), operation.is_sparse());
            let dense = kind == Kind::Dense;
            needed.push(Needed {
                out: dense,
                at_all: dense,
                kind,
            });
        }
        for register in last {
            if *register as usize >= owners.len() {
                invalid!("the scores read register {register} of {}", owners.len());
            }
            note(&owners, &mut needed, *register, by_slots);
        }
        let mut program = Self {
            columns,
            places: (0..columns as u32).collect(),
            size: columns,
            groups: owners.groups(),
            operations: Vec::new(),
        };
        for (operation, needed) in operations.iter().zip(&needed) {
            program.add(operation.as_ref(), *needed, &owners)?;
        }
        Ok((program, owners))
    }

    fn add(
        &mut self,
        operation: &dyn Operation,
        needed: Needed,
        owners: &Owners,
    ) -> Result<(), InvalidModel> {
        let width = operation.width();
        if needed.out {
            self.places
                .extend((self.size..self.size + width).map(|place| place as u32));
            self.size += width;
            if self.size > MAX_WRITTEN {
                invalid!("the pipeline writes out more than {MAX_WRITTEN} columns of its own");
            }
        } else {
            self.places.extend(std::iter::repeat_n(NOWHERE, width));
        }
        if needed.at_all {
            self.operations.push(Placed {
                run: operation.ready(&Registers::new(owners))?,
                width: if needed.out { width } else { 0 },
                group: match needed.kind {
                    Kind::Sparse(group) => Some(group as usize),
                    _ => None,
                },
            });
        }
        Ok(())
    }

    /// How many rows are run at a time: a tile of very many registers has fewer of them.
    pub(in crate::model) fn tile_rows(&self) -> usize {
        (TILE_NUMBERS / self.size.max(1)).clamp(1, TILE)
    }

    /// How large the forests in it are.
    pub(in crate::model) fn sizes(&self) -> impl Iterator<Item = Size> {
        self.operations
            .iter()
            .filter_map(|placed| placed.run.size())
    }
}

/// Notes that an operation's register is read: one that is read itself is written out, and its neighbours with it.
fn note(owners: &Owners, needed: &mut [Needed], register: Reg, by_slots: bool) {
    if let Some((operation, kind)) = owners.of(register) {
        let needed = &mut needed[operation];
        needed.out |= !by_slots;
        needed.at_all |= !by_slots || matches!(kind, Kind::Sparse(_));
    }
}
