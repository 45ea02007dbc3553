//! How to reach registries and stores, and with which secrets.

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

/// Shows everything but the secrets.
impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let set = |text: &str| if text.is_empty() { "" } else { "***" };
        f.debug_struct("Access")
            .field("tracking_uri", &super::redact::redact(&self.tracking_uri))
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
