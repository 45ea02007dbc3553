//! The end of a server: drained, nothing lost. And its beginning: retried, or refused.

use crate::app::{ROW, Server, predict_text};
use ml_serving::{
    Error,
    config::{Config, ModelConfig},
    http::Shutdown,
    load::{self, LoadError},
    registry::Access,
    registry::RegistryError,
};
use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStderr, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// The binary on a free port of its own, with its log.
fn binary(drain_seconds: u64) -> (Child, BufReader<ChildStderr>, String) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_ml-serving"))
        .args(["--port", "0", "--host", "127.0.0.1"])
        .env(
            "MLSERVING__SERVER__DRAIN_SECONDS",
            drain_seconds.to_string(),
        )
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(server.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("serving iris") {
        line.clear();
        assert_ne!(
            log.read_line(&mut line).unwrap(),
            0,
            "the log ends before the server serves"
        );
    }
    assert!(
        line.contains("serving iris (100 trees) on http://127.0.0.1:") && line.contains("docs at"),
        "{line}"
    );
    let address = line
        .split_once("http://")
        .unwrap()
        .1
        .split(' ')
        .next()
        .unwrap()
        .to_owned();
    (server, log, address)
}

fn terminate(server: &Child) {
    assert!(
        Command::new("kill")
            .args(["-TERM", &server.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn sigterm_with_requests_in_flight_loses_none() {
    let (mut server, _log, address) = binary(0);
    let text = predict_text(ROW);
    let (head, tail) = text.split_at(text.len() - 5);
    let connect = || std::net::TcpStream::connect(&address);
    let mut streams: Vec<_> = (0..20).map(|_| connect().unwrap()).collect();
    streams
        .iter_mut()
        .for_each(|stream| stream.write_all(head.as_bytes()).unwrap());
    // All twenty are in the handler once the metric says so (and this request itself).
    loop {
        let (mut stream, mut metrics) = (connect().unwrap(), String::new());
        stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
        stream.read_to_string(&mut metrics).unwrap();
        if metrics.contains("http_requests_in_flight 21") {
            break;
        }
    }
    terminate(&server);
    while connect().is_ok() {}
    for mut stream in streams {
        stream.write_all(tail.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert_eq!(server.wait().unwrap().code(), Some(0));
}

#[tokio::test]
async fn while_draining_readiness_says_no_and_answers_send_clients_elsewhere() {
    let server = Server::start(Config::default()).await;
    let address = server.address;
    server
        .stop
        .send(Shutdown {
            drain: Duration::from_hours(1),
            grace: Duration::ZERO,
        })
        .unwrap();
    let ask = async |text: &str| {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    loop {
        let ready = ask("GET /health/ready HTTP/1.0\r\n\r\n").await;
        if ready.starts_with("HTTP/1.0 503") {
            assert!(ready.contains(r#""reason":"draining""#), "{ready}");
            break;
        }
    }
    assert!(
        ask("GET /health/live HTTP/1.0\r\n\r\n")
            .await
            .starts_with("HTTP/1.0 200")
    );
    let text = predict_text(ROW).replace("connection: close\r\n", "");
    let answer = ask(&text).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    server.ended.abort();
}

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
    loop {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"GET /health/ready HTTP/1.0\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        if answer.starts_with("HTTP/1.0 200") {
            break;
        }
    }
    assert_eq!(tries.load(Ordering::SeqCst), 2);
    server.abort();
}

#[tokio::test]
async fn a_model_that_can_never_load_ends_the_server_with_65() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let model = ModelConfig {
        uri: "Cargo.toml".to_owned(),
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
fn the_binary_serves_at_once_and_exits_0_on_sigterm() {
    let (mut server, mut log, address) = binary(0);
    let check = |path: &str| {
        let url = format!("http://{address}{path}");
        let check = Command::new(env!("CARGO_BIN_EXE_ml-serving"))
            .args(["check", &url])
            .output();
        check.unwrap().status.code()
    };
    assert_eq!(
        (check("/health/ready"), check("/nope")),
        (Some(0), Some(69))
    );
    terminate(&server);
    assert_eq!(server.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    log.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("draining"), "{rest}");
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
