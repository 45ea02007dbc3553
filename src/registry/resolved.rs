//! What a URI was resolved to.

use super::{
    cache::{Cache, Hold},
    unchanged::CheckedBy,
};
use crate::package::Files;
use std::{path::Path, time::Duration};

/// The longest that an attempt waits without bytes of the model, where no other time is set.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Where the bytes of a model came from, as answers and metrics name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is in the binary.
    Builtin,
    /// It is at a path of this machine.
    Directory,
    /// The registry or store answered.
    Registry,
    /// It comes from the cache, because the registry did not answer.
    Cache,
}

impl Origin {
    /// The name in answers and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Builtin => "builtin",
            Self::Directory => "directory",
            Self::Registry => "registry",
            Self::Cache => "cache",
        }
    }
}

/// How packages are brought to this machine.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'a> {
    /// Where they are kept.
    pub cache_dir: &'a Path,
    /// What may be kept there.
    pub cache_max_bytes: u64,
    /// The longest that an attempt waits without bytes of the model.
    pub patience: Duration,
}

/// What is known about a package in the cache. It is not removed while this lives.
#[derive(Debug)]
pub struct Cached {
    /// What says that it is still the one at its place.
    pub checked_by: CheckedBy,
    /// What all packages in the cache take.
    pub cache_bytes: u64,
    pub(super) cache: Cache,
    /// Its name there.
    pub(super) package: String,
    #[expect(dead_code, reason = "dropping it is what it is for")]
    pub(super) hold: Option<Hold>,
}

impl Cached {
    /// Has the package downloaded anew at the next start: what cannot be served may have been damaged on its way here.
    pub fn forget(&self) {
        self.cache.forget(&self.package);
    }
}

/// The files of a package on this machine.
pub struct Resolved {
    /// The name its place gives it.
    pub name: String,
    /// The version its place gives it, if it keeps versions.
    pub version: Option<String>,
    /// The MLflow run that made it, where its place tells.
    pub run_id: Option<String>,
    /// Where the files came from.
    pub origin: Origin,
    /// Where it is in the cache.
    pub cached: Option<Cached>,
    /// The files themselves.
    pub files: Box<dyn Files + Send + Sync>,
}
