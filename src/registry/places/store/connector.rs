//! The HTTP clients of buckets: made as those of MLflow are, and not as `object_store` would make them.

use crate::registry::{
    access::Proxies,
    error::RegistryError,
    http::{self, Trust},
    redirects::{Head, Next},
};
use futures_util::future::BoxFuture;
use object_store::{
    BackoffConfig, ClientConfigKey, ClientOptions, RetryConfig,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
        HttpResponse, HttpService,
    },
};
use reqwest::Url;
use std::time::Duration;

/// The longest pause within an answer. It is that long because it counts while a part of an upload is sent, too.
const SILENCE: Duration = Duration::from_mins(2);
/// How long the service that hands out a machine's credentials may take to answer. It is on the same machine, or there is none.
const METADATA: Duration = Duration::from_secs(5);

/// How often a store itself repeats a request, before the failure is ours. By default it would go on for three minutes.
pub(super) const RETRY: RetryConfig = RetryConfig {
    backoff: BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(2),
        base: 2.0,
    },
    max_retries: 3,
    retry_timeout: Duration::from_secs(10),
};

/// Makes the clients that a store asks for.
#[derive(Debug)]
pub(super) struct Connector {
    objects: reqwest::Client,
    metadata: reqwest::Client,
}

impl Connector {
    /// # Errors
    /// `Uri` for a file or a proxy that cannot be used.
    pub(super) fn new(trust: &Trust, proxies: &Proxies) -> Result<Self, RegistryError> {
        let builder = || http::builder(trust, proxies);
        Ok(Self {
            objects: http::built(builder()?.read_timeout(SILENCE).http1_only())?,
            metadata: http::built(builder()?.connect_timeout(METADATA / 5).timeout(METADATA))?,
        })
    }
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        // Only clients for metadata are asked to connect within a second.
        let quick = options.get_config_value(&ClientConfigKey::ConnectTimeout);
        let client = match quick.as_deref() {
            Some("1s") => &self.metadata,
            _ => &self.objects,
        };
        Ok(HttpClient::new(Following(client.clone())))
    }
}

/// A client that follows redirects, and takes no credentials to another server on the way.
#[derive(Debug)]
struct Following(reqwest::Client);

impl HttpService for Following {
    fn call<'client, 'call>(
        &'client self,
        request: HttpRequest,
    ) -> BoxFuture<'call, Result<HttpResponse, HttpError>>
    where
        'client: 'call,
        Self: 'call,
    {
        Box::pin(self.follow(request))
    }
}

impl Following {
    async fn follow(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let failed = |why: &str| HttpError::new_boxed(HttpErrorKind::Unknown, why.into());
        let mut followed = 0;
        loop {
            let url = Url::parse(&request.uri().to_string());
            let url = url.map_err(|error| failed(&error.to_string()))?;
            let head = Head {
                method: request.method().clone(),
                url,
                headers: request.headers().clone(),
            };
            let body = request.body().clone();
            let answer = self.0.call(request).await?;
            let (head, keeps_body) = match head.next(answer.status(), answer.headers(), followed) {
                Next::Arrived => return Ok(answer),
                Next::TooMany => return Err(failed("too many redirects")),
                Next::Onward { head, keeps_body } => (*head, keeps_body),
            };
            let body = if keeps_body {
                body
            } else {
                HttpRequestBody::empty()
            };
            request = HttpRequest::new(body);
            *request.method_mut() = head.method;
            let uri = head.url.as_str().parse();
            *request.uri_mut() = uri.map_err(|_| failed("a redirect to no address"))?;
            *request.headers_mut() = head.headers;
            followed += 1;
        }
    }
}
