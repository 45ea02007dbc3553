/// Fewer keys than this are left to the standard library.
const FEW: usize = 128;
/// The most buckets: their counters and the places that they write to stay in the caches.
const MOST_BUCKETS: usize = 1 << 12;
/// Larger buckets are not left to insertion.
const LONG: usize = 24;

/// Sorts what a node holds of one column.
///
/// A key is a rank in its upper half and a place in its lower half. Ranks are dense integers, about evenly spread, so their upper bits say
/// nearly where a key belongs: one pass puts it into its bucket, and little is left to sort within the buckets.
#[derive(Debug, Default)]
pub(crate) struct Sorter {
    keys: Vec<u64>,
    spare: Vec<u64>,
    buckets: Vec<u32>,
}

impl Sorter {
    /// Sorts ranks, which must not be empty. `None` if they are all equal; otherwise the keys in ascending order, equal ranks by place.
    pub(crate) fn sort(&mut self, ranks: impl Iterator<Item = u32>) -> Option<&[u64]> {
        let (mut low, mut high) = (u32::MAX, 0);
        self.keys.clear();
        self.keys.extend((0u32..).zip(ranks).map(|(place, rank)| {
            low = low.min(rank);
            high = high.max(rank);
            u64::from(rank) << 32 | u64::from(place)
        }));
        if low >= high {
            return None;
        }
        if self.keys.len() < FEW {
            self.keys.sort_unstable();
            return Some(&self.keys);
        }
        self.distribute(low, high);
        Some(&self.spare)
    }

    /// Sorts `keys`, whose ranks are from `low` to `high`, into `spare`.
    fn distribute(&mut self, low: u32, high: u32) {
        let most = self.keys.len().min(MOST_BUCKETS) as u32;
        let span = high - low;
        let mut shift = 0;
        while span >> shift >= most {
            shift += 1;
        }
        let bucket = |key: u64| ((((key >> 32) as u32) - low) >> shift) as usize;

        // The end of every bucket; filling from the end keeps equal ranks in order.
        self.buckets.clear();
        self.buckets.resize((span >> shift) as usize + 1, 0);
        for &key in &self.keys {
            self.buckets[bucket(key)] += 1;
        }
        let mut end = 0;
        for count in &mut self.buckets {
            end += *count;
            *count = end;
        }
        self.spare.resize(self.keys.len(), 0);
        for &key in self.keys.iter().rev() {
            let at = &mut self.buckets[bucket(key)];
            *at -= 1;
            self.spare[*at as usize] = key;
        }

        // Now `buckets` has the start of every bucket. One that holds a single rank is in order.
        if shift == 0 {
            return;
        }
        let mut end = self.spare.len();
        for &start in self.buckets.iter().rev() {
            let start = start as usize;
            let keys = &mut self.spare[start..end];
            if keys.len() > LONG {
                keys.sort_unstable();
            } else {
                insert(keys);
            }
            end = start;
        }
    }
}

/// Sorts a few keys, most of which are in order.
fn insert(keys: &mut [u64]) {
    for i in 1..keys.len() {
        let key = keys[i];
        let mut at = i;
        while at > 0 && keys[at - 1] > key {
            keys[at] = keys[at - 1];
            at -= 1;
        }
        keys[at] = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray_rand::rand::{rngs::StdRng, Rng, SeedableRng};

    #[test]
    fn ranks_come_out_in_order_whatever_their_spread() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut sorter = Sorter::default();
        for len in &[1, 2, 3, 20, 127, 128, 1000, 6000] {
            for most in &[1, 2, 50, 4096, 4097, 1 << 20, u32::MAX] {
                for skewed in &[false, true] {
                    let ranks: Vec<u32> = (0..*len)
                        .map(|_| rng.gen_range(0..*most))
                        .map(|rank| {
                            if *skewed && rank % 50 > 0 {
                                rank % 7
                            } else {
                                rank
                            }
                        })
                        .collect();
                    let mut expected: Vec<u64> = (0..)
                        .zip(&ranks)
                        .map(|(place, &rank)| u64::from(rank) << 32 | place)
                        .collect();
                    expected.sort_unstable();
                    let constant = ranks.iter().all(|&rank| rank == ranks[0]);
                    match sorter.sort(ranks.iter().copied()) {
                        None => assert!(constant),
                        Some(sorted) => assert!(!constant && sorted == expected),
                    }
                }
            }
        }
    }
}
