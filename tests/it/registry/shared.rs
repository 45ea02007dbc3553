//! Several servers on one cache directory, some of which are killed while they start.

use super::local;
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const SERVERS: usize = 6;
/// URIs without a version and with one.
const URIS: [&str; 3] = [
    "mlflow-artifacts:/1/models/m-2/artifacts",
    "runs:/run-2/model",
    "models:/Wine & Co@champion",
];

/// Long enough on any machine; a server that is not ready then never will be.
const PATIENCE: Duration = Duration::from_mins(2);

struct Server {
    child: Child,
    /// The lines of its log, and its end.
    log: mpsc::Receiver<String>,
}

impl Server {
    fn start(uri: &str, mlflow: &str, cache: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ml-serving"))
            .args([
                "serve",
                "--model",
                uri,
                "--port",
                "0",
                "--host",
                "127.0.0.1",
            ])
            .env_clear()
            .env("MLFLOW_TRACKING_URI", mlflow)
            .env("MLSERVING__MODEL__CACHE_DIR", cache)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (tell, log) = mpsc::channel();
        // It reads on until the server ends, so that the server can write on.
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // Nobody reads what comes after the server is ready.
                drop(tell.send(line));
            }
        });
        Self { child, log }
    }

    /// Reads its log until it serves.
    fn wait(&mut self) {
        let (start, mut lines) = (Instant::now(), Vec::new());
        loop {
            let left = PATIENCE.saturating_sub(start.elapsed());
            match self.log.recv_timeout(left) {
                Ok(line) if line.contains("INFO serving ") => return,
                Ok(line) => lines.push(line),
                Err(error) => panic!("{error}, {:?}: {lines:#?}", self.child.try_wait()),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A package whose data file no name tells, so that it is not read before the model is.
fn oddly_named() -> (TempDir, String) {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let text = fs::read_to_string(local::iris().join("MLmodel")).unwrap();
    fs::write(at("MLmodel"), text.replace("model.onnx", "weights")).unwrap();
    for (name, to) in [
        ("model.onnx", "weights"),
        ("input_example.json", "input_example.json"),
    ] {
        fs::copy(local::iris().join(name), at(to)).unwrap();
    }
    let mlflow = local::mlflow_of(root.path(), Vec::new());
    (root, mlflow)
}

/// Starts servers in several rounds, kills some of them at some time, and expects that all others become ready, and those that take the
/// place of killed ones.
fn rounds(rounds: u64) {
    let (_root, mlflow) = oddly_named();
    let uri = |round: u64| URIS[(round / 3) as usize % URIS.len()];
    let cache = tempfile::tempdir().unwrap();
    for round in 0..rounds {
        let mut chance = StdRng::seed_from_u64(round);
        if round % 3 == 0 {
            let _ = fs::remove_dir_all(cache.path().join("packages"));
        }
        let start = || Server::start(uri(round), &mlflow, cache.path());
        let mut servers: Vec<Server> = (0..SERVERS).map(|_| start()).collect();
        for server in &mut servers {
            if chance.gen_bool(0.4) {
                thread::sleep(Duration::from_micros(chance.gen_range(0..60_000)));
                *server = start();
            }
        }
        for server in &mut servers {
            server.wait();
        }
    }
    // Nothing is damaged: without the registry, the last one starts from what is there.
    let output = Command::new(env!("CARGO_BIN_EXE_ml-serving"))
        .args(["inspect", uri(rounds - 1)])
        .env_clear()
        .env("MLFLOW_TRACKING_URI", &mlflow)
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .env("MLSERVING__MODEL__CACHE_DIR", cache.path())
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && log.contains("is served from the cache"),
        "{log}"
    );
}

/// `SHARED_CACHE_ROUNDS` sets how many rounds; ten by default.
#[test]
fn servers_that_share_a_cache_all_become_ready_though_some_are_killed() {
    let wanted = std::env::var("SHARED_CACHE_ROUNDS");
    rounds(wanted.map_or(10, |wanted| wanted.parse().unwrap()));
}
