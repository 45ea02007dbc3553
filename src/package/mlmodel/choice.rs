//! Which flavor of a package is served: the one that `mlflow.pyfunc` answers with, unless a setting names another.

use super::pyfunc;
use crate::{
    formats::{FormatError, unsupported},
    package::yaml::{Mapping, Value},
};

/// A flavor that this server reads, with the keys of the data file and of the library's version.
pub(super) struct Flavor {
    pub(super) name: &'static str,
    pub(super) data: &'static str,
    pub(super) version: &'static str,
}

/// All of them, in order of preference where `mlflow.pyfunc` has none.
const READ: [Flavor; 5] = [
    flavor("onnx", "data", "onnx_version"),
    flavor("sklearn", "pickled_model", "sklearn_version"),
    flavor("xgboost", "data", "xgb_version"),
    flavor("lightgbm", "data", "lgb_version"),
    flavor("catboost", "data", "catboost_version"),
];

const fn flavor(name: &'static str, data: &'static str, version: &'static str) -> Flavor {
    Flavor {
        name,
        data,
        version,
    }
}

/// The flavors of the package that this server reads.
///
/// # Errors
/// `Unsupported` when there is none.
pub(super) fn present(flavors: &Mapping) -> Result<Vec<&'static Flavor>, FormatError> {
    let found = READ.iter().filter(|read| flavors.contains_key(read.name));
    let found: Vec<_> = found.collect();
    if found.is_empty() {
        return Err(unsupported!(
            "the model has the flavors [{}], this server reads onnx, sklearn, xgboost, lightgbm and catboost; log the tree model itself with \
             its own flavor, as by mlflow.sklearn.log_model",
            names(flavors)
        ));
    }
    Ok(found)
}

/// The flavor to serve, of those that the package has. `wanted` is the one that the settings name; empty: none.
///
/// # Errors
/// `Unsupported` when the package has none that this server reads, and when `mlflow.pyfunc` would answer what none of them does.
pub(super) fn choose(flavors: &Mapping, wanted: &str) -> Result<&'static Flavor, FormatError> {
    let present = present(flavors)?;
    let named = |name: &str| present.iter().copied().find(|read| read.name == name);
    if !wanted.is_empty() {
        return named(wanted).ok_or_else(|| {
            unsupported!(
                "model.flavor is {wanted}, but the model has the flavors [{}]",
                names(flavors)
            )
        });
    }
    let first = present[0];
    let function = flavors.get("python_function");
    let key = |key| {
        function
            .and_then(|keys| keys.get(key))
            .and_then(Value::as_str)
    };
    let answers = match key("loader_module") {
        Some(module) => module.strip_prefix("mlflow.").and_then(named),
        // Python cannot open this package, so that nobody expects its answers.
        None => Some(first),
    };
    let method = key("predict_fn").filter(|method| !pyfunc::is_answered(method));
    match (answers, method) {
        (Some(flavor), None) => Ok(flavor),
        (Some(flavor), Some(method)) => Err(unsupported!(
            "mlflow.pyfunc answers with `{}` of this model, and this server with predict, predict_proba or predict_log_proba; {}",
            method.escape_debug(),
            way_out(flavor)
        )),
        (None, _) => Err(unsupported!(
            "mlflow.pyfunc answers with code of the model's own (loader_module: {}), which this server does not run; the flavor {} of the \
             same model may answer otherwise; {}",
            key("loader_module").unwrap_or_default().escape_debug(),
            first.name,
            way_out(first)
        )),
    }
}

fn way_out(flavor: &Flavor) -> String {
    let name = flavor.name;
    format!(
        "to serve that flavor all the same, set model.flavor={name} (MLSERVING__MODEL__FLAVOR={name})"
    )
}

fn names(flavors: &Mapping) -> String {
    let names: Vec<&str> = flavors.keys().filter_map(Value::as_str).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use crate::package::mlmodel::read;

    /// The flavor that is served of a package with `function` as its `python_function`, or why none is.
    fn served(function: &str, wanted: &str) -> String {
        let text = format!(
            "flavors: {{python_function: {{{function}}}, sklearn: {{pickled_model: model.pkl}}, onnx: {{data: model.onnx}}}}"
        );
        let mlmodel = read(text.as_bytes()).expect("an MLmodel");
        let file = mlmodel.data_file(wanted);
        file.map_or_else(|error| error.to_string(), |file| file.flavor)
    }

    #[test]
    fn the_flavor_that_pyfunc_answers_with_is_served() {
        assert_eq!(served("loader_module: mlflow.sklearn", ""), "sklearn");
        assert_eq!(served("loader_module: mlflow.onnx", ""), "onnx");
        assert_eq!(served("predict_fn: predict", ""), "onnx");
    }

    #[test]
    fn a_model_that_pyfunc_answers_with_other_code_is_refused_until_told_which() {
        for module in [
            "churn.serving",
            "mlflow.pyfunc.model",
            "mlflow.lightgbm",
            "mlflow",
        ] {
            let function = format!("loader_module: {module}");
            let refusal = served(&function, "");
            assert!(
                refusal.contains(module) && refusal.contains("MLSERVING__MODEL__FLAVOR=onnx"),
                "{refusal}"
            );
            assert_eq!(served(&function, "sklearn"), "sklearn");
        }
    }

    #[test]
    fn a_method_that_is_not_answered_is_refused_until_told_so() {
        let function = "loader_module: mlflow.sklearn, predict_fn: decision_function";
        let refusal = served(function, "");
        assert!(
            refusal.contains("decision_function") && refusal.contains("model.flavor=sklearn"),
            "{refusal}"
        );
        assert_eq!(served(function, "sklearn"), "sklearn");
    }

    #[test]
    fn a_flavor_that_the_model_does_not_have_is_named() {
        let refusal = served("loader_module: mlflow.sklearn", "xgboost");
        assert!(
            refusal.contains("model.flavor is xgboost") && refusal.contains("sklearn, onnx"),
            "{refusal}"
        );
    }
}
