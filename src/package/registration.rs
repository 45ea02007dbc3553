//! `registered_model_meta`: the name and version under which a package was registered. MLflow's Python client writes it beside what it
//! downloads, and so does `fetch`, so that a package keeps its name wherever it goes.

use serde::{Deserialize, Serialize};

use super::{files::Files, yaml};

/// The file's name.
pub const REGISTRATION: &str = "registered_model_meta";

/// The name and version under which a package was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    pub name: String,
    pub version: String,
}

#[derive(Serialize, Deserialize)]
struct RegistrationFile<V> {
    model_name: String,
    model_version: V,
}

impl Registration {
    /// Reads it from a package; `None` if the package has no such file, or the file has another form.
    pub fn read(files: &dyn Files) -> Option<Self> {
        let file: RegistrationFile<yaml::Value> =
            yaml::read(&files.read(REGISTRATION).ok()?).ok()?;
        let version = match file.model_version {
            yaml::Value::String(text) => text,
            yaml::Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some(Self {
            name: file.model_name,
            version,
        })
    }

    /// The content of the file.
    ///
    /// # Errors
    /// When YAML cannot represent it.
    pub fn write(&self) -> Result<String, yaml::Error> {
        yaml::write(&RegistrationFile {
            model_name: self.name.clone(),
            model_version: self.version.clone(),
        })
    }
}
