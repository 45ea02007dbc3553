//! Questions to a registry, with the credentials that it asks for.

use super::{
    challenge::{Challenge, challenge},
    credentials::{self, Credentials},
};
use crate::{
    registry::{
        body::bounded, client::Client, error::RegistryError, reference::Reference,
        refused::Refusal, retry::Failed, waiting,
    },
    secret::{basic, hide, redact},
};
use reqwest::{
    RequestBuilder, Response, StatusCode, Url,
    header::{ACCEPT, AUTHORIZATION, HeaderValue},
};
use serde::Deserialize;
use std::sync::{Mutex, PoisonError};

/// No token is longer than this.
const MAX_TOKEN_BYTES: usize = 256 << 10;

/// What one registry wants to see for one repository, as far as it is known.
pub(super) struct Session {
    reference: Reference,
    /// The value of the `Authorization` header, once the registry has asked for one.
    shown: Mutex<Option<HeaderValue>>,
}

/// The answer of a server of tokens.
#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

impl Session {
    pub(super) fn new(reference: Reference) -> Self {
        Self {
            reference,
            shown: Mutex::default(),
        }
    }

    pub(super) fn reference(&self) -> &Reference {
        &self.reference
    }

    /// Asks for a manifest or a blob and waits for the head of a successful answer.
    pub(super) async fn get(
        &self,
        client: &Client,
        url: &Url,
        accept: &'static str,
    ) -> Result<Response, Failed> {
        let request = || client.oci_get(url).header(ACCEPT, accept);
        let shown = self
            .shown
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let first = client.ask(show(request(), shown)).await?;
        if first.status() != StatusCode::UNAUTHORIZED {
            return self.judged(client, first).await;
        }
        let Some(challenge) = challenge(first.headers()) else {
            return self.judged(client, first).await;
        };
        let shown = self.met(client, challenge).await?;
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown.clone());
        let second = client.ask(show(request(), Some(shown))).await?;
        self.judged(client, second).await
    }

    /// The value of the `Authorization` header that meets the challenge.
    async fn met(&self, client: &Client, challenge: Challenge) -> Result<HeaderValue, Failed> {
        let found = self.credentials(client)?;
        match (challenge, found) {
            (Challenge::Other(scheme), _) => Err(RegistryError::Denied(format!(
                "{} asks for {scheme}, which is not supported; Basic and Bearer are",
                self.reference.registry
            ))
            .into()),
            (_, Credentials::Token(token)) => header("Bearer", &token),
            (Challenge::Basic, Credentials::Basic { user, password }) => {
                header("Basic", &basic(&user, &password))
            }
            (Challenge::Basic, found) => Err(RegistryError::Denied(format!(
                "{} asks for a user and a password; {}",
                self.reference.registry,
                self.hint(client, &found)
            ))
            .into()),
            (
                Challenge::Bearer {
                    realm,
                    service,
                    scope,
                },
                found,
            ) => {
                let repository = &self.reference.repository;
                let scope = scope.unwrap_or_else(|| format!("repository:{repository}:pull"));
                let mut query = vec![("scope", scope)];
                query.extend(service.map(|service| ("service", service)));
                self.token(client, &realm, query, &found).await
            }
        }
    }

    /// Asks the server of tokens at `realm` for one.
    async fn token(
        &self,
        client: &Client,
        realm: &str,
        mut query: Vec<(&'static str, String)>,
        found: &Credentials,
    ) -> Result<HeaderValue, Failed> {
        let url = Url::parse(realm).ok();
        let url = url.filter(|url| match url.scheme() {
            "https" => true,
            // Passwords go in the clear only where the registry itself is asked so.
            "http" => self.reference.is_plain(),
            _ => false,
        });
        let Some(url) = url else {
            let realm: String = redact(realm).escape_debug().take(200).collect();
            return Err(RegistryError::Denied(format!(
                "{} sends us for a token to {realm}, which is no https address",
                self.reference.registry
            ))
            .into());
        };
        let request = match found {
            Credentials::Identity(token) => {
                query.push(("grant_type", "refresh_token".to_owned()));
                query.push(("client_id", "ml-serving".to_owned()));
                query.push(("refresh_token", token.clone()));
                let form = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(query)
                    .finish();
                client.oci_post(&url, form)
            }
            Credentials::Basic { user, password } => {
                let request = client.oci_get(&url).query(&query);
                show(request, Some(header("Basic", &basic(user, password))?))
            }
            _ => client.oci_get(&url).query(&query),
        };
        let answer = self.judged(client, client.ask(request).await?).await?;
        let place = redact(answer.url().as_str());
        let bytes = waiting::answer(&place, bounded(answer, MAX_TOKEN_BYTES)).await?;
        let token = serde_json::from_slice::<Token>(&bytes).ok();
        let token = token.and_then(|answer| answer.token.or(answer.access_token));
        // The parser's own words might quote the token.
        let token = token.filter(|token| !token.is_empty()).ok_or_else(|| {
            RegistryError::Unavailable(format!(
                "{place} answers without a token; check what is in front of it"
            ))
        })?;
        hide([token.as_str()]);
        header("Bearer", &token)
    }

    fn credentials(&self, client: &Client) -> Result<Credentials, RegistryError> {
        credentials::find(client.access(), &self.reference)
    }

    /// The next step where the credentials do not do.
    fn hint(&self, client: &Client, found: &Credentials) -> String {
        let registry = &self.reference.registry;
        let place = match credentials::directory(client.access()).as_str() {
            "" => {
                "Docker's config.json (there is no HOME, and DOCKER_CONFIG is not set)".to_owned()
            }
            directory => format!("{directory}/config.json"),
        };
        match found {
            Credentials::Nothing => format!(
                "there are no credentials for {registry} in {place}; `docker login {registry}` writes them, and DOCKER_CONFIG names another directory, such as that of a mounted pull secret"
            ),
            Credentials::Helper(name) => format!(
                "{place} leaves the credentials of {registry} to the program docker-credential-{name}, which this server does not run; log in with a DOCKER_CONFIG that has no credsStore and no credHelpers, or mount a pull secret"
            ),
            _ => format!("check the credentials of {registry} in {place}, and what they allow"),
        }
    }

    /// The answer, if it is a success.
    async fn judged(&self, client: &Client, response: Response) -> Result<Response, Failed> {
        if response.status().is_success() {
            return Ok(response);
        }
        let place = redact(response.url().as_str());
        let refusal = async { Ok::<_, Failed>(Refusal::read(response, &place).await) };
        let refusal = waiting::answer(&place, refusal).await?;
        let error = match (refusal.status, refusal.usual()) {
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => {
                let hint = self.hint(client, &self.credentials(client)?);
                RegistryError::Denied(format!("{}; {hint}", refusal.text))
            }
            (_, RegistryError::NotFound(text)) if refusal.is_page => {
                RegistryError::Unavailable(format!(
                    "{text} with a page, which is no answer of a registry's; check what is in front of it"
                ))
            }
            (_, error) => error,
        };
        Err(refusal.failed(error))
    }
}

fn show(request: RequestBuilder, shown: Option<HeaderValue>) -> RequestBuilder {
    match shown {
        Some(shown) => request.header(AUTHORIZATION, shown),
        None => request,
    }
}

fn header(scheme: &str, secret: &str) -> Result<HeaderValue, Failed> {
    let value = HeaderValue::from_str(&format!("{scheme} {secret}"));
    let mut value = value.map_err(|_| {
        RegistryError::Denied(format!(
            "a {scheme} token has characters that no header can have"
        ))
    })?;
    value.set_sensitive(true);
    Ok(value)
}
