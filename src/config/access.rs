//! The variables that other tools' clients read too.

/// How to reach registries and stores: the variables that MLflow's and the clouds' own clients read.
#[derive(Clone, Default, PartialEq)]
pub struct Access {
    /// `MLFLOW_TRACKING_URI`
    pub tracking_uri: String,
    /// `MLFLOW_TRACKING_USERNAME`
    pub username: String,
    /// `MLFLOW_TRACKING_PASSWORD`
    pub password: String,
    /// `MLFLOW_TRACKING_TOKEN`
    pub token: String,
    /// `MLFLOW_TRACKING_INSECURE_TLS`
    pub insecure_tls: bool,
    /// `MLFLOW_TRACKING_SERVER_CERT_PATH`: a PEM file with further authorities
    pub cert_path: String,
    /// `AWS_*`, `GOOGLE_*` and `AZURE_*`, under the names that `object_store` takes.
    pub stores: Vec<(String, String)>,
}

impl Access {
    /// Reads the environment.
    pub fn from_env() -> Self {
        let var = |name: &str| std::env::var(name).unwrap_or_default();
        let truth =
            |text: String| matches!(text.to_ascii_lowercase().as_str(), "1" | "true" | "yes");
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
        Self {
            tracking_uri: var("MLFLOW_TRACKING_URI"),
            username: var("MLFLOW_TRACKING_USERNAME"),
            password: var("MLFLOW_TRACKING_PASSWORD"),
            token: var("MLFLOW_TRACKING_TOKEN"),
            insecure_tls: truth(var("MLFLOW_TRACKING_INSECURE_TLS")),
            cert_path: var("MLFLOW_TRACKING_SERVER_CERT_PATH"),
            stores,
        }
    }
}

/// Secrets are not shown.
impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let set = |text: &str| if text.is_empty() { "" } else { "***" };
        f.debug_struct("Access")
            .field("tracking_uri", &crate::registry::shown(&self.tracking_uri))
            .field("username", &self.username)
            .field("password", &set(&self.password))
            .field("token", &set(&self.token))
            .field("insecure_tls", &self.insecure_tls)
            .field("cert_path", &self.cert_path)
            .field(
                "stores",
                &self.stores.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            )
            .finish()
    }
}
