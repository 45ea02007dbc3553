//! Registers and operations, as far as they have been drawn.

use super::{
    columns::{Draft, Holds},
    known::Known,
    register::Register,
};
use crate::{
    formats::{FormatError, unsupported},
    input::{Precision, Schema},
    model::{ForestIr, Operation, Reg, StepOp, ops},
};
use std::sync::Arc;

/// More registers than any pipeline has.
const MAX_REGISTERS: usize = 1 << 22;
/// Nor do its operations read so many, each counted as often as it is read.
const MAX_READS: usize = 1 << 24;

/// An operation that was drawn.
#[derive(Clone, Debug)]
pub(super) enum Drawn {
    /// Kept apart, for a chain of these before a forest is a part of the forest.
    Each(ops::Each),
    Other(Arc<dyn Operation>),
}

/// The columns, the registers and the operations so far.
#[derive(Debug)]
pub(crate) struct Board {
    pub(super) columns: Vec<Draft>,
    pub(super) named: bool,
    registers: Known,
    pub(super) drawn: Vec<Drawn>,
    /// How many values the encoders look up.
    pub(super) codes: usize,
    /// Bytes that the words of all columns may still take.
    pub(super) room: usize,
    /// How many registers the operations read.
    reads: usize,
    /// The names of the steps on the way to the part that is being read, for messages.
    pub(crate) path: Vec<String>,
}

impl Board {
    /// A board with `width` columns, called `names`. `told` is what the package says of them.
    pub(crate) fn new(names: Option<Vec<String>>, width: usize, told: Option<&Schema>) -> Self {
        let told = told.filter(|told| told.len() == width);
        let named = names.is_some();
        let names = names.unwrap_or_else(|| (0..width).map(|i| format!("x{i}")).collect());
        let kind = |(at, name): (usize, &String)| {
            let told = told?;
            let by_name = told.columns.iter().find(|column| column.name == *name);
            Some(by_name.unwrap_or(&told.columns[at]).kind)
        };
        let kinds: Vec<_> = names.iter().enumerate().map(kind).collect();
        let columns: Vec<Draft> = names
            .into_iter()
            .zip(kinds)
            .map(|(name, told)| Draft::new(name, told))
            .collect();
        let mut registers = Known::default();
        for (at, column) in (0..).zip(&columns) {
            registers.push(Register {
                column: Some(at),
                missing: Some(at),
                precision: column.precision(),
                whole: column.whole(),
                ..Register::number()
            });
        }
        Self {
            registers,
            columns,
            named,
            drawn: Vec::new(),
            codes: 0,
            room: usize::MAX,
            reads: 0,
            path: Vec::new(),
        }
    }

    /// Bounds what the words of all columns may take by the size of the file that they come from, in which one list may stand for many.
    pub(crate) fn bound_words(&mut self, size: usize) {
        self.room = size.saturating_mul(64).saturating_add(1 << 20);
    }

    /// The registers of the columns.
    pub(crate) fn all_columns(&self) -> Vec<Reg> {
        (0..self.columns.len() as Reg).collect()
    }

    /// What is known of a register.
    pub(crate) fn register(&self, register: Reg) -> &Register {
        self.registers.get(register)
    }

    /// What numbers of these registers are rounded to when they are computed with.
    pub(crate) fn precision(&self, registers: &[Reg]) -> Precision {
        let single = |register: &Reg| self.register(*register).precision == Precision::F32;
        if !registers.is_empty() && registers.iter().all(single) {
            Precision::F32
        } else {
            Precision::F64
        }
    }

    /// Whether some of these registers are mostly 0, and only the others are stored.
    pub(crate) fn are_sparse(&self, registers: &[Reg]) -> bool {
        registers
            .iter()
            .any(|register| self.register(*register).sparse)
    }

    /// Where the part that is being read stands, for messages: `preprocess → cat`.
    pub(crate) fn place(&self) -> String {
        self.path.join(" → ")
    }

    /// The same for a step inside that part.
    pub(crate) fn place_of(&self, name: &str) -> String {
        let path = self.path.iter().map(String::as_str);
        path.chain([name]).collect::<Vec<_>>().join(" → ")
    }

    /// Reads registers, whatever they hold. scikit-learn refuses infinite numbers nearly everywhere.
    pub(crate) fn look(&mut self, registers: &[Reg]) {
        for register in registers {
            if let Some(at) = self.register(*register).column {
                let column = &mut self.columns[at as usize];
                column.read = true;
                column.infinite = false;
            }
        }
    }

    /// Reads registers as numbers, none of which is infinite.
    ///
    /// # Errors
    /// `Unsupported` where one holds words.
    pub(crate) fn numbers(&mut self, registers: &[Reg]) -> Result<(), FormatError> {
        self.look(registers);
        self.any_numbers(registers)
    }

    /// Reads registers as the features of a forest.
    ///
    /// # Errors
    /// `Unsupported` where one holds words.
    pub(crate) fn features(
        &mut self,
        registers: &[Reg],
        forest: &ForestIr,
    ) -> Result<(), FormatError> {
        if forest.handles_infinite {
            self.any_numbers(registers)?;
        } else {
            self.numbers(registers)?;
        }
        if !forest.handles_missing {
            self.refuse_missing(registers);
        }
        Ok(())
    }

