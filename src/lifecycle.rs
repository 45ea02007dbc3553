//! A server's life: listen, load, serve, drain, end.

use crate::{
    Error,
    config::Config,
    http::{self, App, Shutdown},
    load::{self, LoadError, LoadedModel},
};
use std::{sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// Between two attempts to load; doubled each time, up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Serves the model that `config` names on `listener` until `stop` tells how to end.
///
/// The server listens at once and is live; it is ready when the model is loaded and has passed its self-test.
///
/// # Errors
/// A model that can never load ends the server at once; so does a deadline that requests in flight do not keep.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    stop: impl Future<Output = Shutdown>,
) -> Result<(), Error> {
    let (model, access) = (config.model.clone(), config.access.clone());
    serve_with(config, listener, stop, move || load::load(&model, &access)).await
}

/// [`serve`] with the loading of the model in the caller's hands.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with(
    config: Config,
    listener: TcpListener,
    stop: impl Future<Output = Shutdown>,
    load: impl Fn() -> Result<LoadedModel, LoadError> + Send + Sync + 'static,
) -> Result<(), Error> {
    let app = App::new(&config);
    let address = listener
        .local_addr()
        .map_err(|error| Error::Internal(error.to_string()))?;
    let header_timeout = Duration::from_secs(config.server.header_timeout_seconds);
    let loading = async {
        load_until_it_works(&app, Arc::new(load)).await?;
        if let Some(served) = app.served() {
            let host = if address.ip().is_unspecified() {
                "localhost".to_owned()
            } else {
                address.ip().to_string()
            };
            let host = if host.contains(':') {
                format!("[{host}]")
            } else {
                host
            };
            let url = format!("http://{host}:{}", address.port());
            let docs = if config.server.docs {
                format!(" · docs at {url}/docs")
            } else {
                String::new()
            };
            tracing::info!(
                "serving {} ({} trees) on {url}{docs}",
                served.name,
                served.model.n_trees()
            );
        }
        // Loaded: from here on only the server itself ends.
        std::future::pending::<Result<(), Error>>().await
    };
    tokio::select! {
        ended = http::serve(app.clone(), listener, header_timeout, stop) => ended.map_err(|error| Error::Internal(error.to_string())),
        failed = loading => failed,
    }
}

async fn load_until_it_works(
    app: &App,
    load: Arc<impl Fn() -> Result<LoadedModel, LoadError> + Send + Sync + 'static>,
) -> Result<(), Error> {
    let mut wait = FIRST_WAIT;
    loop {
        let attempt = load.clone();
        let loaded = tokio::task::spawn_blocking(move || attempt()).await;
        match loaded
            .map_err(|error| Error::Internal(format!("loading the model panicked: {error}")))?
        {
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
