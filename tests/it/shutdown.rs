//! The end of a server: drained, nothing lost, or at once when it is told twice.

use crate::{
    app::{ROW, Server, predict_text},
    binary::{Binary, eventually, eventually_answers, exchange},
};
use ml_serving::{config::Config, http::Shutdown};
use std::{
    io::{Read, Write},
    process::Command,
    time::Duration,
};

#[test]
fn sigterm_with_requests_in_flight_loses_none() {
    let server = Binary::start(0);
    let requests: Vec<_> = (0..20).map(|_| server.begin()).collect();
    // All twenty are in the handler once the metric says so (and this request itself).
    eventually("twenty requests are in flight", || {
        server
            .get("/metrics")
            .contains("http_requests_in_flight 21")
    });
    server.send("-TERM");
    eventually("the server accepts no more", || server.connect().is_err());
    for (mut stream, tail) in requests {
        stream.write_all(tail.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert_eq!(server.ended().0, Some(0));
}

#[test]
fn sighup_and_sigquit_drain_too() {
    for signal in ["-HUP", "-QUIT"] {
        let server = Binary::start(0);
        let (mut stream, tail) = server.begin();
        eventually("the request is in flight", || {
            server.get("/metrics").contains("http_requests_in_flight 2")
        });
        server.send(signal);
        eventually("the server accepts no more", || server.connect().is_err());
        stream.write_all(tail.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{signal}: {answer}");
        assert_eq!(server.ended().0, Some(0), "{signal}");
    }
}

#[test]
fn a_second_signal_ends_the_server_at_once() {
    for (first, second, code) in [
        ("-TERM", "-TERM", 143),
        ("-TERM", "-INT", 130),
        ("-INT", "-INT", 130),
        ("-HUP", "-QUIT", 131),
    ] {
        // It would drain for an hour, or wait for a request that never ends.
        let mut server = Binary::start(3600);
        let (_stream, _tail) = server.begin();
        eventually("the request is in flight", || {
            server.get("/metrics").contains("http_requests_in_flight 2")
        });
        server.send(first);
        server.line_with("draining");
        server.send(second);
        let (ended, log) = server.ended();
        assert_eq!(ended, Some(code), "{first} {second}: {log}");
        assert!(log.contains("ended at once by a second SIG"), "{log}");
    }
}

#[test]
fn sighup_after_sigterm_does_not_cut_the_drain_short() {
    let mut server = Binary::start(3600);
    server.send("-TERM");
    server.line_with("draining");
    server.send("-HUP");
    // Signals are delivered in any order, but none of these two ends the server.
    eventually("the server says that it is draining", || {
        server.get("/health/ready").contains("draining")
    });
    server.send("-INT");
    assert_eq!(server.ended().0, Some(130));
}

#[test]
fn under_nohup_sighup_is_ignored() {
    let mut command = Command::new("sh");
    let binary = env!("CARGO_BIN_EXE_ml-serving");
    let script = format!("trap '' HUP; exec {binary} --port 0 --host 127.0.0.1");
    let server = Binary::spawn(command.args(["-c", &script]));
    server.send("-HUP");
    assert!(server.get("/health/ready").contains("\"ready\""));
    server.send("-INT");
    let (code, log) = server.ended();
    assert_eq!(code, Some(0), "{log}");
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
    let ready = eventually_answers(address, "/health/ready", |answer| {
        answer.starts_with("HTTP/1.0 503")
    })
    .await;
    assert!(ready.contains(r#""reason":"draining""#), "{ready}");
    assert!(
        exchange(address, "GET /health/live HTTP/1.0\r\n\r\n")
            .await
            .starts_with("HTTP/1.0 200")
    );
    let text = predict_text(ROW).replace("connection: close\r\n", "");
    let answer = exchange(address, &text).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    server.ended.abort();
}

#[test]
fn the_binary_serves_at_once_and_exits_0_on_sigterm() {
    let server = Binary::start(0);
    let check = |path: &str| {
        let url = format!("http://{}{path}", server.address);
        let check = Command::new(env!("CARGO_BIN_EXE_ml-serving"))
            .args(["check", &url])
            .output();
        check.unwrap().status.code()
    };
    assert_eq!(
        (check("/health/ready"), check("/nope")),
        (Some(0), Some(69))
    );
    server.send("-TERM");
    let (code, rest) = server.ended();
    assert_eq!(code, Some(0));
    assert!(rest.contains("draining"), "{rest}");
}
