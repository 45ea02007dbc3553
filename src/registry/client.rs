//! HTTP to registries and stores: one client, its credentials, and answers turned into [`RegistryError`].

use super::{
    access::{Access, CaBundle, is_true},
    credentials::{self, User},
    error::RegistryError,
    http::{self, Trust, unreachable},
    redirects::{self, Followed},
    refused::refused,
    retry::Failed,
    tracking::TrackingServer,
    waiting,
};

use crate::secret::redact;
use reqwest::{
    Method, Request, RequestBuilder, Response, Url,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap},
};
use std::{collections::BTreeMap, sync::Mutex};

/// The header that names the workspace, as MLflow's own client sends it.
const WORKSPACE: &str = "x-mlflow-workspace";

/// The HTTP client, and where the tracking server is.
pub(super) struct Client {
    http: reqwest::Client,
    /// For other servers, where MLflow's are shown a certificate.
    web: Option<reqwest::Client>,
    /// For signed addresses, where any certificate of the store will do.
    lenient: Option<reqwest::Client>,
    /// For OCI registries, where any certificate of MLflow's will do: they get Docker's passwords.
    strict: Option<reqwest::Client>,
    tracking: TrackingServer,
    /// Where the registered models are.
    registry: TrackingServer,
    /// Who asks the servers, where their addresses do not tell.
    user: Option<User>,
    /// Servers of artifacts that get the tracking server's credentials too.
    artifact_servers: Mutex<Vec<Url>>,
    access: Access,
}

/// A request, and what it is sent with.
pub(super) struct Outgoing {
    http: reqwest::Client,
    request: Request,
}

impl Client {
    /// # Errors
    /// `Uri` for a tracking URI or a certificate that cannot be used.
    pub(super) fn new(access: &Access) -> Result<Self, RegistryError> {
        Ok(Self {
            tracking: TrackingServer::new("MLFLOW_TRACKING_URI", &access.tracking_uri)?,
            registry: TrackingServer::new("MLFLOW_REGISTRY_URI", &access.registry_uri)?,
            http: http(access, Peer::Mlflow)?,
            web: if access.client_cert_path.is_empty() {
                None
            } else {
                Some(http(access, Peer::Other)?)
            },
            lenient: if access.variables.is_true("MLFLOW_S3_IGNORE_TLS") {
                Some(http(access, Peer::Lenient)?)
            } else {
                None
            },
            strict: if access.insecure_tls {
                Some(http(access, Peer::Strict)?)
            } else {
                None
            },
            user: credentials::user(access)?,
            artifact_servers: Mutex::default(),
            access: access.clone(),
        })
    }

    pub(super) fn tracking(&self) -> &TrackingServer {
        &self.tracking
    }

    /// The server of the registered models.
    pub(super) fn registry(&self) -> &TrackingServer {
        if self.registry.is_configured() {
            &self.registry
        } else {
            &self.tracking
        }
    }

    /// Every server that is configured.
    pub(super) fn servers(&self) -> impl Iterator<Item = &TrackingServer> {
        [&self.tracking, &self.registry]
            .into_iter()
            .filter(|server| server.is_configured())
    }

    /// The servers and the workspace that names of models are looked up in.
    pub(super) fn realm(&self) -> String {
        let mut realm = self.tracking.name();
        if self.registry.is_configured() {
            realm = format!("{realm} {}", self.registry.name());
        }
        if !self.access.workspace.is_empty() {
            realm = format!("{realm} workspace {}", self.access.workspace);
        }
        realm
    }

    /// How stores are reached.
    pub(super) fn access(&self) -> &Access {
        &self.access
    }

    /// A GET of `url`, with credentials where it is the tracking server's.
    pub(super) fn get(&self, url: &Url) -> RequestBuilder {
        let http = match self.owner(url) {
            Some(_) => &self.http,
            None => self.stranger(),
        };
        self.authorized(url, http.get(url.clone()))
    }

    /// A GET of an address that was signed for it. It takes no other credentials, wherever it is.
    pub(super) fn signed_get(
        &self,
        url: &Url,
        headers: &BTreeMap<String, String>,
    ) -> RequestBuilder {
        let request = self.signer().get(url.clone());
        headers.iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    }