    /// Reads registers as numbers, infinite ones too.
    ///
    /// # Errors
    /// `Unsupported` where one holds words.
    pub(crate) fn any_numbers(&mut self, registers: &[Reg]) -> Result<(), FormatError> {
        for register in registers {
            let Some(at) = self.register(*register).column else {
                continue;
            };
            let place = self.path.join(" → ");
            let column = &mut self.columns[at as usize];
            column.read = true;
            match column.holds {
                Holds::Anything => column.holds = Holds::Numbers,
                Holds::Numbers | Holds::Booleans => {}
                Holds::Words | Holds::Hashes | Holds::Text => {
                    return Err(unsupported!(
                        "`{place}` computes with the column `{}`, whose values are words",
                        column.name
                    ));
                }
            }
        }
        Ok(())
    }

    /// Makes the columns refuse what would show as NaN in these registers, and rows of which steps compute what is not finite.
    pub(crate) fn refuse_missing(&mut self, registers: &[Reg]) {
        self.finite(registers, Precision::F64, false);
        for register in registers {
            let register = self.registers.get(*register).clone();
            if let Some(column) = register.missing {
                self.columns[column as usize].nullable = false;
            }
            if let Some((column, known)) = register.unknown {
                self.columns[column as usize].words.refuse_others(&known);
            }
        }
    }

    /// Refuses rows of which steps compute what is infinite once it is rounded; NaN passes.
    pub(crate) fn refuse_infinite(&mut self, registers: &[Reg], precision: Precision) {
        self.finite(registers, precision, true);
    }

    fn finite(&mut self, registers: &[Reg], precision: Precision, missing: bool) {
        let partial = |read: &&Reg| self.register(**read).partial;
        let reads: Vec<Reg> = registers.iter().filter(partial).copied().collect();
        if !reads.is_empty() {
            let finite = ops::Finite {
                reads,
                precision,
                missing,
            };
            self.drawn.push(Drawn::Other(Arc::new(finite)));
        }
    }

    /// Refuses rows in which one of these registers is a negative number, or zero unless that passes.
    pub(crate) fn positive(&mut self, registers: &[Reg], zero: bool) {
        let reads = registers.to_vec();
        self.drawn
            .push(Drawn::Other(Arc::new(ops::Positive { reads, zero })));
    }

    /// Notes what the numbers of registers are rounded to.
    pub(crate) fn round(&mut self, registers: &[Reg], precision: Precision) {
        for register in registers {
            self.registers
                .change(*register, |register| register.precision = precision);
        }
    }

    /// Notes the type of whole numbers that Python has registers in.
    pub(crate) fn note_whole(&mut self, registers: &[Reg], whole: Option<ops::Whole>) {
        for register in registers {
            self.registers
                .change(*register, |register| register.whole = whole);
        }
    }

    /// Reads registers as numbers that are never missing.
    pub(crate) fn whole_numbers(&mut self, registers: &[Reg]) -> Result<(), FormatError> {
        self.numbers(registers)?;
        self.refuse_missing(registers);
        Ok(())
    }

    /// Draws an operation. `registers` are what is known of the registers it appends.
    ///
    /// # Errors
    /// `Unsupported` when there are more registers than any pipeline has.
    pub(crate) fn draw(
        &mut self,
        operation: impl Operation + 'static,
        registers: impl IntoIterator<Item = Register>,
    ) -> Result<Vec<Reg>, FormatError> {
        let width = operation.width();
        self.append(Drawn::Other(Arc::new(operation)), width, registers)
    }

    pub(super) fn append(
        &mut self,
        drawn: Drawn,
        width: usize,
        registers: impl IntoIterator<Item = Register>,
    ) -> Result<Vec<Reg>, FormatError> {
        let first = self.registers.len();
        if width > MAX_REGISTERS - first.min(MAX_REGISTERS) {
            return Err(unsupported!(
                "`{}` makes more than {MAX_REGISTERS} columns of the row",
                self.place()
            ));
        }
        self.reads += match &drawn {
            Drawn::Each(each) => each.reads.len(),
            Drawn::Other(operation) => operation.reads().len(),
        };
        if self.reads > MAX_READS {
            return Err(unsupported!(
                "the steps up to `{}` read the columns of the row more than {MAX_READS} times",
                self.place()
            ));
        }
        registers
            .into_iter()
            .take(width)
            .for_each(|register| self.registers.push(register));
        self.registers.fill(first + width, &Register::number());
        if width > 0 {
            self.drawn.push(drawn);
        }
        Ok((first as Reg..(first + width) as Reg).collect())
    }

    /// Draws `x[i] op operand[i]`; a missing value stays one. What is mostly 0 stays so where it is multiplied.
    pub(crate) fn each(
        &mut self,
        op: StepOp,
        reads: &[Reg],
        operand: Vec<f64>,
    ) -> Result<Vec<Reg>, FormatError> {
        let precision = self.precision(reads);
        if op == StepOp::Mul && self.are_sparse(reads) {
            let sparse = vec![Register::sparse(precision); reads.len()];
            return self.draw(ops::Weigh::by(reads.to_vec(), operand, precision), sparse);
        }
        let registers: Vec<_> = reads
            .iter()
            .map(|read| self.register(*read).computed())
            .collect();
        let each = ops::Each {
            op,
            reads: reads.to_vec(),
            operand,
            precision,
        };
        self.append(Drawn::Each(each), reads.len(), registers)
    }

    /// Draws a function of every number; a missing value stays one.
    pub(crate) fn apply(
        &mut self,
        function: ops::Function,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let precision = self.precision(reads);
        let registers = reads.iter().map(|read| Register {
            partial: self.register(*read).partial || !function.is_total(),
            ..self.register(*read).computed()
        });
        let registers: Vec<_> = registers.collect();
        let apply = ops::Apply {
            function,
            reads: reads.to_vec(),
            precision,
        };
        self.draw(apply, registers)
    }
}
