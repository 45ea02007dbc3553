//! Making a program ready: what it claims is checked, and every register gets its place.

use super::{
    operation::{Operation, Run},
    registers::{Registers, Slot},
};
use crate::model::{
    check::{InvalidModel, invalid},
    estimators::Size,
    ir::Reg,
};
use std::sync::Arc;

/// More registers than any pipeline has: a file that claims more wants the memory.
const MAX_REGISTERS: usize = 1 << 20;
/// The place of a register that is not written out.
const NOWHERE: u32 = u32::MAX;

/// A checked program.
#[derive(Debug, Default)]
pub(in crate::model) struct Program {
    pub(super) columns: usize,
    /// Each with the number of registers that it writes out.
    pub(super) operations: Vec<(Box<dyn Run>, usize)>,
    pub(super) places: Vec<u32>,
    /// Registers that are written out.
    pub(super) size: usize,
}

impl Program {
    /// Checks `operations` over rows of `columns` numbers. `last` are the registers that are read when all have run, with
    /// `by_slots` where those that have a slot are read by it.
    pub(in crate::model) fn new(
        columns: usize,
        operations: &[Arc<dyn Operation>],
        last: &[Reg],
        by_slots: bool,
    ) -> Result<(Self, Vec<Option<Slot>>), InvalidModel> {
        let mut slots: Vec<Option<Slot>> = vec![None; columns];
        // Whether each operation writes its registers out.
        let mut written = Vec::with_capacity(operations.len());
        for (i, operation) in operations.iter().enumerate() {
            let there = slots.len();
            for register in operation.reads() {
                if register as usize >= there {
                    invalid!("operation {i} reads register {register} of {there}");
                }
                note(&slots, &mut written, register, operation.reads_slots());
            }
            let width = operation.width();
            if there.saturating_add(width) > MAX_REGISTERS {
                invalid!("the pipeline makes more than {MAX_REGISTERS} columns of its own");
            }
            let slot = operation.slot().map(|slot| Slot {
                first: there as Reg,
                slot,
                operation: i as u32,
            });
            slots.resize(there + width, slot);
            written.push(slot.is_none());
        }
        for register in last {
            if *register as usize >= slots.len() {
                invalid!("the scores read register {register} of {}", slots.len());
            }
            note(&slots, &mut written, *register, by_slots);
        }
        let mut program = Self {
            columns,
            places: (0..columns as u32).collect(),
            size: columns,
            operations: Vec::new(),
        };
        for (operation, written) in operations.iter().zip(&written) {
            program.add(operation.as_ref(), *written, &slots)?;
        }
        Ok((program, slots))
    }

    fn add(
        &mut self,
        operation: &dyn Operation,
        out: bool,
        slots: &[Option<Slot>],
    ) -> Result<(), InvalidModel> {
        let width = operation.width();
        if !out {
            self.places.extend(std::iter::repeat_n(NOWHERE, width));
            return Ok(());
        }
        let ready = operation.ready(&Registers::new(slots))?;
        self.places
            .extend((self.size..self.size + width).map(|place| place as u32));
        self.size += width;
        self.operations.push((ready, width));
        Ok(())
    }

    /// How large the forests in it are.
    pub(in crate::model) fn sizes(&self) -> impl Iterator<Item = Size> {
        self.operations.iter().filter_map(|(run, _)| run.size())
    }
}

/// A register that is read itself is written out, and its neighbours with it.
fn note(slots: &[Option<Slot>], written: &mut [bool], register: Reg, by_slot: bool) {
    if let Some(slot) = slots[register as usize].filter(|_| !by_slot) {
        written[slot.operation as usize] = true;
    }
}
