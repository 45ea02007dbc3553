use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite, one_each};
use crate::model::check::invalid;

/// The weighted median of several numbers: in rising order, the first one with which the sum of the weights reaches half of the whole.
/// One register.
///
/// Source: `_get_median_predict` of `AdaBoostRegressor` in `sklearn/ensemble/_weight_boosting.py`.
#[derive(Clone, Debug)]
pub struct Median {
    pub reads: Vec<Reg>,
    /// One for each register.
    pub weights: Vec<f64>,
}

impl Operation for Median {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        1
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        one_each("a median", &self.reads, &self.weights)?;
        finite("the weights of a median", &self.weights)?;
        if self.reads.is_empty() {
            invalid!("there is nothing to take the median of");
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for Median {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        let Scratch {
            row: numbers,
            classes: order,
            ..
        } = scratch;
        for (row, out) in out.column(0).iter_mut().enumerate() {
            numbers.clear();
            numbers.extend(self.reads.iter().map(|read| tile.column(*read)[row]));
            order.clear();
            order.extend(0..numbers.len() as u32);
            order.sort_by(|a, b| numbers[*a as usize].total_cmp(&numbers[*b as usize]));
            let sum = |sum: f64, place: &u32| sum + self.weights[*place as usize];
            let half = 0.5 * order.iter().fold(0.0, sum);
            let mut so_far = 0.0;
            let reached = order.iter().find(|place| {
                so_far = sum(so_far, place);
                so_far >= half
            });
            *out = numbers[reached.map_or(0, |place| *place as usize)];
        }
    }
}
