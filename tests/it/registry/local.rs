//! Servers on this machine that answer as MLflow and as web servers do: for tests that need no real ones.

use super::request::request;
use std::{
    io::Write,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

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
    let (head, _) = request(&mut client)?;
    let (status, body) = answer(head.split(' ').nth(1).unwrap_or_default());
    let kind = if body.starts_with(b"<!doctype html>") {
        "content-type: text/html; charset=utf-8\r\n"
    } else {
        ""
    };
    let head = format!(
        "HTTP/1.1 {status} x\r\n{kind}content-length: {}\r\netag: {}\r\nlast-modified: Thu, 01 Jan 2026 00:00:00 GMT\r\nconnection: close\r\n\r\n",
        body.len(),
        tag(&body)
    );
    client.write_all(head.as_bytes())?;
    client.write_all(&body)
}

/// The entity tag of a content.
fn tag(content: &[u8]) -> String {
    format!("\"{:x}\"", Sha256::digest(content))
}

/// A bucket of S3's, `models`, with the files of `root` below `iris`.
pub fn bucket(root: &Path) -> String {
    let root = root.to_owned();
    start(move |target| {
        let path = target.split('?').next().unwrap_or_default();
        if let Some(name) = path.strip_prefix("/models/iris/") {
            return file(&root.join(name));
        }
        let objects = std::fs::read_dir(&root).unwrap().map(|entry| {
            let path = entry.unwrap().path();
            let content = std::fs::read(&path).unwrap();
            format!(
                "<Contents><Key>iris/{}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>{}</ETag><Size>{}</Size></Contents>",
                path.file_name().unwrap().display(),
                tag(&content),
                content.len()
            )
        });
        let objects: String = objects.collect();
        let listing = format!(
            "<ListBucketResult><Name>models</Name><IsTruncated>false</IsTruncated>{objects}</ListBucketResult>"
        );
        (200, listing.into_bytes())
    })
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

/// A store that speaks S3 and lets nobody in.
pub fn closed() -> String {
    start(|_| {
        let text = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
        (403, text.into())
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
    mlflow_of(&iris(), sources)
}

/// The same with the files of `root` as its artifacts.
pub fn mlflow_of(root: &Path, sources: Vec<String>) -> String {
    let root = root.to_owned();
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
            return file(&root.join(name));
        }
        // As a server that is too old for the endpoint.
        if path.starts_with("/api/3.0/") {
            let page = "<!doctype html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>";
            return (404, page.into());
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
            "mlflow/logged-models/m%2D2" => Some(json!({"model": logged_model()})),
            "mlflow/model-versions/search" => {
                Some(json!({"model_versions": [{"version": "2"}, {"version": "1"}]}))
            }
            "mlflow-artifacts/artifacts" => Some(listing(&root)),
            "mlflow/runs/get" => Some(json!({"run": {"info": {
                "experiment_id": "1",
                "artifact_uri": "mlflow-artifacts:/1/run-2/artifacts",
            }}})),
            "mlflow/logged-models/search" => Some(json!({"models": [logged_model()]})),
            "/version" => Some(json!(3.18)),
            // Where it keeps artifacts itself.
            "mlflow/experiments/get" => {
                let place = sources
                    .first()
                    .map_or("mlflow-artifacts:/0", String::as_str);
                Some(json!({"experiment": {"artifact_location": place}}))
            }
            _ => None,
        };
        let refusal = json!({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": target});
        let status = if found.is_some() { 200 } else { 404 };
        let answer = found.unwrap_or(refusal);
        (status, answer.to_string().into_bytes())
    })
}

fn logged_model() -> Value {
    json!({"info": {
        "model_id": "m-2",
        "name": "model",
        "artifact_uri": "mlflow-artifacts:/1/models/m-2/artifacts",
        "status": "LOGGED_MODEL_READY",
        "source_run_id": "run-2",
    }})
}

fn model_version(version: usize) -> Value {
    json!({"model_version": {
        "version": version.to_string(),
        "run_id": format!("run-{version}"),
        "status": "READY",
    }})
}

fn listing(root: &Path) -> Value {
    let files = std::fs::read_dir(root).unwrap().map(|entry| {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        json!({"path": name, "is_dir": false, "file_size": entry.metadata().unwrap().len()})
    });
    json!({"files": files.collect::<Vec<_>>()})
}

pub fn iris() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/iris")
}
