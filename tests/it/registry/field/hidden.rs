//! Secrets are planted in every setting that can hold one, and looked for in everything that the binary prints, answers and stores.

use super::{MODEL, command, header, listener::Listener, local, run, told};
use crate::binary::eventually;
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Stdio},
};

/// What every planted secret begins with; also as the user and the password of Basic have it.
const PLANTED: [&str; 3] = ["planted", "cGxhbnRlZ", "wbGFudGVk"];

/// Variables with a secret, which do not keep the server from its model.
const VARIABLES: [(&str, &str); 22] = [
    ("MLFLOW_TRACKING_USERNAME", "me"),
    ("MLFLOW_TRACKING_PASSWORD", "planted-password"),
    ("MLFLOW_TRACKING_TOKEN", "planted-token"),
    ("AWS_ACCESS_KEY_ID", "planted-id"),
    ("AWS_SECRET_ACCESS_KEY", "planted/secret+key="),
    ("AWS_SESSION_TOKEN", "planted-session"),
    ("AWS_SSE_CUSTOMER_KEY_BASE64", "planted-sse"),
    ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "planted-container"),
    (
        "MLFLOW_S3_UPLOAD_EXTRA_ARGS",
        r#"{"SSEKMSKeyId": "planted"}"#,
    ),
    (
        "GOOGLE_SERVICE_ACCOUNT_KEY",
        r#"{"private_key": "planted"}"#,
    ),
    ("GOOGLE_BEARER_TOKEN", "planted-bearer"),
    ("AZURE_STORAGE_ACCESS_KEY", "planted-azure"),
    ("AZURE_STORAGE_ACCOUNT_NAME", "account"),
    ("AZURE_STORAGE_SAS_TOKEN", "sv=1&sig=planted-sas"),
    ("AZURE_CLIENT_SECRET", "planted-client"),
    ("AZURE_STORAGE_TOKEN", "planted-storage"),
    ("IDENTITY_HEADER", "planted-identity"),
    ("MSI_SECRET", "planted-msi"),
    ("no_proxy", "*"),
    ("https_proxy", "http://me:planted-proxy@127.0.0.1:9"),
    ("MLSERVING__SERVER__AUTH__KEYS", "planted-key-of-the-api"),
    ("MLSERVING__LOG__LEVEL", "debug"),
];

/// Nothing of the text is a planted secret.
fn is_clean(place: &str, text: &str) {
    for planted in PLANTED {
        let line = text.lines().find(|line| line.contains(planted));
        assert!(line.is_none(), "{place}: {line:?}");
    }
}

/// Names and contents of all files below a directory.
fn stored(directory: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        text.extend([&*entry.path().to_string_lossy(), "\n"]);
        if entry.path().is_dir() {
            text.push_str(&stored(&entry.path()));
        } else {
            text.push_str(&String::from_utf8_lossy(&fs::read(entry.path()).unwrap()));
        }
    }
    text
}

