//! What the decisions for pairs of classes say together. The pairs come as (0, 1), (0, 2), … (1, 2), ….

use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite};
use crate::model::check::invalid;

/// The place of the class that most pairs decide for, the first one of those that tie. One register. The first class of a pair wins
/// where the number exceeds 0.
///
/// Source: `svm_predict_values` in libsvm's `svm.cpp`.
#[derive(Clone, Debug)]
pub struct PairVotes {
    pub reads: Vec<Reg>,
    pub classes: usize,
}

/// A score for each class: how many pairs decide for it, and less than half a vote for how clearly. The second class of a pair wins
/// where the number is negative, or where `winners` says so.
///
/// Source: `_ovr_decision_function` in scikit-learn's `utils/multiclass.py`.
#[derive(Clone, Debug)]
pub struct PairScores {
    pub reads: Vec<Reg>,
    /// Empty, or for each pair 1 where its second class wins and 0 where the first one does.
    pub winners: Vec<Reg>,
    pub classes: usize,
}

/// Probabilities of the classes that agree with those of the pairs, `1 / (1 + e^(a x + b))` for the first one, as far as such can.
///
/// Source: `svm_predict_probability`, `sigmoid_predict` and `multiclass_probability` in libsvm's `svm.cpp`, by the second method of Wu,
/// Lin and Weng.
#[derive(Clone, Debug)]
pub struct PairProbabilities {
    pub reads: Vec<Reg>,
    pub classes: usize,
    pub a: Vec<f64>,
    pub b: Vec<f64>,
}

/// No pair is surer than this.
const LEAST: f64 = 1e-7;

fn check(reads: &[Reg], classes: usize) -> Result<(), InvalidModel> {
    let pairs = classes.checked_mul(classes.saturating_sub(1));
    if classes < 2 || pairs.map(|pairs| pairs / 2) != Some(reads.len()) {
        invalid!("{} numbers are no pairs of {classes} classes", reads.len());
    }
    Ok(())
}

/// The pairs with their numbers for a row.
fn pairs<'t>(
    reads: &'t [Reg],
    classes: usize,
    tile: &'t Tile<'_>,
    row: usize,
) -> impl Iterator<Item = (usize, usize, f64)> + 't {
    let pairs = (0..classes).flat_map(move |i| (i + 1..classes).map(move |j| (i, j)));
    pairs
        .zip(reads)
        .map(move |((i, j), read)| (i, j, tile.column(*read)[row]))
}

impl Operation for PairVotes {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        1
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        check(&self.reads, self.classes)?;
        Ok(Box::new(self.clone()))
    }
}

impl Run for PairVotes {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        let votes = &mut scratch.row;
        for row in 0..tile.rows() {
            votes.clear();
            votes.resize(self.classes, 0.0);
            for (i, j, x) in pairs(&self.reads, self.classes, tile, row) {
                votes[if x > 0.0 { i } else { j }] += 1.0;
            }
            out.column(0)[row] = crate::model::largest(votes).into();
        }
    }
}

impl Operation for PairScores {
    fn reads(&self) -> Vec<Reg> {
        [&self.reads[..], &self.winners].concat()
    }

    fn width(&self) -> usize {
        self.classes
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        check(&self.reads, self.classes)?;
        if !self.winners.is_empty() {
            check(&self.winners, self.classes)?;
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for PairScores {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        let Scratch {
            row: clear,
            sums: votes,
            ..
        } = scratch;
        for row in 0..tile.rows() {
            for numbers in [&mut *clear, &mut *votes] {
                numbers.clear();
                numbers.resize(self.classes, 0.0);
            }
            let numbers = pairs(&self.reads, self.classes, tile, row);
            for (pair, (i, j, x)) in numbers.enumerate() {
                clear[i] += x;
                clear[j] -= x;
                let second = match self.winners.get(pair) {
                    Some(winner) => tile.column(*winner)[row] > 0.5,
                    None => x < 0.0,
                };
                votes[if second { j } else { i }] += 1.0;
            }
            for (j, (votes, clear)) in votes.iter().zip(&*clear).enumerate() {
                out.column(j)[row] = votes + clear / (3.0 * (clear.abs() + 1.0));
            }
        }
    }
}

impl Operation for PairProbabilities {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.classes
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        check(&self.reads, self.classes)?;
        finite("the probabilities of pairs", &self.a)?;
        finite("the probabilities of pairs", &self.b)?;
        if self.a.len() != self.reads.len() || self.b.len() != self.reads.len() {
            invalid!("each pair of classes needs two numbers for its probability");
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for PairProbabilities {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        let k = self.classes;
        let Scratch {
            row: r,
            prepared: q,
            sums: qp,
            scores: p,
            ..
        } = scratch;
        for numbers in [&mut *r, &mut *q] {
            numbers.clear();
            numbers.resize(k * k, 0.0);
        }
        qp.clear();
        qp.resize(k, 0.0);
        for row in 0..tile.rows() {
            let numbers = pairs(&self.reads, k, tile, row);
            for ((i, j, x), (a, b)) in numbers.zip(self.a.iter().zip(&self.b)) {
                let first = sigmoid(x * a + b).clamp(LEAST, 1.0 - LEAST);
                r[i * k + j] = first;
                r[j * k + i] = 1.0 - first;
            }
            couple(r, q, qp, p);
            for (j, p) in p.iter().enumerate() {
                out.column(j)[row] = *p;
            }
        }
    }
}

/// `1 / (1 + e^x)`
fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        (-x).exp() / (1.0 + (-x).exp())
    } else {
        1.0 / (1.0 + x.exp())
    }
}

/// The probabilities `p` of classes, from those of pairs: `r[i][j]` is how probable class `i` is beside class `j`.
fn couple(r: &[f64], q: &mut [f64], qp: &mut [f64], p: &mut Vec<f64>) {
    let k = qp.len();
    p.clear();
    p.resize(k, 1.0 / k as f64);
    for t in 0..k {
        let squares = (0..k)
            .filter(|j| *j != t)
            .map(|j| r[j * k + t] * r[j * k + t]);
        q[t * k + t] = squares.sum();
        for j in 0..k {
            if j < t {
                q[t * k + j] = q[j * k + t];
            } else if j > t {
                q[t * k + j] = -r[j * k + t] * r[t * k + j];
            }
        }
    }
    let enough = 0.005 / k as f64;
    for _ in 0..k.max(100) {
        let mut pqp = 0.0;
        for t in 0..k {
            qp[t] = q[t * k..][..k].iter().zip(&*p).map(|(q, p)| q * p).sum();
            pqp += p[t] * qp[t];
        }
        let error = qp.iter().map(|qp| (qp - pqp).abs()).fold(0.0, f64::max);
        if error < enough {
            break;
        }
        for t in 0..k {
            let diff = (pqp - qp[t]) / q[t * k + t];
            p[t] += diff;
            pqp = (pqp + diff * (diff * q[t * k + t] + 2.0 * qp[t])) / (1.0 + diff) / (1.0 + diff);
            for j in 0..k {
                qp[j] = (qp[j] + diff * q[t * k + j]) / (1.0 + diff);
                p[j] /= 1.0 + diff;
            }
        }
    }
}