    /// A GET for an OCI registry. It takes no credentials of MLflow's, wherever it goes.
    pub(super) fn oci_get(&self, url: &Url) -> RequestBuilder {
        self.oci().get(url.clone())
    }

    /// A POST of a form for an OCI registry. It takes no credentials of MLflow's, wherever it goes.
    pub(super) fn oci_post(&self, url: &Url, form: String) -> RequestBuilder {
        let request = self.oci().post(url.clone());
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.body(form)
    }

    pub(super) fn post(&self, url: &Url, body: &serde_json::Value) -> RequestBuilder {
        self.request(Method::POST, url, body)
    }

    /// A request with a body of JSON to an MLflow server.
    pub(super) fn request(
        &self,
        method: Method,
        url: &Url,
        body: &serde_json::Value,
    ) -> RequestBuilder {
        self.authorized(url, self.http.request(method, url.clone()))
            .json(body)
    }

    /// A PUT to an MLflow server.
    pub(super) fn put(&self, url: &Url, body: reqwest::Body, length: u64) -> RequestBuilder {
        self.authorized(url, upload(&self.http, url, body, length))
    }

    /// A PUT to an address that was signed for it. It takes no other credentials, wherever it is.
    pub(super) fn signed_put(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: reqwest::Body,
        length: u64,
    ) -> RequestBuilder {
        upload(self.signer(), url, body, length).headers(headers)
    }

    /// What signed addresses are asked with.
    fn signer(&self) -> &reqwest::Client {
        self.lenient.as_ref().unwrap_or_else(|| self.stranger())
    }

    /// What other servers than MLflow's are asked with: they are not shown the certificate that MLflow's are.
    fn stranger(&self) -> &reqwest::Client {
        self.web.as_ref().unwrap_or(&self.http)
    }

    /// What OCI registries and their servers of tokens are asked with.
    fn oci(&self) -> &reqwest::Client {
        self.strict.as_ref().unwrap_or_else(|| self.stranger())
    }

    /// Adds what MLflow's servers want to know about who asks, if the request goes to one of them. As in Python, the user of the address
    /// wins over the variables, and these win over the token.
    fn authorized(&self, url: &Url, request: RequestBuilder) -> RequestBuilder {
        let Some(server) = self.owner(url) else {
            return request;
        };
        let access = &self.access;
        let request = if access.workspace.is_empty() {
            request
        } else {
            request.header(WORKSPACE, &access.workspace)
        };
        if let Some(user) = server.user().or(self.user.as_ref()) {
            request.basic_auth(user.name.expose(), Some(user.password.expose()))
        } else if !access.token.is_empty() {
            request.bearer_auth(access.token.expose())
        } else {
            request
        }
    }

    /// The MLflow server that `url` is on, or whose credentials a server of artifacts gets.
    fn owner(&self, url: &Url) -> Option<&TrackingServer> {
        let mut servers = [&self.registry, &self.tracking].into_iter();
        let owner = servers.find(|server| server.owns(url));
        owner.or_else(|| self.is_shared_with(url).then_some(&self.tracking))
    }

    /// From now on, the server at `url` gets the tracking server's credentials too.
    pub(super) fn share_credentials(&self, url: &Url) {
        let mut servers = self.artifact_servers.lock();
        if let Ok(servers) = &mut servers {
            servers.push(url.clone());
        }
    }

    /// Whether the tracking server's credentials go to `url` too.
    fn is_shared_with(&self, url: &Url) -> bool {
        let servers = self.artifact_servers.lock();
        servers.is_ok_and(|servers| servers.iter().any(|server| server.origin() == url.origin()))
    }

    /// Whether a request to `url` gets credentials, or there are none.
    pub(super) fn has_credentials_for(&self, url: &Url) -> bool {
        let asks = self.user.is_some() || !self.access.token.is_empty();
        let none = !asks && self.tracking.user().is_none();
        none || self.owner(url).is_some()
    }

