//! Registers a package in MLflow without Python: makes a run with the training's parameters and metrics, a logged model and a version.

mod run;
mod target;
mod upload;

use super::{
    access::Access, client::Client, error::RegistryError, runtime::block_on,
    tracking::TrackingServer,
};
use crate::package::mlmodel::MlModelDocument;
use std::{fs, path::Path};

/// What `push` has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    pub name: String,
    pub version: String,
    pub run_id: String,
}

/// Checks whether [`push`] to `target` can begin, for callers that have long work to do before.
///
/// # Errors
/// `Uri` when `target` is no `models:/NAME` or no server is configured.
pub fn can_push(target: &str, access: &Access) -> Result<(), RegistryError> {
    target::model_name(target)?;
    TrackingServer::new(&access.tracking_uri)?
        .at("")
        .map(|_| ())
}

/// Registers the package in `dir` as a new version of the model that `target` (`models:/NAME`) names. Blocks.
///
/// # Errors
/// As [`RegistryError`] tells. A run that was begun is marked as failed.
pub fn push(
    dir: &Path,
    target: &str,
    alias: Option<&str>,
    access: &Access,
) -> Result<Pushed, RegistryError> {
    let name = target::model_name(target)?;
    let alias = alias.map(target::check_alias).transpose()?;
    let path = dir.join("MLmodel");
    let text = fs::read(&path).map_err(|error| {
        RegistryError::NotFound(format!(
            "{} cannot be read: {error}; push takes the directory of a package, as train and pack write it",
            path.display()
        ))
    })?;
    let mlmodel = MlModelDocument::read(&text)
        .map_err(|error| RegistryError::Corrupt(format!("{}: {error}", dir.display())))?;
    let client = Client::new(access)?;
    let push = run::Push::new(&client, dir, mlmodel);
    let (version, run_id) = block_on(push.run(&name, alias))?;
    Ok(Pushed {
        name,
        version,
        run_id,
    })
}
