//! A proxy before a registry or a store, which does to requests and answers what networks and servers do.

use super::request::request;
use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// What happens to a request and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Another answer instead.
    Answer(u16, &'static str),
    /// Half of it, then an orderly end.
    Truncate,
    /// Half of it, then a reset.
    Reset,
    /// Half of its head, then an orderly end.
    CutHead,
    /// Half of the bytes, with a head that says so: of a PUT those that are sent, of others those of the answer.
    Shortened,
    /// One other byte in the middle of these.
    Changed,
    /// In small pieces.
    Slow,
    /// No answer at all.
    Down,
    /// No answer, and no end either.
    Hang,
    /// Half of it, then nothing more.
    HangInBody,
    /// A page of somebody else's, with this status.
    Page(u16),
    /// The body of the request does not reach the server.
    Emptied,
    /// The last byte of the request's body is another one.
    Flipped,
}

/// Which requests suffer a fault.
enum Aim {
    /// Those whose first line has this text in it, so many times.
    Line(String, usize),
    /// The one of this number, and every later one of the same first line.
    Number(usize),
}

#[derive(Default)]
struct State {
    fault: Option<(Fault, Aim)>,
    heads: Vec<String>,
    /// Whether connections are left alone from now on.
    deaf: bool,
}

impl State {
    /// Notes a request. Gives back the fault that it suffers.
    fn seen(&mut self, head: &str) -> Option<Fault> {
        let line = head.lines().next().unwrap_or_default();
        let number = self.heads.len();
        self.heads.push(head.to_owned());
        let (fault, aim) = self.fault.as_mut()?;
        let hit = match aim {
            Aim::Line(of, times) if *times > 0 && line.contains(of.as_str()) => {
                *times -= 1;
                true
            }
            Aim::Number(wanted) if *wanted == number => {
                *aim = Aim::Line(line.to_owned(), usize::MAX);
                true
            }
            _ => false,
        };
        hit.then_some(*fault)
    }
}

pub struct Proxy {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    /// A proxy before `upstream`, which is `http://HOST:PORT`.
    pub fn before(upstream: &str) -> Self {
        Self::start(upstream, Arc::default())
    }

    /// One before another server, which counts its requests together with this one, and has the same faults.
    pub fn beside(&self, upstream: &str) -> Self {
        Self::start(upstream, self.state.clone())
    }