    /// Sends one request and waits for the head of a successful answer.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, Failed> {
        let (place, request) = self.prepared(request)?;
        waiting::wait(&place, self.success(request)).await
    }

    /// As [`send`](Self::send), for a request whose body may be long: who sends it sees whether it moves.
    pub(super) async fn send_upload(&self, request: RequestBuilder) -> Result<Response, Failed> {
        let (place, request) = self.prepared(request)?;
        waiting::as_long_as_it_takes(&place, self.success(request)).await
    }

    /// Sends one request and waits for the head of an answer, whatever it is.
    pub(super) async fn ask(&self, request: RequestBuilder) -> Result<Response, Failed> {
        let (place, request) = self.prepared(request)?;
        waiting::answer(&place, self.exchange(request)).await
    }

    /// A request that can be sent, and what is waited for then.
    pub(super) fn prepared(&self, request: RequestBuilder) -> Result<(String, Outgoing), Failed> {
        let (http, request) = request.build_split();
        let request = request.map_err(|error| unreachable(&error))?;
        let place = self.place(request.url());
        Ok((place, Outgoing { http, request }))
    }

    /// What is waited for when `url` is asked.
    fn place(&self, url: &Url) -> String {
        let place = redact(url.as_str());
        match self.access.proxies.of(url) {
            Some(proxy) => {
                format!("{place} through {proxy}, from which NO_PROXY can except its host,")
            }
            None => place,
        }
    }

    /// As [`send`](Self::send), without a limit of time.
    pub(super) async fn success(&self, outgoing: Outgoing) -> Result<Response, Failed> {
        let asked = outgoing.request.url().clone();
        let response = self.exchange(outgoing).await?;
        if response.status().is_success() {
            Ok(response)
        } else {
            let is_mlflows = self.owner(&asked).is_some();
            Err(refused(response, &asked, is_mlflows).await)
        }
    }

    async fn exchange(&self, outgoing: Outgoing) -> Result<Response, Failed> {
        let Outgoing { http, request } = outgoing;
        let followed = if follows_redirects(&self.access) {
            redirects::follow(&http, request).await
        } else {
            http.execute(request).await.map(Followed::Answer)
        };
        match followed.map_err(|error| self.no_answer(&error))? {
            Followed::Answer(answer) => Ok(answer),
            Followed::TooMany(url) => {
                let place = redact(url.as_str());
                let text = format!("{place} leads to another address: too many redirects");
                Err(RegistryError::Unavailable(text).into())
            }
        }
    }

    /// The error for a request that got no answer, with the proxy that it was sent to.
    fn no_answer(&self, error: &reqwest::Error) -> Failed {
        let proxy = error.url().and_then(|url| self.access.proxies.of(url));
        let asked = proxy.map_or(String::new(), |proxy| {
            format!("; it was asked through {proxy}, and NO_PROXY can except its host")
        });
        Failed {
            may_have_acted: !error.is_connect(),
            ..unreachable(error).and(&asked).into()
        }
    }
}

/// A PUT of `length` bytes. There is no limit of time, because one for a silent server would count while the body is sent too.
///
/// The length is always sent: where MLflow's server hands the request on to Flask, it stores nothing of a chunked body, and says 200.
/// 3.5 and 3.9 do that always, 3.18 with `--static-prefix`.
fn upload(http: &reqwest::Client, url: &Url, body: reqwest::Body, length: u64) -> RequestBuilder {
    let request = http.put(url.clone()).header(CONTENT_LENGTH, length);
    request.body(body)
}

/// Who is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Peer {
    /// MLflow's servers.
    Mlflow,
    /// Any other server.
    Other,
    /// One that may show any certificate.
    Lenient,
    /// One that must show a certificate that is trusted, whatever the variables say.
    Strict,
}

/// Makes the client for such servers.
fn http(access: &Access, peer: Peer) -> Result<reqwest::Client, RegistryError> {
    let file = |variable, path: &String| CaBundle {
        variable,
        path: path.clone(),
    };
    let server = file("MLFLOW_TRACKING_SERVER_CERT_PATH", &access.cert_path);
    let shown = file("MLFLOW_TRACKING_CLIENT_CERT_PATH", &access.client_cert_path);
    let trust = Trust {
        bundles: vec![server, access.ca_bundle.clone()],
        anyone: match peer {
            Peer::Mlflow | Peer::Other => access.insecure_tls,
            Peer::Lenient => true,
            Peer::Strict => false,
        },
        identity: (peer == Peer::Mlflow).then_some(shown),
    };
    // `waiting` limits the time.
    http::built(http::builder(&trust, &access.proxies)?)
}

fn follows_redirects(access: &Access) -> bool {
    let allowed = access.variables.get("MLFLOW_ALLOW_HTTP_REDIRECTS");
    allowed.is_none_or(is_true)
}
