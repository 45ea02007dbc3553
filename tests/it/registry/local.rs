//! Servers on this machine that answer as MLflow and as web servers do: for tests that need no real ones.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// The model that is registered at [`mlflow`]: two versions, of which the second has the alias `champion`.
pub const NAME: &str = "Wine & Co";

/// Status and body of an answer.
type Answer = (u16, Vec<u8>);

/// Answers GET and POST requests, one per connection, for as long as the tests run. Gives back `http://HOST:PORT`.
fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for client in listener.incoming() {
            let answer = answer.clone();
            // A client that goes away is its own affair.
            thread::spawn(move || client.and_then(|client| serve(client, answer.as_ref())));
        }
    });
    url
}

fn serve(mut client: TcpStream, answer: &dyn Fn(&str) -> Answer) -> std::io::Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if client.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.lines().find_map(|line| {
        let line = line.to_ascii_lowercase();
        line.strip_prefix("content-length:")?.trim().parse().ok()
    });
    client.read_exact(&mut vec![0; length.unwrap_or(0)])?;
    let (status, body) = answer(head.split(' ').nth(1).unwrap_or_default());
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    client.write_all(head.as_bytes())?;
    client.write_all(&body)
}

/// A web server of the files below `root`.
pub fn web(root: &Path) -> String {
    let root = root.to_owned();
    start(move |target| {
        let path = target.split('?').next().unwrap_or_default();
        let path = percent_decode_str(path).decode_utf8_lossy();
        file(&root.join(path.trim_start_matches('/')))
    })
}

fn file(path: &Path) -> Answer {
    match std::fs::read(path) {
        Ok(bytes) => (200, bytes),
        Err(_) => (404, b"<html>Not found</html>".to_vec()),
    }
}

/// An MLflow server whose artifacts are the embedded package: version 1 of [`NAME`] as MLflow 2 keeps it, version 2 as a logged model.
/// `sources` are the URIs of further versions, from 3 on.
pub fn mlflow(sources: Vec<String>) -> String {
    start(move |target| {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let value = pairs.find(|(key, _)| *key == name)?.1.replace('+', " ");
            Some(percent_decode_str(&value).decode_utf8_lossy().into_owned())
        };
        let known = query("name").is_none_or(|name| name == NAME);
        if let Some(file_path) = path.strip_prefix("/api/2.0/mlflow-artifacts/artifacts/") {
            let name = file_path.rsplit('/').next().unwrap_or_default();
            return file(&iris().join(name));
        }
        let version = query("version").and_then(|version| version.parse().ok());
        let found = match path.trim_start_matches("/api/2.0/") {
            "mlflow/model-versions/get" if known => version
                .filter(|version| *version <= 2 + sources.len())
                .map(model_version),
            "mlflow/registered-models/alias"
                if known && query("alias").as_deref() == Some("champion") =>
            {
                Some(model_version(2))
            }
            "mlflow/model-versions/get-download-uri" => {
                let uri = match version {
                    Some(1) => "mlflow-artifacts:/1/run-1/artifacts/model".to_owned(),
                    Some(2) => "models:/m-2".to_owned(),
                    version => sources[version.unwrap() - 3].clone(),
                };
                Some(json!({"artifact_uri": uri}))
            }
            "mlflow/logged-models/m%2D2" => Some(json!({"model": {"info": {
                "model_id": "m-2",
                "name": "model",
                "artifact_uri": "mlflow-artifacts:/1/models/m-2/artifacts",
                "status": "LOGGED_MODEL_READY",
                "source_run_id": "run-2",
            }}})),
            "mlflow/model-versions/search" => {
                Some(json!({"model_versions": [{"version": "2"}, {"version": "1"}]}))
            }
            "mlflow-artifacts/artifacts" => Some(listing()),
            _ => None,
        };
        let refusal = json!({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": target});
        let status = if found.is_some() { 200 } else { 404 };
        let answer = found.unwrap_or(refusal);
        (status, answer.to_string().into_bytes())
    })
}

fn model_version(version: usize) -> Value {
    json!({"model_version": {
        "version": version.to_string(),
        "run_id": format!("run-{version}"),
        "status": "READY",
    }})
}

fn listing() -> Value {
    let file = |name: &str| {
        let size = std::fs::metadata(iris().join(name)).unwrap().len();
        json!({"path": name, "is_dir": false, "file_size": size})
    };
    let names = ["MLmodel", "model.onnx", "input_example.json"];
    json!({"files": names.map(file)})
}

pub fn iris() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/iris")
}
