use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite};
use crate::model::check::invalid;

/// The line through points, level beyond the first and the last one. One register.
///
/// Source: `IsotonicRegression` in scikit-learn, which takes `scipy.interpolate.interp1d`.
#[derive(Clone, Debug)]
pub struct Interpolate {
    pub read: Reg,
    /// In rising order.
    pub x: Vec<f64>,
    pub y: Vec<f64>,
}

impl Operation for Interpolate {
    fn reads(&self) -> Vec<Reg> {
        vec![self.read]
    }

    fn width(&self) -> usize {
        1
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        finite("a calibration", &self.x)?;
        finite("a calibration", &self.y)?;
        if self.x.is_empty() || self.x.len() != self.y.len() || !self.x.is_sorted() {
            invalid!("a calibration needs points in rising order");
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for Interpolate {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        let (least, most) = (self.x[0], self.x[self.x.len() - 1]);
        for (out, x) in out.column(0).iter_mut().zip(tile.column(self.read)) {
            // `clip` in numpy; NaN stays.
            let x = if *x < least { least } else { *x };
            let x = if x > most { most } else { x };
            *out = self.at(x);
        }
    }
}

impl Interpolate {
    fn at(&self, x: f64) -> f64 {
        let (xs, ys) = (&self.x, &self.y);
        if xs.len() == 1 {
            return ys[0];
        }
        // The first point at or behind `x`, but never the first of all.
        let high = xs
            .partition_point(|point| *point < x)
            .clamp(1, xs.len() - 1);
        let low = high - 1;
        let slope = (ys[high] - ys[low]) / (xs[high] - xs[low]);
        slope * (x - xs[low]) + ys[low]
    }
}
