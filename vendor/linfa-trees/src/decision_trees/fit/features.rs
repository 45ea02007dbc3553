use ndarray_rand::rand::Rng;
use rand_chacha::ChaCha8Rng;

/// The features of a tree, in an order that is drawn anew at every split.
///
/// A feature that is constant in a node is so in all nodes below it, and is not looked at again there. Nodes have to come depth first:
/// what is known of a node then stays known, in the first places of the order, until the last node below it is fitted.
#[derive(Debug)]
pub(crate) struct Features {
    order: Vec<u32>,
    /// The number of features that a split looks at
    per_split: usize,
    /// `None` where all are looked at
    rng: Option<ChaCha8Rng>,
}

impl Features {
    pub(crate) fn new(available: usize, per_split: usize, rng: Option<ChaCha8Rng>) -> Self {
        Features {
            order: (0..available as u32).collect(),
            per_split,
            rng,
        }
    }

    /// Looks at features of a node until `per_split` of them were not constant, or all are seen.
    ///
    /// `n_constant` features are known to be constant. `look` says whether the feature varies in the node. The number of features that
    /// are known to be constant now.
    pub(crate) fn each(&mut self, n_constant: usize, mut look: impl FnMut(usize) -> bool) -> usize {
        let mut constant = n_constant;
        let Some(rng) = &mut self.rng else {
            for &feature in &self.order {
                look(feature as usize);
            }
            return constant;
        };
        // In `order`: the constant ones, those that were not drawn, those that were looked at.
        let mut end = self.order.len();
        let mut seen = 0;
        while seen < self.per_split && constant < end {
            let drawn = rng.gen_range(constant as u32..end as u32) as usize;
            if look(self.order[drawn] as usize) {
                end -= 1;
                self.order.swap(drawn, end);
                seen += 1;
            } else {
                self.order.swap(drawn, constant);
                constant += 1;
            }
        }
        constant
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray_rand::rand::SeedableRng;

    fn seen(features: &mut Features, n_constant: usize, constant: &[usize]) -> (Vec<usize>, usize) {
        let mut seen = Vec::new();
        let known = features.each(n_constant, |feature| {
            seen.push(feature);
            !constant.contains(&feature)
        });
        (seen, known)
    }

    #[test]
    fn constant_features_do_not_count_and_are_not_seen_again() {
        let rng = ChaCha8Rng::seed_from_u64(3);
        let mut features = Features::new(10, 3, Some(rng));
        let constant = [0, 1, 2, 3, 4, 5];
        let mut known = 0;
        for _ in 0..20 {
            let (mut looked_at, now) = seen(&mut features, known, &constant);
            assert_eq!(
                looked_at.iter().filter(|f| !constant.contains(f)).count(),
                3
            );
            assert_eq!(looked_at.len(), 3 + now - known);
            looked_at.sort_unstable();
            looked_at.dedup();
            assert_eq!(looked_at.len(), 3 + now - known, "a feature is drawn twice");
            known = now;
        }
        assert_eq!(known, 6);
    }

    #[test]
    fn every_feature_is_as_likely_as_another() {
        let rng = ChaCha8Rng::seed_from_u64(4);
        let mut features = Features::new(5, 2, Some(rng));
        let mut counts = [0; 5];
        for _ in 0..10_000 {
            for feature in seen(&mut features, 0, &[]).0 {
                counts[feature] += 1;
            }
        }
        // 4000 each, with a standard deviation of 49
        assert!(
            counts.iter().all(|n| (3800..4200).contains(n)),
            "{:?}",
            counts
        );
    }
}
