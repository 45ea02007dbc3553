//! Servers for tests: one answers each request by its first line, and notes that line; one never ends its answers.

use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

pub(super) struct Answering {
    /// `http://HOST:PORT`
    pub(super) url: String,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Answering {
    /// `answer` gives a status and a body.
    pub(super) async fn start(
        answer: impl Fn(&str) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (noted, answer) = (lines.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (noted, answer) = (noted.clone(), answer.clone());
                tokio::spawn(async move {
                    let (mut request, mut piece) = (Vec::new(), [0; 4096]);
                    while !is_whole(&request) {
                        let n = client.read(&mut piece).await.expect("read");
                        assert_ne!(n, 0, "the request ends early");
                        request.extend_from_slice(&piece[..n]);
                    }
                    let text = String::from_utf8_lossy(&request);
                    let line = text.lines().next().unwrap_or_default().to_owned();
                    let (status, body) = answer(&line);
                    noted.lock().expect("noted").push(line);
                    let answer = format!(
                        "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                        body.len()
                    );
                    client.write_all(answer.as_bytes()).await.expect("answered");
                });
            }
        });
        Self { url, lines }
    }

    /// The first lines of all requests so far.
    pub(super) fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("noted").clone()
    }
}

/// A server whose answers have neither a length nor an end.
pub(super) async fn endless() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/m.onnx", listener.local_addr().expect("bound"));
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                // The request; how it goes on does not matter.
                client.read_u8().await.expect("a byte");
                let head = "HTTP/1.1 200 OK\r\n\r\n";
                let mut sent = client.write_all(head.as_bytes()).await;
                while sent.is_ok() {
                    sent = client.write_all(&[7; 4096]).await;
                }
            });
        }
    });
    url
}

/// Whether the request is there with its body.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.split_once("content-length: ");
    let length = length.and_then(|(_, rest)| rest.lines().next()?.parse().ok());
    body.len() >= length.unwrap_or(0)
}
