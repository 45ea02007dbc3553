use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::model::check::invalid;
use std::hint::black_box;

/// The depths of a row's leaves to what an isolation forest says of the row. Three registers: 1 for a row like the others and 0 for an
/// anomaly; how far it is on the good side; and the score `-2^(-depths / usual)`.
#[derive(Clone, Debug)]
pub struct Isolation {
    /// The sum of the depths.
    pub read: Reg,
    /// What the sum is for a usual row; 0 makes every row a usual one.
    pub usual: f64,
    /// The score below which a row is an anomaly.
    pub offset: f64,
}

impl Operation for Isolation {
    fn reads(&self) -> Vec<Reg> {
        vec![self.read]
    }

    fn width(&self) -> usize {
        3
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        if !self.usual.is_finite() || !self.offset.is_finite() {
            invalid!(
                "the depth {} or the offset {} of an isolation forest is not finite",
                self.usual,
                self.offset
            );
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for Isolation {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        // A constant would be taken for `exp2`, which has other last bits than the power that numpy takes.
        let two = black_box(2.0_f64);
        for (row, depths) in tile.column(self.read).iter().enumerate() {
            let depths = if self.usual == 0.0 {
                1.0
            } else {
                depths / self.usual
            };
            let score = -two.powf(-depths);
            let decision = score - self.offset;
            // The offset is the score of a row of the fit, which is no anomaly, whatever the last bit of a power is where it runs.
            let decision = if decision.abs() <= f64::EPSILON {
                0.0
            } else {
                decision
            };
            out.column(0)[row] = f64::from(u8::from(decision >= 0.0));
            out.column(1)[row] = decision;
            out.column(2)[row] = score;
        }
    }
}
