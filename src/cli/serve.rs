//! `ml-serving serve`: runtime, socket and signals around [`crate::serve`].

use crate::{
    Error,
    config::{Config, Flags},
    http::Shutdown,
    observe, registry,
};
use std::{path::PathBuf, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

/// Serve a model
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ServeArgs {
    #[arg(
        long,
        value_name = "URI",
        help = "The model: builtin:iris, a path, models:/NAME/VERSION, runs:/ID/PATH, https://, s3:// and so on"
    )]
    model: Option<String>,
    /// Address to listen on [default: 0.0.0.0]
    #[arg(long)]
    host: Option<String>,
    /// Port to listen on; 0 picks a free one [default: 8000]
    #[arg(long)]
    port: Option<u16>,
    /// YAML file with settings
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &ServeArgs) -> Result<(), Error> {
    let flags = Flags {
        model: args.model.clone(),
        host: args.host.clone(),
        port: args.port,
    };
    let config = Config::load(args.config.as_deref(), &flags)?;
    observe::tracing::init(&config.log);
    tracing::info!(config = effective(&config), "effective configuration");
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        let (host, port) = (config.server.host.clone(), config.server.port);
        let listener = TcpListener::bind((host.as_str(), port))
            .await
            .map_err(|error| {
                Error::Usage(format!(
                    "cannot listen on {host}:{port}: {error}; choose another with --host and --port"
                ))
            })?;
        let stop = stop(&config)?;
        crate::serve(config, listener, stop).await
    });
    // A download in progress is nothing to wait for.
    runtime.shutdown_background();
    ended
}

/// Every setting, but no secret that a URI may hold.
fn effective(config: &Config) -> String {
    let mut config = config.clone();
    config.model.uri = registry::redact(&config.model.uri);
    let mut shown = serde_json::to_value(&config).unwrap_or_default();
    if !config.access.tracking_uri.is_empty() {
        shown["mlflow"] = format!("{:?}", config.access).into();
    }
    shown.to_string()
}

/// One worker per core of the CPU quota; with one core, no second thread to wake.
fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut builder = if cores == 1 {
        tokio::runtime::Builder::new_current_thread()
    } else {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(cores);
        builder
    };
    builder
        .enable_all()
        .build()
        .map_err(|error| Error::Internal(format!("the runtime cannot start: {error}")))
}

/// SIGTERM drains, as Kubernetes expects; SIGINT is a person at a terminal, who need not wait for load balancers.
fn stop(config: &Config) -> Result<impl Future<Output = Shutdown> + use<>, Error> {
    let listen = |kind| {
        signal(kind).map_err(|error| Error::Internal(format!("signals cannot be caught: {error}")))
    };
    let (mut terminate, mut interrupt) = (
        listen(SignalKind::terminate())?,
        listen(SignalKind::interrupt())?,
    );
    let drain = Duration::from_secs(config.server.drain_seconds);
    let grace = Duration::from_secs(config.server.shutdown_seconds);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => Shutdown { drain, grace },
            _ = interrupt.recv() => Shutdown { drain: Duration::ZERO, grace },
        }
    })
}
