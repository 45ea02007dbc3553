//! Google Cloud Storage. Source: google-auth 2.63 (`auth/environment_vars.py`), google-cloud-storage 3.17.

use super::{
    row::{
        Of::Gcs,
        Variable,
        When::{IsNot, Set, True, Without},
        honoured, named, nothing, refused,
    },
    takes::Takes::{Address, Json, Key, Text, Truth},
};

pub(super) const TABLE: &[Variable] = &[
    honoured(Gcs, "GOOGLE_APPLICATION_CREDENTIALS", Text),
    honoured(Gcs, "STORAGE_EMULATOR_HOST", Text),
    // `object_store` reads these three itself.
    honoured(Gcs, "GCE_METADATA_HOST", Text),
    honoured(Gcs, "GCE_METADATA_ROOT", Text),
    honoured(Gcs, "GCE_METADATA_IP", Text),
    // Names of `object_store`, which Google's clients do not know.
    honoured(Gcs, "GOOGLE_SERVICE_ACCOUNT", Text),
    honoured(Gcs, "GOOGLE_SERVICE_ACCOUNT_PATH", Text),
    honoured(Gcs, "GOOGLE_SERVICE_ACCOUNT_KEY", Json),
    honoured(Gcs, "GOOGLE_BASE_URL", Address),
    honoured(Gcs, "GOOGLE_BEARER_TOKEN", Key),
    honoured(Gcs, "GOOGLE_SKIP_SIGNATURE", Truth),
    refused(
        Gcs,
        "CLOUDSDK_CONFIG",
        Without(&["GOOGLE_APPLICATION_CREDENTIALS"]),
        "unset it, and set GOOGLE_APPLICATION_CREDENTIALS to the application_default_credentials.json in it",
    ),
    refused(
        Gcs,
        "GOOGLE_CLOUD_UNIVERSE_DOMAIN",
        IsNot("googleapis.com"),
        "unset it, and set GOOGLE_BASE_URL=https://storage.DOMAIN",
    ),
    refused(
        Gcs,
        "API_ENDPOINT_OVERRIDE",
        Set,
        "unset it, and set GOOGLE_BASE_URL to the same address",
    ),
    refused(
        Gcs,
        "GOOGLE_API_USE_CLIENT_CERTIFICATE",
        True,
        "unset it; certificates of clients are shown to MLflow only",
    ),
    named(
        Gcs,
        "GOOGLE_CLOUD_QUOTA_PROJECT",
        Set,
        "requests are counted for the project of the credentials",
    ),
    named(
        Gcs,
        "NO_GCE_CHECK",
        True,
        "for a public bucket, set GOOGLE_SKIP_SIGNATURE=true",
    ),
    named(
        Gcs,
        "GCE_METADATA_MTLS_MODE",
        IsNot("none"),
        "the metadata service is asked over HTTP",
    ),
    nothing(Gcs, "APPENGINE_RUNTIME"),
    nothing(Gcs, "CLOUDSDK_CONTEXT_AWARE_*"),
    nothing(Gcs, "GCE_METADATA_DETECT_RETRIES"),
    nothing(Gcs, "GCE_METADATA_TIMEOUT"),
    nothing(Gcs, "GCLOUD_PROJECT"),
    nothing(Gcs, "GOOGLE_API_CERTIFICATE_CONFIG"),
    nothing(Gcs, "GOOGLE_API_ENABLE_RUNTIME_BOUND_TOKEN"),
    nothing(
        Gcs,
        "GOOGLE_API_PREVENT_AGENT_TOKEN_SHARING_FOR_GCP_SERVICES",
    ),
    nothing(Gcs, "GOOGLE_API_USE_MTLS_ENDPOINT"),
    nothing(Gcs, "GOOGLE_AUTH_TRUST_BOUNDARY_ENABLED"),
    nothing(Gcs, "GOOGLE_CLOUD_PROJECT"),
    nothing(Gcs, "GOOGLE_SDK_*"),
    nothing(Gcs, "MLFLOW_GCS_DOWNLOAD_CHUNK_SIZE"),
    nothing(Gcs, "MLFLOW_GCS_UPLOAD_CHUNK_SIZE"),
];
