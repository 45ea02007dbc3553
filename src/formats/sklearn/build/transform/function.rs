//! Functions of numpy and scipy that are known by name.
//!
//! Source: `FunctionTransformer` in `sklearn/preprocessing/_function_transformer.py`.

use super::{super::ADVICE, FormatError, Id, Part, Reader, Reg, StepOp, Word, numpy, unsupported};
use crate::model::ops::Function;

/// A function that takes arguments beside the row.
enum Call {
    /// `numpy.clip`.
    Clip,
    /// `numpy.round`.
    Round,
    /// `numpy.nan_to_num`.
    Fill,
}

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
        let mut arguments = Arguments::of(part)?;
        let result = match call(part, "func")? {
            Some(Call::Clip) => self.clip(reads, &mut arguments)?,
            Some(Call::Round) => {
                let decimals = arguments.take(&["decimals"])?.unwrap_or(0.0);
                self.round(&reads, decimals)?
            }
            Some(Call::Fill) => self.fill_numbers(&reads, &mut arguments)?,
            None => match self.function_of(part, "func")? {
                Some(function) => {
                    self.board.numbers(&reads)?;
                    self.board.apply(function, &reads)?
                }
                None => reads,
            },
        };
        match arguments.left() {
            None => Ok(result),
            Some(name) => Err(unsupported!(
                "`{}` calls {} with the argument `{name}`, which this server does not follow; {ADVICE}",
                self.board.place(),
                name_of(part, "func")
            )),
        }
    }

    /// A function that an attribute names; none for one that changes nothing.
    pub(in super::super) fn function_of(
        &self,
        part: Part<'_>,
        attribute: &str,
    ) -> Result<Option<Function>, FormatError> {
        let id = part.attribute(attribute)?;
        let function = match name(part, id) {
            // They change nothing.
            Some((module, "positive" | "array" | "asarray" | "copy")) if is_numpy(module) => {
                return Ok(None);
            }
            Some((module, name)) if is_numpy(module) => numpy_function(name),
            Some((
                "scipy.special" | "scipy.special._ufuncs" | "scipy.special._special_ufuncs",
                name,
            )) => scipy_function(name),
            _ => None,
        };
        let unknown = || self.unknown(part, attribute);
        function.map(Some).ok_or_else(unknown)
    }

    fn unknown(&self, part: Part<'_>, attribute: &str) -> FormatError {
        unsupported!(
            "`{}` calls {}, which this server does not run; functions of numpy of one number work, such as numpy.log1p; {ADVICE}",
            self.board.place(),
            name_of(part, attribute)
        )
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

/// The arguments that a function is called with beside the row.
struct Arguments<'d> {
    part: Part<'d>,
    left: Vec<(String, Id)>,
}

impl<'d> Arguments<'d> {
    fn of(part: Part<'d>) -> Result<Self, FormatError> {
        let pairs = part
            .get("kw_args")
            .map(|id| part.arena.pairs(id).unwrap_or_default());
        let name = |(key, value): &(Id, Id)| {
            let name = part.arena.text(*key).map(str::to_owned);
            name.map(|name| (name, *value))
        };
        let left = pairs
            .unwrap_or_default()
            .iter()
            .map(name)
            .collect::<Option<Vec<_>>>();
        let left =
            left.ok_or_else(|| unsupported!("an argument of the {} has no name", part.class))?;
        Ok(Self { part, left })
    }

    /// The number that goes by one of these names; none where it is None or not given.
    fn take(&mut self, names: &[&str]) -> Result<Option<f64>, FormatError> {
        let Some(at) = self
            .left
            .iter()
            .position(|(name, _)| names.contains(&name.as_str()))
        else {
            return Ok(None);
        };
        let (name, id) = self.left.remove(at);
        if self.part.arena.is_none(id) {
            return Ok(None);
        }
        let number = numpy::number(self.part.arena, id).filter(|x| x.is_finite());
        number.map(Some).ok_or_else(|| {
            unsupported!(
                "the argument `{name}` of the {} is {}, not a number",
                self.part.class,
                self.part.arena.kind(id)
            )
        })
    }

