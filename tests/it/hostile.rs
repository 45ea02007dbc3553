//! Hostile clients, and what they cost the others: no honest request fails.

use crate::app::{ROW, Server, predict_text};
use ml_serving::config::Config;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Honest requests, one after the other; each of them must be answered.
async fn honest(server: &Server, n: usize) {
    for _ in 0..n {
        let text = predict_text(ROW);
        let asked = server.exchange(&text);
        let answer = tokio::time::timeout(Duration::from_secs(20), asked).await;
        let answer = answer.expect("in time");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

async fn gauge(server: &Server, name: &str) -> String {
    let metrics = server.exchange("GET /metrics HTTP/1.0\r\n\r\n").await;
    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_default().trim().to_owned()
}

/// Connections that send `start` and then nothing.
async fn silent(server: &Server, n: usize, start: &str) -> Vec<TcpStream> {
    let mut streams = Vec::with_capacity(n);
    for _ in 0..n {
        let mut stream = server.connect().await;
        stream.write_all(start.as_bytes()).await.unwrap();
        streams.push(stream);
    }
    streams
}

#[tokio::test]
async fn a_thousand_idle_connections_hold_up_nobody() {
    let server = Server::start(Config::default()).await;
    let idle = silent(&server, 1000, "").await;
    honest(&server, 50).await;
    drop(idle);
    honest(&server, 50).await;
}

#[tokio::test]
async fn headers_that_never_end_hold_up_nobody() {
    let server = Server::start(Config::default()).await;
    let slow = silent(
        &server,
        500,
        "POST /predict HTTP/1.1\r\nhost: x\r\nx-slow: ",
    )
    .await;
    honest(&server, 50).await;
    drop(slow);
}

#[tokio::test]
async fn bodies_that_never_come_hold_up_nobody() {
    let server = Server::start(Config::default()).await;
    let head = "POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{";
    let waiting = silent(&server, 500, head).await;
    honest(&server, 50).await;
    drop(waiting);
}

#[tokio::test]
async fn clients_that_reset_their_connections_leave_nothing_behind() {
    let server = Server::start(Config::default()).await;
    let large = format!("[{}]", vec![ROW; 2000].join(","));
    let large = predict_text(&large).replace("/predict ", "/predict/batch ");
    for text in [&large[..large.len() / 2], &large, "GET /mo"] {
        for _ in 0..50 {
            let mut stream = server.connect().await;
            stream.write_all(text.as_bytes()).await.unwrap();
            // Without lingering, closing sends a reset.
            socket2::SockRef::from(&stream)
                .set_linger(Some(Duration::ZERO))
                .unwrap();
        }
        honest(&server, 10).await;
    }
    let none_left = async {
        while gauge(&server, "http_requests_in_flight ").await != "1" {
            tokio::task::yield_now().await;
        }
    };
    let none_left = tokio::time::timeout(Duration::from_mins(1), none_left);
    none_left.await.expect("no request is left");
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answers_holds_up_nobody() {
    let server = Server::start(Config::default()).await;
    let request = "GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(200);
    let mut deaf = Vec::new();
    for _ in 0..20 {
        let mut stream = server.connect().await;
        // The server stops reading when it cannot write, so this may not be taken whole.
        let send = stream.write_all(request.as_bytes());
        let _taken = tokio::time::timeout(Duration::from_millis(50), send).await;
        deaf.push(stream);
    }
    honest(&server, 50).await;
}

#[tokio::test]
async fn nonsense_of_every_kind_is_refused_and_holds_up_nobody() {
    let server = Server::start(Config::default()).await;
    for start in [
        "\0\0\0\0\0\0\0\0",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense that is no frame at all",
        "GET / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\nzz\r\n",
        "POST /predict HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        "POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 18446744073709551616\r\n\r\n",
    ] {
        let mut stream = server.connect().await;
        stream.write_all(start.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest));
        read.await.expect("the server closes").ok();
        assert!(!rest.starts_with(b"HTTP/1.1 200"), "{start:?}");
        assert!(!rest.starts_with(b"HTTP/1.1 5"), "{start:?}");
    }
    honest(&server, 10).await;
}
