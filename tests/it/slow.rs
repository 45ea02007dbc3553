//! Clients that are slow to say something, and those that say nothing.

use crate::app::{ROW, Server, predict_text};
use ml_serving::{config::Config, http::Shutdown};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn a_client_that_does_not_end_its_headers_in_time_is_cut_off() {
    let server = impatient().await;
    for start in ["P", "PRI * HT", "POST /predict HTTP/1.1\r\nhost: x\r\n"] {
        cut_off(&server, start).await;
    }
}

/// A server that waits a second for headers.
async fn impatient() -> Server {
    let mut config = Config::default();
    config.server.header_timeout_seconds = 1;
    Server::start(config).await
}

/// Sends the beginning of a request and waits until that was too slow.
async fn cut_off(server: &Server, start: &str) {
    let mut stream = server.connect().await;
    stream.write_all(start.as_bytes()).await.unwrap();
    let mut rest = Vec::new();
    let read = stream.read_to_end(&mut rest);
    tokio::time::timeout(Duration::from_secs(20), read)
        .await
        .expect("cut off")
        .ok();
}

#[tokio::test]
async fn a_connection_that_has_said_nothing_is_idle_and_not_slow() {
    let server = impatient().await;
    let mut silent = server.connect().await;
    // By then the silent one has waited for longer than a client may take for its headers.
    cut_off(&server, "P").await;
    silent
        .write_all(predict_text(ROW).as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    silent.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_connection_that_has_said_nothing_does_not_hold_up_the_end() {
    let server = impatient().await;
    let mut silent = server.connect().await;
    cut_off(&server, "P").await;
    let shutdown = Shutdown {
        drain: Duration::ZERO,
        grace: Duration::from_hours(1),
    };
    server.stop.send(shutdown).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(20), server.ended).await;
    ended.expect("at once").unwrap().unwrap();
    assert_eq!(silent.read(&mut [0]).await.unwrap(), 0);
}
