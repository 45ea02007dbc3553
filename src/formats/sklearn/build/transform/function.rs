//! Functions of numpy that are known by name.
//!
//! Source: `FunctionTransformer` in `sklearn/preprocessing/_function_transformer.py`.

use super::{FormatError, Part, Reader, Reg, unsupported};
use crate::model::ops::Function;

impl Reader {
    pub(super) fn function(
        &mut self,
        part: Part<'_>,
        reads: Vec<Reg>,
    ) -> Result<Vec<Reg>, FormatError> {
        if part.get("func").is_none() {
            return Ok(reads);
        }
        let function = self.function_of(part, "func")?;
        self.board.numbers(&reads)?;
        if part.flag("validate") {
            self.board.refuse_missing(&reads);
        }
        match function {
            Some(function) => self.board.apply(function, &reads),
            None => Ok(reads),
        }
    }

    /// A function that an attribute names; none for one that changes nothing.
    pub(in super::super) fn function_of(
        &self,
        part: Part<'_>,
        attribute: &str,
    ) -> Result<Option<Function>, FormatError> {
        let id = part.attribute(attribute)?;
        let name = part.arena.global(id).or_else(|| ufunc(part, id));
        let function = match name {
            Some((
                "numpy" | "numpy.core._multiarray_umath" | "numpy._core._multiarray_umath",
                name,
            )) => numpy_function(name),
            Some(("scipy.special._ufuncs" | "scipy.special", "expit")) => {
                Some(Some(Function::Expit))
            }
            _ => None,
        };
        function.ok_or_else(|| {
            let name = name.map(|(module, name)| format!("{module}.{name}"));
            unsupported!(
                "`{}` calls {}, which this server does not run; functions of numpy of one number work, such as numpy.log1p",
                self.board.place(),
                name.unwrap_or_else(|| part.arena.kind(id))
            )
        })
    }
}

/// numpy pickles its functions by a call that names them.
fn ufunc(part: Part<'_>, id: super::Id) -> Option<(&str, &str)> {
    let object = part.arena.object(id)?;
    let (module, call) = part.arena.class(id)?;
    let args = part.arena.items(object.args)?;
    let text = |at: usize| args.get(at).and_then(|id| part.arena.text(*id));
    match (module.starts_with("numpy"), call) {
        (true, "_ufunc_reconstruct") => Some((text(0)?, text(1)?)),
        _ => None,
    }
}

/// The inner option is none for the identity.
fn numpy_function(name: &str) -> Option<Option<Function>> {
    Some(Some(match name {
        "abs" | "absolute" | "fabs" => Function::Abs,
        "cbrt" => Function::Cbrt,
        "ceil" => Function::Ceil,
        "cos" => Function::Cos,
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
        "sqrt" => Function::Sqrt,
        "square" => Function::Square,
        "tan" => Function::Tan,
        "tanh" => Function::Tanh,
        "trunc" => Function::Trunc,
        "positive" | "array" | "asarray" => return Some(None),
        _ => return None,
    }))
}
