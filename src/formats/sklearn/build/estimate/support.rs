//! Support vector machines.
//!
//! Source: `sklearn/svm/_base.py` and `_classes.py`, and libsvm's `svm.cpp`, which they call.

use super::{Estimate, FormatError, Part, Reader, Reg, corrupt, labels, ops, unsupported};
use crate::formats::sklearn::sparse::{self, sparse};
use ops::{Kernel, Vectors};

/// The probabilities of more classes than this would take long to find.
const MAX_CLASSES: usize = 500;
/// Weights that stand in for the vectors of a linear kernel, in any case.
const SMALL: usize = 1 << 16;

/// What a support vector machine is made of.
struct Machine {
    /// How many vectors are of each class, or all of them.
    classes: Vec<usize>,
    vectors: Vectors,
    /// Numbers that the vectors store.
    stored: usize,
    /// A row for each class but one, of a number for each vector.
    coefficients: Vec<f64>,
    intercept: Vec<f64>,
}

impl Reader {
    /// A vote of all pairs of classes; probabilities where they were fitted, which the vote does not heed.
    pub(super) fn support_classifier(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let labels = labels(part, "classes_")?;
        let count = labels.len();
        let by_class = part.text("decision_function_shape") != Some("ovo");
        let break_ties = part.flag("break_ties");
        if break_ties && !by_class {
            return Err(unsupported!(
                "the {} breaks ties although its decision_function_shape is \"ovo\", which scikit-learn refuses to predict with",
                part.class
            ));
        }
        let counts = whole(part, "_n_support")?;
        if counts.len() != count || count < 2 {
            return Err(corrupt!(
                "the {} has {count} classes, and support vectors of {}",
                part.class,
                counts.len()
            ));
        }
        let sums = self.support_sums(part, reads, &counts)?;
        let probabilities = self.pair_probabilities(part, &sums, count)?;
        let (decision, class) = if let [sum] = sums[..] {
            let negative = self.board.apply(ops::Function::Negative, &[sum])?;
            let class = self.above(negative[0], 0.0, true)?;
            (negative, class)
        } else {
            let classes = count;
            let scores = if by_class {
                let reads = sums.clone();
                self.board.draw(
                    ops::PairScores {
                        reads,
                        winners: Vec::new(),
                        classes,
                    },
                    [],
                )?
            } else {
                sums.clone()
            };
            let class = if break_ties {
                self.largest(&scores)?
            } else {
                let reads = sums;
                self.board.draw(ops::PairVotes { reads, classes }, [])?[0]
            };
            (scores, class)
        };
        Ok(Estimate::Classes {
            labels,
            probabilities,
            decision: Some(decision),
            class,
        })
    }

    /// 1 for what is like most rows of the fit: where the sum exceeds 0.
    pub(super) fn one_class(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let decision = self.support_sums(part, reads, &[])?[0];
        self.beyond(part, decision, false)
    }

    /// The same by a linear sum, where it is 0 or more.
    ///
    /// Source: `SGDOneClassSVM` in `sklearn/linear_model/_stochastic_gradient.py`.
    pub(super) fn linear_one_class(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        self.board.whole_numbers(reads)?;
        let linear = ops::Linear {
            reads: reads.to_vec(),
            weights: part.columns("coef_", reads.len())?,
            intercept: vec![-offset(part)?],
        };
        let decision = self.board.draw(linear, [])?[0];
        self.beyond(part, decision, true)
    }

    fn beyond(
        &mut self,
        part: Part<'_>,
        decision: Reg,
        or_equal: bool,
    ) -> Result<Estimate, FormatError> {
        let offset = vec![offset(part)?];
        let score = self
            .board
            .each(crate::model::StepOp::Add, &[decision], offset)?[0];
        Ok(Estimate::Anomaly {
            normal: self.above(decision, 0.0, or_equal)?,
            decision,
            score,
        })
    }

