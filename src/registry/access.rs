//! How to reach registries and stores, and with which secrets.

use crate::secret::{Secret, basic};

/// How to reach registries and stores: the variables that MLflow's and the clouds' own clients read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Access {
    /// `MLFLOW_TRACKING_URI`
    pub tracking_uri: Secret,
    /// `MLFLOW_REGISTRY_URI`; empty: the tracking server has the registered models
    pub registry_uri: Secret,
    /// `MLFLOW_WORKSPACE`
    pub workspace: String,
    /// `MLFLOW_TRACKING_USERNAME`
    pub username: Secret,
    /// `MLFLOW_TRACKING_PASSWORD`
    pub password: Secret,
    /// `MLFLOW_TRACKING_TOKEN`
    pub token: Secret,
    /// `MLFLOW_TRACKING_INSECURE_TLS`
    pub insecure_tls: bool,
    /// `MLFLOW_TRACKING_SERVER_CERT_PATH`: a PEM file with further authorities
    pub cert_path: String,
    /// `MLFLOW_TRACKING_CLIENT_CERT_PATH`: a PEM file with the certificate and the key to show to MLflow
    pub client_cert_path: String,
    /// `REQUESTS_CA_BUNDLE` or `CURL_CA_BUNDLE`: the same as `cert_path`, and for stores too
    pub ca_bundle: CaBundle,
    /// The proxies of `HTTP_PROXY` and its like
    pub proxies: Proxies,
    /// `HOME`, where clients keep profiles and credentials; empty: nowhere
    pub home: String,
    /// All others of the table of `variables` that are set.
    pub variables: Variables,
}

impl Access {
    /// The texts that must not be shown anywhere.
    pub fn secrets(&self) -> Vec<String> {
        let basic = basic(self.username.expose(), self.password.expose());
        let basic = Secret::key(basic);
        let Proxies { http, https, .. } = &self.proxies;
        let proxies = [http, https].into_iter().flatten().map(|(_, uri)| uri);
        let named = [
            &self.tracking_uri,
            &self.registry_uri,
            &self.password,
            &self.token,
        ];
        named
            .into_iter()
            .chain([&basic])
            .chain(proxies)
            .chain(self.variables.0.iter().map(|(_, value)| value))
            .flat_map(Secret::parts)
            .collect()
    }
}

/// A file of authorities, and the variable that names it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaBundle {
    /// The name of the variable.
    pub variable: &'static str,
    /// The file; empty: none.
    pub path: String,
}

/// The proxies for everything that is asked over HTTP.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proxies {
    /// For `http://`, with the name of its variable.
    pub http: Option<(String, Secret)>,
    /// For `https://`, with the name of its variable.
    pub https: Option<(String, Secret)>,
    /// `NO_PROXY`: the hosts that are asked directly.
    pub except: String,
}

/// Variables by their names in the environment, with their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variables(pub Vec<(String, Secret)>);

impl Variables {
    /// The value of a variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.expose())
            .filter(|value| !value.is_empty())
    }

    /// The first of these that is set, with its name.
    pub(super) fn first(&self, names: &[&'static str]) -> Option<(&'static str, &str)> {
        names
            .iter()
            .find_map(|name| self.get(name).map(|value| (*name, value)))
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(is_true)
    }

    /// The names of those that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// What a variable says, as MLflow and the clouds' clients write yes and no.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" | "y" => Some(true),
        "0" | "false" | "no" | "off" | "n" => Some(false),
        _ => None,
    }
}

/// Whether a variable says yes.
pub fn is_true(text: &str) -> bool {
    truth(text) == Some(true)
}
