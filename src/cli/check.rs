//! `ml-serving check`: one request, for probes in images without a shell.

use crate::Error;
use std::{
    io::{Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

/// Ask a URL; exit 0 if it answers 2xx
#[derive(Clone, Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// An http:// URL
    url: String,
    /// Send this JSON with POST instead of asking with GET
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
    /// Ask again for so long while there is no good answer: a new service's address takes a moment to be known everywhere
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    retry_seconds: u64,
}

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(250);
/// Longer than any probe waits.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) fn run(args: &CheckArgs) -> Result<(), Error> {
    let end = Instant::now() + Duration::from_secs(args.retry_seconds);
    loop {
        match ask(args) {
            Err(Error::Unavailable(_)) if Instant::now() < end => std::thread::sleep(PAUSE),
            answer => return answer,
        }
    }
}

fn ask(args: &CheckArgs) -> Result<(), Error> {
    let url = &args.url;
    let rest = url.strip_prefix("http://").ok_or_else(|| {
        Error::Usage(format!(
            "{url:?} is not an http:// URL; for example http://127.0.0.1:8000/health/ready"
        ))
    })?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let with_port = if authority
        .rsplit(']')
        .next()
        .is_some_and(|end| end.contains(':'))
    {
        authority.to_owned()
    } else {
        format!("{authority}:80")
    };
    let path = if path.is_empty() { "/" } else { path };
    let unavailable =
        |error: std::io::Error| Error::Unavailable(format!("{url} does not answer: {error}"));
    let address = with_port.to_socket_addrs().map_err(unavailable)?.next();
    let address =
        address.ok_or_else(|| Error::Unavailable(format!("{authority} has no address")))?;
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT).map_err(unavailable)?;
    stream
        .set_read_timeout(Some(TIMEOUT))
        .map_err(unavailable)?;
    let (method, body) = args
        .data
        .as_deref()
        .map_or(("GET", ""), |data| ("POST", data));
    let content = if body.is_empty() {
        String::new()
    } else {
        format!(
            "content-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        )
    };
    // HTTP/1.0: the answer ends where the connection does.
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nhost: {authority}\r\n{content}\r\n{body}"
    )
    .map_err(unavailable)?;
    let mut answer = Vec::new();
    stream
        .take(1 << 20)
        .read_to_end(&mut answer)
        .map_err(unavailable)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse::<u16>().ok());
    match status {
        Some(200..=299) => Ok(()),
        Some(status) => {
            let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
            Err(Error::Unavailable(format!(
                "{url} answers {status}: {}",
                body.chars().take(500).collect::<String>()
            )))
        }
        None => Err(Error::Unavailable(format!("{url} does not speak HTTP"))),
    }
}
