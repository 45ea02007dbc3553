//! The environment variables that the clients of other tools read too.

use crate::registry::Access;

/// Reads the variables that MLflow's and the clouds' own clients read.
pub(super) fn access() -> Access {
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let truth = |text: String| matches!(text.to_ascii_lowercase().as_str(), "1" | "true" | "yes");
    let mut stores: Vec<_> = std::env::vars()
        .filter(|(name, value)| {
            !value.is_empty()
                && ["AWS_", "GOOGLE_", "AZURE_"]
                    .iter()
                    .any(|prefix| name.starts_with(prefix))
        })
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect();
    // MLflow's own name for an S3-compatible server.
    let endpoint = var("MLFLOW_S3_ENDPOINT_URL");
    if !endpoint.is_empty() {
        stores.push(("aws_endpoint".to_owned(), endpoint));
    }
    Access {
        tracking_uri: var("MLFLOW_TRACKING_URI"),
        username: var("MLFLOW_TRACKING_USERNAME"),
        password: var("MLFLOW_TRACKING_PASSWORD"),
        token: var("MLFLOW_TRACKING_TOKEN"),
        insecure_tls: truth(var("MLFLOW_TRACKING_INSECURE_TLS")),
        cert_path: var("MLFLOW_TRACKING_SERVER_CERT_PATH"),
        stores,
    }
}
