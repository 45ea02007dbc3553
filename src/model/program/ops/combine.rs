use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::input::Precision;

/// What an operation reads: a register, or a number that is the same for every row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    Register(Reg),
    Number(f64),
}

impl Operand {
    /// The register that it is.
    pub fn register(&self) -> Option<Reg> {
        match self {
            Self::Register(register) => Some(*register),
            Self::Number(_) => None,
        }
    }

    /// Its value in a row of a tile.
    #[inline]
    fn at(self, tile: &Tile<'_>, row: usize) -> f64 {
        match self {
            Self::Register(register) => tile.column(register)[row],
            Self::Number(number) => number,
        }
    }
}

/// A function of two numbers. Truth is 1 and 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    /// Of whole numbers: the fraction is cut off. By zero there is none.
    WholeDiv,
    /// The rest of a division, with the sign of the divisor.
    Remainder,
    /// The same, with the sign of what is divided.
    Fmod,
    Pow,
    /// The larger one, and NaN where one of them is.
    Max,
    /// The smaller one, and NaN where one of them is.
    Min,
    Less,
    LessOrEqual,
    Equal,
    And,
    Or,
    Xor,
}

impl Binary {
    /// The value for two numbers of a precision, rounded to it.
    #[expect(clippy::float_cmp, reason = "equality is what is asked for")]
    pub fn of(self, a: f64, b: f64, precision: Precision) -> f64 {
        let truth = |flag: bool| f64::from(u8::from(flag));
        let extreme = |x: f64| {
            if a.is_nan() || b.is_nan() {
                f64::NAN
            } else {
                x
            }
        };
        match self {
            // One operation on two f32 numbers in f64, then rounded, is the f32 operation itself.
            Self::Add => precision.round(a + b),
            Self::Sub => precision.round(a - b),
            Self::Mul => precision.round(a * b),
            Self::Div => precision.round(a / b),
            Self::WholeDiv => (a / b).trunc(),
            Self::Remainder => match a % b {
                rest if rest != 0.0 && (rest < 0.0) != (b < 0.0) => rest + b,
                rest => rest,
            },
            Self::Fmod => a % b,
            Self::Pow => match precision {
                Precision::F32 => (a as f32).powf(b as f32).into(),
                Precision::F64 => a.powf(b),
            },
            Self::Max => extreme(a.max(b)),
            Self::Min => extreme(a.min(b)),
            Self::Less => truth(a < b),
            Self::LessOrEqual => truth(a <= b),
            Self::Equal => truth(a == b),
            Self::And => truth(a != 0.0 && b != 0.0),
            Self::Or => truth(a != 0.0 || b != 0.0),
            Self::Xor => truth((a != 0.0) != (b != 0.0)),
        }
    }
}

/// `y[i] = function(pairs[i][0], pairs[i][1])`, rounded to `precision`. One register for each pair.
#[derive(Clone, Debug)]
pub struct Combine {
    pub function: Binary,
    pub pairs: Vec<[Operand; 2]>,
    pub precision: Precision,
}

impl Operation for Combine {
    fn reads(&self) -> Vec<Reg> {
        self.pairs
            .iter()
            .flatten()
            .filter_map(Operand::register)
            .collect()
    }

    fn width(&self) -> usize {
        self.pairs.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        Ok(Box::new(self.clone()))
    }
}

impl Run for Combine {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        let of = |a, b| self.function.of(a, b, self.precision);
        for ([a, b], out) in self.pairs.iter().zip(out.columns()) {
            match (a, b) {
                (Operand::Register(a), Operand::Register(b)) => {
                    let both = tile.column(*a).iter().zip(tile.column(*b));
                    out.iter_mut()
                        .zip(both)
                        .for_each(|(y, (a, b))| *y = of(*a, *b));
                }
                (Operand::Register(a), Operand::Number(b)) => {
                    let column = tile.column(*a);
                    out.iter_mut()
                        .zip(column)
                        .for_each(|(y, a)| *y = of(*a, *b));
                }
                (Operand::Number(a), Operand::Register(b)) => {
                    let column = tile.column(*b);
                    out.iter_mut()
                        .zip(column)
                        .for_each(|(y, b)| *y = of(*a, *b));
                }
                (Operand::Number(a), Operand::Number(b)) => out.fill(of(*a, *b)),
            }
        }
    }
}

