//! What commands do first: read the configuration, start the log, load the model.

use crate::{
    Error,
    config::{self, Config, ConfigError, Flags, ModelConfig},
    load::{self, LoadedModel},
    observe::log,
    registry::Access,
    secret::{Secret, hide},
};
use std::path::Path;

/// Reads the configuration and starts the log on stderr with its settings.
pub(super) fn start(file: Option<&Path>, flags: &Flags) -> Result<Config, ConfigError> {
    // A mistake in the settings is told too.
    hide(config::access().secrets().iter().map(String::as_str));
    let read = Config::load(file, flags);
    if let Ok(config) = &read {
        hide(config.model.uri.parts().iter().map(String::as_str));
        hide(config.server.auth.keys.0.iter().map(Secret::expose));
    }
    match &read {
        Ok(Config { log, .. }) => log::init(&log.level, log.format),
        Err(error) => log::init("info", error.log_format),
    }
    read
}

/// The variables of registries and stores.
pub(super) fn access() -> Result<Access, Error> {
    Ok(start(None, &Flags::default())?.access)
}

/// Loads the model of a command that takes just a URI.
pub(super) fn load(uri: &Secret) -> Result<LoadedModel, Error> {
    let config = start(None, &Flags::default())?;
    let model = ModelConfig {
        uri: uri.clone(),
        name: String::new(),
        sha256: String::new(),
        ..config.model
    };
    Ok(load::load(&model, &config.access)?)
}
