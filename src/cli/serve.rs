//! `ml-serving serve`: sets up runtime, socket and signals for [`crate::serve`].

use super::{
    flags::{MODEL, takes},
    signals::Signals,
    start::start,
};
use crate::{
    Error, Listeners,
    config::{Auth, Config, Cors, Flags, Log, ModelConfig, Server, Tls},
    cores::cores,
    http::Shutdown,
    observe::log::SETTINGS,
    registry::Access,
    secret::Secret,
};
use std::{io, path::PathBuf};
use tokio::{net::TcpListener, sync::oneshot};

/// Serve a model over HTTP
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Every setting is a key of the file and a variable: server.port is MLSERVING__SERVER__PORT. Those without a flag:
server.{admin_port,max_body_bytes,max_batch_rows,max_in_flight,max_waiting_bodies,max_waiting_bytes,drain_seconds,shutdown_seconds,
header_timeout_seconds,docs,root_path,compression,cors.allowed_origins,
auth.{keys,keys_file,protect_probes,protect_docs},
tls.{cert,key,client_ca}},
model.{name,sha256,companions,cache_dir,cache_max_bytes,load_timeout_seconds},
log.{level,format,access}.

SIGTERM and SIGHUP drain: not ready for server.drain_seconds, then no new connections, then the end. Ctrl+C does not wait.
A second Ctrl+C or SIGTERM ends the server at once.

Examples:
  ml-serving serve --model ./model.pkl --port 9000
  ml-serving serve --model models:/churn@champion --config settings.yaml")]
pub(super) struct ServeArgs {
    #[arg(long, value_name = "URI", help = MODEL)]
    model: Option<Secret>,
    /// Name or address to listen on [default: 0.0.0.0]
    #[arg(long)]
    host: Option<String>,
    /// Port to listen on; 0 picks a free one [default: 8000]
    #[arg(long, allow_negative_numbers = true, value_parser = takes::<u16>("a number from 0 to 65535"))]
    port: Option<u16>,
    /// YAML file with settings; variables override it, flags override both
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &ServeArgs) -> Result<(), Error> {
    let flags = Flags {
        model: args.model.clone(),
        host: args.host.clone(),
        port: args.port,
    };
    let config = start(args.config.as_deref(), &flags)?;
    log(&config);
    let runtime = runtime()?;
    let ended = runtime.block_on(serve(config));
    // A download that is still running is not waited for.
    runtime.shutdown_background();
    ended
}

