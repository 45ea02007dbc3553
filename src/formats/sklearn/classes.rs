//! The classes of a file that a model may be made of.
//!
//! Any name may stand in a file; it becomes a record, and nothing is imported. What a model needs must be of one of these modules:
//! a class of another name may predict otherwise than the one it is made from.

use super::{id::Id, record::Arena};

/// Modules whose classes [`super::build`] knows, or refuses by name.
const MODULES: [&str; 5] = ["sklearn.", "imblearn.", "lightgbm.", "xgboost.", "skopt."];

/// What to do with a step of a pipeline that this server does not run.
pub(super) const ADVICE: &str =
    "fit the model without it, or take the step in the client and save the rest, `pipeline[-1]`";

/// Whether classes of the module are of a library that this server follows.
pub(super) fn known(module: &str) -> bool {
    let module = [module, "."].concat();
    MODULES.iter().any(|prefix| module.starts_with(prefix))
}

/// What a class, a function or an instance is called, and where it comes from if that is no library.
pub(super) fn described(arena: &Arena<'_>, id: Id) -> Option<String> {
    if let Some((module, name)) = arena.global(id).or_else(|| arena.class(id)) {
        let script = match module {
            "__main__" => ", of the script that wrote it",
            _ if stores_code(module) => ", code inside the file, which is not run",
            _ => "",
        };
        return Some(format!("{}.{}{script}", short(module), short(name)));
    }
    // An instance of a class that a call has made.
    let made = arena.object(arena.object(id)?.class)?;
    let (module, _) = arena.global(made.class)?;
    let mut names = arena.items(made.args).unwrap_or_default().iter();
    let name = names.find_map(|name| arena.text(*name)).unwrap_or("?");
    let name = short(name);
    Some(match module.split('.').next() {
        Some(library) if stores_code(module) => {
            format!("`{name}`, a class stored as code by {library}, which is not run")
        }
        _ => format!(
            "an instance of what {} returns",
            described(arena, made.class)?
        ),
    })
}

fn stores_code(module: &str) -> bool {
    matches!(module.split('.').next(), Some("cloudpickle" | "dill"))
}

fn short(text: &str) -> String {
    let text: String = text.chars().take(80).collect();
    text.escape_debug().to_string()
}
