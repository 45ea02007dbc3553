//! The user of MLflow's servers: from the variables, and else from `~/.mlflow/credentials`.
//!
//! Source: `mlflow/utils/credentials.py`.

use super::{access::Access, error::RegistryError, ini};
use crate::secret::{Secret, hide_user};
use std::path::Path;

/// A user and a password.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) name: Secret,
    pub(super) password: Secret,
}

/// The user, if there is one with a password.
///
/// # Errors
/// `Uri` for a file that cannot be read.
pub(super) fn user(access: &Access) -> Result<Option<User>, RegistryError> {
    let mut user = User {
        name: access.username.clone(),
        password: access.password.clone(),
    };
    if !access.home.is_empty() && (user.name.is_empty() || user.password.is_empty()) {
        let path = Path::new(&access.home).join(".mlflow/credentials");
        let own = ini::read(&path, false)?
            .remove("mlflow")
            .unwrap_or_default();
        let or = |value: &mut Secret, key: &str| {
            if let Some(text) = own.get(key).filter(|_| value.is_empty()) {
                *value = Secret::key(text);
            }
        };
        or(&mut user.name, "mlflow_tracking_username");
        or(&mut user.password, "mlflow_tracking_password");
        hide_user(user.name.expose(), user.password.expose());
    }
    let whole = !user.name.is_empty() && !user.password.is_empty();
    Ok(whole.then_some(user))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_what_the_variables_do_not_say() {
        let home = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(home.path().join(".mlflow")).expect("made");
        let text =
            "[mlflow]\nmlflow_tracking_username = me\nmlflow_tracking_password = of the file\n";
        std::fs::write(home.path().join(".mlflow/credentials"), text).expect("written");
        let mut access = Access {
            home: home.path().display().to_string(),
            ..Access::default()
        };
        let found = user(&access).expect("read").expect("a user");
        assert_eq!(
            (found.name.expose(), found.password.expose()),
            ("me", "of the file")
        );
        access.username = Secret::key("other");
        let found = user(&access).expect("read").expect("a user");
        assert_eq!(
            (found.name.expose(), found.password.expose()),
            ("other", "of the file")
        );
        access.home = String::new();
        assert!(user(&access).expect("read").is_none());
    }
}
