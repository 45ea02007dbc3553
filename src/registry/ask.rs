//! Asks MLflow's servers, and reads their answers in whole.

use super::{
    body::bounded,
    client::{Client, Outgoing},
    foreign::{asked_of_mlflow, file_of_mlflow, is_unknown_endpoint, unreadable_answer},
    retry::{Failed, Idempotent, retry},
    waiting,
};
use reqwest::{RequestBuilder, Response, Url};
use serde::de::DeserializeOwned;

/// MLflow answers a page of a listing at a time.
const MAX_ANSWER_BYTES: usize = 64 << 20;
/// `3.18.0`
const MAX_VERSION_BYTES: usize = 1 << 10;

impl Client {
    /// Asks MLflow: sends what `request` makes, retries where that may help, and reads the answer's JSON; an empty answer is `null`.
    pub(super) async fn json<T: DeserializeOwned>(
        &self,
        idempotent: Idempotent,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<T, Failed> {
        retry(idempotent, async || {
            self.answer(request()).await.map_err(asked_of_mlflow)
        })
        .await
    }

    /// As [`json`](Self::json), to read something; nothing where the endpoint is not known.
    pub(super) async fn json_if_known<T: DeserializeOwned>(
        &self,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Option<T>, Failed> {
        retry(Idempotent::Yes, async || {
            match self.answer(request()).await {
                Err(failed) if is_unknown_endpoint(&failed) => Ok(None),
                answer => answer.map(Some),
            }
        })
        .await
    }

    /// The text at `url` that is the version of an MLflow server.
    pub(super) async fn version(&self, url: &Url) -> Result<String, Failed> {
        let (place, request) = self.prepared(self.get(url))?;
        let bytes = self.whole(&place, request, MAX_VERSION_BYTES).await?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    }

    /// The body of one answer.
    async fn whole(&self, place: &str, request: Outgoing, max: usize) -> Result<Vec<u8>, Failed> {
        let bytes = async { bounded(self.success(request).await?, max).await };
        waiting::answer(place, bytes).await
    }

    /// One answer to `request`, in whole.
    async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failed> {
        let (place, request) = self.prepared(request)?;
        let bytes = self.whole(&place, request, MAX_ANSWER_BYTES).await?;
        let bytes = if bytes.is_empty() {
            &b"null"[..]
        } else {
            &bytes
        };
        serde_json::from_slice(bytes).map_err(|error| unreadable_answer(&place, &error))
    }

    /// Opens a file that MLflow hands out.
    pub(super) async fn file(&self, url: &Url) -> Result<Response, Failed> {
        let response = self.send(self.get(url)).await;
        response.map_err(asked_of_mlflow).and_then(file_of_mlflow)
    }
}
