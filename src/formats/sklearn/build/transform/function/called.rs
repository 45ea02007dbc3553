//! The function that a `FunctionTransformer` calls, and what it calls it with.

use super::{ADVICE, FormatError, Function, Id, Part, corrupt, numpy, unsupported};

/// A function that takes arguments beside the row.
pub(super) enum Call {
    /// `numpy.clip`.
    Clip,
    /// `numpy.round`.
    Round,
    /// `numpy.nan_to_num`.
    Fill,
    /// `numpy.ravel`, `squeeze` or `reshape`: the only column, as the texts that a vectorizer takes.
    Flatten,
}

/// The arguments that a function is called with beside the row.
pub(super) struct Arguments<'d> {
    part: Part<'d>,
    left: Vec<(String, Id)>,
}

impl<'d> Arguments<'d> {
    /// Those of some dicts; of equal names the last one counts.
    fn of(part: Part<'d>, dicts: impl Iterator<Item = Id>) -> Result<Self, FormatError> {
        let pairs = dicts.flat_map(|id| part.arena.pairs(id).unwrap_or_default());
        let named = |(key, value): &(Id, Id)| {
            let name = part.arena.text(*key);
            let name = name.map(|name| (name.to_owned(), *value));
            name.ok_or_else(|| unsupported!("an argument of the {} has no name", part.class))
        };
        let left = pairs.map(named).collect::<Result<_, _>>()?;
        Ok(Self { part, left })
    }

    /// The number that goes by one of these names; none where it is None or not given.
    pub(super) fn take(&mut self, names: &[&str]) -> Result<Option<f64>, FormatError> {
        let Some(at) = self
            .left
            .iter()
            .rposition(|(name, _)| names.contains(&name.as_str()))
        else {
            return Ok(None);
        };
        let (name, id) = self.left.remove(at);
        self.left.retain(|(before, _)| *before != name);
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

    pub(super) fn left(&self) -> Option<&str> {
        self.left.first().map(|(name, _)| name.as_str())
    }
}

/// What a function of one number is known to do.
pub(super) enum Known {
    /// It changes nothing.
    Nothing,
    Of(Function),
}

/// The function that an attribute names, and the arguments that `functools.partial` has put to it.
pub(super) struct Called<'d> {
    part: Part<'d>,
    function: Id,
    pub(super) keywords: Option<Id>,
}

impl<'d> Called<'d> {
    pub(super) fn of(part: Part<'d>, attribute: &str) -> Result<Self, FormatError> {
        let (arena, id) = (part.arena, part.attribute(attribute)?);
        let mut called = Self {
            part,
            function: id,
            keywords: None,
        };
        if arena.class(id) != Some(("functools", "partial")) {
            return Ok(called);
        }
        // Source: `partial_reduce` in CPython's `Modules/_functoolsmodule.c`.
        let state = arena
            .object(id)
            .and_then(|object| arena.items(object.state));
        let Some(&[function, given, keywords, ..]) = state else {
            return Err(corrupt!(
                "a functools.partial of the {} has no function",
                part.class
            ));
        };
        called.function = function;
        called.keywords = Some(keywords).filter(|id| !arena.is_none(*id));
        if arena.items(given).is_none_or(|given| !given.is_empty()) {
            return Err(unsupported!(
                "the {} calls {} with values before the row, which this server does not follow; {ADVICE}",
                part.class,
                called.shown()
            ));
        }
        Ok(called)
    }

    /// What it is called with beside the row.
    pub(super) fn arguments(&self) -> Result<Arguments<'d>, FormatError> {
        let dicts = [self.keywords, self.part.get("kw_args")];
        Arguments::of(self.part, dicts.into_iter().flatten())
    }

    /// Module and name.
    fn name(&self) -> Option<(&'d str, &'d str)> {
        let global = self.part.arena.global(self.function);
        global.or_else(|| ufunc(self.part, self.function))
    }

    /// The same for messages.
    pub(super) fn shown(&self) -> String {
        let name = match ufunc(self.part, self.function) {
            Some((module, name)) => format!("{module}.{name}"),
            None => self.part.arena.kind(self.function),
        };
        match self.keywords {
            Some(_) => format!("functools.partial of {name}"),
            None => name,
        }
    }

    /// Whether a function that arranges anew makes an array of one axis of one column.
    pub(super) fn flattens(&self, arguments: &mut Arguments<'_>) -> Result<bool, FormatError> {
        Ok(match self.name().unwrap_or_default().1 {
            "ravel" => true,
            // The second axis of two; without one a batch of one row has no axis left, which Python does not take.
            "squeeze" => matches!(arguments.take(&["axis"])?, None | Some(1.0 | -1.0)),
            _ => arguments.take(&["newshape", "shape"])? == Some(-1.0),
        })
    }

    pub(super) fn call(&self) -> Option<Call> {
        match self.name()? {
            (module, "clip") if is_numpy(module) => Some(Call::Clip),
            (module, "around" | "round" | "round_") if is_numpy(module) => Some(Call::Round),
            (module, "nan_to_num") if is_numpy(module) => Some(Call::Fill),
            (module, "ravel" | "squeeze" | "reshape") if is_numpy(module) => Some(Call::Flatten),
            _ => None,
        }
    }

    pub(super) fn function(&self) -> Option<Known> {
        match self.name()? {
            (module, "positive" | "array" | "asarray" | "copy") if is_numpy(module) => {
                Some(Known::Nothing)
            }
            (module, name) if is_numpy(module) => numpy_function(name).map(Known::Of),
            ("scipy.special" | "scipy.special._ufuncs" | "scipy.special._special_ufuncs", name) => {
                scipy_function(name).map(Known::Of)
            }
            _ => None,
        }
    }
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
