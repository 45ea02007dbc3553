//! What commands do first: read the configuration, start the log, load the model.

use crate::{
    Error,
    config::{self, Config, ConfigError, Flags, ModelConfig},
    load::{self, LoadedModel},
    observe::log,
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

/// Loads the model of a command that takes just a URI.
pub(super) fn load(uri: &Secret) -> Result<LoadedModel, Error> {
    load_at(uri.clone(), &start(None, &Flags::default())?)
}

/// Loads the model at `uri` as the settings say that models are read. What they say of one model is not for this one.
pub(super) fn load_at(uri: Secret, config: &Config) -> Result<LoadedModel, Error> {
    let model = ModelConfig {
        uri,
        name: String::new(),
        sha256: String::new(),
        ..config.model.clone()
    };
    Ok(load::load(&model, &config.access)?)
}
