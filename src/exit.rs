//! What ends the process, the exit code that tells a script why (numbers as in BSD's `sysexits.h`), and every conversion into them.

use crate::{config::ConfigError, load::LoadError, registry::RegistryError, train::TrainError};

/// A failure that a command reports in one sentence and exits with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Wrong flags or configuration.
    #[error("{0}")]
    Usage(String),
    /// The model or the data is not what it should be; trying again will not help.
    #[error("{0}")]
    Data(String),
    /// The place the model comes from, or the server asked, does not answer; trying again may help.
    #[error("{0}")]
    Unavailable(String),
    /// Our fault, or the machine's.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 64,
            Self::Data(_) => 65,
            Self::Unavailable(_) => 69,
            Self::Internal(_) => 70,
        }
    }
}

impl From<TrainError> for Error {
    fn from(error: TrainError) -> Self {
        let text = error.to_string();
        match error.exit_code() {
            64 => Self::Usage(text),
            65 => Self::Data(text),
            _ => Self::Internal(text),
        }
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Registry(error) => error.into(),
            error => Self::Data(error.to_string()),
        }
    }
}

impl From<RegistryError> for Error {
    fn from(error: RegistryError) -> Self {
        let text = error.to_string();
        match error {
            RegistryError::Uri(_) => Self::Usage(text),
            RegistryError::NotFound(_) | RegistryError::Corrupt(_) => Self::Data(text),
            RegistryError::Denied(_) | RegistryError::Unavailable(_) => Self::Unavailable(text),
            RegistryError::Disk(_) => Self::Internal(text),
        }
    }
}
