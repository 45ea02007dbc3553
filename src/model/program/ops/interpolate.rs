use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite};
use crate::{input::Precision, model::check::invalid};

/// The line through points; beyond the first and the last one it is level, or there is none. One register.
///
/// Source: `scipy.interpolate.interp1d`, which is `numpy.interp` for `f64` (`arr_interp` in `numpy/_core/src/multiarray/compiled_base.c`)
/// and `_call_linear` for `f32`.
#[derive(Clone, Debug)]
pub struct Interpolate {
    pub read: Reg,
    /// In rising order.
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub precision: Precision,
    /// Whether the answer is NaN beyond the points, if there are two or more.
    pub outside_is_nan: bool,
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
            let x = self.precision.round(*x);
            *out = if self.x.len() == 1 {
                self.y[0]
            } else if x.is_nan() || (self.outside_is_nan && (x < least || x > most)) {
                f64::NAN
            } else {
                self.at(x.clamp(least, most))
            };
        }
    }
}

impl Interpolate {
    /// The value at a number between the first and the last one.
    fn at(&self, x: f64) -> f64 {
        let (xs, ys) = (&self.x, &self.y);
        let last = xs.len() - 1;
        let round = |y| self.precision.round(y);
        // In f32 the first point at or behind `x` ends the piece, in f64 the last one at or before it begins the piece.
        let high = match self.precision {
            Precision::F32 => xs.partition_point(|point| *point < x).clamp(1, last),
            Precision::F64 => xs.partition_point(|point| *point <= x),
        };
        let low = high.saturating_sub(1);
        if self.precision == Precision::F64 && (low == last || xs[low] >= x) {
            return ys[low];
        }
        let slope = round(round(ys[high] - ys[low]) / round(xs[high] - xs[low]));
        round(round(slope * round(x - xs[low])) + ys[low])
    }
}
