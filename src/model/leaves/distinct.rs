//! Vectors of numbers, each kept once.

use std::hash::{BuildHasher, Hash, Hasher};

use hashbrown::{DefaultHashBuilder, HashTable, hash_table::Entry};

/// A number that is told from others by its bits: both zeros are two.
pub(crate) trait Bits: Copy {
    fn bits(self) -> u64;
}

impl Bits for u32 {
    fn bits(self) -> u64 {
        self.into()
    }
}

impl Bits for f32 {
    fn bits(self) -> u64 {
        self.to_bits().into()
    }
}

impl Bits for f64 {
    fn bits(self) -> u64 {
        self.to_bits()
    }
}

/// Distinct vectors of one width, numbered as they come.
pub(crate) struct Distinct<T> {
    width: usize,
    /// Vector after vector.
    values: Vec<T>,
    /// Their places among `values`. A map would hold all numbers a second time, each vector in an allocation of its own.
    seen: HashTable<u32>,
    builder: DefaultHashBuilder,
}

impl<T: Bits> Distinct<T> {
    /// None yet. Room for more of them than there are would not stay in the caches.
    pub(crate) fn new(width: usize, expected: usize) -> Self {
        Self {
            width,
            values: Vec::with_capacity(width * expected),
            seen: HashTable::with_capacity(expected),
            builder: DefaultHashBuilder::default(),
        }
    }

    /// The number of a vector.
    #[inline]
    pub(crate) fn number(&mut self, vector: impl Iterator<Item = T>) -> u32 {
        let Self {
            width,
            values,
            seen,
            builder,
        } = self;
        let hash = |vector: &[T]| {
            let mut hasher = builder.build_hasher();
            vector.iter().for_each(|x| x.bits().hash(&mut hasher));
            hasher.finish()
        };
        let known = values.len();
        values.extend(vector);
        let (before, vector) = values.split_at(known);
        let at = |place: u32| &before[place as usize * *width..][..*width];
        let same = |place: &u32| {
            let mut pairs = at(*place).iter().zip(vector);
            pairs.all(|(x, y)| x.bits() == y.bits())
        };
        let next = seen.len() as u32;
        match seen.entry(hash(vector), same, |place| hash(at(*place))) {
            Entry::Occupied(place) => {
                values.truncate(known);
                *place.get()
            }
            Entry::Vacant(place) => *place.insert(next).get(),
        }
    }

    /// The vectors, by number.
    pub(crate) fn into_values(mut self) -> Vec<T> {
        self.values.shrink_to_fit();
        self.values
    }
}
