//! Azure Blob Storage. Source: azure-identity 1.27 (`_constants.py`), and what MLflow 3.18 reads itself
//! (`store/artifact/azure_blob_artifact_repo.py`).

use super::{
    row::{
        Of::Azure,
        Variable,
        When::{Set, Without},
        honoured, named, nothing, refused,
    },
    takes::Takes::{Address, Hidden, Key, Text, Truth},
};

pub(super) const TABLE: &[Variable] = &[
    honoured(Azure, "AZURE_STORAGE_CONNECTION_STRING", Hidden),
    honoured(Azure, "AZURE_STORAGE_ACCESS_KEY", Key),
    honoured(Azure, "AZURE_STORAGE_SAS_TOKEN", Key),
    honoured(Azure, "AZURE_CLIENT_ID", Text),
    honoured(Azure, "AZURE_TENANT_ID", Text),
    honoured(Azure, "AZURE_CLIENT_SECRET", Hidden),
    honoured(Azure, "AZURE_FEDERATED_TOKEN_FILE", Text),
    honoured(Azure, "AZURE_AUTHORITY_HOST", Text),
    honoured(Azure, "IDENTITY_ENDPOINT", Address),
    // `object_store` reads it itself.
    honoured(Azure, "IDENTITY_HEADER", Key),
    // Names of `object_store`, which Azure's clients do not know.
    honoured(Azure, "AZURE_STORAGE_ACCOUNT_NAME", Text),
    honoured(Azure, "AZURE_STORAGE_ACCOUNT_KEY", Key),
    honoured(Azure, "AZURE_STORAGE_SAS_KEY", Key),
    honoured(Azure, "AZURE_STORAGE_TOKEN", Key),
    honoured(Azure, "AZURE_STORAGE_CLIENT_ID", Text),
    honoured(Azure, "AZURE_STORAGE_CLIENT_SECRET", Hidden),
    honoured(Azure, "AZURE_STORAGE_TENANT_ID", Text),
    honoured(Azure, "AZURE_STORAGE_AUTHORITY_HOST", Text),
    honoured(Azure, "AZURE_STORAGE_ENDPOINT", Address),
    honoured(Azure, "AZURE_ENDPOINT", Address),
    honoured(Azure, "AZURE_MSI_ENDPOINT", Address),
    honoured(Azure, "AZURE_OBJECT_ID", Text),
    honoured(Azure, "AZURE_MSI_RESOURCE_ID", Text),
    honoured(Azure, "AZURE_STORAGE_USE_EMULATOR", Truth),
    honoured(Azure, "AZURE_SKIP_SIGNATURE", Truth),
    refused(
        Azure,
        "AZURE_CLIENT_CERTIFICATE_PATH",
        Without(&[
            "AZURE_CLIENT_SECRET",
            "AZURE_STORAGE_CONNECTION_STRING",
            "AZURE_STORAGE_ACCESS_KEY",
        ]),
        "unset it, and set AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE",
    ),
    refused(
        Azure,
        "AZURE_USERNAME",
        Without(&[
            "AZURE_CLIENT_SECRET",
            "AZURE_STORAGE_CONNECTION_STRING",
            "AZURE_STORAGE_ACCESS_KEY",
        ]),
        "unset it, and set AZURE_CLIENT_ID with AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE",
    ),
    refused(
        Azure,
        "AZURE_POD_IDENTITY_AUTHORITY_HOST",
        Set,
        "unset it, and set IDENTITY_ENDPOINT",
    ),
    refused(
        Azure,
        "IDENTITY_SERVER_THUMBPRINT",
        Set,
        "the identities of Service Fabric are not known here; set AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
    ),
    refused(
        Azure,
        "IMDS_ENDPOINT",
        Set,
        "the identities of Azure Arc are not known here; set AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
    ),
    refused(
        Azure,
        "MSI_ENDPOINT",
        Without(&["IDENTITY_ENDPOINT"]),
        "unset it, and set IDENTITY_ENDPOINT and IDENTITY_HEADER",
    ),
    refused(
        Azure,
        "AZURE_KUBERNETES_TOKEN_PROXY",
        Set,
        "unset it; tokens are exchanged at AZURE_AUTHORITY_HOST",
    ),
    named(
        Azure,
        "AZURE_TOKEN_CREDENTIALS",
        Set,
        "a key, a signature, a client's secret, a federated token and the machine's identity are tried in this order",
    ),
    nothing(Azure, "AZURE_ALLOW_HTTP"),
    nothing(Azure, "AZURE_CLIENT_CERTIFICATE_PASSWORD"),
    nothing(Azure, "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"),
    nothing(Azure, "AZURE_IDENTITY_DISABLE_MULTITENANTAUTH"),
    nothing(Azure, "AZURE_KUBERNETES_CA_DATA"),
    nothing(Azure, "AZURE_KUBERNETES_CA_FILE"),
    nothing(Azure, "AZURE_KUBERNETES_SNI_NAME"),
    nothing(Azure, "AZURE_PASSWORD"),
    nothing(Azure, "AZURE_REGIONAL_AUTHORITY_NAME"),
    nothing(Azure, "MSI_SECRET"),
];
