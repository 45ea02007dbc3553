//! A server that notes what it is asked, in the clear or encrypted, directly or as a proxy.

use super::super::request::request;
use rustls::{
    ServerConfig, ServerConnection, Stream,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
};

/// A status, headers and a body for the head of a request.
pub type Answer = (u16, String, Vec<u8>);
type Answering = dyn Fn(&str) -> Answer + Send + Sync;

pub struct Listener {
    /// `HOST:PORT`
    pub address: String,
    heads: Arc<Mutex<Vec<String>>>,
}

/// A file of the certificates for `localhost`.
pub fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/tls")
        .join(name)
}

impl Listener {
    /// In the clear. What asks it to CONNECT to another host goes on with TLS, and gets the same answers.
    pub fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        Self::listen(false, Arc::new(answer))
    }

    /// Answers that there is nothing, as a bucket does.
    pub fn empty_bucket(encrypted: bool) -> Self {
        let answer = |_: &str| {
            let body = "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>";
            (404, String::new(), body.as_bytes().to_vec())
        };
        Self::listen(encrypted, Arc::new(answer))
    }

    fn listen(encrypted: bool, answer: Arc<Answering>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("localhost:{}", listener.local_addr().unwrap().port());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let noted = heads.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let (answer, noted) = (answer.clone(), noted.clone());
                // A client that goes away is its own affair.
                thread::spawn(move || serve(client?, encrypted, answer.as_ref(), &noted));
            }
        });
        Self { address, heads }
    }

    /// The heads of all requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn serve(
    mut client: TcpStream,
    encrypted: bool,
    answer: &Answering,
    noted: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    if encrypted {
        return exchange(&mut encrypt(&mut client, &mut connection()), answer, noted);
    }
    let head = request(&mut client)?.0;
    noted.lock().unwrap().push(head.clone());
    if head.starts_with("CONNECT ") {
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        return exchange(&mut encrypt(&mut client, &mut connection()), answer, noted);
    }
    reply(&mut client, answer(&head))
}

fn connection() -> ServerConnection {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let cert = CertificateDer::from_pem_file(certificate("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(certificate("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert], key)
        .unwrap();
    ServerConnection::new(Arc::new(config)).unwrap()
}

fn encrypt<'a>(
    client: &'a mut TcpStream,
    connection: &'a mut ServerConnection,
) -> Stream<'a, ServerConnection, TcpStream> {
    Stream::new(connection, client)
}

fn exchange(
    stream: &mut Stream<'_, ServerConnection, TcpStream>,
    answer: &Answering,
    noted: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let head = request(stream)?.0;
    noted.lock().unwrap().push(format!("encrypted {head}"));
    reply(stream, answer(&head))?;
    stream.conn.send_close_notify();
    stream.flush()
}

fn reply(client: &mut impl Write, (status, headers, body): Answer) -> std::io::Result<()> {
    let length = body.len();
    write!(
        client,
        "HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
    )?;
    client.write_all(&body)?;
    client.flush()
}

/// What `upstream` (`http://HOST:PORT`) answers to a GET of this target.
pub fn forwarded(upstream: &str, target: &str) -> Answer {
    let mut server = TcpStream::connect(upstream.trim_start_matches("http://")).unwrap();
    write!(server, "GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, String::new(), answer[end + 4..].to_vec())
}
