//! Opens the store of a URL.

use super::{azure, gcs, refused::refused, s3};
use crate::registry::{access::Access, error::RegistryError};
use object_store::{ObjectStore, ObjectStoreScheme, path::Path};
use reqwest::Url;

/// The store that `url` names, and the path in it.
///
/// # Errors
/// `Uri` when the URL or a variable is wrong.
pub(in crate::registry::places) fn open(
    url: &Url,
    access: &Access,
) -> Result<(Box<dyn ObjectStore>, Path), RegistryError> {
    let wrong = |error: object_store::Error| refused(url, &error.to_string());
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused(
            url,
            "a bucket's URI has no query: a signature goes into a variable, such as AZURE_STORAGE_SAS_TOKEN",
        ));
    }
    let (scheme, path) = ObjectStoreScheme::parse(url).map_err(|error| wrong(error.into()))?;
    let store: Box<dyn ObjectStore> = match scheme {
        ObjectStoreScheme::AmazonS3 => Box::new(s3::builder(url, access)?.build().map_err(wrong)?),
        ObjectStoreScheme::GoogleCloudStorage => {
            Box::new(gcs::builder(url, access)?.build().map_err(wrong)?)
        }
        ObjectStoreScheme::MicrosoftAzure => {
            Box::new(azure::builder(url, access)?.build().map_err(wrong)?)
        }
        _ => return Err(refused(url, "this is no bucket")),
    };
    Ok((store, path))
}
