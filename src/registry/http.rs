//! Makes HTTP clients: whom they trust, which proxies they take, how long they wait.

use super::{
    access::{CaBundle, Proxies},
    error::RegistryError,
};
use crate::secret::{Secret, redact, redact_text};
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Certificate, ClientBuilder, Identity, NoProxy, Proxy, Url, redirect::Policy};
use std::{error::Error as _, fs, time::Duration};

const CONNECT: Duration = Duration::from_secs(5);

/// Whom a client trusts, and what it shows of itself.
#[derive(Default)]
pub(super) struct Trust {
    /// Files of authorities beside those of the system.
    pub(super) bundles: Vec<CaBundle>,
    /// Whether any certificate will do.
    pub(super) anyone: bool,
    /// A file with a certificate and its key to show, and the variable that names it.
    pub(super) identity: Option<CaBundle>,
}

/// What makes an HTTP client, but for limits of time within answers. It follows no redirects: `redirects` does.
///
/// # Errors
/// `Uri` for a file or a proxy that cannot be used; it names the variable.
pub(super) fn builder(trust: &Trust, proxies: &Proxies) -> Result<ClientBuilder, RegistryError> {
    // A second call fails, and the first one stays in effect.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("ml-serving/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .redirect(Policy::none())
        .danger_accept_invalid_certs(trust.anyone);
    for bundle in trust
        .bundles
        .iter()
        .filter(|bundle| !bundle.path.is_empty())
    {
        builder = authorities(bundle)?
            .into_iter()
            .fold(builder, ClientBuilder::add_root_certificate);
    }
    if let Some(file) = trust.identity.as_ref().filter(|file| !file.path.is_empty()) {
        builder = builder.identity(identity(file)?);
    }
    for proxy in proxies.made()? {
        builder = builder.proxy(proxy);
    }
    // Else reqwest would read the variables itself.
    if proxies.is_none() {
        builder = builder.no_proxy();
    }
    Ok(builder)
}

/// Makes the client. This reads the certificate store and sets up TLS, so it is done only when something is on another machine.
///
/// # Errors
/// `Uri` where there is no certificate store.
pub(super) fn built(builder: ClientBuilder) -> Result<reqwest::Client, RegistryError> {
    let built = builder.build();
    built.map_err(|error| RegistryError::Uri(format!("no HTTPS client: {}", cause(&error))))
}

fn authorities(bundle: &CaBundle) -> Result<Vec<Certificate>, RegistryError> {
    let pem = read(bundle, "the CA")?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(found) if found.is_empty() => {
            Err(wrong(bundle, "there is no certificate in it", "the CA"))
        }
        Ok(found) => Ok(found),
        Err(error) => Err(wrong(bundle, &error.to_string(), "the CA")),
    }
}

fn identity(file: &CaBundle) -> Result<Identity, RegistryError> {
    let what = "a certificate and its key, unencrypted";
    let pem = read(file, what)?;
    Identity::from_pem(&pem).map_err(|error| wrong(file, &cause(&error), what))
}

fn read(file: &CaBundle, what: &str) -> Result<Vec<u8>, RegistryError> {
    fs::read(&file.path).map_err(|error| wrong(file, &error.to_string(), what))
}

fn wrong(file: &CaBundle, why: &str, what: &str) -> RegistryError {
    let CaBundle { variable, path } = file;
    RegistryError::Uri(format!(
        "{variable}={path}: {why}; give a PEM file of {what}"
    ))
}

impl Proxies {
    /// Whether everything is asked directly. `*` excepts addresses as it excepts names.
    fn is_none(&self) -> bool {
        let everything = self.exceptions().any(|name| name == "*");
        everything || (self.http.is_none() && self.https.is_none())
    }

    /// The hosts that are asked directly. Python knows hosts with a port, libraries of this server do not.
    fn exceptions(&self) -> impl Iterator<Item = &str> {
        let names = self.except.split(',').map(str::trim);
        names.map(|name| match name.rsplit_once(':') {
            Some((host, port))
                if !host.contains(':') && port.bytes().all(|b| b.is_ascii_digit()) =>
            {
                host
            }
            _ => name,
        })
    }

