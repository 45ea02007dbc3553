//! Functions of numpy and scipy that are known by name.
//!
//! Source: `FunctionTransformer` in `sklearn/preprocessing/_function_transformer.py`.

mod called;

use super::{
    super::ADVICE, FormatError, Id, Part, Reader, Reg, StepOp, Word, corrupt, numpy, unsupported,
};
use crate::{
    input::Precision,
    model::ops::{Function, Whole},
};
use called::{Arguments, Call, Called, Known};

impl Reader {
    pub(super) fn function(
        &mut self,
        part: Part<'_>,
        reads: Vec<Reg>,
    ) -> Result<Vec<Reg>, FormatError> {
        if part.flag("validate") {
            self.board.whole_numbers(&reads)?;
        }
        if part.get("func").is_none() {
            return Ok(reads);
        }
        let called = Called::of(part, "func")?;
        let mut arguments = called.arguments()?;
        let result = match called.call() {
            Some(Call::Clip) => self.clip(reads, &mut arguments)?,
            Some(Call::Round) => {
                let decimals = arguments.take(&["decimals"])?.unwrap_or(0.0);
                self.round(&reads, decimals)?
            }
            Some(Call::Fill) => self.fill_numbers(&reads, &mut arguments)?,
            Some(Call::Flatten)
                if self.board.is_free_text(&reads) && called.flattens(&mut arguments)? =>
            {
                reads
            }
            Some(Call::Flatten) => return Err(self.unknown(&called)),
            None => match called.function() {
                Some(Known::Of(function)) => self.apply_to(part, function, &reads)?,
                Some(Known::Nothing) => reads,
                None => return Err(self.unknown(&called)),
            },
        };
        match arguments.left() {
            None => Ok(result),
            Some(name) => Err(unsupported!(
                "`{}` calls {} with the argument `{name}`, which this server does not follow; {ADVICE}",
                self.board.place(),
                called.shown()
            )),
        }
    }

    /// A function that an attribute names; none for one that changes nothing.
    pub(in super::super) fn function_of(
        &self,
        part: Part<'_>,
        attribute: &str,
    ) -> Result<Option<Function>, FormatError> {
        let called = Called::of(part, attribute)?;
        match called.function() {
            Some(Known::Of(function)) if called.keywords.is_none() => Ok(Some(function)),
            Some(Known::Nothing) if called.keywords.is_none() => Ok(None),
            _ => Err(self.unknown(&called)),
        }
    }

    fn unknown(&self, called: &Called<'_>) -> FormatError {
        unsupported!(
            "`{}` calls {}, which this server does not run; functions of numpy of one number work, such as numpy.log1p; {ADVICE}",
            self.board.place(),
            called.shown()
        )
    }

    /// A function of one number, of each column as Python has it.
    fn apply_to(
        &mut self,
        part: Part<'_>,
        function: Function,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        self.board.numbers(reads)?;
        let kinds = self.kinds(part, reads);
        if kinds.iter().all(Option::is_none) {
            return self.board.apply(function, reads);
        }
        let mut result = Vec::with_capacity(reads.len());
        for (read, kind) in reads.iter().zip(kinds) {
            let of_kind = match kind {
                None => Some(function),
                Some(kind) => function.of_whole(kind),
            };
            let Some(of_kind) = of_kind else {
                return Err(unsupported!(
                    "`{}` calls {} of a column of booleans, which numpy takes in 16 bits or not at all; give the column the type                      double in the signature and in the fit",
                    self.board.place(),
                    Called::of(part, "func")?.shown()
                ));
            };
            let of_it = self.board.apply(of_kind, &[*read])?;
            if of_kind == Function::WholeReciprocal {
                // What numpy makes of a zero depends on the machine.
                self.board.refuse_infinite(&of_it, Precision::F64);
            }
            if function.keeps_whole() {
                self.board.note_whole(&of_it, kind);
            }
            result.extend(of_it);
        }
        Ok(result)
    }

    /// The type of whole numbers that Python hands each column to the function in. An array has one type for all columns, a frame has
    /// one for each.
    fn kinds(&self, part: Part<'_>, reads: &[Reg]) -> Vec<Option<Whole>> {
        let kinds: Vec<_> = reads
            .iter()
            .map(|read| self.board.register(*read).whole)
            .collect();
        let frame = part.get("feature_names_in_").is_some() || !part.since(1, 2);
        if frame && !part.flag("validate") {
            return kinds;
        }
        let common = kinds
            .iter()
            .copied()
            .reduce(|a, b| a.zip(b).map(|(a, b)| a.max(b)));
        vec![common.flatten(); reads.len()]
    }

    fn clip(
        &mut self,
        reads: Vec<Reg>,
        arguments: &mut Arguments<'_>,
    ) -> Result<Vec<Reg>, FormatError> {
        self.board.numbers(&reads)?;
        let width = reads.len();
        let mut result = reads;
        if let Some(least) = arguments.take(&["a_min", "min"])? {
            result = self
                .board
                .each(StepOp::AtLeast, &result, vec![least; width])?;
        }
        if let Some(most) = arguments.take(&["a_max", "max"])? {
            result = self
                .board
                .each(StepOp::AtMost, &result, vec![most; width])?;
        }
        Ok(result)
    }

    /// Numbers times a power of ten, to the nearest integer, and back.
    ///
    /// Source: `PyArray_Round` in `numpy/_core/src/multiarray/calculation.c`.
    fn round(&mut self, reads: &[Reg], decimals: f64) -> Result<Vec<Reg>, FormatError> {
        self.board.numbers(reads)?;
        if decimals == 0.0 {
            return self.board.apply(Function::Rint, reads);
        }
        let (first, last) = if decimals > 0.0 {
            (StepOp::Mul, StepOp::Div)
        } else {
            (StepOp::Div, StepOp::Mul)
        };
        let scale = vec![10f64.powf(decimals.abs().min(300.0)); reads.len()];
        let scaled = self.board.each(first, reads, scale.clone())?;
        let whole = self.board.apply(Function::Rint, &scaled)?;
        self.board.each(last, &whole, scale)
    }

    fn fill_numbers(
        &mut self,
        reads: &[Reg],
        arguments: &mut Arguments<'_>,
    ) -> Result<Vec<Reg>, FormatError> {
        let value = Word::Number(arguments.take(&["nan"])?.unwrap_or(0.0));
        // A row holds no infinite number, and copies are not ours to make.
        arguments.take(&["posinf"])?;
        arguments.take(&["neginf"])?;
        arguments.take(&["copy"])?;
        self.board.numbers(reads)?;
        let fill = |read: &Reg| self.board.fill(*read, &value, true);
        reads.iter().map(fill).collect()
    }
}
