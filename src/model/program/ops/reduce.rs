use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::{input::Precision, model::check::invalid};

/// What several numbers become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    Sum,
    Mean,
    Product,
    Largest,
    Smallest,
    /// The sum of the sizes.
    Sizes,
    /// The sum of the squares.
    Squares,
    /// The root of that.
    Root,
    /// The logarithm of the sum.
    LogSum,
    /// The logarithm of the sum of the exponentials.
    LogSumExp,
}

impl Reduction {
    /// The value of some numbers, in `f64`.
    pub fn of(self, numbers: &(impl Iterator<Item = f64> + Clone)) -> f64 {
        let sum = |f: fn(f64) -> f64| numbers.clone().map(f).sum::<f64>();
        let most = || numbers.clone().fold(f64::NEG_INFINITY, f64::max);
        match self {
            Self::Sum => sum(|x| x),
            Self::Mean => sum(|x| x) / numbers.clone().count() as f64,
            Self::Product => numbers.clone().product(),
            Self::Largest => most(),
            Self::Smallest => numbers.clone().fold(f64::INFINITY, f64::min),
            Self::Sizes => sum(f64::abs),
            Self::Squares => sum(|x| x * x),
            Self::Root => sum(|x| x * x).sqrt(),
            Self::LogSum => sum(|x| x).ln(),
            Self::LogSumExp => {
                let most = most();
                if most.is_infinite() {
                    return most;
                }
                numbers.clone().map(|x| (x - most).exp()).sum::<f64>().ln() + most
            }
        }
    }
}

/// Several registers to one, rounded once. One register for each group.
#[derive(Clone, Debug)]
pub struct Reduce {
    pub reduction: Reduction,
    pub groups: Vec<Vec<Reg>>,
    pub precision: Precision,
}

impl Operation for Reduce {
    fn reads(&self) -> Vec<Reg> {
        self.groups.concat()
    }

    fn width(&self) -> usize {
        self.groups.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        if self.groups.iter().any(Vec::is_empty) {
            invalid!("there is nothing to sum up");
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for Reduce {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        for (group, out) in self.groups.iter().zip(out.columns()) {
            for (row, y) in out.iter_mut().enumerate() {
                let numbers = group.iter().map(|read| tile.column(*read)[row]);
                *y = self.precision.round(self.reduction.of(&numbers));
            }
        }
    }
}

/// The `k` largest or smallest of some numbers, in this order, and their places: `k` registers of numbers, then `k` of places. Of equal
/// ones the first comes first.
#[derive(Clone, Debug)]
pub struct Extremes {
    pub reads: Vec<Reg>,
    pub k: usize,
    pub largest: bool,
}

impl Operation for Extremes {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        2 * self.k
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        if self.k == 0 || self.k > self.reads.len() {
            invalid!(
                "there are no {} extremes of {} numbers",
                self.k,
                self.reads.len()
            );
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for Extremes {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        let mut numbers: Vec<(f64, u32)> = Vec::with_capacity(self.reads.len());
        for row in 0..tile.rows() {
            numbers.clear();
            numbers.extend(self.reads.iter().zip(0..).map(|(read, place)| {
                let x = tile.column(*read)[row];
                (if self.largest { -x } else { x }, place)
            }));
            let order = |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
            // Both zeros are one number.
            numbers.iter_mut().for_each(|(x, _)| *x += 0.0);
            if self.k < numbers.len() {
                numbers.select_nth_unstable_by(self.k, order);
            }
            numbers[..self.k].sort_unstable_by(order);
            for (j, (x, place)) in numbers[..self.k].iter().enumerate() {
                out.column(j)[row] = if self.largest { -x } else { *x };
                out.column(self.k + j)[row] = (*place).into();
            }
        }
    }
}
