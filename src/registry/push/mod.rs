//! Registers a package in MLflow without Python: makes a run with the training's parameters and metrics, a logged model and a version.
//!
//! `target` and `content` check what is on this machine, and `ready` asks the server, before anything is created. `run` then takes the
//! steps: `upload`, `verify`, which reads everything back, and only then `version`. `made` takes back what a failed push has made.

mod api;
mod content;
mod experiment;
mod made;
mod ready;
mod run;
mod target;
mod upload;
mod verify;
mod version;

use super::{
    access::Access, client::Client, error::RegistryError, runtime::block_on, variables::Of,
};
use std::path::Path;

/// What `push` has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The registered model.
    pub name: String,
    /// Its new version.
    pub version: String,
    /// The run that the version was logged by.
    pub run_id: String,
}

/// Asks whether [`push`] to `target` can begin, for callers that have long work to do before. Blocks.
///
/// # Errors
/// `Uri` when `target` is no `models:/NAME` or no server is configured; as the server answers.
pub fn can_push(target: &str, access: &Access) -> Result<(), RegistryError> {
    let name = target::model_name(target)?;
    access.check(Of::Mlflow)?;
    let client = Client::new(access)?;
    block_on(None, async {
        ready::ready(&client, &name, &[]).await.map(drop)
    })
}

/// Registers the package in `dir` as a new version of the model that `target` (`models:/NAME`) names. Blocks.
///
/// The version is made when the store has handed out every byte that was uploaded, and the alias moves when the version is READY.
///
/// # Errors
/// As [`RegistryError`] tells. No version is READY then, unless the error names it. A run that was begun is marked as failed.
pub fn push(
    dir: &Path,
    target: &str,
    alias: Option<&str>,
    access: &Access,
) -> Result<Pushed, RegistryError> {
    let name = target::model_name(target)?;
    let alias = alias.map(target::check_alias).transpose()?;
    let package = content::Package::read(dir)?;
    access.check(Of::Mlflow)?;
    let client = Client::new(access)?;
    let (version, run_id) = block_on(None, async {
        let ready = ready::ready(&client, &name, &package.files).await?;
        let push = run::Push {
            client: &client,
            package,
            name: &name,
            alias,
        };
        push.run(ready).await
    })?;
    Ok(Pushed {
        name,
        version,
        run_id,
    })
}