fn get(port: u16, path: &str) -> Option<String> {
    let (mut stream, mut answer) = (TcpStream::connect(("127.0.0.1", port)).ok()?, Vec::new());
    let key = "authorization: Bearer planted-key-of-the-api";
    write!(stream, "GET {path} HTTP/1.0\r\n{key}\r\n\r\n").ok()?;
    stream.read_to_end(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}

/// A server that does not outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// Serves `model`, and looks at all that can be seen of it once it is ready, or says that it is not.
fn look_at(model: &str, more: &[(&str, &str)], ready: bool) {
    let home = tempfile::tempdir().unwrap();
    let arguments = ["serve", "--model", model, "--host", "127.0.0.1"];
    let log = home.path().join("log");
    let process = command(home.path(), &VARIABLES, &arguments)
        .envs(more.iter().copied())
        .args(["--port", "0"])
        .stdout(Stdio::from(fs::File::create(&log).unwrap()))
        .stderr(Stdio::from(
            fs::File::options().append(true).open(&log).unwrap(),
        ))
        .spawn()
        .unwrap();
    let process = Running(process);
    let mut port = 0;
    eventually("the server says where it listens", || {
        let said = fs::read_to_string(&log).unwrap();
        let rest = said.split_once("listening on http://127.0.0.1:");
        let digits = rest.map(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()));
        port = digits.map_or(0, |mut digits| digits.next().unwrap().parse().unwrap());
        port != 0
    });
    let health = if ready { "200 OK" } else { "503" };
    eventually("the server answers", || {
        let said = fs::read_to_string(&log).unwrap();
        let tried = ready || said.contains("not loaded yet");
        tried && get(port, "/health/ready").is_some_and(|text| text.contains(health))
    });
    for path in [
        "/health/ready",
        "/health/live",
        "/model",
        "/metrics",
        "/docs",
        "/openapi.json",
        "/v2/models",
        "/nothing?sig=x",
    ] {
        let answer = get(port, path).unwrap();
        is_clean(&format!("{model} {path}"), &answer);
    }
    drop(process);
    is_clean(
        &format!("the log of {model}"),
        &fs::read_to_string(&log).unwrap(),
    );
    is_clean(
        &format!("the cache of {model}"),
        &stored(&home.path().join("cache")),
    );
}

/// Answers with everything that it was sent, on one line, because no more of it is told.
fn gossip(status: u16) -> Listener {
    Listener::start(move |head| (status, String::new(), quoted(head)))
}

/// What was sent, with who asks before the rest: the end of a long line is not told.
fn quoted(head: &str) -> Vec<u8> {
    let mut lines: Vec<_> = head.lines().collect();
    lines.sort_by_key(|line| !line.to_ascii_lowercase().starts_with("authorization:"));
    lines.join(" ").into_bytes()
}

/// The same from an OCI registry, which asks for credentials before, or sends to its server of tokens for one.
fn gossiping_registry(basic: bool) -> Listener {
    Listener::start(move |head| {
        if head.contains(" /token?") {
            return (
                200,
                String::new(),
                br#"{"token": "planted-token"}"#.to_vec(),
            );
        }
        if header(head, "authorization").is_empty() {
            let host = header(head, "host").concat();
            let challenge = if basic {
                "Basic realm=\"registry\"".to_owned()
            } else {
                format!("Bearer realm=\"http://{host}/token\",service=\"registry\"")
            };
            let challenge = format!("www-authenticate: {challenge}\r\n");
            return (401, challenge, Vec::new());
        }
        (403, String::new(), quoted(head))
    })
}

#[test]
fn nothing_that_a_server_shows_has_a_planted_secret() {
    let upstream = local::mlflow(Vec::new());
    let with_user = upstream.replace("http://", "http://me:planted-user@");
    let web = local::web(&local::iris());
    let web = web.replace("http://", "http://me:planted-web@");
    for format in ["text", "json"] {
        let log = ("MLSERVING__LOG__FORMAT", format);
        look_at(MODEL, &[log, ("MLFLOW_TRACKING_URI", &with_user)], true);
        let file = format!("{web}/model.onnx?X-Amz-Signature=planted-sig&sig=planted");
        look_at(&file, &[log], true);
        let refusing = gossip(503);
        let address = format!("http://me:planted-user@{}", refusing.address);
        look_at(MODEL, &[log, ("MLFLOW_TRACKING_URI", &address)], false);
        look_at(&format!("{address}/m.zip?sig=planted"), &[log], false);
    }
}

/// Addresses whose user info or query is planted, most of them with a mistake.
const ADDRESSES: [&str; 14] = [
    "http://me:planted@127.0.0.1:9",
    "http://me:planted/x@host:5000",
    "http://me:planted?x@host:5000",
    "http://me:planted#x@host:5000",
    "http://me:planted x@host:port",
    "http://me:planted%zz@host:port",
    "http://me:planted@x@host:port",
    "http://[me:planted@host",
    "me:planted@host:5000",
    "http:/me:planted@host",
    "postgresql://me:planted@host/db",
    "http://host:5000/?token=planted",
    "databricks://planted:x@y",
    "DefaultEndpointsProtocol=https;AccountKey=planted",
];

