//! HTTP to registries and stores: one client, its credentials, and answers turned into [`RegistryError`].

use super::{
    access::Access,
    error::RegistryError,
    redact::redact,
    retry::{Failed, Idempotent, retry},
    tracking::TrackingServer,
    uri::decoded,
};

use reqwest::{
    Certificate, RequestBuilder, Response, StatusCode, Url,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use serde::de::DeserializeOwned;
use std::{error::Error as _, fs, time::Duration};

const CONNECT: Duration = Duration::from_secs(5);
/// The longest pause within an answer.
const SILENCE: Duration = Duration::from_secs(30);
/// How many bytes of an error's body are read.
const MAX_ERROR_BYTES: usize = 16 << 10;

/// The HTTP client, and where the tracking server is.
pub(super) struct Client {
    http: reqwest::Client,
    tracking: TrackingServer,
    access: Access,
}

impl Client {
    /// # Errors
    /// `Uri` for a tracking URI or a certificate that cannot be used.
    pub(super) fn new(access: &Access) -> Result<Self, RegistryError> {
        Ok(Self {
            tracking: TrackingServer::new(&access.tracking_uri)?,
            http: http(access)?,
            access: access.clone(),
        })
    }

    pub(super) fn tracking(&self) -> &TrackingServer {
        &self.tracking
    }

    /// The settings of buckets.
    pub(super) fn stores(&self) -> &[(String, String)] {
        &self.access.stores
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

    /// Adds the tracking server's credentials if the request goes to the tracking server. Basic wins over Bearer, as in Python's client.
    fn authorized(&self, url: &Url, request: RequestBuilder) -> RequestBuilder {
        let Some(tracking) = self.tracking.owns(url) else {
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

    /// Sends one request and waits for the head of a successful answer.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, Failed> {
        let response = request.send().await.map_err(|error| Failed {
            may_have_acted: !error.is_connect(),
            ..unreachable(&error).into()
        })?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(refused(response).await)
        }
    }

    /// Sends what `request` makes, retries where that may help, and reads the answer's JSON; an empty answer is `null`.
    pub(super) async fn json<T: DeserializeOwned>(
        &self,
        idempotent: Idempotent,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<T, Failed> {
        retry(idempotent, async || {
            let response = self.send(request()).await?;
            let place = redact(response.url().as_str());
            let bytes = response.bytes().await.map_err(|error| unreachable(&error))?;
            let bytes = if bytes.is_empty() { &b"null"[..] } else { &bytes };
            serde_json::from_slice(bytes).map_err(|error| {
                RegistryError::NotFound(format!(
                    "{place} does not answer like an MLflow server ({error}); check MLFLOW_TRACKING_URI"
                ))
                .into()
            })
        })
        .await
    }
}

/// Makes the HTTP client. It reads the certificate store and sets up TLS, so it is made only when something is on another machine.
fn http(access: &Access) -> Result<reqwest::Client, RegistryError> {
    // A second call fails, and the first one stays in effect.
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
    builder
        .build()
        .map_err(|error| RegistryError::Uri(format!("no HTTPS client: {}", cause(&error))))
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
    if refused_certificate(error) {
        // `openssl req -x509` makes such a certificate by default. Python accepts it, rustls does not.
        return format!(
            "{text}: if the server shows an authority's own certificate, give it one that the authority has signed"
        );
    }
    text
}

/// Whether TLS refused a certificate for a reason other than its dates, its names or its authority.
fn refused_certificate(error: &reqwest::Error) -> bool {
    let mut next = error.source();
    while let Some(inner) = next {
        if let Some(rustls::Error::InvalidCertificate(cause)) = inner.downcast_ref() {
            return matches!(cause, rustls::CertificateError::Other(_));
        }
        // `source` of an I/O error skips the error that it wraps.
        next = match inner.downcast_ref::<std::io::Error>() {
            Some(io) => io
                .get_ref()
                .map(|inner| inner as &(dyn std::error::Error + 'static)),
            None => inner.source(),
        };
    }
    false
}

/// Turns an answer that is no success into an error.
async fn refused(response: Response) -> Failed {
    let status = response.status();
    let place = redact(response.url().as_str());
    let header = |name| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let retry_after = header(RETRY_AFTER)
        .and_then(|text| text.parse().ok())
        .map(Duration::from_secs);
    let html = header(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html"));
    let ErrorBody { message, code } = error_body(response, html).await;
    let text = format!("{place} answers {status}{message}");
    let error = match status {
        StatusCode::UNAUTHORIZED => RegistryError::Denied(format!(
            "{text}; check MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
        )),
        StatusCode::FORBIDDEN if code.is_some() => {
            RegistryError::Denied(format!("{text}; the credentials do not allow this"))
        }
        // MLflow answers without a code when it does not accept the Host header.
        StatusCode::FORBIDDEN => RegistryError::Denied(format!(
            "{text}; the credentials do not allow this, or, if it is about the Host header, the MLflow server needs --allowed-hosts naming this host"
        )),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            RegistryError::Unavailable(text)
        }
        StatusCode::NOT_IMPLEMENTED => RegistryError::NotFound(text),
        _ if status.is_server_error() => RegistryError::Unavailable(text),
        _ => RegistryError::NotFound(text),
    };
    let turned_away = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    Failed {
        error,
        may_have_acted: !turned_away,
        retry_after,
        code,
    }
}

/// The body of an answer that is no success.
struct ErrorBody {
    /// `: ` and the beginning of the message, or nothing.
    message: String,
    /// MLflow's `error_code`.
    code: Option<String>,
}

/// Reads the body of an error: MLflow's JSON, or the beginning of a text.
async fn error_body(mut response: Response, html: bool) -> ErrorBody {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ERROR_BYTES {
            break;
        }
    }
    let json = serde_json::from_slice::<serde_json::Value>(&body).unwrap_or_default();
    let field = |name| {
        json.get(name)
            .and_then(|value| value.as_str())
            .map(str::to_owned)
    };
    let text = match field("message") {
        Some(message) => message,
        None if html => String::new(),
        None => String::from_utf8_lossy(&body).into_owned(),
    };
    let line = text.trim().lines().next().unwrap_or_default();
    let line: String = line.chars().filter(|c| !c.is_control()).take(300).collect();
    ErrorBody {
        message: if line.is_empty() {
            line
        } else {
            format!(": {line}")
        },
        code: field("error_code"),
    }
}
