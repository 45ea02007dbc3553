//! What is known of each register, once for all in a row of which the same is known.

use super::register::Register;
use crate::model::Reg;

/// What is known of each register.
#[derive(Debug, Default)]
pub(super) struct Known {
    kinds: Vec<Register>,
    /// For each register its place among the kinds.
    of: Vec<u32>,
}

impl Known {
    pub(super) fn len(&self) -> usize {
        self.of.len()
    }

    pub(super) fn get(&self, register: Reg) -> &Register {
        &self.kinds[self.of[register as usize] as usize]
    }

    /// Appends a register.
    pub(super) fn push(&mut self, register: Register) {
        if self.kinds.last() != Some(&register) {
            self.kinds.push(register);
        }
        self.of.push(self.kinds.len() as u32 - 1);
    }

    /// Appends registers until there are `len`, alike but for their number.
    pub(super) fn fill(&mut self, len: usize, register: &Register) {
        while self.of.len() < len {
            self.push(register.clone());
        }
    }

    /// Notes something else of a register.
    pub(super) fn change(&mut self, register: Reg, change: impl FnOnce(&mut Register)) {
        let mut changed = self.get(register).clone();
        change(&mut changed);
        if self.kinds.last() != Some(&changed) {
            self.kinds.push(changed);
        }
        self.of[register as usize] = self.kinds.len() as u32 - 1;
    }
}
