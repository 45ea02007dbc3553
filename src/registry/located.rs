//! The package on another machine that a URI leads to.

use super::{
    error::RegistryError,
    places::{artifact_store::ArtifactStore, remote_file::RemoteFile},
};

/// A package on another machine.
pub(super) struct Located {
    /// The name its place gives it.
    pub(super) name: String,
    /// The version its place gives it, if it keeps versions.
    pub(super) version: Option<String>,
    /// The MLflow run that made it, where its place tells.
    pub(super) run_id: Option<String>,
    /// Identifies the content, where the content of this identity never changes.
    pub(super) identity: Option<String>,
    pub(super) place: ArtifactStore,
    /// The files, if they were listed to find the identity.
    pub(super) listing: Option<Vec<RemoteFile>>,
    /// Where to download the files from when `place` refuses them.
    pub(super) fallback: Option<ArtifactStore>,
    /// Why the store that has the files was not asked, and MLflow is.
    pub(super) unasked: Option<RegistryError>,
    /// Whether all files are wanted, not only those that a model is loaded from.
    pub(super) whole: bool,
}

impl Located {
    /// A package at a place that keeps no versions.
    pub(super) fn unversioned(name: String, place: ArtifactStore) -> Self {
        Self {
            name,
            version: None,
            run_id: None,
            identity: None,
            place,
            listing: None,
            fallback: None,
            unasked: None,
            whole: false,
        }
    }
}