    /// Platt's probabilities, coupled; none where the fit was not asked for them.
    fn pair_probabilities(
        &mut self,
        part: Part<'_>,
        sums: &[Reg],
        classes: usize,
    ) -> Result<Option<Vec<Reg>>, FormatError> {
        if !part.flag("probability") {
            return Ok(None);
        }
        let a = part.array("_probA")?.floats()?;
        let b = part.array("_probB")?.floats()?;
        if a.is_empty() {
            // It was asked for them after the fit.
            return Ok(None);
        }
        if classes > MAX_CLASSES {
            return Err(unsupported!(
                "the {} has probabilities of {classes} classes; {MAX_CLASSES} are the most that this server couples",
                part.class
            ));
        }
        let pairs = ops::PairProbabilities {
            reads: sums.to_vec(),
            classes,
            a,
            b,
        };
        self.board.draw(pairs, []).map(Some)
    }

    /// libsvm's sums: one for each pair of classes, or a single one where there are no classes. `counts` says how many vectors are of
    /// each class.
    pub(super) fn support_sums(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
        counts: &[usize],
    ) -> Result<Vec<Reg>, FormatError> {
        self.board.whole_numbers(reads)?;
        let kernel = kernel(part)?;
        let machine = self.machine(part, reads.len(), counts)?;
        if kernel == Kernel::Linear
            && let Some(weights) = machine.weights(reads.len())
        {
            let linear = ops::Linear {
                reads: reads.to_vec(),
                weights,
                intercept: machine.intercept,
            };
            return self.board.draw(linear, []);
        }
        let kernels = ops::Kernels {
            reads: reads.to_vec(),
            kernel,
            vectors: machine.vectors,
            classes: machine.classes,
            coefficients: machine.coefficients,
            intercept: machine.intercept,
        };
        self.board.draw(kernels, [])
    }

    fn machine(
        &mut self,
        part: Part<'_>,
        width: usize,
        counts: &[usize],
    ) -> Result<Machine, FormatError> {
        let id = part.attribute("support_vectors_")?;
        let (count, columns, vectors, stored);
        if let Some(found) = sparse(part.arena, id)? {
            (count, columns, stored) = (found.rows(), found.columns, found.numbers.len());
            vectors = Vectors::Sparse {
                starts: found.starts,
                places: found.places,
                numbers: found.numbers,
            };
        } else {
            let array = part.array("support_vectors_")?;
            let &[rows, width] = &array.shape[..] else {
                return Err(corrupt!("the {} has no matrix of vectors", part.class));
            };
            let numbers = array.floats()?;
            (count, columns, stored) = (rows, width, numbers.len());
            vectors = Vectors::Dense(numbers);
        }
        if columns != width {
            return Err(corrupt!(
                "the {} was fitted on {columns} columns, and gets {width}",
                part.class
            ));
        }
        let coefficients = numbers(part, "_dual_coef_")?;
        let intercept = part.array("_intercept_")?.floats()?;
        let all = coefficients.len().saturating_add(stored);
        self.spend(all.saturating_mul(8))?;
        let classes = match counts {
            [] => vec![count],
            counts => counts.to_vec(),
        };
        // Every loop over the vectors trusts these.
        let each = classes.len().saturating_sub(1).max(1);
        let sum = classes.iter().fold(0usize, |sum, n| sum.saturating_add(*n));
        let pairs = (classes.len() * (classes.len() - 1) / 2).max(1);
        let fits = sum == count && Some(coefficients.len()) == count.checked_mul(each);
        if !fits || intercept.len() != pairs {
            return Err(corrupt!(
                "the {} has {count} support vectors, {} coefficients and {} intercepts",
                part.class,
                coefficients.len(),
                intercept.len()
            ));
        }
        Ok(Machine {
            classes,
            vectors,
            stored,
            coefficients,
            intercept,
        })
    }
}

