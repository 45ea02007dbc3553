//! The requests that a push sends to MLflow.

use crate::registry::{
    client::Client,
    error::RegistryError,
    places::mlflow::Mlflow,
    retry::{Failed, Idempotent},
};
use reqwest::Method;
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};

/// MLflow's error code for something that exists already.
const EXISTS: &str = "RESOURCE_ALREADY_EXISTS";
/// MLflow's error code for something that does not exist.
const MISSING: &str = "RESOURCE_DOES_NOT_EXIST";

/// MLflow's API as a push uses it.
#[derive(Clone, Copy)]
pub(super) struct Api<'a>(pub(super) &'a Client);

impl Api<'_> {
    /// The server of the registered models, as messages name it.
    pub(super) fn registry(self) -> String {
        Mlflow::new(self.0).server()
    }

    /// The server of the experiments, as messages name it.
    pub(super) fn tracking(self) -> String {
        self.0.tracking().name()
    }

    pub(super) async fn get(self, path: &str, query: &[(&str, &str)]) -> Result<Value, Failed> {
        let mut url = Mlflow::new(self.0).endpoint(path)?;
        url.query_pairs_mut().extend_pairs(query);
        self.0.json(Idempotent::Yes, || self.0.get(&url)).await
    }

    /// Like [`get`](Self::get), but `None` where MLflow says that there is no such thing.
    pub(super) async fn find(
        self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Option<Value>, RegistryError> {
        match self.get(path, query).await {
            Ok(found) => Ok(Some(found)),
            Err(failed) if is_missing(&failed) => Ok(None),
            // An address without an API answers 404 too, with a page.
            Err(failed) if failed.status == Some(404) => Err(failed.error.and(
                "; that is no MLflow server's answer: check MLFLOW_TRACKING_URI, to which the path of --static-prefix belongs",
            )),
            Err(failed) => Err(failed.error),
        }
    }

    /// A POST that creates something, so that it is repeated only when the first one had no effect.
    pub(super) async fn create(self, path: &str, body: &Value) -> Result<Value, Failed> {
        self.send(Idempotent::No, Method::POST, path, body).await
    }

    /// A POST after which things are as it says, however often it is sent.
    pub(super) async fn set(self, path: &str, body: &Value) -> Result<Value, Failed> {
        self.send(Idempotent::Yes, Method::POST, path, body).await
    }

    pub(super) async fn patch(self, path: &str, body: &Value) -> Result<Value, Failed> {
        self.send(Idempotent::Yes, Method::PATCH, path, body).await
    }

    pub(super) async fn delete(self, path: &str, body: &Value) -> Result<Value, Failed> {
        self.send(Idempotent::Yes, Method::DELETE, path, body).await
    }

    async fn send(
        self,
        idempotent: Idempotent,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, Failed> {
        let url = Mlflow::new(self.0).endpoint(path)?;
        let request = || self.0.request(method.clone(), &url, body);
        self.0.json(idempotent, request).await
    }
}

/// Whether MLflow says that there is such a thing already.
pub(super) fn exists_already(failed: &Failed) -> bool {
    failed.code.as_deref() == Some(EXISTS)
}

/// Whether MLflow says that there is no such thing.
pub(super) fn is_missing(failed: &Failed) -> bool {
    failed.code.as_deref() == Some(MISSING)
}

/// Whether the request had no effect, because the server, or something before it, turned it down.
pub(super) fn was_refused(failed: &Failed) -> bool {
    failed
        .status
        .is_some_and(|status| (400..500).contains(&status))
}

/// The text at a path of an answer.
pub(super) fn field(answer: &Value, path: &[&str]) -> Result<String, RegistryError> {
    let found = path
        .iter()
        .try_fold(answer, |value, key| value.get(key))
        .and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| {
        RegistryError::NotFound(format!(
            "the server's answer has no {}; is it MLflow?",
            path.join(".")
        ))
    })
}

/// Milliseconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis() as u64
}
