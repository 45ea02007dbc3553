//! Sends a file with PUT: with its length, with progress, and given up when nothing moves any more.

use super::{content::Content, remote_file::ByteStream};
use crate::{
    progress::Progress,
    registry::{body::is_page, client::Client, error::RegistryError, retry::Failed},
    secret::redact,
};
use futures_util::TryStreamExt;
use reqwest::{Body, Response, Url, header::HeaderMap};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How long a server may take nothing, and not answer. Python's client waits as long for an answer.
const STALLED: Duration = Duration::from_mins(2);
/// A server may pass the file on to a bucket before it answers, and get it from there whole before it sends any of it; it has to be faster
/// than that many bytes in a second.
const SLOWEST_STORE: u64 = 4 << 20;
/// The time between two looks at what was sent.
const LOOK: Duration = Duration::from_secs(5);

/// How long a server may be silent about so many bytes.
pub(in crate::registry) fn patience(length: u64) -> Duration {
    STALLED + Duration::from_secs(length / SLOWEST_STORE)
}

/// Sends `content` to `url`.
///
/// # Errors
/// As the server answers; `NotFound` where the answer is a page for people, such as one to log in.
pub(super) async fn send(
    client: &Client,
    url: &Url,
    content: &Content,
    progress: &Arc<Progress>,
) -> Result<(), Failed> {
    let (bytes, length) = (content.stream().await?, content.size());
    let response = send_bytes(client, url, None, bytes, length, progress).await?;
    if is_page(&response) {
        progress.rewind(length);
        return Err(RegistryError::NotFound(format!(
            "{} answers with a page instead of storing the file; that is no MLflow server, or a login is before it: check MLFLOW_TRACKING_URI and the credentials",
            redact(response.url().as_str())
        ))
        .into());
    }
    Ok(())
}

/// Sends `length` bytes to `url`, which may be signed for that and need headers, and waits for the head of a successful answer.
pub(super) async fn send_bytes(
    client: &Client,
    url: &Url,
    signed: Option<&HeaderMap>,
    bytes: ByteStream,
    length: u64,
    progress: &Arc<Progress>,
) -> Result<Response, Failed> {
    let sent = Arc::new(AtomicU64::new(0));
    let (counted, shown) = (sent.clone(), progress.clone());
    let bytes = bytes.inspect_ok(move |piece| {
        counted.fetch_add(piece.len() as u64, Ordering::Relaxed);
        shown.advance(piece.len() as u64);
    });
    let body = Body::wrap_stream(bytes);
    let request = match signed {
        Some(headers) => client.signed_put(url, headers.clone(), body, length),
        None => client.put(url, body, length),
    };
    let answered = while_it_moves(&sent, patience(length), url, client.send_upload(request)).await;
    answered.inspect_err(|_| progress.rewind(sent.load(Ordering::Relaxed)))
}

/// Waits for `work` as long as `sent` grows, and `patience` longer.
async fn while_it_moves<T>(
    sent: &AtomicU64,
    patience: Duration,
    url: &Url,
    work: impl Future<Output = Result<T, Failed>>,
) -> Result<T, Failed> {
    let mut work = std::pin::pin!(work);
    let (mut last, mut since) = (0, Instant::now());
    loop {
        if let Ok(done) = tokio::time::timeout(LOOK, work.as_mut()).await {
            return done;
        }
        let now = sent.load(Ordering::Relaxed);
        if now != last {
            (last, since) = (now, Instant::now());
            continue;
        }
        let waited = since.elapsed();
        if waited >= patience {
            let text = format!(
                "{} took {now} bytes and then nothing for {} s, and did not answer",
                redact(url.as_str()),
                waited.as_secs()
            );
            return Err(Failed {
                was_long: true,
                ..RegistryError::Unavailable(text).into()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{progress::Unit, registry::access::Access};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// Sends `text` to a server that answers `answer`. Gives back the request.
    async fn sent(text: &str, answer: &'static str) -> (String, Result<(), Failed>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/x", listener.local_addr().expect("bound"));
        let server = tokio::spawn(async move {
            let (mut client, _) = listener.accept().await.expect("a client");
            let (mut request, mut piece) = (Vec::new(), [0; 1024]);
            while !request.ends_with(b"end") {
                let n = client.read(&mut piece).await.expect("read");
                assert_ne!(n, 0, "the request ends early: {request:?}");
                request.extend_from_slice(&piece[..n]);
            }
            let answer = format!("HTTP/1.1 200 OK\r\n{answer}");
            client.write_all(answer.as_bytes()).await.expect("answered");
            String::from_utf8(request).expect("text")
        });
        let access = Access {
            tracking_uri: crate::secret::Secret::uri(url.clone()),
            ..Access::default()
        };
        let client = Client::new(&access).expect("a client");
        let content = Content::text(format!("{text}end"));
        let progress = Arc::new(Progress::new("uploading to", "x", Unit::Bytes, 0));
        let url = Url::parse(&url).expect("a URL");
        let done = send(&client, &url, &content, &progress).await;
        (server.await.expect("served"), done)
    }

    #[tokio::test]
    async fn a_file_is_sent_with_its_length_and_in_no_chunks() {
        let (request, done) = sent("the ", "content-length: 0\r\n\r\n").await;
        done.expect("sent");
        let request = request.to_ascii_lowercase();
        assert!(request.contains("content-length: 7\r\n"), "{request}");
        assert!(!request.contains("transfer-encoding"), "{request}");
        assert!(request.ends_with("\r\n\r\nthe end"), "{request}");
    }

    #[tokio::test]
    async fn a_page_is_no_proof_that_a_file_was_stored() {
        let page = "content-type: text/html; charset=utf-8\r\ncontent-length: 6\r\n\r\n<html>";
        let (_, done) = sent("the ", page).await;
        let error = done.expect_err("a page").error;
        assert!(
            error.to_string().contains("a login is before it"),
            "{error}"
        );
    }
}
