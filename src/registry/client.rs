//! HTTP to registries and stores: one client, its credentials, retries, and answers turned into [`RegistryError`].

use super::{RegistryError, access::Access, uri::decoded};

use reqwest::{
    Certificate, RequestBuilder, Response, StatusCode, Url,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use serde::de::DeserializeOwned;
use std::{error::Error as _, fs, time::Duration};

const CONNECT: Duration = Duration::from_secs(5);
/// The longest silence within an answer.
const SILENCE: Duration = Duration::from_secs(30);
const ATTEMPTS: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// How much of a refusal is read.
const REFUSAL: usize = 16 << 10;

/// One attempt that failed.
pub(super) struct Failed {
    pub(super) error: RegistryError,
    /// Whether the server may have acted on the request.
    acted: bool,
    /// How long it asks us to wait.
    wait: Option<Duration>,
}

impl From<RegistryError> for Failed {
    fn from(error: RegistryError) -> Self {
        Self {
            error,
            acted: true,
            wait: None,
        }
    }
}

/// What may be sent a second time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Reading, and writing the same thing again.
    Always,
    /// Creating: only when the first request cannot have had an effect.
    IfNotActed,
}

/// The client, and where the tracking server is.
pub(super) struct Client {
    http: reqwest::Client,
    tracking: Option<Url>,
    access: Access,
}

impl Client {
    /// # Errors
    /// `Uri` for a tracking URI or a certificate that cannot be used.
    pub(super) fn new(access: &Access) -> Result<Self, RegistryError> {
        // A second installation changes nothing.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("ml-serving/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .danger_accept_invalid_certs(access.insecure_tls);
        if !access.cert_path.is_empty() {
            let wrong = |why: String| {
                RegistryError::Uri(format!(
                    "MLFLOW_TRACKING_SERVER_CERT_PATH={}: {why}; give a PEM file of the CA",
                    access.cert_path
                ))
            };
            let pem = fs::read(&access.cert_path).map_err(|error| wrong(error.to_string()))?;
            let bundle =
                Certificate::from_pem_bundle(&pem).map_err(|error| wrong(error.to_string()))?;
            if bundle.is_empty() {
                return Err(wrong("there is no certificate in it".into()));
            }
            builder = bundle
                .into_iter()
                .fold(builder, reqwest::ClientBuilder::add_root_certificate);
        }
        let http = builder
            .build()
            .map_err(|error| RegistryError::Uri(format!("no HTTPS client: {}", cause(&error))))?;
        Ok(Self {
            http,
            tracking: tracking(access)?,
            access: access.clone(),
        })
    }

    /// The tracking server's address with `path` after it.
    ///
    /// # Errors
    /// `Uri` when no tracking server is configured.
    pub(super) fn tracking(&self, path: &str) -> Result<Url, RegistryError> {
        let base = self.tracking.as_ref().ok_or_else(|| {
            RegistryError::Uri("no MLflow server is configured; set MLFLOW_TRACKING_URI, such as http://mlflow:5000".into())
        })?;
        let mut url = base.clone();
        url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
        Ok(url)
    }

    /// The settings of buckets.
    pub(super) fn stores(&self) -> &[(String, String)] {
        &self.access.stores
    }

    /// The tracking server as messages name it.
    pub(super) fn server(&self) -> String {
        self.tracking
            .as_ref()
            .map(|url| {
                super::uri::shown(url.as_str())
                    .trim_end_matches('/')
                    .to_owned()
            })
            .unwrap_or_default()
    }

    /// A GET of `url`, with credentials where it is the tracking server's.
    pub(super) fn get(&self, url: &Url) -> RequestBuilder {
        self.authorized(url, self.http.get(url.clone()))
    }

    pub(super) fn post(&self, url: &Url, body: &serde_json::Value) -> RequestBuilder {
        self.authorized(url, self.http.post(url.clone())).json(body)
    }

    pub(super) fn patch(&self, url: &Url, body: &serde_json::Value) -> RequestBuilder {
        self.authorized(url, self.http.patch(url.clone()))
            .json(body)
    }

    pub(super) fn put(&self, url: &Url, body: reqwest::Body) -> RequestBuilder {
        self.authorized(url, self.http.put(url.clone())).body(body)
    }

    /// The tracking server's credentials go to the tracking server, nowhere else. Basic wins over Bearer, as in Python's client.
    fn authorized(&self, url: &Url, request: RequestBuilder) -> RequestBuilder {
        let Some(tracking) = self
            .tracking
            .as_ref()
            .filter(|tracking| tracking.origin() == url.origin())
        else {
            return request;
        };
        let access = &self.access;
        if !access.username.is_empty() {
            request.basic_auth(&access.username, Some(&access.password))
        } else if !access.token.is_empty() {
            request.bearer_auth(&access.token)
        } else if !tracking.username().is_empty() {
            request.basic_auth(
                decoded(tracking.username()),
                tracking.password().map(decoded),
            )
        } else {
            request
        }
    }