    fn start(upstream: &str, state: Arc<Mutex<State>>) -> Self {
        let upstream: SocketAddr = upstream.trim_start_matches("http://").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = state.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                if shared.lock().unwrap().deaf {
                    // The listener stays, and nobody takes what it queues.
                    loop {
                        thread::park();
                    }
                }
                let shared = shared.clone();
                // A client that goes away is its own affair.
                thread::spawn(move || client.and_then(|client| forward(client, upstream, &shared)));
            }
        });
        Self { url, state }
    }

    /// From now on, the next `times` answers to requests whose first line contains `of` suffer `fault`.
    pub fn fail(&self, fault: Fault, of: &str, times: usize) {
        self.state.lock().unwrap().fault = Some((fault, Aim::Line(of.to_owned(), times)));
    }

    /// The request of this number suffers `fault`, and every later one of the same first line.
    pub fn fail_from(&self, fault: Fault, number: usize) {
        self.state.lock().unwrap().fault = Some((fault, Aim::Number(number)));
    }

    /// From now on connections are not even made: the queue is full, and nobody takes anything from it. The queue lives as long as what is
    /// given back.
    pub fn fill_the_queue(&self) -> Vec<TcpStream> {
        self.state.lock().unwrap().deaf = true;
        let address: SocketAddr = self.url.trim_start_matches("http://").parse().unwrap();
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok();
        std::iter::from_fn(connect).collect()
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
    let (head, mut body) = request(&mut client)?;
    let fault = state.lock().unwrap().seen(&head);
    let sends = head.starts_with("PUT ");
    match fault {
        Some(Fault::Shortened) if sends => body.truncate(body.len() / 2),
        Some(Fault::Changed) if sends => change(&mut body),
        Some(Fault::Emptied) => body.clear(),
        Some(Fault::Flipped) => {
            if let Some(last) = body.last_mut() {
                *last ^= 1;
            }
        }
        _ => {}
    }
    if let Some(fault) = &fault
        && answered_by(fault, &mut client)?
    {
        return Ok(());
    }
    let answer = ask(upstream, &head, &body)?;
    let begin = answer
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .map_or(0, |at| at + 4);
    let half = begin + (answer.len() - begin) / 2;
    match fault {
        Some(Fault::Truncate) => client.write_all(&answer[..half]),
        Some(Fault::CutHead) => client.write_all(&answer[..begin / 2]),
        Some(Fault::Shortened) if !sends => {
            let head = with_length(&String::from_utf8_lossy(&answer[..begin]), half - begin);
            client.write_all(head.as_bytes())?;
            client.write_all(&answer[begin..half])
        }
        Some(Fault::Changed) if !sends => {
            let mut bytes = answer[begin..].to_vec();
            change(&mut bytes);
            client.write_all(&answer[..begin])?;
            client.write_all(&bytes)
        }
        Some(Fault::HangInBody) => {
            client.write_all(&answer[..half])?;
            until_the_client_leaves(&mut client)
        }
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

/// Sends a request on a connection of its own. Gives back head and body of the answer as they came.
fn ask(upstream: SocketAddr, head: &str, body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(upstream)?;
    let lines = head.lines().filter(|line| {
        let line = line.to_ascii_lowercase();
        !line.starts_with("connection:") && !line.starts_with("host:")
    });
    let mut head: Vec<_> = lines.collect();
    let host = format!("host: {upstream}");
    head.splice(1..1, [host.as_str(), "connection: close"]);
    let mut head = head.join("\r\n");
    if head.to_ascii_lowercase().contains("\r\ncontent-length:") {
        head = with_length(&head, body.len());
    }
    let head = format!("{}\r\n\r\n", head.trim_end());
    // A server that answers without having read the body resets the connection, and its answer counts as it does for any client.
    let sent = server.write_all(&[head.as_bytes(), body].concat());
    let mut answer = Vec::new();
    let read = server.read_to_end(&mut answer);
    if answer.is_empty() {
        sent.and(read)?;
    }
    Ok(answer)
}

/// The head with another length of the body.
fn with_length(head: &str, length: usize) -> String {
    let lines = head.lines().filter(|line| {
        let line = line.to_ascii_lowercase();
        !line.is_empty()
            && !line.starts_with("content-length:")
            && !line.starts_with("transfer-encoding:")
    });
    let length = format!("content-length: {length}");
    let lines: Vec<_> = lines.chain([length.as_str(), "", ""]).collect();
    lines.join("\r\n")
}

/// Changes one byte in the middle.
fn change(bytes: &mut [u8]) {
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
}

/// Answers in place of the server, where `fault` says so.
fn answered_by(fault: &Fault, client: &mut TcpStream) -> std::io::Result<bool> {
    let (status, kind, text) = match fault {
        Fault::Down => {
            client.shutdown(Shutdown::Both)?;
            return Ok(true);
        }
        Fault::Hang => {
            until_the_client_leaves(client)?;
            return Ok(true);
        }
        Fault::Answer(status, text) => (status, "", *text),
        Fault::Page(status) => {
            let kind = "content-type: text/html; charset=utf-8\r\n";
            (status, kind, "<html><title>Sign in</title></html>")
        }
        _ => return Ok(false),
    };
    let answer = format!(
        "HTTP/1.1 {status} x\r\n{kind}content-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
    client.write_all(answer.as_bytes())?;
    Ok(true)
}

fn until_the_client_leaves(client: &mut TcpStream) -> std::io::Result<()> {
    client.read_to_end(&mut Vec::new()).map(|_| ())
}
