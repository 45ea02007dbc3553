//! The names that a pickle may refer to. They become records; nothing is imported.

use super::unsupported;
use crate::formats::FormatError;

/// Modules all of whose names may appear: estimators, losses, random states and the like.
const MODULES: [&str; 4] = ["sklearn.", "numpy.random.", "lightgbm.", "xgboost."];

/// Names that may appear of other modules.
const NAMES: [(&str, &[&str]); 15] = [
    (
        "numpy",
        &[
            "ndarray", "dtype", "bool", "bool_", "int8", "int16", "int32", "int64", "uint8",
            "uint16", "uint32", "uint64", "float16", "float32", "float64", "str_", "bytes_",
            "object_", "nan",
        ],
    ),
    ("numpy.core.multiarray", &["_reconstruct", "scalar"]),
    ("numpy._core.multiarray", &["_reconstruct", "scalar"]),
    // The results of a search for parameters.
    ("numpy.ma", MASKED),
    ("numpy.ma.core", MASKED),
    ("numpy.core.numeric", &["_frombuffer"]),
    ("numpy._core.numeric", &["_frombuffer"]),
    ("joblib.numpy_pickle", &["NumpyArrayWrapper"]),
    ("builtins", BUILTINS),
    ("__builtin__", BUILTINS),
    ("collections", &["OrderedDict", "defaultdict"]),
    ("copyreg", &["_reconstructor"]),
    ("copy_reg", &["_reconstructor"]),
    ("_codecs", &["encode"]),
    ("functools", &["partial"]),
];

const MASKED: &[&str] = &["MaskedArray", "_mareconstruct"];

const BUILTINS: &[&str] = &[
    "bool",
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "object",
    "range",
    "set",
    "slice",
    "str",
    "tuple",
];

/// What to do with a model that has a part unknown to this server.
pub(in super::super) const ADVICE: &str =
    "convert the model with skl2onnx and log it with mlflow.onnx.log_model";

/// Whether records of this name are made.
pub(in super::super) fn known(module: &str, name: &str) -> bool {
    // Some releases compiled scikit-learn's losses into a module that calls itself `_loss`.
    if module == "_loss" {
        return name.starts_with("Cy") || name.starts_with("__pyx_unpickle_Cy");
    }
    let full = [module, "."].concat();
    MODULES.iter().any(|prefix| full.starts_with(prefix))
        || NAMES
            .iter()
            .any(|(known, names)| *known == module && names.contains(&name))
}

/// Refuses a name that is not on the list.
pub(in super::super) fn check(module: &str, name: &str) -> Result<(), FormatError> {
    if known(module, name) {
        return Ok(());
    }
    let short = |text: &str| {
        text.chars()
            .take(80)
            .collect::<String>()
            .escape_debug()
            .to_string()
    };
    let what = match module {
        "__main__" => ", a class or function of the script that wrote it",
        m if m.starts_with("scipy.stats") => {
            ", a distribution that a search drew parameters from (log its best_estimator_ instead)"
        }
        m if m.starts_with("cloudpickle") => ": a class or function is stored as code",
        _ => "",
    };
    Err(unsupported!(
        "the model refers to `{}.{}`{what}, which this server does not know and will not run; {ADVICE}",
        short(module),
        short(name)
    ))
}
