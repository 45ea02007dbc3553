//! What points say of a row together.

use super::{InvalidModel, Out, Scratch, Why, finite, outliers};
use crate::{
    input::Precision,
    model::{check::invalid, largest, pairwise_sum},
};

/// What is known of every point.
#[derive(Clone, Debug)]
pub enum Learned {
    /// Numbers, `targets` for each point: a register for the mean of each target.
    Numbers {
        values: Vec<f64>,
        targets: usize,
        /// The answer where no point is near.
        alone: f64,
    },
    /// A class in each of several targets: for each target a register for the share of every class, and one for the place of the class.
    Classes {
        /// Places of classes, one for each point and target.
        places: Vec<u32>,
        /// The number of classes of each target.
        counts: Vec<usize>,
        /// The class of each target where no point is near; without them such a row is refused.
        alone: Option<Vec<u32>>,
    },
    /// How dense points lie: one register for how much denser the points near a row are than the row, as a negative number.
    Densities {
        /// One for each point.
        densities: Vec<f64>,
        /// How far the last of its own neighbours is from each point.
        reaches: Vec<f64>,
        /// What distances from a row are rounded to.
        precision: Precision,
    },
}

impl Learned {
    /// How many registers it has.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Numbers { targets, .. } => *targets,
            Self::Densities { .. } => 1,
            Self::Classes { counts, .. } => counts
                .iter()
                .fold(0usize, |sum, n| sum.saturating_add(n + 1)),
        }
    }

    pub(super) fn check(&self, points: usize) -> Result<(), InvalidModel> {
        match self {
            Self::Numbers {
                values, targets, ..
            } => {
                finite("what neighbours have learned", values)?;
                if *targets == 0 || Some(values.len()) != points.checked_mul(*targets) {
                    invalid!("there are {} answers of {points} points", values.len());
                }
            }
            Self::Densities {
                densities, reaches, ..
            } => {
                finite("the density near a point", densities)?;
                finite("the distance of a neighbour", reaches)?;
                if densities.len() != points || reaches.len() != points {
                    invalid!("there are {} densities of {points} points", densities.len());
                }
            }
            Self::Classes {
                places,
                counts,
                alone,
            } => {
                if Some(places.len()) != points.checked_mul(counts.len()) {
                    invalid!("there are {} classes of {points} points", places.len());
                }
                let known = |places: &[u32]| {
                    let mut pairs = places.iter().zip(counts.iter().cycle());
                    pairs.all(|(place, count)| (*place as usize) < *count)
                };
                if counts.is_empty()
                    || !known(places)
                    || alone.as_deref().is_some_and(|a| !known(a))
                {
                    invalid!("a point is of a class that there is not");
                }
                if alone
                    .as_ref()
                    .is_some_and(|alone| alone.len() != counts.len())
                {
                    invalid!("there are other targets for rows that are alone");
                }
            }
        }
        Ok(())
    }

    /// Whether the distances of the points are asked for in the place of weights.
    pub(super) fn of_distances(&self) -> bool {
        matches!(self, Self::Densities { .. })
    }

    /// Writes the answer to a row. `weights` are those of the points where they count differently; `nearest` says that they are so many
    /// of them, whose class is the one with the most votes, and not the one with the largest share.
    pub(super) fn answer(
        &self,
        row: usize,
        points: &[u32],
        weights: Option<&[f64]>,
        nearest: bool,
        out: &mut Out<'_>,
        scratch: &mut Scratch,
    ) {
        match self {
            Self::Numbers {
                values,
                targets,
                alone,
            } => {
                let terms = &mut scratch.scores;
                for target in 0..*targets {
                    let known = points
                        .iter()
                        .map(|p| values[*p as usize * targets + target]);
                    out.column(target)[row] = mean(known, weights, terms).unwrap_or(*alone);
                }
            }
            Self::Densities {
                densities,
                reaches,
                precision,
            } => {
                let distances = weights.unwrap_or_default().iter();
                let near = points.iter().map(|p| *p as usize).zip(distances);
                let near = near.map(|(p, x)| (precision.round(*x), reaches[p], densities[p]));
                out.column(0)[row] = outliers::score(near, &mut scratch.scores);
            }
            Self::Classes {
                places,
                counts,
                alone,
            } => {
                let mut first = 0;
                for (target, count) in counts.iter().enumerate() {
                    let place = |point: u32| places[point as usize * counts.len() + target];
                    let shares = &mut scratch.scores;
                    shares.clear();
                    shares.resize(*count, 0.0);
                    match (points, alone) {
                        ([], Some(alone)) => shares[alone[target] as usize] = 1.0,
                        ([], None) => {
                            scratch.refuse(row, Why::Alone);
                            return;
                        }
                        _ => vote(points.iter().map(|p| place(*p)), weights, shares),
                    }
                    let mut class = largest(shares);
                    if let Some(weights) = weights.filter(|_| nearest) {
                        let places = points.iter().map(|p| place(*p) as usize);
                        let votes = places.zip(weights.iter().copied());
                        class = most(*count, &votes, &mut scratch.prepared);
                    }
                    for (j, share) in scratch.scores.iter().enumerate() {
                        out.column(first + j)[row] = *share;
                    }
                    out.column(first + count)[row] = class.into();
                    first += count + 1;
                }
            }
        }
    }
}

/// The mean of numbers, as numpy takes it; nothing of none.
fn mean(
    numbers: impl ExactSizeIterator<Item = f64>,
    weights: Option<&[f64]>,
    terms: &mut Vec<f64>,
) -> Option<f64> {
    let count = numbers.len();
    terms.clear();
    if count == 0 {
        return None;
    }
    Some(if let Some(weights) = weights {
        terms.extend(numbers.zip(weights).map(|(x, weight)| x * weight));
        pairwise_sum(terms) / pairwise_sum(weights)
    } else {
        terms.extend(numbers);
        pairwise_sum(terms) / count as f64
    })
}

/// The share of every class in the votes.
fn vote(classes: impl Iterator<Item = u32>, weights: Option<&[f64]>, shares: &mut [f64]) {
    match weights {
        Some(weights) => classes
            .zip(weights)
            .for_each(|(class, weight)| shares[class as usize] += weight),
        None => classes.for_each(|class| shares[class as usize] += 1.0),
    }
    let sum = pairwise_sum(shares);
    if sum != 0.0 {
        shares.iter_mut().for_each(|share| *share /= sum);
    }
}

/// The class whose votes sum to the most, as numpy sums them with a zero for each of another class.
///
/// Source: `weighted_mode` in scikit-learn's `utils/extmath.py`.
fn most(
    classes: usize,
    votes: &(impl Iterator<Item = (usize, f64)> + Clone),
    terms: &mut Vec<f64>,
) -> u32 {
    let (mut best, mut sum) = (0, 0.0);
    for class in 0..classes {
        let of = |(voted, weight)| if voted == class { weight } else { 0.0 };
        terms.clear();
        terms.extend(votes.clone().map(of));
        let votes = pairwise_sum(terms);
        if votes > sum {
            (best, sum) = (class as u32, votes);
        }
    }
    best
}
