//! Making a program ready: what it claims is checked, and every register gets its place.

use super::{Operation, Reg, Run};
use crate::model::{
    check::{InvalidModel, invalid},
    estimators::Size,
};
use std::sync::Arc;

/// More registers than any pipeline has: a file that claims more wants the memory.
const MAX_REGISTERS: usize = 1 << 20;
/// One estimator may read one column so many times.
const MAX_REPEATS: usize = 8;
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

/// What an operation may know of the registers before it.
#[derive(Debug)]
pub struct Registers<'a> {
    slots: &'a [Option<Slot>],
}

/// What is known of a register that is one of several of which one is 1.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Slot {
    /// The first of them.
    first: Reg,
    /// The register that says which one it is.
    slot: Reg,
    /// The number of the operation that writes them.
    operation: u32,
}

/// Registers to be read as the features of an estimator: some are read themselves, others by the slot that says which is 1.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct Inputs {
    /// Feature and register.
    pub(in crate::model) dense: Vec<(u32, Reg)>,
    pub(in crate::model) hot: Vec<Hot>,
    pub(in crate::model) len: usize,
}

/// Features of which one is 1.
#[derive(Clone, Debug)]
pub(in crate::model) struct Hot {
    pub(in crate::model) slot: Reg,
    /// The feature of every slot; `u32::MAX` for one that is not read.
    features: Vec<u32>,
}

impl Hot {
    /// The feature that is 1.
    #[inline]
    pub(in crate::model) fn feature(&self, slot: f64) -> Option<u32> {
        // NaN and negative numbers are no slot; `as` would make them 0.
        if !(slot >= 0.0) {
            return None;
        }
        let feature = self.features.get(slot as usize).copied();
        feature.filter(|feature| *feature != u32::MAX)
    }
}

impl Inputs {
    /// All registers, each read itself.
    pub(in crate::model) fn dense(reads: &[Reg]) -> Self {
        Self {
            dense: (0..).zip(reads.iter().copied()).collect(),
            hot: Vec::new(),
            len: reads.len(),
        }
    }

    /// The registers, by their slots where they have one.
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
            let known = registers.slots.get(*register as usize).copied().flatten();
            let Some(Slot { first, slot, .. }) = known else {
                inputs.dense.push((feature, *register));
                continue;
            };
            let at = (register - first) as usize;
            let known = inputs.hot.iter().rposition(|hot| {
                hot.slot == slot
                    && hot
                        .features
                        .get(at)
                        .is_none_or(|feature| *feature == u32::MAX)
            });
            let known = known.unwrap_or(inputs.hot.len());
            if known == inputs.hot.len() {
                if inputs.hot.iter().filter(|hot| hot.slot == slot).count() >= MAX_REPEATS {
                    invalid!("an estimator reads the same column more than {MAX_REPEATS} times");
                }
                let features = Vec::new();
                inputs.hot.push(Hot { slot, features });
            }
            let features = &mut inputs.hot[known].features;
            features.resize(features.len().max(at + 1), u32::MAX);
            features[at] = feature;
        }
        Ok(inputs)
    }
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
        let ready = operation.ready(&Registers { slots })?;
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

impl<'a> Registers<'a> {
    pub(in crate::model) fn new(slots: &'a [Option<Slot>]) -> Self {
        Self { slots }
    }
}
