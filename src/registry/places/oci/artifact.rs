//! One artifact in a registry.

use super::{
    layers::{Layer, layers},
    manifest::{self, Read},
    session::Session,
    verified::{digest, verified},
};
use crate::registry::{
    body::{bounded, is_page},
    client::Client,
    error::RegistryError,
    places::remote_file::{ByteStream, RemoteFile, bytes_of},
    reference::Reference,
    retry::{Failed, Idempotent, retry},
    waiting,
};
use futures_util::{StreamExt, TryStreamExt};

/// An artifact whose manifest was read.
pub(in crate::registry) struct Artifact {
    session: Session,
    /// Of its manifest: it stands for every byte of the artifact.
    digest: String,
    layers: Vec<Layer>,
}

impl Artifact {
    /// Asks the registry which artifact `reference` stands for.
    ///
    /// # Errors
    /// What the registry answers; `Corrupt` for an artifact that holds no model's files.
    pub(in crate::registry) async fn find(
        client: &Client,
        reference: &Reference,
    ) -> Result<Self, RegistryError> {
        let session = Session::new(reference.clone());
        let named = |error| match error {
            RegistryError::Corrupt(text) => RegistryError::Corrupt(format!("{reference}: {text}")),
            RegistryError::Unavailable(text) => {
                RegistryError::Unavailable(format!("{reference}: {text}"))
            }
            RegistryError::NotFound(text) => {
                RegistryError::NotFound(format!("{reference}: {text}"))
            }
            other => other,
        };
        let (digest, layers) = manifest_of(client, &session).await.map_err(named)?;
        tracing::info!("{reference} is {digest}");
        Ok(Self {
            session,
            digest,
            layers,
        })
    }

    fn reference(&self) -> &Reference {
        self.session.reference()
    }

    /// The path of the repository, whose last part is the model's name.
    pub(in crate::registry) fn repository(&self) -> &str {
        &self.reference().repository
    }

    /// The tag, or the digest where there is none.
    pub(in crate::registry) fn version(&self) -> &str {
        self.reference().tag.as_deref().unwrap_or(&self.digest)
    }

    /// What never stands for other bytes.
    pub(in crate::registry) fn identity(&self) -> String {
        format!("oci {}", self.digest)
    }

    /// The files and archives that make the package.
    pub(in crate::registry) fn list(&self) -> Vec<RemoteFile> {
        let file = |layer: &Layer| RemoteFile {
            size: Some(layer.size),
            tag: Some(layer.digest.clone()),
            is_archive: layer.is_archive,
            ..RemoteFile::required(layer.path.clone())
        };
        self.layers.iter().map(file).collect()
    }

    /// Opens one of them: its size, and its bytes, which are verified while they come.
    pub(in crate::registry) async fn open(
        &self,
        client: &Client,
        file: &str,
    ) -> Result<(u64, ByteStream), Failed> {
        let layer = self.layers.iter().find(|layer| layer.path == file);
        let layer = layer.ok_or_else(|| {
            RegistryError::NotFound(format!("{} has no {file}", self.reference()))
        })?;
        let url = self.reference().url("blobs", &layer.digest);
        let response = self.session.get(client, &url, "*/*").await?;
        let page = is_page(&response);
        let what = format!("{file} of {}", self.reference());
        let bytes = verified(bytes_of(response), layer.digest.clone(), layer.size, what);
        // The page of a login has not the digest of a blob, and may be gone later.
        let bytes = bytes.map_err(move |error| match error {
            RegistryError::Corrupt(text) if page => RegistryError::Unavailable(format!(
                "{text}; a page came instead: check what is in front of the registry"
            )),
            other => other,
        });
        Ok((layer.size, bytes.boxed()))
    }

    pub(in crate::registry) fn describe(&self) -> String {
        self.reference().to_string()
    }
}

/// The digest and the layers of the manifest that the session's reference stands for, over an index if there is one.
async fn manifest_of(
    client: &Client,
    session: &Session,
) -> Result<(String, Vec<Layer>), RegistryError> {
    let (found, first) = manifest(client, session, session.reference().wanted()).await?;
    let (found, manifest) = match first {
        Read::Manifest(manifest) => (found, manifest),
        Read::Index(only) => match manifest(client, session, &only).await? {
            (found, Read::Manifest(manifest)) => (found, manifest),
            (_, Read::Index(_)) => {
                return Err(RegistryError::Corrupt("it is an index of indexes".into()));
            }
        },
    };
    Ok((found, layers(&manifest)?))
}

/// The manifest under a tag or a digest, and its digest.
async fn manifest(
    client: &Client,
    session: &Session,
    wanted: &str,
) -> Result<(String, Read), RegistryError> {
    let url = session.reference().url("manifests", wanted);
    let found = retry(Idempotent::Yes, async || {
        let response = session.get(client, &url, manifest::ACCEPTED).await?;
        let place = session.reference().to_string();
        let bytes = waiting::answer(&place, bounded(response, manifest::MAX_BYTES)).await?;
        let found = digest(&bytes);
        let read = manifest::read(&bytes)?;
        // A tag has no colon.
        if wanted.contains(':') && wanted != found {
            let text = format!("the manifest is damaged: its digest is {found}, not {wanted}");
            return Err(RegistryError::Corrupt(text).into());
        }
        Ok((found, read))
    });
    Ok(found.await?)
}
