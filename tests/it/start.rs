//! The beginning of a server: retried, or refused, and what the log says of it.

use crate::binary::{Binary, eventually_answers, peak};
use ml_serving::{
    Error,
    config::{Config, ModelConfig},
    load::{self, LoadError},
    registry::RegistryError,
    registry::{Access, Secret},
};
use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

#[tokio::test]
async fn a_registry_that_is_down_is_asked_again_until_it_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let tries = Arc::new(AtomicUsize::new(0));
    let load = {
        let tries = tries.clone();
        move || match tries.fetch_add(1, Ordering::SeqCst) {
            0 => Err(LoadError::Registry(RegistryError::Unavailable(
                "down".to_owned(),
            ))),
            _ => load::load(&ModelConfig::default(), &Access::default()),
        }
    };
    let server = tokio::spawn(ml_serving::serve_with(
        Config::default(),
        listener,
        std::future::pending(),
        load,
    ));
    eventually_answers(address, "/health/ready", |answer| {
        answer.starts_with("HTTP/1.0 200")
    })
    .await;
    assert_eq!(tries.load(Ordering::SeqCst), 2);
    server.abort();
}

#[tokio::test]
async fn a_model_that_can_never_load_ends_the_server_with_65() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let model = ModelConfig {
        uri: Secret::uri("Cargo.toml"),
        ..ModelConfig::default()
    };
    let config = Config {
        model,
        ..Config::default()
    };
    let error = ml_serving::serve(config, listener, std::future::pending())
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Data(_)) && error.exit_code() == 65,
        "{error}"
    );
}

#[test]
fn the_first_line_of_the_log_is_for_people() {
    let server = Binary::start(0);
    let first = &server.lines[0];
    assert!(
        first.contains("is starting: model builtin:iris, address 127.0.0.1:0, log level info"),
        "{first}"
    );
    assert!(first.len() < 150, "{first}");
}

#[test]
fn in_json_every_line_is_an_object_and_the_settings_are_fields() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
    command
        .args(["--port", "0", "--host", "127.0.0.1"])
        .env("MLSERVING__LOG__FORMAT", "json")
        .env("MLSERVING__SERVER__DRAIN_SECONDS", "0")
        .env("MLFLOW_TRACKING_URI", "http://user:secret@mlflow")
        .env("MLFLOW_TRACKING_TOKEN", "secret");
    let mut server = Binary::spawn(&mut command);
    let mut lines = std::mem::take(&mut server.lines);
    server.send("-TERM");
    lines.extend(server.ended().1.lines().map(str::to_owned));
    let objects: Vec<serde_json::Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let settings = |message: &str| {
        let found = objects.iter().find(|line| line["message"] == message);
        found.unwrap_or_else(|| panic!("{message}: {objects:#?}"))
    };
    let configuration = settings("effective configuration");
    assert_eq!(configuration["server.max_in_flight"], 64);
    assert_eq!(configuration["log.format"], "json");
    assert_eq!(configuration["model.uri"], "builtin:iris");
    let access = settings("effective access to registries and stores");
    assert_eq!(access["mlflow.credentials"], "token");
    assert!(!format!("{objects:?}").contains("secret"), "{objects:#?}");
}

#[test]
fn a_host_is_a_name_or_an_address_with_or_without_brackets() {
    for host in ["localhost", "[::1]", "::1", "127.0.0.1"] {
        if host.contains("::") && std::net::TcpListener::bind("[::1]:0").is_err() {
            // A machine without IPv6, as containers can be.
            continue;
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
        let server = Binary::spawn(command.args(["--port", "0", "--host", host]));
        let check = Command::new(env!("CARGO_BIN_EXE_ml-serving"))
            .args(["check", &format!("http://{}/health/ready", server.address)])
            .output()
            .unwrap();
        assert_eq!(check.status.code(), Some(0), "{host}: {check:?}");
    }
}

#[test]
fn an_address_that_is_taken_is_said_in_one_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_ml-serving"))
        .args(["--host", "127.0.0.1", "--port", &port])
        .output()
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    let last = log.lines().last().unwrap();
    assert!(
        last.starts_with(&format!("ml-serving: cannot listen on 127.0.0.1:{port}: "))
            && last.ends_with("end what listens there, or choose another --port"),
        "{log}"
    );
    assert_eq!(output.status.code(), Some(64));
}

#[tokio::test]
async fn check_asks_again_until_there_is_an_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let check = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
        command
            .args(["check", &url, "--retry-seconds", "60"])
            .status()
            .unwrap()
            .code()
    });
    for answer in ["HTTP/1.0 503 Not yet\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n"] {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
    assert_eq!(check.await.unwrap(), Some(0));
}

#[test]
fn a_large_pickle_is_never_in_memory_as_a_whole() {
    const MIB: u64 = 1 << 20;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("model.pkl");
    std::fs::copy("tests/data/infinite/forest.pkl", &path).unwrap();
    // What is behind a pickle is read for the digest, and nothing else.
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_len(256 * MIB).unwrap();
    let inspect = ["inspect", path.to_str().unwrap()];
    let peak = peak(Command::new(env!("CARGO_BIN_EXE_ml-serving")).args(inspect));
    assert!(peak < 128 * MIB, "{} MiB", peak / MIB);
}
