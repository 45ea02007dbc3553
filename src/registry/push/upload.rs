//! The files of a package, to where the registry keeps artifacts.

use super::{
    super::{
        RegistryError,
        client::{Repeat, again},
        place::{Place, below, bucket, store_error},
        places::disk::META,
        uri::ModelUri,
    },
    NAME, Push,
};
use object_store::{ObjectStoreExt, PutPayload};
use reqwest::Url;
use std::{
    fs,
    path::{Path, PathBuf},
};

impl Push<'_> {
    /// Uploads the package's files to `place`; its `MLmodel` as the registry's.
    pub(super) async fn upload(
        &self,
        place: &str,
        run_id: &str,
        model_id: Option<&str>,
        files: &[String],
    ) -> Result<(), RegistryError> {
        let to = match ModelUri::parse(place)? {
            ModelUri::Artifacts { host, path } => {
                self.mlflow.artifacts(host.as_deref(), &path)?.place
            }
            ModelUri::Bucket(url) => bucket(&url, self.client.stores())?,
            _ => {
                return Err(RegistryError::Uri(format!(
                    "the MLflow server keeps artifacts at {place}, which only it can write; start it with --serve-artifacts, or with a bucket"
                )));
            }
        };
        let artifact_path = if model_id.is_some() { place } else { NAME };
        let mlmodel = serde_yaml::to_string(&self.described(run_id, model_id, artifact_path))
            .map_err(|error| RegistryError::Corrupt(format!("MLmodel: {error}")))?;
        for file in files.iter().filter(|file| *file != META) {
            let content = if file == "MLmodel" {
                Content::Text(mlmodel.clone())
            } else {
                Content::File(self.dir.join(file))
            };
            tracing::info!("uploading {file}");
            self.put(&to, file, &content).await?;
        }
        Ok(())
    }

    async fn put(&self, place: &Place, file: &str, content: &Content) -> Result<(), RegistryError> {
        again(Repeat::Always, async || {
            match place {
                Place::Bucket { store, prefix } => {
                    let at = file
                        .split('/')
                        .fold(prefix.clone(), object_store::path::Path::join);
                    store
                        .put(&at, PutPayload::from(content.bytes()?))
                        .await
                        .map_err(|error| store_error(&error))?;
                }
                Place::Proxy { api, path } => {
                    let url: Url = below(api, &format!("{path}/{file}"));
                    self.client
                        .send(self.client.put(&url, content.body().await?))
                        .await?;
                }
                _ => return Err(RegistryError::Uri("this place cannot be written".into()).into()),
            }
            Ok(())
        })
        .await
    }
}

enum Content {
    Text(String),
    File(PathBuf),
}

impl Content {
    fn unreadable(path: &Path, error: &std::io::Error) -> RegistryError {
        RegistryError::Disk(format!("{} cannot be read: {error}", path.display()))
    }

    fn bytes(&self) -> Result<Vec<u8>, RegistryError> {
        match self {
            Self::Text(text) => Ok(text.clone().into_bytes()),
            Self::File(path) => fs::read(path).map_err(|error| Self::unreadable(path, &error)),
        }
    }

    /// Streamed, so that a large model is never in memory.
    async fn body(&self) -> Result<reqwest::Body, RegistryError> {
        match self {
            Self::Text(text) => Ok(text.clone().into()),
            Self::File(path) => Ok(tokio::fs::File::open(path)
                .await
                .map_err(|error| Self::unreadable(path, &error))?
                .into()),
        }
    }
}
