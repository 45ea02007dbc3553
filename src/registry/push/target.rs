//! The name and the alias that a package is registered under: MLflow's rules, so that it has nothing to refuse in the middle of a push.
//!
//! Source: `mlflow/utils/validation.py` and `mlflow/store/model_registry/dbmodels/models.py` of MLflow 3.18.

use crate::registry::{
    error::RegistryError,
    uri::{ModelUri, VersionSpec},
};

/// The width of the column that holds a model's name.
const MAX_NAME: usize = 256;
const MAX_ALIAS: usize = 255;

/// The name in `models:/NAME`, or the name alone.
///
/// # Errors
/// `Uri` for anything else.
pub(super) fn model_name(target: &str) -> Result<String, RegistryError> {
    let wrong = || {
        RegistryError::Uri(format!(
            "{target:?} is no place to register a model; write models:/NAME"
        ))
    };
    let name = match target.strip_prefix("models:") {
        Some(rest) => rest
            .strip_prefix('/')
            .filter(|rest| !rest.starts_with('/'))
            .ok_or_else(wrong)?,
        None => target,
    };
    let registered = ModelUri::parse(&format!("models:/{name}/1")).ok();
    let name = match registered {
        Some(ModelUri::Registered {
            name,
            version: VersionSpec::Number(1),
        }) if !name.contains(['@', ':']) => name,
        _ => return Err(wrong()),
    };
    match fault_of_name(&name) {
        Some(fault) => Err(RegistryError::Uri(format!(
            "{name:?} is no name for a registered model: {fault}"
        ))),
        None => Ok(name),
    }
}

/// Why MLflow would refuse the name, or Python could not open what has it.
fn fault_of_name(name: &str) -> Option<String> {
    if name.chars().count() > MAX_NAME {
        return Some(format!("it has more than {MAX_NAME} characters"));
    }
    if name.trim().is_empty() || matches!(name, "." | "..") {
        return Some("MLflow takes no name that is empty or a path".to_owned());
    }
    // Python's client reads models:/NAME as a URL.
    let unreadable = name.chars().find(|c| *c == '?' || c.is_control());
    unreadable.map(|c| format!("a URI models:/NAME ends at {c:?} for Python's client"))
}

/// `alias`, if MLflow takes it.
///
/// # Errors
/// `Uri` with the right form.
pub(super) fn check_alias(alias: &str) -> Result<&str, RegistryError> {
    let wrong = |why: &str| Err(RegistryError::Uri(format!("{alias:?} is no alias; {why}")));
    let plain = !alias.is_empty()
        && alias
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !plain {
        return wrong("letters, digits, - and _ make one, such as champion");
    }
    if alias.len() > MAX_ALIAS {
        return wrong(&format!("MLflow takes {MAX_ALIAS} characters"));
    }
    if alias.eq_ignore_ascii_case("latest") {
        return wrong(
            "MLflow keeps that name: models:/NAME/latest is always the newest version, so leave --alias out",
        );
    }
    let number = alias.strip_prefix(['v', 'V']);
    if number.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit())) {
        return wrong("MLflow keeps v and a number for versions; choose another, such as champion");
    }
    Ok(alias)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_registered_by_its_name_alone() {
        for (target, name) in [
            ("models:/My Forest", "My Forest"),
            ("churn", "churn"),
            ("models:/100% \"Öl\" & 'Gas'", "100% \"Öl\" & 'Gas'"),
        ] {
            assert_eq!(model_name(target).expect("a name"), name);
        }
        for target in [
            "models:/",
            "models:/churn/1",
            "models://churn",
            "models:/churn@champion",
            "runs:/1/model",
            "",
        ] {
            let refusal = model_name(target).expect_err(target).to_string();
            assert!(refusal.contains("models:/NAME"), "{refusal}");
        }
    }

    #[test]
    fn a_name_that_mlflow_or_python_cannot_take_is_refused() {
        let long = "n".repeat(MAX_NAME + 1);
        for target in ["models:/..", ".", "models:/ ", "a?b", "a\nb", &long] {
            let refusal = model_name(target).expect_err(target).to_string();
            assert!(refusal.contains("no name for a"), "{refusal}");
        }
        assert!(model_name(&long[1..]).is_ok());
    }

    #[test]
    fn an_alias_is_a_word_that_mlflow_does_not_keep_for_itself() {
        for alias in ["champion-2", "version1", "v", "vx1", "late"] {
            assert!(check_alias(alias).is_ok(), "{alias}");
        }
        let long = "a".repeat(MAX_ALIAS + 1);
        for alias in [
            "", "a b", "a/b", "é", "latest", "LATEST", "v1", "V20", &long,
        ] {
            assert!(check_alias(alias).is_err(), "{alias}");
        }
    }
}
