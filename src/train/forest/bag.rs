//! The bootstrap: the rows that a tree is grown from.

use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a whole tree counts in the progress of a training.
pub const TREE: u64 = 1000;

/// As many draws as there are rows, each of any row.
pub(super) struct Bag {
    /// How often each row was drawn. A row drawn k times is one row of weight k: the same tree, from fewer rows.
    pub(super) draws: Vec<f32>,
    /// Where the random choices of the fit come from.
    pub(super) seed: u64,
    /// Rows that were drawn at all.
    distinct: u64,
}

impl Bag {
    /// The bag of a tree depends on the seed and the index of the tree alone.
    pub(super) fn draw(rows: usize, seed: u64, index: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // Stream 0 is used for the held-out split.
        rng.set_stream(index as u64 + 1);
        let mut draws = vec![0.0f32; rows];
        for _ in 0..rows {
            draws[rng.gen_range(0..rows as u32) as usize] += 1.0;
        }
        Self {
            distinct: draws.iter().filter(|&&n| n > 0.0).count() as u64,
            draws,
            seed: rng.next_u64(),
        }
    }

    /// Turns rows that are done into thousandths of the tree.
    pub(super) fn progress(&self, told: &impl Fn(u64)) -> impl FnMut(usize) {
        let (mut rows, mut shown) = (0, 0);
        move |more| {
            rows += more as u64;
            let now = rows * TREE / self.distinct;
            if now > shown {
                told(now - shown);
                shown = now;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn a_bag_has_as_many_draws_as_there_are_rows() {
        let bag = Bag::draw(1000, 42, 3);
        let draws: f32 = bag.draws.iter().sum();
        assert!((draws - 1000.0).abs() < f32::EPSILON);
        // 1 - 1/e of the rows
        assert!((600..660).contains(&bag.distinct), "{}", bag.distinct);
        assert_eq!(bag.draws, Bag::draw(1000, 42, 3).draws);
        assert_ne!(bag.draws, Bag::draw(1000, 42, 4).draws);
        assert_ne!(bag.draws, Bag::draw(1000, 43, 3).draws);
    }

    #[test]
    fn a_tree_counts_the_same_whatever_its_rows() {
        for rows in [1, 7, 5000] {
            let bag = Bag::draw(rows, 1, 0);
            let told = RefCell::new(Vec::new());
            let tell = |more| told.borrow_mut().push(more);
            let mut progress = bag.progress(&tell);
            (0..bag.distinct).for_each(|_| progress(1));
            assert_eq!(told.borrow().iter().sum::<u64>(), TREE);
            assert!(told.borrow().iter().all(|&more| more > 0));
            assert!(told.borrow().len() <= TREE as usize);
        }
    }
}
