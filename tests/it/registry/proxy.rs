//! A proxy before a registry, which does to its answers what networks do.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// What happens to an answer.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Another answer instead.
    Answer(u16, &'static str),
    /// Half of it, then an orderly end.
    Truncate,
    /// Half of it, then a reset.
    Reset,
    /// In small pieces.
    Slow,
    /// No answer at all.
    Down,
}

#[derive(Default)]
struct State {
    /// The fault, the part of a request line it is for, and how often it still happens.
    fault: Option<(Fault, String, usize)>,
    heads: Vec<String>,
}

pub struct Proxy {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    /// A proxy before `upstream`, which is `http://HOST:PORT`.
    pub fn before(upstream: &str) -> Self {
        let upstream: SocketAddr = upstream.trim_start_matches("http://").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let shared = shared.clone();
                // A client that goes away is its own affair.
                thread::spawn(move || client.and_then(|client| forward(client, upstream, &shared)));
            }
        });
        Self { url, state }
    }

    /// From now on, the next `times` answers to requests whose first line contains `of` suffer `fault`.
    pub fn fail(&self, fault: Fault, of: &str, times: usize) {
        self.state.lock().unwrap().fault = Some((fault, of.to_owned(), times));
    }

    pub fn heal(&self) {
        self.state.lock().unwrap().fault = None;
    }

    /// The heads of all requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.state.lock().unwrap().heads.clone()
    }
}

fn forward(
    mut client: TcpStream,
    upstream: SocketAddr,
    state: &Mutex<State>,
) -> std::io::Result<()> {
    let (head, body) = request(&mut client)?;
    let fault = {
        let mut state = state.lock().unwrap();
        state.heads.push(head.clone());
        let line = head.lines().next().unwrap_or_default();
        match &mut state.fault {
            Some((fault, of, times)) if *times > 0 && line.contains(of.as_str()) => {
                *times -= 1;
                Some(fault.clone())
            }
            _ => None,
        }
    };
    match fault {
        Some(Fault::Down) => return client.shutdown(Shutdown::Both),
        Some(Fault::Answer(status, text)) => {
            let answer = format!(
                "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
                text.len()
            );
            return client.write_all(answer.as_bytes());
        }
        _ => {}
    }
    let mut server = TcpStream::connect(upstream)?;
    let host = upstream.to_string();
    let lines = head.lines().filter(|line| {
        let line = line.to_ascii_lowercase();
        !line.is_empty() && !line.starts_with("connection:") && !line.starts_with("host:")
    });
    let head: Vec<_> = lines
        .map(str::to_owned)
        .chain([format!("host: {host}"), "connection: close".to_owned()])
        .collect();
    server.write_all((head.join("\r\n") + "\r\n\r\n").as_bytes())?;
    server.write_all(&body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    let begin = answer
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .map_or(0, |at| at + 4);
    let half = begin + (answer.len() - begin) / 2;
    match fault {
        Some(Fault::Truncate) => client.write_all(&answer[..half]),
        Some(Fault::Reset) => {
            client.write_all(&answer[..half])?;
            socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO))
        }
        Some(Fault::Slow) => answer.chunks(answer.len() / 20 + 1).try_for_each(|piece| {
            thread::sleep(Duration::from_millis(10));
            client.write_all(piece)
        }),
        _ => client.write_all(&answer),
    }
}

/// The head and the body of one request.
fn request(client: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end + 4]).into_owned();
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length:")?
                    .trim()
                    .parse()
                    .ok()
            });
            let mut body = bytes.split_off(end + 4);
            while body.len() < length.unwrap_or(0) {
                let n = client.read(&mut buffer)?;
                body.extend_from_slice(&buffer[..n]);
            }
            return Ok((head, body));
        }
        match client.read(&mut buffer)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => bytes.extend_from_slice(&buffer[..n]),
        }
    }
}
