//! Leaf vectors as the IR has them, how they are to be added up, and how they are deduplicated.

use crate::input::Precision;
use hashbrown::{DefaultHashBuilder, HashTable, hash_table::Entry};
use std::hash::{BuildHasher, Hash, Hasher};

/// How the leaves of a row are added up.
pub(in crate::model) struct SumRule<'a> {
    /// What the sums are divided by at the end.
    pub(in crate::model) divisor: f64,
    /// What the sums of a forest with targets begin with; empty for zeros.
    pub(in crate::model) base: &'a [f64],
    /// What they are taken in.
    pub(in crate::model) precision: Precision,
}

impl SumRule<'_> {
    #[expect(clippy::float_cmp, reason = "a divisor is a whole number")]
    pub(super) fn divides_by_one(&self) -> bool {
        self.divisor == 1.0
    }
}

/// A tree of the kernel's order, as its leaves see it.
pub(in crate::model) struct TreeLeaves {
    /// Its index in the IR.
    pub(in crate::model) tree: usize,
    /// The IR's numbers of its leaves.
    pub(in crate::model) leaves: Vec<u32>,
}

pub(super) struct RawLeaves<'a> {
    /// Numbers per leaf.
    pub(super) width: usize,
    /// Leaf after leaf.
    pub(super) values: &'a [f64],
    /// The leaves that can be reached, by tree in the kernel's order.
    pub(super) trees: &'a [TreeLeaves],
}

impl RawLeaves<'_> {
    pub(super) fn leaf(&self, number: u32) -> impl Iterator<Item = f64> + Clone {
        let at = number as usize * self.width;
        self.values[at..at + self.width].iter().copied()
    }

    /// Each distinct vector once, cut to `width` numbers; the second list tells, for every leaf, which of them it is, and `u32::MAX`
    /// for one that no tree reaches.
    pub(super) fn distinct<T: Copy, K: Hash + Eq>(
        &self,
        width: usize,
        identity: impl Fn(T) -> K,
        convert: impl Fn(f64) -> T,
    ) -> (Vec<T>, Vec<u32>) {
        let mut numbers = vec![u32::MAX; self.values.len() / self.width];
        let leaves: usize = self.trees.iter().map(|tree| tree.leaves.len()).sum();
        let most = leaves.min(numbers.len());
        let mut values: Vec<T> = Vec::with_capacity(width * most);
        // Their places among `values`. A map would hold all numbers a second time, each vector in an allocation of its own.
        let mut seen: HashTable<u32> = HashTable::with_capacity(most / 4);
        let builder = DefaultHashBuilder::default();
        let hash = |vector: &[T]| {
            let mut hasher = builder.build_hasher();
            vector.iter().for_each(|x| identity(*x).hash(&mut hasher));
            hasher.finish()
        };
        for &number in self.trees.iter().flat_map(|tree| &tree.leaves) {
            let known = values.len();
            values.extend(self.leaf(number).take(width).map(&convert));
            let (before, vector) = values.split_at(known);
            let at = |place: u32| &before[place as usize * width..][..width];
            let same = |place: &u32| {
                at(*place)
                    .iter()
                    .map(|x| identity(*x))
                    .eq(vector.iter().map(|x| identity(*x)))
            };
            let next = seen.len() as u32;
            numbers[number as usize] =
                match seen.entry(hash(vector), same, |place| hash(at(*place))) {
                    Entry::Occupied(place) => {
                        let place = *place.get();
                        values.truncate(known);
                        place
                    }
                    Entry::Vacant(place) => *place.insert(next).get(),
                };
        }
        values.shrink_to_fit();
        (values, numbers)
    }
}