    /// Sends one request and waits for a good answer's head.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, Failed> {
        let response = request.send().await.map_err(|error| Failed {
            acted: !error.is_connect(),
            wait: None,
            error: unreachable(&error),
        })?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(refused(response).await)
        }
    }

    /// Sends what `request` makes, again where that may help, and reads the answer's JSON; an empty answer is `null`.
    pub(super) async fn json<T: DeserializeOwned>(
        &self,
        repeat: Repeat,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<T, RegistryError> {
        again(repeat, async || {
            let response = self.send(request()).await?;
            let place = super::uri::shown(response.url().as_str());
            let bytes = response.bytes().await.map_err(|error| Failed { error: unreachable(&error), acted: true, wait: None })?;
            let bytes = if bytes.is_empty() { &b"null"[..] } else { &bytes };
            serde_json::from_slice(bytes)
                .map_err(|error| RegistryError::NotFound(format!("{place} does not answer like an MLflow server ({error}); check MLFLOW_TRACKING_URI")).into())
        })
        .await
    }
}

/// Repeats `attempt` while its failure is one that passes, with doubled and jittered waits.
pub(super) async fn again<T>(
    repeat: Repeat,
    mut attempt: impl AsyncFnMut() -> Result<T, Failed>,
) -> Result<T, RegistryError> {
    let mut wait = FIRST_WAIT;
    for left in (0..ATTEMPTS).rev() {
        let failed = match attempt().await {
            Ok(done) => return Ok(done),
            Err(failed) => failed,
        };
        let passes = matches!(failed.error, RegistryError::Unavailable(_));
        if !passes || left == 0 || (repeat == Repeat::IfNotActed && failed.acted) {
            return Err(failed.error);
        }
        let pause = failed
            .wait
            .unwrap_or(wait)
            .min(LONGEST_WAIT)
            .mul_f64(0.75 + rand::random::<f64>() / 2.0);
        tracing::debug!(error = %failed.error, retry_in_seconds = pause.as_secs_f64(), "trying again");
        tokio::time::sleep(pause).await;
        wait *= 2;
    }
    Err(RegistryError::Unavailable("no attempt was made".into()))
}

/// The tracking server's address, if one is configured.
fn tracking(access: &Access) -> Result<Option<Url>, RegistryError> {
    let text = access.tracking_uri.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let shown = super::uri::shown(text);
    let wrong = |why: &str| {
        RegistryError::Uri(format!(
            "MLFLOW_TRACKING_URI={shown}: {why}; give the server's address, such as http://mlflow:5000"
        ))
    };
    let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(Some(url)),
        scheme => Err(wrong(&format!(
            "a {scheme} URI is read by Python's MLflow alone"
        ))),
    }
}

/// A request that got no answer, or half of one.
pub(super) fn unreachable(error: &reqwest::Error) -> RegistryError {
    let place = error.url().map_or("the server".to_owned(), |url| {
        super::uri::shown(url.as_str())
    });
    RegistryError::Unavailable(format!("{place} does not answer: {}", cause(error)))
}

/// The innermost cause, which is the one that says something, without the URL.
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
    // What `openssl req -x509` makes by default; Python takes it, the TLS library here does not.
    if text.contains("CaUsedAsEndEntity") {
        return format!(
            "{text}: the server shows an authority's own certificate; give it one that the authority has signed"
        );
    }
    text
}

/// An answer that is no success: what it says, and what that means here.
async fn refused(response: Response) -> Failed {
    let status = response.status();
    let place = super::uri::shown(response.url().as_str());
    let header = |name| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let wait = header(RETRY_AFTER)
        .and_then(|text| text.parse().ok())
        .map(Duration::from_secs);
    let html = header(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html"));
    let says = said(response, html).await;
    let text = format!("{place} answers {status}{says}");
    let error = match status {
        StatusCode::UNAUTHORIZED => RegistryError::Denied(format!(
            "{text}; check MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
        )),
        StatusCode::FORBIDDEN if says.contains("Host header") => RegistryError::Denied(format!(
            "{text}; start the MLflow server with --allowed-hosts naming this host"
        )),
        StatusCode::FORBIDDEN => {
            RegistryError::Denied(format!("{text}; the credentials do not allow this"))
        }
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            RegistryError::Unavailable(text)
        }
        StatusCode::NOT_IMPLEMENTED => RegistryError::NotFound(text),
        _ if status.is_server_error() => RegistryError::Unavailable(text),
        _ => RegistryError::NotFound(text),
    };
    let acted = !matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    Failed { error, acted, wait }
}

/// The message of a refusal: MLflow's JSON, or the beginning of a text.
async fn said(mut response: Response, html: bool) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > REFUSAL {
            break;
        }
    }
    let json = serde_json::from_slice::<serde_json::Value>(&body).ok();
    let message = json
        .as_ref()
        .and_then(|json| json.get("message"))
        .and_then(|message| message.as_str());
    let text = match message {
        Some(message) => message.to_owned(),
        None if html => return String::new(),
        None => String::from_utf8_lossy(&body).into_owned(),
    };
    let line: String = text
        .trim()
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(300)
        .collect();
    if line.is_empty() {
        line
    } else {
        format!(": {line}")
    }
}
