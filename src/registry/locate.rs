//! Finds the place of a URI's files on another machine. It is the only dispatch on the kinds of URIs; the URIs that MLflow answers go
//! through it too.

use super::{
    client::Client,
    error::RegistryError,
    located::Located,
    places::{
        artifact_store::ArtifactStore,
        bucket::Bucket,
        mlflow::{Mlflow, Redirect},
        names::package_name,
        oci::Artifact,
        proxy::Proxy,
        web::Web,
    },
    uri::ModelUri,
    variables::Of,
};
use crate::secret::redact;

/// How many hops from one URI to another are followed.
const MAX_REDIRECTS: usize = 5;

/// Where one URI leads.
enum Hop {
    Arrived(Box<Located>),
    /// To another URI.
    Redirected(Box<Redirect>),
}

/// Follows `uri` to a place.
///
/// # Errors
/// `Uri` for a URI of this machine, and what the registries answer.
pub(super) async fn locate(client: &Client, uri: &ModelUri) -> Result<Located, RegistryError> {
    if uri.is_mlflows() {
        client.access().check(Of::Mlflow)?;
        Mlflow::new(client).check_workspace().await?;
    } else {
        client.access().check(Of::Network)?;
    }
    let mut redirects: Vec<Redirect> = Vec::new();
    let mut next = uri.clone();
    let mut located = loop {
        let error = match hop(client, &next, redirects.is_empty()).await {
            Ok(Hop::Arrived(located)) => break *located,
            Ok(Hop::Redirected(redirect)) => {
                if redirects.len() == MAX_REDIRECTS {
                    return Err(RegistryError::NotFound(format!(
                        "{} leads from one URI to another without an end",
                        redact(&redirect.uri)
                    )));
                }
                let parsed = ModelUri::parse(&redirect.uri);
                redirects.push(*redirect);
                match parsed {
                    Ok(uri) => {
                        next = uri;
                        continue;
                    }
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        match redirects.pop() {
            // Only the tracking server can read this place.
            Some(last) if is_closed(&next, &error) => {
                tracing::warn!(%error, "the files are in a store that this server cannot ask; asking the MLflow server for them");
                let through = ArtifactStore::Web(last.through.clone());
                let located = Located {
                    unasked: Some(error),
                    ..Located::unversioned(String::new(), through)
                };
                break amend(located, last, None);
            }
            _ => return Err(error),
        }
    };
    if redirects.is_empty() {
        identify(client, uri, &mut located).await?;
    }
    // What the registry that was asked first says about the model wins.
    let redirects = redirects.into_iter().rev();
    Ok(redirects.fold(located, |located, redirect| {
        let through = ArtifactStore::Web(redirect.through.clone());
        amend(located, redirect, Some(through))
    }))
}

/// Whether the store that `uri` leads to cannot be asked: it is of a kind that this server does not know, or the environment does not do.
fn is_closed(uri: &ModelUri, error: &RegistryError) -> bool {
    match error {
        RegistryError::Uri(_) => true,
        RegistryError::Denied(_) => matches!(uri, ModelUri::Bucket(_)),
        _ => false,
    }
}

/// Follows `uri`, which the user has `named`, or a registry.
async fn hop(client: &Client, uri: &ModelUri, named: bool) -> Result<Hop, RegistryError> {
    let mlflow = Mlflow::new(client);
    let redirected = |redirect| Hop::Redirected(Box::new(redirect));
    let (name, place) = match uri {
        ModelUri::Registered { name, version } => {
            return mlflow.registered(name, version).await.map(redirected);
        }
        ModelUri::Logged { id } => return mlflow.logged(id).await.map(redirected),
        ModelUri::Run { id, path } => return mlflow.run(id, path).await.map(redirected),
        ModelUri::Artifacts { host, path } => {
            let proxy = Proxy::new(client, host.as_deref(), path)?;
            if let Some(host) = host {
                mlflow.introduce(&proxy, host, named).await;
            }
            (package_name(path), ArtifactStore::Proxy(proxy))
        }
        ModelUri::Bucket(url) => {
            let bucket = Bucket::new(url, client.access())?;
            (package_name(url.path()), ArtifactStore::Bucket(bucket))
        }
        ModelUri::Web(url) => {
            let web = Web::new(url);
            (package_name(web.base().path()), ArtifactStore::Web(web))
        }
        ModelUri::Oci(reference) => {
            let artifact = Artifact::find(client, reference).await?;
            return Ok(Hop::Arrived(Box::new(located_artifact(artifact))));
        }
        ModelUri::Builtin(_) | ModelUri::Path(_) => {
            return Err(RegistryError::Uri(
                "a model on this machine needs no registry".into(),
            ));
        }
    };
    Ok(Hop::Arrived(Box::new(Located::unversioned(name, place))))
}

/// An artifact, whose manifest names its files and identifies all of them.
fn located_artifact(artifact: Artifact) -> Located {
    Located {
        version: Some(artifact.version().to_owned()),
        identity: Some(artifact.identity()),
        listing: Some(artifact.list()),
        ..Located::unversioned(
            package_name(artifact.repository()),
            ArtifactStore::Oci(artifact),
        )
    }
}

/// Adds what the registry that led here knows about the model.
fn amend(located: Located, redirect: Redirect, fallback: Option<ArtifactStore>) -> Located {
    Located {
        name: redirect.name,
        version: redirect.version,
        run_id: redirect.run_id.or(located.run_id),
        identity: redirect.identity,
        fallback: fallback.or(located.fallback),
        ..located
    }
}

/// A bucket's entity tags change with its objects, so they identify a package as a version does.
async fn identify(
    client: &Client,
    uri: &ModelUri,
    located: &mut Located,
) -> Result<(), RegistryError> {
    let (ModelUri::Bucket(url), ArtifactStore::Bucket(_)) = (uri, &located.place) else {
        return Ok(());
    };
    let Some(listing) = located.place.list(client).await? else {
        return Ok(());
    };
    let tags: Option<Vec<_>> = listing
        .iter()
        .map(|file| Some(format!("{} {}", file.path, file.tag.as_ref()?)))
        .collect();
    located.identity = tags.map(|tags| format!("{url} {}", tags.join(" ")));
    located.listing = Some(listing);
    Ok(())
}
