//! The binary under test: started, watched through its log, and ended.

use crate::app::{ROW, predict_text};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::SocketAddr,
    process::{Child, ChildStderr, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Long enough on any machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// The binary on a free port of its own, with its log. It does not outlive the test.
pub struct Binary {
    process: Child,
    log: BufReader<ChildStderr>,
    /// The lines of the log that have been read.
    pub lines: Vec<String>,
    pub address: String,
}

impl Binary {
    pub fn start(drain_seconds: u64) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
        command.env(
            "MLSERVING__SERVER__DRAIN_SECONDS",
            drain_seconds.to_string(),
        );
        Self::spawn(command.args(["--port", "0", "--host", "127.0.0.1"]))
    }

    pub fn spawn(command: &mut Command) -> Self {
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(process.stderr.take().unwrap());
        let mut binary = Self {
            process,
            log,
            lines: Vec::new(),
            address: String::new(),
        };
        let ready = binary.line_with("serving iris");
        assert!(
            ready.contains("serving iris (100 trees) on http") && ready.contains("docs at"),
            "{ready}"
        );
        let (_, address) = ready.split_once("://").unwrap();
        address
            .split(' ')
            .next()
            .unwrap()
            .clone_into(&mut binary.address);
        binary
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        let n = self.log.read_line(&mut line).unwrap();
        assert_ne!(n, 0, "the log has ended: {:#?}", self.lines);
        self.lines.push(line.clone());
        line
    }

    /// The next line of the log with this text.
    pub fn line_with(&mut self, text: &str) -> String {
        loop {
            let line = self.line();
            if line.contains(text) {
                return line;
            }
        }
    }

    pub fn send(&self, signal: &str) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.unwrap().success());
    }

    pub fn connect(&self) -> std::io::Result<std::net::TcpStream> {
        std::net::TcpStream::connect(&self.address)
    }

    /// A request that has begun, and what is left to send of it.
    pub fn begin(&self) -> (std::net::TcpStream, String) {
        let text = predict_text(ROW);
        let (head, tail) = text.split_at(text.len() - 5);
        let mut stream = self.connect().unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        (stream, tail.to_owned())
    }

    pub fn get(&self, path: &str) -> String {
        let (mut stream, mut answer) = (self.connect().unwrap(), String::new());
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// The exit code, and the rest of the log.
    pub fn ended(mut self) -> (Option<i32>, String) {
        let mut code = None;
        eventually("the server ends", || {
            code = self.process.try_wait().unwrap();
            code.is_some()
        });
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        (code.unwrap().code(), rest)
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// The most memory that a command had, which must succeed.
pub fn peak(command: &mut Command) -> u64 {
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: Option<u64> = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(kib.unwrap_or(0) << 10);
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return peak;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Looks until it is so.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "still not: {what}");
        std::thread::yield_now();
    }
}

/// Asks a server until its answer is so.
pub async fn eventually_answers(
    address: SocketAddr,
    path: &str,
    is_so: impl Fn(&str) -> bool,
) -> String {
    let asking = async {
        loop {
            let text = format!("GET {path} HTTP/1.0\r\n\r\n");
            let answer = exchange(address, &text).await;
            if is_so(&answer) {
                return answer;
            }
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap()
}

pub async fn exchange(address: SocketAddr, text: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
