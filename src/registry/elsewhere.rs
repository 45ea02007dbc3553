//! Gets a package that is not on this machine: asks the registry, and takes from the cache what is there.

use super::{
    access::Access,
    cache::{Cache, CachedFiles, Content, Remembered},
    client::Client,
    download::{Target, download},
    error::RegistryError,
    locate::locate,
    located::Located,
    resolved::{Cached, Limits, Origin, Resolved},
    runtime::block_on,
    unchanged::{self, CheckedBy},
    uri::ModelUri,
    waiting,
};
use crate::secret::redact;
use std::{path::Path, time::Duration};

/// The longest that a server waits for others when it could start from the cache: with what it does itself, it is ready within ten
/// seconds.
const WARM: Duration = Duration::from_secs(6);

/// A package whose size nobody tells may have so many bytes even where the cache is meant to keep less, which is what is in use.
const LEAST: u64 = 1 << 30;

/// Gets the package of `uri`, whose text is `text`.
///
/// # Errors
/// As [`RegistryError`] tells.
pub(super) fn from_elsewhere(
    uri: &ModelUri,
    text: &str,
    access: &Access,
    limits: &Limits,
) -> Result<Resolved, RegistryError> {
    let asked = Asked {
        client: &Client::new(access)?,
        cache: &Cache::new(limits.cache_dir),
        uri,
        text,
        limits,
    };
    let mut got = asked.get()?;
    let hold = got.files.take_hold();
    let cache_bytes = asked.cache.make_room(limits.cache_max_bytes, 0);
    Ok(Resolved {
        name: got.meaning.name,
        version: got.meaning.version,
        run_id: got.meaning.run_id,
        origin: got.origin,
        cached: Some(Cached {
            checked_by: got.checked_by,
            cache_bytes,
            cache: asked.cache.clone(),
            package: got.meaning.package,
            hold,
        }),
        files: Box::new(got.files),
    })
}

/// A package that was asked for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    client: &'a Client,
    cache: &'a Cache,
    uri: &'a ModelUri,
    text: &'a str,
    limits: &'a Limits<'a>,
}

/// A package in the cache.
struct Got {
    meaning: Remembered,
    files: CachedFiles,
    origin: Origin,
    checked_by: CheckedBy,
}

impl Asked<'_> {
    fn server(&self) -> String {
        self.client.realm()
    }

    fn get(&self) -> Result<Got, RegistryError> {
        let patience = self.limits.patience;
        let warm = self.cache.is_warm(&self.server(), self.text);
        let first = if warm { patience.min(WARM) } else { patience };
        let error = match block_on(Some(first), self.ask()) {
            Err(error @ RegistryError::Unavailable(_)) => error,
            got => return got,
        };
        if let Some(got) = self.remembered("the registry does not answer", &error) {
            return Ok(got);
        }
        if first == patience {
            return Err(error);
        }
        // What the cache seemed to have is damaged, so there is reason to wait longer.
        block_on(Some(patience), self.ask())
    }

    /// What the URI stood for when the registry last answered. `fault` is what keeps it from being asked or downloaded now.
    fn remembered(&self, fault: &str, why: &RegistryError) -> Option<Got> {
        let (meaning, files) = self.cache.last(&self.server(), self.text)?;
        tracing::warn!(
            %why,
            version = meaning.version,
            "{fault}: {} is served from the cache, as it was resolved last",
            redact(self.text)
        );
        Some(Got {
            meaning,
            files,
            origin: Origin::Cache,
            checked_by: CheckedBy::Nothing,
        })
    }

    /// Asks the registry, and downloads what is not in the cache or was changed since.
    async fn ask(&self) -> Result<Got, RegistryError> {
        let mut located = locate(self.client, self.uri).await?;
        let identity = located.identity.take();
        if let Some(identity) = &identity {
            if let Some((package, files, checked_by)) = self.known(identity, &mut located).await {
                let meaning = meaning(&mut located, package);
                self.cache.remember(&self.server(), self.text, &meaning);
                return Ok(Got {
                    meaning,
                    files,
                    origin: Origin::Registry,
                    checked_by,
                });
            }
            // The cache may have another version, but that is not the one that the registry says. It is worth waiting for.
            waiting::begin_anew(self.limits.patience);
        }
        self.download(located, identity.as_deref()).await
    }

    /// The package of this identity, if it is in the cache and was not changed at its place.
    async fn known(
        &self,
        identity: &str,
        located: &mut Located,
    ) -> Option<(String, CachedFiles, CheckedBy)> {
        let content = self.cache.content(identity)?;
        let files = self.cache.package(&content.package)?;
        waiting::at_most(WARM);
        let uri = redact(self.text);
        let checked_by = match unchanged::check(self.client, located, &content, &files).await {
            Ok(Some(checked_by)) => checked_by,
            Ok(None) => {
                tracing::warn!(
                    "the files of {uri} were changed after they were downloaded; they are downloaded again"
                );
                return None;
            }
            Err(error) => {
                tracing::warn!(%error, "the files of {uri} in the cache could not be compared with those at their place");
                CheckedBy::Nothing
            }
        };
        Some((content.package, files, checked_by))
    }

    async fn download(
        &self,
        mut located: Located,
        identity: Option<&str>,
    ) -> Result<Got, RegistryError> {
        let Self { cache, limits, .. } = *self;
        let mut meaning = meaning(&mut located, String::new());
        cache.sweep();
        let fetch = async |into: &Path| {
            let room = |coming| {
                cache.make_room(limits.cache_max_bytes, coming);
            };
            let into = Target {
                directory: into,
                most: limits.cache_max_bytes.max(LEAST),
            };
            download(self.client, located, into, &room).await
        };
        let (package, files, listing) = match cache.put(fetch).await {
            // A cache that can only be read may have the package, which without an identity nothing tells apart.
            Err(error @ RegistryError::Disk(_)) if identity.is_none() => {
                let remembered = self.remembered("the cache cannot take the download", &error);
                return remembered.ok_or(error);
            }
            put => put?,
        };
        if let Some(identity) = identity {
            let listing = listing.as_deref().map(unchanged::listed);
            let package = package.clone();
            cache.remember_content(identity, &Content { package, listing });
        }
        meaning.package = package;
        cache.remember(&self.server(), self.text, &meaning);
        Ok(Got {
            meaning,
            files,
            origin: Origin::Registry,
            checked_by: CheckedBy::Download,
        })
    }
}

/// What the registry says about the package of this name in the cache.
fn meaning(located: &mut Located, package: String) -> Remembered {
    Remembered {
        name: std::mem::take(&mut located.name),
        version: located.version.take(),
        run_id: located.run_id.take(),
        package,
    }
}