/// One of two operands, by whether a register is zero. One register for each choice.
#[derive(Clone, Debug)]
pub struct Either {
    /// Where the first is not zero the second, else the third.
    pub choices: Vec<(Reg, Operand, Operand)>,
}

impl Operation for Either {
    fn reads(&self) -> Vec<Reg> {
        let each = |(by, yes, no): &(Reg, Operand, Operand)| {
            [Some(*by), yes.register(), no.register()]
                .into_iter()
                .flatten()
        };
        self.choices.iter().flat_map(each).collect()
    }

    fn width(&self) -> usize {
        self.choices.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        Ok(Box::new(self.clone()))
    }
}

impl Run for Either {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        for ((by, yes, no), out) in self.choices.iter().zip(out.columns()) {
            for (row, (y, by)) in out.iter_mut().zip(tile.column(*by)).enumerate() {
                *y = if *by == 0.0 { no } else { yes }.at(tile, row);
            }
        }
    }
}

/// The operand at the place that a register says; NaN where there is none. One register.
#[derive(Clone, Debug)]
pub struct Pick {
    pub place: Reg,
    pub from: Vec<Operand>,
}

impl Operation for Pick {
    fn reads(&self) -> Vec<Reg> {
        let from = self.from.iter().filter_map(Operand::register);
        from.chain([self.place]).collect()
    }

    fn width(&self) -> usize {
        1
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        Ok(Box::new(self.clone()))
    }
}

impl Run for Pick {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        for (row, (y, place)) in out
            .column(0)
            .iter_mut()
            .zip(tile.column(self.place))
            .enumerate()
        {
            // NaN and negative numbers are no place; `as` would make them 0.
            let from = if *place >= 0.0 {
                self.from.get(*place as usize)
            } else {
                None
            };
            *y = from.map_or(f64::NAN, |from| from.at(tile, row));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Program;
    use super::*;
    use std::sync::Arc;

    fn of(operation: Arc<dyn Operation>, row: &[f64]) -> f64 {
        let last = row.len() as Reg;
        let (program, _) = Program::new(row.len(), &[operation], &[last], false).unwrap();
        let (mut values, mut scratch) = (Vec::new(), Scratch::default());
        program.run(row, &mut values, &mut scratch);
        values[row.len()]
    }

    #[test]
    fn a_place_that_is_none_picks_nothing() {
        let pick = || {
            Arc::new(Pick {
                place: 0,
                from: vec![Operand::Number(5.0), Operand::Register(1)],
            })
        };
        assert!((of(pick(), &[0.0, 7.0]) - 5.0).abs() < 1e-9);
        assert!((of(pick(), &[1.0, 7.0]) - 7.0).abs() < 1e-9);
        for place in [2.0, -1.0, f64::NAN, 1e300] {
            assert!(of(pick(), &[place, 7.0]).is_nan());
        }
    }

    #[test]
    fn a_function_of_two_numbers_is_rounded() {
        let single =
            |function: Binary| function.of(f64::from(0.1_f32), f64::from(0.7_f32), Precision::F32);
        assert_eq!(
            single(Binary::Add).to_bits(),
            f64::from(0.1_f32 + 0.7_f32).to_bits()
        );
        assert_eq!(
            single(Binary::Div).to_bits(),
            f64::from(0.1_f32 / 0.7_f32).to_bits()
        );
        assert!((Binary::WholeDiv.of(-7.0, 2.0, Precision::F64) + 3.0).abs() < 1e-9);
        assert!(Binary::Max.of(f64::NAN, 2.0, Precision::F64).is_nan());
    }
}