    fn made(&self) -> Result<Vec<Proxy>, RegistryError> {
        if self.is_none() {
            return Ok(Vec::new());
        }
        let except = NoProxy::from_string(&self.exceptions().collect::<Vec<_>>().join(","));
        let made = |proxy: &Option<(String, Secret)>, of: fn(String) -> reqwest::Result<Proxy>| {
            let (variable, uri) = proxy.as_ref()?;
            let address = address(uri);
            let known = is_proxy(&address);
            let made = of(address).map(|proxy| proxy.no_proxy(except.clone()));
            let made = made.ok().filter(|_| known);
            Some(made.ok_or_else(|| {
                RegistryError::Uri(format!(
                    "{variable}={uri} is no address of a proxy that can be used; write http://HOST:PORT"
                ))
            }))
        };
        [
            made(&self.http, Proxy::http),
            made(&self.https, Proxy::https),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The proxy that `url` is asked through, with its variable, for messages.
    pub(super) fn of(&self, url: &Url) -> Option<String> {
        if self.is_none() {
            return None;
        }
        let text = |proxy: &Option<(String, Secret)>| {
            proxy
                .as_ref()
                .map(|(_, uri)| address(uri))
                .unwrap_or_default()
        };
        let matcher = Matcher::builder()
            .http(text(&self.http))
            .https(text(&self.https))
            .no(self.exceptions().collect::<Vec<_>>().join(","))
            .build();
        matcher.intercept(&url.as_str().parse().ok()?)?;
        let proxy = match url.scheme() {
            "https" => &self.https,
            _ => &self.http,
        };
        proxy
            .as_ref()
            .map(|(variable, uri)| format!("the proxy {uri} of {variable}"))
    }
}

fn is_proxy(address: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    Url::parse(address).is_ok_and(|url| {
        let host = url.host_str().unwrap_or_default();
        matches!(url.scheme(), "http" | "https") && !host.is_empty() && host.chars().all(plain)
    })
}

/// A proxy's address; Python takes one without a scheme for HTTP.
fn address(uri: &Secret) -> String {
    let text = uri.expose().trim();
    if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    }
}

/// The error for a request that got no answer or an incomplete one.
pub(super) fn unreachable(error: &reqwest::Error) -> RegistryError {
    let place = error
        .url()
        .map_or("the server".to_owned(), |url| redact(url.as_str()));
    RegistryError::Unavailable(format!("{place} does not answer: {}", cause(error)))
}

/// The innermost cause, which is the informative one, without the URL.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost = error.source();
    while let Some(inner) = innermost.and_then(std::error::Error::source) {
        innermost = Some(inner);
    }
    let what = if error.is_timeout() {
        "timed out: "
    } else {
        ""
    };
    let text = innermost.map_or_else(|| error.to_string(), |inner| format!("{what}{inner}"));
    let text = redact_text(&text);
    match tls_hint(error) {
        Some(hint) => format!("{text}: {hint}"),
        None => text,
    }
}

/// What helps where TLS fails for a reason that its own words do not tell.
fn tls_hint(error: &reqwest::Error) -> Option<&'static str> {
    let mut next = error.source();
    while let Some(inner) = next {
        match inner.downcast_ref() {
            // `openssl req -x509` makes such a certificate by default. Python accepts it, rustls does not.
            Some(rustls::Error::InvalidCertificate(rustls::CertificateError::Other(_))) => {
                return Some(
                    "if the server shows an authority's own certificate, give it one that the authority has signed",
                );
            }
            Some(rustls::Error::InvalidMessage(_)) => {
                return Some("the port speaks no TLS; write http:// instead of https://");
            }
            _ => {}
        }
        // `source` of an I/O error skips the error that it wraps.
        next = match inner.downcast_ref::<std::io::Error>() {
            Some(io) => io
                .get_ref()
                .map(|inner| inner as &(dyn std::error::Error + 'static)),
            None => inner.source(),
        };
    }
    None
}
