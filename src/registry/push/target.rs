//! The name and the alias that a package is registered under.

use crate::registry::{
    error::RegistryError,
    uri::{ModelUri, VersionSpec},
};

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
    match registered {
        Some(ModelUri::Registered {
            name,
            version: VersionSpec::Number(1),
        }) if !name.contains(['@', ':']) => Ok(name),
        _ => Err(wrong()),
    }
}

/// `alias`, if MLflow takes it.
///
/// # Errors
/// `Uri` with the right form.
pub(super) fn check_alias(alias: &str) -> Result<&str, RegistryError> {
    let plain = !alias.is_empty()
        && alias
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    plain.then_some(alias).ok_or_else(|| {
        RegistryError::Uri(format!(
            "{alias:?} is no alias; letters, digits, - and _ make one, such as champion"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_registered_by_its_name_alone() {
        assert_eq!(
            model_name("models:/My Forest").expect("a name"),
            "My Forest"
        );
        assert_eq!(model_name("churn").expect("a name"), "churn");
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
    fn an_alias_is_a_word() {
        assert!(check_alias("champion-2").is_ok());
        for alias in ["", "a b", "a/b", "é"] {
            assert!(check_alias(alias).is_err(), "{alias}");
        }
    }
}
