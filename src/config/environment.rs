//! The environment variables that the clients of other tools read too.

use crate::registry::{
    Access, CaBundle, Proxies, Secret, Variables, is_true,
    variables::{self, Meaning, Takes},
};

/// Reads the variables that MLflow's and the clouds' own clients read.
pub fn access() -> Access {
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let ca_bundle = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]
        .map(|variable| CaBundle {
            variable,
            path: var(variable),
        })
        .into_iter()
        .find(|bundle| !bundle.path.is_empty());
    Access {
        tracking_uri: Secret::uri(var("MLFLOW_TRACKING_URI")),
        registry_uri: Secret::uri(var("MLFLOW_REGISTRY_URI")),
        workspace: var("MLFLOW_WORKSPACE").trim().to_owned(),
        username: Secret::key(var("MLFLOW_TRACKING_USERNAME")),
        password: Secret::key(var("MLFLOW_TRACKING_PASSWORD")),
        token: Secret::key(var("MLFLOW_TRACKING_TOKEN")),
        insecure_tls: is_true(&var("MLFLOW_TRACKING_INSECURE_TLS")),
        cert_path: var("MLFLOW_TRACKING_SERVER_CERT_PATH"),
        client_cert_path: var("MLFLOW_TRACKING_CLIENT_CERT_PATH"),
        ca_bundle: ca_bundle.unwrap_or_default(),
        proxies: proxies(&var),
        home: var("HOME"),
        variables: known(),
    }
}

/// The variables of the table that are set and mean something.
fn known() -> Variables {
    let mut known: Vec<_> = std::env::vars_os()
        .filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let value = value.to_string_lossy().into_owned();
            let row = variables::table().find(|row| row.is(&name))?;
            let takes = match row.meaning {
                Meaning::Honoured(takes) => takes,
                Meaning::Refused(..) | Meaning::Named(..) => Takes::Hidden,
                Meaning::Nothing => return None,
            };
            (!value.is_empty()).then(|| (name, takes.value(value)))
        })
        .collect();
    // The order of the environment is arbitrary, but that of messages should not be.
    known.sort_by(|(a, _), (b, _)| a.cmp(b));
    Variables(known)
}

/// As in Python, the variable in small letters wins.
fn proxies(var: &dyn Fn(&str) -> String) -> Proxies {
    let first = |names: &[&'static str]| {
        let found = names.iter().map(|name| (*name, var(name)));
        let mut found = found.filter(|(_, value)| !value.trim().is_empty());
        found.next()
    };
    let proxy = |names: &[&'static str]| {
        let (name, value) = first(names)?;
        Some((name.to_owned(), Secret::uri(value)))
    };
    Proxies {
        http: proxy(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
        https: proxy(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
        except: first(&["no_proxy", "NO_PROXY"])
            .map(|(_, value)| value)
            .unwrap_or_default(),
    }
}
