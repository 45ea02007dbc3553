//! The classes of a file that a model may be made of.
//!
//! Any name may stand in a file; it becomes a record, and nothing is imported. What a model needs must be of one of these modules:
//! a class of another name may predict otherwise than the one it is made from.

/// Modules whose classes [`super::build`] knows, or refuses by name.
const MODULES: [&str; 7] = [
    "sklearn.",
    "imblearn.",
    "lightgbm.",
    "xgboost.",
    "catboost.",
    "skopt.",
    "category_encoders.",
];

/// What to do with a step of a pipeline that this server does not run.
pub(super) const ADVICE: &str =
    "fit the model without it, or take the step in the client and save the rest, `pipeline[-1]`";

/// Whether classes of the module are of a library that this server follows.
pub(super) fn known(module: &str) -> bool {
    let module = [module, "."].concat();
    MODULES.iter().any(|prefix| module.starts_with(prefix))
}
