use linfa::error::{Error, Result};
use linfa::Label;
use ndarray::{ArrayBase, Data, Ix1};

use super::criterion::Entry;

/// The classes of a data set, numbered in ascending order. The trees of a forest can share them.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberedClasses<L> {
    pub(crate) classes: Vec<L>,
    /// The number of every row's class
    pub(crate) targets: Vec<u32>,
}

impl<L: Label> NumberedClasses<L> {
    /// Numbers the targets of a data set
    pub fn new<D: Data<Elem = L>>(targets: &ArrayBase<D, Ix1>) -> Self {
        let mut classes = Vec::new();
        for target in targets {
            if let Err(place) = classes.binary_search(target) {
                classes.insert(place, target.clone());
            }
        }
        let number = |target| classes.partition_point(|class| class < target) as u32;
        let targets = targets.iter().map(number).collect();
        NumberedClasses { classes, targets }
    }

    /// The classes in ascending order
    pub fn classes(&self) -> &[L] {
        &self.classes
    }
}

/// The rows to fit a tree to: those with a weight above zero
pub(crate) fn entries<T: Copy>(
    rows: usize,
    targets: &[T],
    weights: Option<&[f32]>,
) -> Result<Vec<Entry<T>>> {
    assert_eq!(rows, targets.len(), "every row needs a target");
    if let Some(weights) = weights {
        assert_eq!(rows, weights.len(), "every row needs a weight");
    }
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let entries: Vec<_> = (0..rows)
        .filter(|&row| weight(row) > 0.0)
        .map(|row| Entry {
            row: row as u32,
            weight: weight(row),
            target: targets[row],
        })
        .collect();
    if entries.is_empty() {
        return Err(Error::NotEnoughSamples);
    }
    Ok(entries)
}