async fn serve(config: Config) -> Result<(), Error> {
    let mut signals = Signals::listen()
        .map_err(|error| Error::Internal(format!("signals cannot be caught: {error}")))?;
    let host = config.server.host.as_str();
    let main = listen(host, config.server.port, "--port").await?;
    let admin = match config.server.admin_port {
        Some(port) => Some(listen(host, port, "server.admin_port").await?),
        None => None,
    };
    let listeners = Listeners { main, admin };
    let (stop, stopped) = oneshot::channel::<Shutdown>();
    let server = config.server.clone();
    let ended_at_once = async {
        let shutdown = signals.next().await.shutdown(&server);
        // If nobody receives this, the server has ended by itself.
        let _ = stop.send(shutdown);
        signals.at_once().await
    };
    let stopped = async {
        match stopped.await {
            Ok(shutdown) => shutdown,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        ended = crate::serve(config, listeners, stopped) => ended,
        error = ended_at_once => Err(error),
    }
}

async fn listen(host: &str, port: u16, setting: &str) -> Result<TcpListener, Error> {
    let bound = TcpListener::bind((host, port)).await;
    bound.map_err(|error| {
        let next = match error.kind() {
            io::ErrorKind::AddrInUse => {
                format!("end what listens there, or choose another {setting}")
            }
            io::ErrorKind::PermissionDenied => format!("choose a {setting} above 1023"),
            _ => "choose another --host; 0.0.0.0 is every address of this machine".to_owned(),
        };
        Error::Usage(format!(
            "cannot listen on {}: {error}; {next}",
            address(host, port)
        ))
    })
}

/// Host and port in the form of a URL: IPv6 addresses get brackets.
fn address(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// Logs a line for people, and a second one with every setting. No secret is shown.
fn log(config: &Config) {
    tracing::info!(
        "ml-serving {} is starting: model {}, address {}, log level {}",
        env!("CARGO_PKG_VERSION"),
        config.model.uri,
        address(&config.server.host, config.server.port),
        config.log.level
    );
    log_settings(config);
    log_access(&config.access);
}

/// The settings are destructured, so that the compiler finds a forgotten one.
#[expect(clippy::too_many_lines, reason = "two lines for each setting")]
fn log_settings(config: &Config) {
    let Config {
        server,
        model,
        log: Log {
            level,
            format,
            access,
        },
        access: _,
    } = config;
    let Server {
        host,
        port,
        admin_port,
        max_body_bytes,
        max_batch_rows,
        max_in_flight,
        max_waiting_bodies,
        max_waiting_bytes,
        drain_seconds,
        shutdown_seconds,
        header_timeout_seconds,
        docs,
        vertex,
        root_path,
        compression,
        cors,
        auth,
        tls,
    } = server;
    let ModelConfig {
        uri,
        name,
        sha256,
        companions,
        flavor,
        cache_dir,
        cache_max_bytes,
        load_timeout_seconds,
    } = model;
    tracing::info!(
        target: SETTINGS,
        {
        server.host = host,
        server.port = port,
        server.admin_port = admin_port,
        server.max_body_bytes = max_body_bytes,
        server.max_batch_rows = max_batch_rows,
        server.max_in_flight = max_in_flight,
        server.max_waiting_bodies = max_waiting_bodies,
        server.max_waiting_bytes = max_waiting_bytes,
        server.drain_seconds = drain_seconds,
        server.shutdown_seconds = shutdown_seconds,
        server.header_timeout_seconds = header_timeout_seconds,
        server.docs = docs,
        server.vertex.predict_route = vertex.predict_route,
        server.vertex.health_route = vertex.health_route,
        server.root_path = root_path,
        server.compression = compression,
        model.uri = %uri,
        model.name = name,
        model.sha256 = sha256,
        model.companions = companions,
        model.flavor = flavor,
        model.cache_dir = cache_dir,
        model.cache_max_bytes = cache_max_bytes,
        model.load_timeout_seconds = load_timeout_seconds,
        log.level = level,
        log.format = format.name(),
        log.access = access.name(),
        },
        "effective configuration"
    );
    log_door(cors, auth, tls);
}

/// The same for who may connect, and how.
fn log_door(cors: &Cors, auth: &Auth, tls: &Tls) {
    let Cors { allowed_origins } = cors;
    let Auth {
        keys,
        keys_file,
        protect_probes,
        protect_docs,
    } = auth;
    let Tls {
        cert,
        key,
        client_ca,
    } = tls;
    tracing::info!(
        target: SETTINGS,
        {
        server.cors.allowed_origins = allowed_origins.join(","),
        server.auth.keys = ?keys,
        server.auth.keys_file = keys_file,
        server.auth.protect_probes = protect_probes,
        server.auth.protect_docs = protect_docs,
        server.tls.cert = cert,
        server.tls.key = key,
        server.tls.client_ca = client_ca,
        },
        "effective configuration of the door"
    );
}

/// The variables of other tools that are set, without secrets.
fn log_access(access: &Access) {
    let Access {
        tracking_uri,
        registry_uri,
        workspace,
        username,
        password,
        token,
        insecure_tls,
        cert_path,
        client_cert_path,
        ca_bundle,
        proxies,
        home: _,
        variables,
    } = access;
    if variables.names().next().is_none() {
        return;
    }
    let credentials = match (token.is_empty(), password.is_empty()) {
        (false, _) => "token",
        (true, false) => "password",
        (true, true) if tracking_uri.expose().contains('@') => "in the URI",
        (true, true) => "none",
    };
    let proxy = |proxy: &Option<(String, Secret)>| {
        let address = proxy.as_ref().map(|(_, uri)| uri.to_string());
        address.unwrap_or_default()
    };
    let variables: Vec<_> = variables.names().collect();
    tracing::info!(
        target: SETTINGS,
        {
        mlflow.tracking_uri = %tracking_uri,
        mlflow.registry_uri = %registry_uri,
        mlflow.workspace = workspace,
        mlflow.username = %username,
        mlflow.credentials = credentials,
        mlflow.insecure_tls = insecure_tls,
        mlflow.server_cert_path = cert_path,
        mlflow.client_cert_path = client_cert_path,
        ca_bundle = ca_bundle.path,
        proxy.http = proxy(&proxies.http),
        proxy.https = proxy(&proxies.https),
        proxy.except = proxies.except,
        variables = variables.join(","),
        },
        "effective access to registries and stores"
    );
}

/// One worker per core of the CPU quota. With one core everything runs on one thread, so that no other thread has to be woken.
fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    let cores = cores();
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
