//! A registry on this machine that answers by the distribution spec, with what a test puts into it.

use super::super::request::{header, request};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    io::Write,
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
    thread,
};

pub const USER: &str = "me";
pub const PASSWORD: &str = "hunter2:and more";
pub const IDENTITY: &str = "identity-hunter2";

/// What the registry wants to see.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Door {
    Open,
    Basic,
    /// Tokens, each for two requests.
    Token,
}

#[derive(Default)]
struct Content {
    manifests: HashMap<String, Vec<u8>>,
    blobs: HashMap<String, Vec<u8>>,
    /// The heads of requests so far.
    heads: Vec<String>,
    /// How often each token was shown.
    tokens: Vec<usize>,
}

#[derive(Clone)]
pub struct Shelf {
    /// `HOST:PORT`
    pub host: String,
    door: Door,
    content: Arc<Mutex<Content>>,
}

/// The digest of `bytes`, as manifests have it.
pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

impl Shelf {
    pub fn behind(door: Door) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let shelf = Self {
            host,
            door,
            content: Arc::default(),
        };
        let shared = shelf.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let shared = shared.clone();
                // A client that goes away is its own affair.
                thread::spawn(move || client.and_then(|client| shared.serve(client)));
            }
        });
        shelf
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap()
    }

    /// Stores a blob; its descriptor, with annotations.
    pub fn layer(&self, kind: &str, bytes: &[u8], annotations: &Value) -> Value {
        let digest = digest(bytes);
        self.content().blobs.insert(digest.clone(), bytes.to_vec());
        json!({"mediaType": kind, "digest": digest, "size": bytes.len(), "annotations": annotations})
    }

    /// Stores a manifest of these layers under `tag`; its digest.
    pub fn push(&self, tag: &str, layers: &[Value]) -> String {
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "artifactType": "application/vnd.unknown.artifact.v1",
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest(b"{}"), "size": 2, "data": "e30="},
            "layers": layers,
        });
        self.manifest(tag, manifest.to_string().as_bytes())
    }

    /// Stores these bytes as a manifest.
    pub fn manifest(&self, tag: &str, bytes: &[u8]) -> String {
        let digest = digest(bytes);
        let mut content = self.content();
        content.manifests.insert(tag.to_owned(), bytes.to_vec());
        content.manifests.insert(digest.clone(), bytes.to_vec());
        digest
    }

    /// From now on other bytes lie under the digest of a blob, or none.
    pub fn damage(&self, digest: &str, bytes: Option<&[u8]>) {
        let mut content = self.content();
        match bytes {
            Some(bytes) => content.blobs.insert(digest.to_owned(), bytes.to_vec()),
            None => content.blobs.remove(digest),
        };
    }

    /// From now on the manifest of `other` lies under `digest`.
    pub fn swap(&self, digest: &str, other: &str) {
        let mut content = self.content();
        let other = content.manifests[other].clone();
        content.manifests.insert(digest.to_owned(), other);
    }

    /// The heads of all requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.content().heads.clone()
    }

    fn serve(&self, mut client: TcpStream) -> std::io::Result<()> {
        let (head, body) = request(&mut client)?;
        let (status, more, bytes) = self.answer(&head, &String::from_utf8_lossy(&body));
        let answer = format!(
            "HTTP/1.1 {status} x\r\n{more}content-length: {}\r\nconnection: close\r\n\r\n",
            bytes.len()
        );
        client.write_all(answer.as_bytes())?;
        client.write_all(&bytes)
    }

    /// Status, further headers and body.
    fn answer(&self, head: &str, body: &str) -> (u16, String, Vec<u8>) {
        self.content().heads.push(head.to_owned());
        let target = head.split(' ').nth(1).unwrap_or_default();
        let refusal = |code: &str| {
            let text = json!({"errors": [{"code": code, "message": "by the shelf"}]});
            text.to_string().into_bytes()
        };
        if target.starts_with("/token") {
            return self.token(target, head, body);
        }
        if let Err(challenge) = self.admits(header(head, "authorization")) {
            let challenge = format!("www-authenticate: {challenge}\r\n");
            return (401, challenge, refusal("UNAUTHORIZED"));
        }
        let content = self.content();
        let found = match target.rsplit('/').take(2).collect::<Vec<_>>()[..] {
            [name, "manifests"] => content.manifests.get(name),
            [name, "blobs"] => content.blobs.get(name),
            _ => None,
        };
        match found {
            Some(bytes) => (200, String::new(), bytes.clone()),
            None => (404, String::new(), refusal("MANIFEST_UNKNOWN")),
        }
    }

    /// Whether what was shown opens the door; else the challenge.
    fn admits(&self, shown: Option<&str>) -> Result<(), String> {
        let mut content = self.content();
        match self.door {
            Door::Open => Ok(()),
            Door::Basic if shown == Some(&basic()) => Ok(()),
            Door::Basic => Err(r#"Basic realm="a shelf""#.to_owned()),
            Door::Token => {
                let token =
                    shown.and_then(|shown| shown.strip_prefix("Bearer token-")?.parse().ok());
                let uses = token.and_then(|token: usize| content.tokens.get_mut(token));
                if let Some(uses) = uses.filter(|uses| **uses < 2) {
                    *uses += 1;
                    return Ok(());
                }
                let host = &self.host;
                Err(format!(
                    r#"Bearer realm="http://{host}/token?x=1",service="a shelf",scope="repository:team/iris:pull""#
                ))
            }
        }
    }

    /// The server of tokens.
    fn token(&self, target: &str, head: &str, body: &str) -> (u16, String, Vec<u8>) {
        let asked = if head.starts_with("POST") {
            body
        } else {
            target
        };
        assert!(
            asked.contains("service=a+shelf")
                && asked.contains("scope=repository%3Ateam%2Firis%3Apull")
        );
        let by_identity = body.contains("grant_type=refresh_token")
            && body.contains(&format!("refresh_token={IDENTITY}"));
        if !by_identity && header(head, "authorization") != Some(&basic()) {
            return (401, String::new(), b"who is this?".to_vec());
        }
        let mut content = self.content();
        let number = content.tokens.len();
        content.tokens.push(0);
        let name = if by_identity { "access_token" } else { "token" };
        let token = json!({name: format!("token-{number}")});
        (200, String::new(), token.to_string().into_bytes())
    }
}

fn basic() -> String {
    format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{USER}:{PASSWORD}"))
    )
}
