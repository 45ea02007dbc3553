//! Registers as the features of an estimator: read themselves, or by the slot that says which one of several is 1.

use crate::model::{
    check::{InvalidModel, invalid},
    ir::Reg,
};

/// One estimator may read one column so many times.
const MAX_REPEATS: usize = 8;

/// What an operation may know of the registers before it.
#[derive(Debug)]
pub struct Registers<'a> {
    slots: &'a [Option<Slot>],
}

/// What is known of a register that is one of several of which one is 1.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Slot {
    /// The first of them.
    pub(super) first: Reg,
    /// The register that says which one it is.
    pub(super) slot: Reg,
    /// The number of the operation that writes them.
    pub(super) operation: u32,
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

impl<'a> Registers<'a> {
    pub(in crate::model) fn new(slots: &'a [Option<Slot>]) -> Self {
        Self { slots }
    }
}