    fn left(&self) -> Option<&str> {
        self.left.first().map(|(name, _)| name.as_str())
    }
}

fn call(part: Part<'_>, attribute: &str) -> Result<Option<Call>, FormatError> {
    Ok(match name(part, part.attribute(attribute)?) {
        Some((module, "clip")) if is_numpy(module) => Some(Call::Clip),
        Some((module, "around" | "round" | "round_")) if is_numpy(module) => Some(Call::Round),
        Some((module, "nan_to_num")) if is_numpy(module) => Some(Call::Fill),
        _ => None,
    })
}

fn is_numpy(module: &str) -> bool {
    matches!(
        module,
        "numpy"
            | "numpy.core._multiarray_umath"
            | "numpy._core._multiarray_umath"
            | "numpy.core.umath"
            | "numpy._core.umath"
            | "numpy.core.fromnumeric"
            | "numpy._core.fromnumeric"
            | "numpy.lib.type_check"
            | "numpy.lib._type_check_impl"
    )
}

/// Module and name of a function.
fn name(part: Part<'_>, id: Id) -> Option<(&str, &str)> {
    part.arena.global(id).or_else(|| ufunc(part, id))
}

fn name_of(part: Part<'_>, attribute: &str) -> String {
    let Some(id) = part.get(attribute) else {
        return "nothing".to_owned();
    };
    match ufunc(part, id) {
        Some((module, name)) => format!("{module}.{name}"),
        None => part.arena.kind(id),
    }
}

/// numpy pickles its functions by a call that names them.
fn ufunc(part: Part<'_>, id: Id) -> Option<(&str, &str)> {
    let object = part.arena.object(id)?;
    let (module, call) = part.arena.class(id)?;
    let args = part.arena.items(object.args)?;
    let text = |at: usize| args.get(at).and_then(|id| part.arena.text(*id));
    match (module.starts_with("numpy"), call) {
        (true, "_ufunc_reconstruct") => Some((text(0)?, text(1)?)),
        _ => None,
    }
}

fn numpy_function(name: &str) -> Option<Function> {
    Some(match name {
        "abs" | "absolute" | "fabs" => Function::Abs,
        "acos" | "arccos" => Function::Arccos,
        "acosh" | "arccosh" => Function::Arccosh,
        "asin" | "arcsin" => Function::Arcsin,
        "asinh" | "arcsinh" => Function::Arcsinh,
        "atan" | "arctan" => Function::Arctan,
        "atanh" | "arctanh" => Function::Arctanh,
        "cbrt" => Function::Cbrt,
        "ceil" => Function::Ceil,
        "cos" => Function::Cos,
        "cosh" => Function::Cosh,
        "deg2rad" | "radians" => Function::Radians,
        "degrees" | "rad2deg" => Function::Degrees,
        "exp" => Function::Exp,
        "exp2" => Function::Exp2,
        "expm1" => Function::Expm1,
        "floor" => Function::Floor,
        "log" => Function::Log,
        "log10" => Function::Log10,
        "log1p" => Function::Log1p,
        "log2" => Function::Log2,
        "negative" => Function::Negative,
        "reciprocal" => Function::Reciprocal,
        "rint" => Function::Rint,
        "sign" => Function::Sign,
        "sin" => Function::Sin,
        "sinh" => Function::Sinh,
        "sqrt" => Function::Sqrt,
        "square" => Function::Square,
        "tan" => Function::Tan,
        "tanh" => Function::Tanh,
        "fix" | "trunc" => Function::Trunc,
        _ => return None,
    })
}

fn scipy_function(name: &str) -> Option<Function> {
    Some(match name {
        "cbrt" => Function::Cbrt,
        "exp2" => Function::Exp2,
        "expit" => Function::Expit,
        "expm1" => Function::Expm1,
        "log1p" => Function::Log1p,
        "logit" => Function::Logit,
        _ => return None,
    })
}