impl Machine {
    /// For a linear kernel: the weights of the columns in each sum, if they take no more room than the vectors.
    fn weights(&self, width: usize) -> Option<Vec<f64>> {
        let size = self.intercept.len().checked_mul(width)?;
        if size > SMALL.max(self.stored.saturating_mul(2)) {
            return None;
        }
        let mut weights = vec![0.0; size];
        let count = self.classes.iter().sum::<usize>();
        let bounds: Vec<usize> = std::iter::once(0)
            .chain(self.classes.iter().scan(0, |end, n| {
                *end += n;
                Some(*end)
            }))
            .collect();
        let mut sums = weights.chunks_exact_mut(width.max(1));
        if let [_] = self.classes[..] {
            self.add(sums.next()?, 0..count, 0);
            return Some(weights);
        }
        for i in 0..self.classes.len() {
            for j in i + 1..self.classes.len() {
                let sum = sums.next()?;
                self.add(sum, bounds[i]..bounds[i + 1], (j - 1) * count);
                self.add(sum, bounds[j]..bounds[j + 1], i * count);
            }
        }
        Some(weights)
    }

    /// Adds vectors times their coefficients, the first of which is at `coefficients` less the number of the first vector.
    fn add(&self, sum: &mut [f64], vectors: std::ops::Range<usize>, coefficients: usize) {
        for at in vectors {
            let coefficient = self.coefficients[coefficients + at];
            match &self.vectors {
                Vectors::Dense(numbers) => {
                    let vector = &numbers[at * sum.len()..][..sum.len()];
                    sum.iter_mut()
                        .zip(vector)
                        .for_each(|(sum, x)| *sum += coefficient * x);
                }
                Vectors::Sparse {
                    starts,
                    places,
                    numbers,
                } => {
                    for stored in starts[at]..starts[at + 1] {
                        sum[places[stored] as usize] += coefficient * numbers[stored];
                    }
                }
            }
        }
    }
}

/// The kernel of a machine, with the numbers that the fit has found.
fn kernel(part: Part<'_>) -> Result<Kernel, FormatError> {
    Ok(match part.text("kernel") {
        Some("linear") => Kernel::Linear,
        Some("poly") => Kernel::Polynomial {
            gamma: part.number("_gamma")?,
            coef0: part.number("coef0")?,
            degree: part.count("degree")? as u32,
        },
        Some("rbf") => Kernel::Radial {
            gamma: part.number("_gamma")?,
        },
        Some("sigmoid") => Kernel::Sigmoid {
            gamma: part.number("_gamma")?,
            coef0: part.number("coef0")?,
        },
        Some("precomputed") => {
            return Err(unsupported!(
                "the {} reads a precomputed kernel, whose columns are the rows that it was fitted on; fit it with \"linear\", \"poly\", \"rbf\" or \"sigmoid\"",
                part.class
            ));
        }
        _ => {
            return Err(unsupported!(
                "the {} has a kernel of its own, {}, which this server will not run; \"linear\", \"poly\", \"rbf\" and \"sigmoid\" work",
                part.class,
                part.arena.kind(part.attribute("kernel")?)
            ));
        }
    })
}

/// What the decision is less than the score.
fn offset(part: Part<'_>) -> Result<f64, FormatError> {
    let offset = part.array_or_number("offset_")?;
    let offset = offset.first().copied();
    offset.ok_or_else(|| corrupt!("the {} has no offset", part.class))
}

/// The numbers of an array, or of a sparse matrix that stores them all.
fn numbers(part: Part<'_>, name: &str) -> Result<Vec<f64>, FormatError> {
    match sparse(part.arena, part.attribute(name)?)? {
        Some(sparse::Sparse { numbers, .. }) => Ok(numbers),
        None => part.array(name)?.floats(),
    }
}

/// An array of counts.
fn whole(part: Part<'_>, name: &str) -> Result<Vec<usize>, FormatError> {
    let array = part.array(name)?;
    let numbers = array.numbers()?;
    let count = |i| usize::try_from(numbers.int(i)).ok();
    let counts: Option<Vec<usize>> = (0..array.len()).map(count).collect();
    counts.ok_or_else(|| corrupt!("`{name}` of the {} holds a negative number", part.class))
}
