//! Connections of any kind. Source: Python's `requests` and `urllib`; for OCI registries, Docker and ORAS.

use super::{
    row::{Of::Network, Variable, When::Set, honoured, named, nothing},
    takes::Takes::Text,
};

pub(super) const TABLE: &[Variable] = &[
    honoured(Network, "HTTP_PROXY", Text),
    honoured(Network, "http_proxy", Text),
    honoured(Network, "HTTPS_PROXY", Text),
    honoured(Network, "https_proxy", Text),
    honoured(Network, "ALL_PROXY", Text),
    honoured(Network, "all_proxy", Text),
    honoured(Network, "NO_PROXY", Text),
    honoured(Network, "no_proxy", Text),
    honoured(Network, "DOCKER_CONFIG", Text),
    honoured(Network, "REQUESTS_CA_BUNDLE", Text),
    honoured(Network, "CURL_CA_BUNDLE", Text),
    // The library for certificates reads these two itself.
    honoured(Network, "SSL_CERT_FILE", Text),
    honoured(Network, "SSL_CERT_DIR", Text),
    named(
        Network,
        "NETRC",
        Set,
        "put user and password into MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD",
    ),
    nothing(Network, "SSLKEYLOGFILE"),
];
