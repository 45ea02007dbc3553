//! The life of a server: it listens, loads, serves, drains and ends.

use crate::{
    Error,
    config::Config,
    http::{self, App, Shutdown},
    load::{self, LoadError, LoadedModel},
    model::Kind,
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// A registry that does not answer is asked again after this time, then after twice that, and so on up to [`LONGEST_WAIT`], without end.
/// A server that gave up would be restarted by Kubernetes, with waits of the same kind, and could not answer why it is not ready.
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Where a server listens.
#[derive(Debug)]
pub struct Listeners {
    /// For clients.
    pub main: TcpListener,
    /// For metrics and health, where `server.admin_port` is set.
    pub admin: Option<TcpListener>,
}

impl From<TcpListener> for Listeners {
    fn from(main: TcpListener) -> Self {
        Self { main, admin: None }
    }
}

/// Serves the model that `config` names on `listeners` until `stop` resolves.
///
/// The server listens at once and is live; it is ready when the model is loaded and has passed its self-test.
///
/// # Errors
/// A model that can never load ends the server at once; so does a deadline that requests in flight do not keep.
pub async fn serve(
    config: Config,
    listeners: impl Into<Listeners>,
    stop: impl Future<Output = Shutdown>,
) -> Result<(), Error> {
    let (model, access) = (config.model.clone(), config.access.clone());
    serve_with(config, listeners, stop, move || load::load(&model, &access)).await
}

/// As [`serve`], with a function of the caller's that loads the model.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with(
    config: Config,
    listeners: impl Into<Listeners>,
    stop: impl Future<Output = Shutdown>,
    load: impl Fn() -> Result<LoadedModel, LoadError> + Send + Sync + 'static,
) -> Result<(), Error> {
    let app = App::new(&config);
    app.read_files().map_err(Error::Usage)?;
    let Listeners { main, admin } = listeners.into();
    let address = |listener: &TcpListener| {
        let address = listener.local_addr();
        address.map_err(|error| Error::Internal(error.to_string()))
    };
    let admin_address = admin.as_ref().map(address).transpose()?;
    let address = address(&main)?;
    let header_timeout = Duration::from_secs(config.server.header_timeout_seconds);
    let docs = config.server.docs;
    let scheme = if config.server.tls.cert.is_empty() {
        "http"
    } else {
        "https"
    };
    // The port may be one that was picked.
    tracing::debug!("listening on {}", url(scheme, address));
    let loading = async {
        load_with_retry(&app, Arc::new(load)).await?;
        if let Some(served) = app.served() {
            log_ready(served, scheme, address, docs);
            if let Some(address) = admin_address {
                tracing::info!("metrics and health on {}", url("http", address));
            }
        }
        // The model is loaded. From here on only the end of the server matters.
        std::future::pending::<Result<(), Error>>().await
    };
    tokio::select! {
        ended = http::serve(app.clone(), (main, admin), header_timeout, stop) => ended.map_err(|error| Error::Internal(error.to_string())),
        failed = loading => failed,
    }
}

/// Loads the model, however long that takes, and gives it to the app.
///
/// # Errors
/// A fault that does not pass by itself.
async fn load_with_retry(
    app: &App,
    load: Arc<impl Fn() -> Result<LoadedModel, LoadError> + Send + Sync + 'static>,
) -> Result<(), Error> {
    let mut wait = FIRST_WAIT;
    loop {
        let attempt = load.clone();
        let loaded = tokio::task::spawn_blocking(move || attempt()).await;
        let loaded = loaded
            .map_err(|error| Error::Internal(format!("loading the model panicked: {error}")))?;
        match loaded {
            Ok(served) => {
                app.set_model(served);
                return Ok(());
            }
            Err(error) if error.is_transient() => {
                app.load_failed(error.reason());
                tracing::warn!(%error, retry_in_seconds = wait.as_secs_f64(), "the model is not loaded yet");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
            Err(error) => {
                app.load_failed(error.reason());
                return Err(error.into());
            }
        }
    }
}

/// Logs the line that a person waits for, with an address to click on.
fn log_ready(served: &LoadedModel, scheme: &str, address: SocketAddr, docs: bool) {
    let url = url(scheme, address);
    let docs = if docs {
        format!(" · docs at {url}/docs")
    } else {
        String::new()
    };
    let what = what(served.model.kind(), served.model.size().trees);
    tracing::info!("serving {} ({what}) on {url}{docs}", served.name);
}

/// What is served, in a word or two: a model without trees has none to count.
fn what(kind: Kind, trees: usize) -> String {
    match trees {
        0 => kind.name().replace('_', " "),
        trees => format!("{trees} trees"),
    }
}

/// An address that a person on this machine can click on.
fn url(scheme: &str, address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("{scheme}://localhost:{}", address.port())
    } else {
        format!("{scheme}://{address}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_without_trees_is_said_to_be_what_it_is() {
        assert_eq!(what(Kind::Classifier, 100), "100 trees");
        assert_eq!(what(Kind::AnomalyDetector, 0), "anomaly detector");
    }
}
