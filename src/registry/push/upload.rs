//! Uploads the files of a package to the registry's artifact store.

use super::run::{NAME, Push};
use crate::{
    package::{REGISTRATION, mlmodel::LoggedAs},
    registry::{
        error::RegistryError,
        places::{
            artifact_store::{ArtifactStore, Content},
            bucket::Bucket,
            proxy::Proxy,
        },
        uri::ModelUri,
    },
};

impl Push<'_> {
    /// Uploads the package's files to `place`, and the `MLmodel` with the facts that the registry adds.
    pub(super) async fn upload(
        &self,
        place: &str,
        run_id: &str,
        model_id: Option<&str>,
        files: &[String],
    ) -> Result<(), RegistryError> {
        let to = match ModelUri::parse(place)? {
            ModelUri::Artifacts { host, path } => {
                ArtifactStore::Proxy(Proxy::new(self.client, host.as_deref(), &path)?)
            }
            ModelUri::Bucket(url) => {
                ArtifactStore::Bucket(Bucket::new(&url, self.client.stores())?)
            }
            _ => {
                return Err(RegistryError::Uri(format!(
                    "the MLflow server keeps artifacts at {place}, which only it can write; start it with --serve-artifacts, or with a bucket"
                )));
            }
        };
        let mlmodel = self.mlmodel.logged_as(LoggedAs {
            run_id,
            model_id,
            artifact_path: if model_id.is_some() { place } else { NAME },
            created: &self.created,
        });
        let mlmodel = mlmodel
            .to_yaml()
            .map_err(|error| RegistryError::Corrupt(error.to_string()))?;
        for file in files.iter().filter(|file| *file != REGISTRATION) {
            let content = if file == "MLmodel" {
                Content::Text(mlmodel.clone())
            } else {
                Content::File(self.dir.join(file))
            };
            tracing::info!("uploading {file}");
            to.put(self.client, file, &content).await?;
        }
        Ok(())
    }
}
