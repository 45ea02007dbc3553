use std::marker::PhantomData;

/// One row of a tree's training data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<T> {
    pub(crate) row: u32,
    pub(crate) weight: f32,
    pub(crate) target: T,
}

/// Where the sorted rows of a node are best divided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    /// The number of rows on the left.
    pub(crate) at: usize,
    /// The larger, the better. Scores of one node can be compared.
    pub(crate) score: f64,
}

/// Measures how well a split tells targets apart. It is led from node to node.
pub(crate) trait Criterion {
    type Target: Copy;

    /// Goes to the node that holds these rows. All that is said below is about this node.
    fn enter(&mut self, rows: &[Entry<Self::Target>]);

    /// Sum of the weights.
    fn weight(&self) -> f64;

    /// Whether all targets are equal.
    fn is_pure(&self) -> bool;

    /// The best cut between different ranks which leaves at least the weight `least` on either side. `keys` are the ranks of all rows in
    /// ascending order, with the place of the row in the lower half. The first of several best cuts.
    fn cut(&mut self, rows: &[Entry<Self::Target>], keys: &[u64], least: f64) -> Option<Cut>;

    /// The decrease in impurity by a cut of this score.
    fn decrease(&self, score: f64) -> f64;
}

/// An impurity that follows from the weight `w` and the sum over the classes of a function of the classes' weights.
pub(crate) trait Impurity {
    /// The function that is summed.
    fn term(class_weight: f64) -> f64;

    /// `w` less `w` times the impurity, up to a constant factor of `w`: what is gained on one side.
    fn side(weight: f64, terms: f64) -> f64;
}

/// One less the sum of the squared shares.
#[derive(Debug)]
pub(crate) struct Gini;

impl Impurity for Gini {
    fn term(class_weight: f64) -> f64 {
        class_weight * class_weight
    }

    // w - w * (1 - terms / w²)
    fn side(weight: f64, terms: f64) -> f64 {
        terms / weight
    }
}

/// The sum of the shares times the negative of their logarithms in base two.
#[derive(Debug)]
pub(crate) struct Entropy;

impl Impurity for Entropy {
    fn term(class_weight: f64) -> f64 {
        if class_weight > 0.0 {
            class_weight * class_weight.log2()
        } else {
            0.0
        }
    }

    // -w * Σ (x / w) * -log2(x / w)
    fn side(weight: f64, terms: f64) -> f64 {
        terms - Self::term(weight)
    }
}

/// Classes, by their weights on both sides of a cut. Sums are exact where weights are integers.
#[derive(Debug)]
pub(crate) struct Classes<I> {
    /// The weight of every class in the node.
    total: Vec<f64>,
    /// The same on the left of the cut; zero between two scans.
    left: Vec<f64>,
    /// The classes that the node holds.
    present: Vec<u32>,
    weight: f64,
    terms: f64,
    impurity: PhantomData<I>,
}

impl<I: Impurity> Classes<I> {
    pub(crate) fn new(n_classes: usize) -> Self {
        Classes {
            total: vec![0.0; n_classes],
            left: vec![0.0; n_classes],
            present: Vec::new(),
            weight: 0.0,
            terms: 0.0,
            impurity: PhantomData,
        }
    }

    /// The classes of the node in ascending order, with their weights
    pub(crate) fn weights(&self) -> Vec<(u32, f64)> {
        let weight = |&class: &u32| (class, self.total[class as usize]);
        let mut weights: Vec<(u32, f64)> = self.present.iter().map(weight).collect();
        weights.sort_unstable_by_key(|&(class, _)| class);
        weights
    }
}

impl<I: Impurity> Criterion for Classes<I> {
    type Target = u32;

    fn enter(&mut self, rows: &[Entry<u32>]) {
        for class in self.present.drain(..) {
            self.total[class as usize] = 0.0;
        }
        self.weight = 0.0;
        for row in rows {
            let total = &mut self.total[row.target as usize];
            if *total == 0.0 {
                self.present.push(row.target);
            }
            *total += f64::from(row.weight);
            self.weight += f64::from(row.weight);
        }
        let terms = self
            .present
            .iter()
            .map(|&c| I::term(self.total[c as usize]));
        self.terms = terms.sum();
    }

    fn weight(&self) -> f64 {
        self.weight
    }

    fn is_pure(&self) -> bool {
        self.present.len() < 2
    }

    fn cut(&mut self, rows: &[Entry<u32>], keys: &[u64], least: f64) -> Option<Cut> {
        let mut best = None;
        let mut best_score = f64::NEG_INFINITY;
        let (mut weight, mut left_terms, mut right_terms) = (0.0, 0.0, self.terms);
        for (i, pair) in keys.windows(2).enumerate() {
            let row = &rows[pair[0] as u32 as usize];
            let (class, added) = (row.target as usize, f64::from(row.weight));
            // Move the row from the right to the left
            let (before, right) = (self.left[class], self.total[class] - self.left[class]);
            left_terms += I::term(before + added) - I::term(before);
            right_terms += I::term(right - added) - I::term(right);
            self.left[class] = before + added;
            weight += added;

            // Equal values end up on the same side
            if pair[0] >> 32 == pair[1] >> 32 || weight < least || self.weight - weight < least {
                continue;
            }
            let score = I::side(weight, left_terms) + I::side(self.weight - weight, right_terms);
            if score > best_score {
                best_score = score;
                best = Some(i + 1);
            }
        }
        for &class in &self.present {
            self.left[class as usize] = 0.0;
        }
        best.map(|at| Cut {
            at,
            score: best_score,
        })
    }

    fn decrease(&self, score: f64) -> f64 {
        (score - I::side(self.weight, self.terms)) / self.weight
    }
}