const URIS: [&str; 18] = [
    "s3://key:planted@bucket/m",
    "s3://bucket/m?X-Amz-Signature=planted",
    "s3://bucket/m",
    "gs://bucket/m?sig=planted",
    "gs://bucket/m",
    "az://container/m?sv=1&sig=planted",
    "az://container/m",
    "abfss://c@account.dfs.core.windows.net/m?sig=planted",
    "wasbs://c@account.blob.core.windows.net/m?sig=planted",
    "wasbs://c:planted@account.blob.core.windows.net/m",
    "az://c ontainer/m?sig=planted",
    "mlflow-artifacts://me:planted@host/m",
    "mlflow-artifacts://me:planted@h ost:x/m",
    "hdfs://me:planted@host/m?sig=planted",
    "file://me:planted@host/m",
    "bucket/m.zip?sig=planted",
    "oci://me:planted@host/m",
    "git+https://me:planted@host/m",
];

/// Values that cannot be read.
const VALUES: [(&str, &str); 8] = [
    (
        "AZURE_STORAGE_CONNECTION_STRING",
        "AccountName=a;AccountKey=planted",
    ),
    ("AZURE_STORAGE_CONNECTION_STRING", "planted"),
    ("GOOGLE_SERVICE_ACCOUNT_KEY", "planted"),
    ("AWS_SESSION_TOKEN", "planted\n"),
    ("MLFLOW_S3_UPLOAD_EXTRA_ARGS", "planted"),
    ("MLSERVING__SERVER__AUTH__KEYS", "planted"),
    ("MLSERVING__SERVER__AUTH__KEYS", "sha256:planted"),
    ("MLSERVING__SERVER__AUTH__KEY", "planted"),
];

type Variable<'a> = (&'a str, &'a str);

/// Runs a command that fails, and looks at what it has printed and stored.
fn fails(arguments: &[&str], more: &[Variable]) {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    fs::write(home.path().join(".aws/credentials"), "[default]\nplanted\n").unwrap();
    fs::create_dir(home.path().join(".docker")).unwrap();
    // The user and the password of every registry on this machine.
    let docker = r#"{"auths": {"PLACE": {"username": "me", "password": "planted-docker"}}}"#;
    let place = arguments.get(1).and_then(|uri| uri.strip_prefix("oci://"));
    let place = place.and_then(|rest| rest.split('/').next());
    let docker = docker.replace("PLACE", place.unwrap_or("host"));
    fs::write(home.path().join(".docker/config.json"), docker).unwrap();
    let mut command = command(home.path(), &VARIABLES, arguments);
    let command = command.envs(more.iter().copied()).stdin(Stdio::null());
    let (code, text) = told(&command.output().unwrap());
    let place = format!("{arguments:?} {more:?}");
    assert!([64, 65, 69, 70].contains(&code), "{place}: {code}: {text}");
    assert!(!text.contains("a bug"), "{place}: {text}");
    is_clean(&place, &text);
    is_clean(&place, &stored(&home.path().join("cache")));
}

/// Every command with this address where it takes one, and every setting.
fn fails_with(address: &str, tracking: Variable) {
    for variable in ["MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"] {
        fails(&["inspect", MODEL], &[tracking, (variable, address)]);
    }
    for arguments in [
        &["inspect", address][..],
        &["fetch", address, "out"],
        &["predict", address, "--input", "-"],
        &["push", "models/iris", address],
        &["check", address],
        &["serve", address],
        &["--mode", address],
        &["serve", "--config", address],
        &["serve", "--host", address],
    ] {
        fails(arguments, &[]);
    }
    let proxy = [("no_proxy", ""), ("https_proxy", address)];
    fails(&["inspect", "https://host.invalid/m"], &proxy);
    for setting in [
        "MLSERVING__MODEL__URL",
        "MLSERVING__MODEL",
        "AIP_STORAGE_URI",
    ] {
        let wrong = ("MLSERVING__SERVER__PORT", "x");
        fails(&["serve"], &[(setting, address), wrong]);
    }
}

