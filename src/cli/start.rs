//! What commands do first: read the configuration, start the log, load the model.

use crate::{
    Error,
    config::{Config, ConfigError, Flags, ModelConfig},
    load::{self, LoadedModel},
    observe::log,
    registry::Access,
};
use std::path::Path;

/// Reads the configuration and starts the log on stderr with its settings.
pub(super) fn start(file: Option<&Path>, flags: &Flags) -> Result<Config, ConfigError> {
    let read = Config::load(file, flags);
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
pub(super) fn load(uri: &str) -> Result<LoadedModel, Error> {
    let config = start(None, &Flags::default())?;
    let model = ModelConfig {
        uri: uri.to_owned(),
        cache_dir: config.model.cache_dir,
        companions: config.model.companions,
        ..ModelConfig::default()
    };
    Ok(load::load(&model, &config.access)?)
}
