use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::model::check::invalid;

/// What values are looked up in.
#[derive(Clone, Debug)]
pub enum Codes {
    /// By place, for words: NaN marks a place that is not known.
    Places(Vec<f64>),
    /// By number: known numbers in rising order, each with its value.
    Numbers(Vec<(f64, f64)>),
}

/// A value replaced by the one that stands for it. One register.
#[derive(Clone, Debug)]
pub struct Recode {
    pub read: Reg,
    pub codes: Codes,
    /// What stands for a value that is not known; may be NaN.
    pub unknown: f64,
    /// What stands for NaN; may be NaN.
    pub missing: f64,
}

impl Operation for Recode {
    fn reads(&self) -> Vec<Reg> {
        vec![self.read]
    }

    fn width(&self) -> usize {
        1
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        if let Codes::Numbers(known) = &self.codes
            && known.array_windows().any(|[a, b]| !(a.0 < b.0))
        {
            invalid!("the known numbers of an encoder are not in rising order");
        }
        Ok(Box::new(self.clone()))
    }
}

impl Recode {
    #[inline]
    fn of(&self, x: f64) -> f64 {
        if x.is_nan() {
            return self.missing;
        }
        match &self.codes {
            Codes::Places(codes) => match codes.get(x as usize) {
                Some(code) if !code.is_nan() => *code,
                _ => self.unknown,
            },
            Codes::Numbers(known) => {
                let at = known.partition_point(|(number, _)| *number < x);
                match known.get(at) {
                    Some((number, code)) if *number == x => *code,
                    _ => self.unknown,
                }
            }
        }
    }
}

impl Run for Recode {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        for (y, x) in out.column(0).iter_mut().zip(tile.column(self.read)) {
            *y = self.of(*x);
        }
    }
}
