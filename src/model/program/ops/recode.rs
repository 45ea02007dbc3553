use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::model::check::invalid;
use std::cmp::Ordering;

/// What values are looked up in.
#[derive(Clone, Debug)]
pub enum Codes {
    /// By place, for words: NaN marks a place that is not known.
    Places(Vec<f64>),
    /// By number: known numbers in rising order, each with its value.
    Numbers(Vec<(f64, f64)>),
}

impl Codes {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Places(codes) => codes.len(),
            Self::Numbers(known) => known.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
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
            && known
                .array_windows()
                .any(|[a, b]| a.0.partial_cmp(&b.0) != Some(Ordering::Less))
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
                    // It is not below.
                    Some((number, code)) if *number <= x => *code,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::program::registers::Owners;

    #[test]
    fn no_number_is_looked_up_out_of_range() {
        let recode = Recode {
            read: 0,
            codes: Codes::Places(vec![5.0, f64::NAN]),
            unknown: -1.0,
            missing: -2.0,
        };
        let codes = [0.0, 1.0, 2.0, 1e300, f64::INFINITY, f64::NAN].map(|x| recode.of(x));
        assert_eq!(codes.map(|x| x as i32), [5, -1, -1, -1, -1, -2]);
    }

    #[test]
    fn known_numbers_rise() {
        let ready = |known: &[f64]| {
            let known = known.iter().map(|x| (*x, 0.0)).collect();
            let recode = Recode {
                read: 0,
                codes: Codes::Numbers(known),
                unknown: 0.0,
                missing: 0.0,
            };
            recode.ready(&Registers::new(&Owners::default())).is_ok()
        };
        assert!(ready(&[-1.0, 0.0, 2.0]));
        assert!(!ready(&[0.0, 0.0]) && !ready(&[f64::NAN, 1.0]) && !ready(&[1.0, 0.5]));
    }
}