#[test]
fn nothing_that_a_command_prints_has_a_planted_secret() {
    let upstream = local::mlflow(Vec::new());
    let tracking = ("MLFLOW_TRACKING_URI", upstream.as_str());
    for address in ADDRESSES {
        fails_with(address, tracking);
    }
    for status in [400, 403] {
        let server = gossip(status);
        fails_with(&format!("http://me:planted@{}", server.address), tracking);
    }
    let store = gossip(403);
    let endpoint = format!("http://{}", store.address);
    let s3 = ("AWS_ENDPOINT_URL", endpoint.as_str());
    for uri in URIS {
        fails(&["inspect", uri], &[s3, tracking]);
        fails(&["fetch", uri, "out"], &[s3, tracking]);
        fails(&["push", "models/iris", uri], &[s3, tracking]);
    }
    for status in [400, 401, 403] {
        let uri = format!("oci://{}/team/m:1", gossip(status).address);
        fails(&["inspect", &uri], &[]);
    }
    for basic in [true, false] {
        let registry = gossiping_registry(basic);
        fails(
            &["inspect", &format!("oci://{}/team/m:1", registry.address)],
            &[],
        );
        let heads = registry.heads();
        let asked = heads.iter().filter(|head| !head.contains(" /token?"));
        let shown = asked.flat_map(|head| header(head, "authorization"));
        assert!(shown.count() > 0, "{heads:?}");
    }
    for value in VALUES {
        for uri in ["az://container/m", "gs://bucket/m", "s3://bucket/m"] {
            fails(&["inspect", uri], &[s3, value]);
        }
    }
}

#[test]
fn the_user_that_the_home_directory_has_is_not_told() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".mlflow")).unwrap();
    let text = "[mlflow]\nmlflow_tracking_username = me\nmlflow_tracking_password = planted-home\n";
    fs::write(home.path().join(".mlflow/credentials"), text).unwrap();
    let server = gossip(403);
    let tracking = format!("http://{}", server.address);
    let variables = [("MLFLOW_TRACKING_URI", tracking.as_str())];
    let output = command(home.path(), &variables, &["inspect", MODEL]).output();
    let (code, text) = told(&output.unwrap());
    assert_ne!(code, 0, "{text}");
    assert!(text.contains("authorization: Basic ***"), "{text}");
    is_clean("the user of ~/.mlflow/credentials", &text);
}

#[test]
fn a_token_with_the_form_of_an_address_is_not_told() {
    let server = gossip(403);
    let tracking = format!("http://{}", server.address);
    let variables = [
        ("MLFLOW_TRACKING_URI", tracking.as_str()),
        ("MLFLOW_TRACKING_TOKEN", "a://planted-token"),
    ];
    let (code, text) = run(&variables, &["inspect", MODEL]);
    assert_ne!(code, 0, "{text}");
    assert!(text.contains("authorization: Bearer ***"), "{text}");
    is_clean("a token with ://", &text);
}

#[test]
fn a_broken_file_of_settings_is_told_without_its_secrets() {
    let home = tempfile::tempdir().unwrap();
    for yaml in [
        "model: {uri: https://me:planted@host/m?sig=planted",
        "model:\n  uri: *planted\n",
        "model:\n  uri: {planted: planted}\n",
        "model:\n  uri: [planted, planted]\n",
        "server:\n  auth:\n    keys: [planted, 'a b planted']\n",
        "server:\n  auth:\n    keys: {planted: 1}\n",
        "\"planted\n",
        "model: https://me:planted@host/m\n",
    ] {
        let file = home.path().join("settings.yaml");
        fs::write(&file, yaml).unwrap();
        let path = file.display().to_string();
        let mut command = command(home.path(), &[], &["serve", "--config", &path]);
        // A variable of the section would hide what the file says of it.
        let output = command.env_remove("MLSERVING__MODEL__CACHE_DIR").output();
        let (code, text) = told(&output.unwrap());
        assert_eq!(code, 64, "{yaml}: {text}");
        is_clean(yaml, &text);
    }
}
