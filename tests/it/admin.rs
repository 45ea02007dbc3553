//! A port of its own for metrics and health.

use crate::{
    app::{ROW, Server, predict_text},
    binary::{Binary, eventually_answers, exchange},
};
use ml_serving::{
    Listeners,
    config::{Config, Secrets},
    http::Shutdown,
    secret::Secret,
};
use std::{net::SocketAddr, process::Command, time::Duration};
use tokio::net::TcpListener;

/// A server with both ports, and the address of the admin port.
async fn start(mut config: Config) -> (Server, SocketAddr) {
    config.server.admin_port = Some(0);
    let bind = async || TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (main, admin) = (bind().await, bind().await);
    let address = admin.local_addr().unwrap();
    let admin = Some(admin);
    (
        Server::start_on(config, Listeners { main, admin }).await,
        address,
    )
}

async fn status(address: SocketAddr, request: &str) -> u16 {
    let answer = exchange(address, &format!("{request} HTTP/1.0\r\n\r\n")).await;
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn metrics_move_to_the_admin_port_and_health_is_on_both() {
    let (server, admin) = start(Config::default()).await;
    for (request, main_says, admin_says) in [
        ("GET /metrics", 404, 200),
        ("POST /metrics", 404, 405),
        ("GET /health/live", 200, 200),
        ("GET /health/ready", 200, 200),
        ("HEAD /health/ready", 200, 200),
        ("GET /model", 200, 404),
        ("GET /predict", 405, 404),
        ("POST /predict", 400, 404),
        ("GET /docs", 200, 404),
        ("GET /openapi.json", 200, 404),
        ("GET /", 303, 404),
        ("GET /nothing", 404, 404),
    ] {
        let said = (
            status(server.address, request).await,
            status(admin, request).await,
        );
        assert_eq!(said, (main_says, admin_says), "{request}");
    }
    let answer = server.exchange(&predict_text(ROW)).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let metrics = exchange(admin, "GET /metrics HTTP/1.0\r\n\r\n").await;
    for line in [
        r#"http_requests_total{code="200",operation="predict"} 1"#,
        r#"http_requests_total{code="200",operation="metrics"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
    let document = exchange(server.address, "GET /openapi.json HTTP/1.0\r\n\r\n").await;
    assert!(document.contains("\"/health/live\"") && !document.contains("\"/metrics\""));
}

#[tokio::test]
async fn the_admin_port_asks_for_a_key_only_where_probes_do() {
    for (protect_probes, says) in [(false, 200), (true, 401)] {
        let mut config = Config::default();
        config.server.auth.keys = Secrets(vec![Secret::key("a-key-of-ours")]);
        config.server.auth.protect_probes = protect_probes;
        config.server.admin_port = Some(0);
        let bind = async || TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (main, admin) = (bind().await, bind().await);
        let address = admin.local_addr().unwrap();
        let admin = Some(admin);
        let server = tokio::spawn(ml_serving::serve(
            config,
            Listeners { main, admin },
            std::future::pending(),
        ));
        assert_eq!(status(address, "GET /health/live").await, says);
        assert_eq!(status(address, "GET /metrics").await, says);
        server.abort();
    }
}

#[tokio::test]
async fn the_admin_port_answers_to_the_end_of_the_drain() {
    let (server, admin) = start(Config::default()).await;
    let shutdown = Shutdown {
        drain: Duration::from_secs(2),
        grace: Duration::from_secs(20),
    };
    server.stop.send(shutdown).unwrap();
    let answer = eventually_answers(admin, "/health/ready", |answer| answer.contains("503")).await;
    assert!(answer.contains("draining"), "{answer}");
    assert_eq!(status(admin, "GET /metrics").await, 200);
    server.ended.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(admin).await.is_err());
}

#[test]
fn the_binary_listens_on_both_and_says_so() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
    command
        .env("MLSERVING__SERVER__ADMIN_PORT", "0")
        .args(["--port", "0", "--host", "127.0.0.1"]);
    let mut server = Binary::spawn(&mut command);
    assert!(server.get("/metrics").starts_with("HTTP/1.0 404"));
    let line = server.line_with("metrics and health on http://");
    let (_, address) = line.trim().split_once("http://").unwrap();
    address.clone_into(&mut server.address);
    assert!(server.get("/metrics").starts_with("HTTP/1.0 200"));
}

#[test]
fn an_admin_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_ml-serving"))
        .env("MLSERVING__SERVER__ADMIN_PORT", &port)
        .args(["--host", "127.0.0.1", "--port", "0"])
        .output()
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(64), "{log}");
    assert!(
        log.contains(&format!("cannot listen on 127.0.0.1:{port}")),
        "{log}"
    );
    assert!(log.contains("choose another server.admin_port"), "{log}");
}
