//! `ml-serving check`: one request, for probes in images without a shell.
//!
//! Health checks run it every few seconds, so it uses hyper on one thread, which the server contains anyway. reqwest would load the
//! certificates first.

use super::{
    flags::takes,
    https::{self, TlsArgs},
};
use crate::{
    Error,
    secret::{Secret, redact},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, Uri,
    body::Incoming,
    client::conn::http1,
    header::{CONTENT_TYPE, HOST, LOCATION},
};
use hyper_util::rt::TokioIo;
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time,
};
use tokio_rustls::TlsConnector;

/// Ask a URL; exit 0 if it answers 2xx, 69 if it does not
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ml-serving check http://127.0.0.1:8000/health/ready
  ml-serving check http://ml-serving/docs --retry-seconds 30
  ml-serving check https://127.0.0.1:8000/health/ready --insecure
  ml-serving check http://ml-serving/predict --data '{\"features\":[5.1,3.5,1.4,0.2]}'")]
pub(super) struct CheckArgs {
    /// An http:// or https:// URL
    url: Secret,
    #[command(flatten)]
    tls: TlsArgs,
    /// Send this JSON with POST instead of asking with GET
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
    /// Repeat the request for up to this time until the answer is good: a new service takes a moment to be found
    #[arg(long, value_name = "SECONDS", default_value_t = 0, allow_negative_numbers = true,
          value_parser = takes::<u64>("a number of seconds"))]
    retry_seconds: u64,
}

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(250);
/// The time limit of one request, longer than any probe waits.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Messages quote at most this many bytes of an answer.
const QUOTED: usize = 500;

pub(super) fn run(args: &CheckArgs) -> Result<(), Error> {
    let mut target = Target::parse(args.url.expose())?;
    if target.encrypted {
        target.tls = Some(args.tls.connector()?);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::Internal(format!("the runtime cannot start: {error}")))?;
    let answer = runtime.block_on(retry(&target, args));
    // A DNS look-up may still be running in the background; nobody waits for it.
    runtime.shutdown_background();
    answer
}

/// Repeats the request until the answer is 2xx or the time is over.
async fn retry(target: &Target, args: &CheckArgs) -> Result<(), Error> {
    let end = Instant::now() + Duration::from_secs(args.retry_seconds);
    loop {
        let answer = time::timeout(TIMEOUT, target.ask(args.data.as_deref())).await;
        let late = format!("does not answer within {} seconds", TIMEOUT.as_secs());
        match answer.unwrap_or(Err(late)) {
            Ok(()) => return Ok(()),
            Err(_) if Instant::now() < end => time::sleep(PAUSE).await,
            Err(why) => return Err(Error::Unavailable(format!("{} {why}", args.url))),
        }
    }
}

/// The parts of the URL.
struct Target {
    /// A name or an address, IPv6 without brackets.
    host: String,
    port: u16,
    /// Host and port as the request names them.
    authority: String,
    path: String,
    /// Whether the URL begins with https://.
    encrypted: bool,
    tls: Option<TlsConnector>,
}

impl Target {
    fn parse(url: &str) -> Result<Self, Error> {
        let usage = |why: &str| {
            Error::Usage(format!(
                "{:?} {why}; give an http:// URL, for example http://127.0.0.1:8000/health/ready",
                redact(url)
            ))
        };
        let uri: Uri = url.parse().map_err(|_| usage("is not a URL"))?;
        match uri.scheme_str() {
            Some("http" | "https") => {}
            _ => return Err(usage("is not an http:// URL")),
        }
        let encrypted = uri.scheme_str() == Some("https");
        let host = uri.host().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| usage("names no host"))?;
        let port = uri.port_u16();
        Ok(Self {
            authority: port.map_or(host.to_owned(), |port| format!("{host}:{port}")),
            host: host.trim_matches(['[', ']']).to_owned(),
            port: port.unwrap_or(if encrypted { 443 } else { 80 }),
            encrypted,
            tls: None,
            path: uri
                .path_and_query()
                .map_or("/", |path| path.as_str())
                .to_owned(),
        })
    }

    /// Sends the request once. The error text continues a sentence that begins with the URL.
    async fn ask(&self, data: Option<&str>) -> Result<(), String> {
        let stream = TcpStream::connect((self.host.as_str(), self.port));
        let stream = stream
            .await
            .map_err(|error| format!("does not answer: {error}"))?;
        match &self.tls {
            None => self.send(stream, data).await,
            Some(tls) => {
                let stream = https::encrypt(tls, &self.host, stream).await?;
                self.send(stream, data).await
            }
        }
    }

    async fn send<S>(&self, stream: S, data: Option<&str>) -> Result<(), String>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let no_http = |error: hyper::Error| format!("does not answer in HTTP: {error}");
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(no_http)?;
        // This task ends with the answer. Its errors show up in the answer too.
        tokio::spawn(connection);
        let request = match data {
            Some(_) => Request::post(&self.path).header(CONTENT_TYPE, "application/json"),
            None => Request::get(&self.path),
        };
        let body = Full::new(Bytes::from(data.unwrap_or_default().to_owned()));
        let request = request
            .header(HOST, &self.authority)
            .body(body)
            .map_err(|error| format!("cannot be asked: {error}"))?;
        judge(sender.send_request(request).await.map_err(no_http)?).await
    }
}

async fn judge(response: Response<Incoming>) -> Result<(), String> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let place = response.headers().get(LOCATION);
    if let Some(place) = place.filter(|_| status.is_redirection()) {
        let place = String::from_utf8_lossy(place.as_bytes());
        return Err(format!(
            "answers {status}, a redirect to {place}; check that URL instead"
        ));
    }
    let (mut body, mut bytes) = (response.into_body(), Vec::new());
    while bytes.len() < QUOTED {
        match body.frame().await {
            Some(Ok(frame)) => bytes.extend_from_slice(frame.data_ref().map_or(&[], |data| data)),
            // Only the status counts.
            Some(Err(_)) | None => break,
        }
    }
    bytes.truncate(QUOTED);
    let text = String::from_utf8_lossy(&bytes);
    Err(format!("answers {status}: {}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let parts = |url: &str| {
            let target = Target::parse(url).expect("a URL");
            (target.host, target.port, target.authority, target.path)
        };
        let text = str::to_owned;
        assert_eq!(
            parts("http://[::1]:8000/health/ready?x=1"),
            (
                text("::1"),
                8000,
                text("[::1]:8000"),
                text("/health/ready?x=1")
            )
        );
        for (url, port) in [("http://svc", 80), ("https://svc", 443)] {
            assert_eq!(parts(url), (text("svc"), port, text("svc"), text("/")));
        }
    }

    #[test]
    fn what_cannot_be_asked_is_refused_with_the_right_form() {
        for (url, why) in [
            ("ftp://svc/", "is not an http:// URL"),
            ("svc", "is not an http:// URL"),
            ("http://", "is not a URL"),
            ("/health", "is not an http:// URL"),
        ] {
            let error = Target::parse(url).err().expect("refused");
            let text = error.to_string();
            assert!(text.contains(why) && text.contains("127.0.0.1"), "{text}");
            assert_eq!(error.exit_code(), 64);
        }
    }
}
