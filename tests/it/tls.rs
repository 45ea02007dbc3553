//! Encrypted connections: HTTP/1.1 and HTTP/2, certificates of clients, renewed certificates, and what is wrong with files.

use crate::{
    app::{ROW, Server, predict_text},
    binary::Binary,
};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use ml_serving::{Error, config::Config};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/tls")
        .join(name)
}

fn text(name: &str) -> String {
    file(name).display().to_string()
}

fn config() -> Config {
    let mut config = Config::default();
    config.server.tls.cert = text("server.pem");
    config.server.tls.key = text("server.key");
    config.server.header_timeout_seconds = 2;
    config
}

/// What a client trusts and shows: it speaks `alpn`, and has the certificate `own`.
fn client(alpn: &[&str], own: Option<&str>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(file("ca.pem")).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match own {
        None => builder.with_no_client_auth(),
        Some(own) => {
            let cert = CertificateDer::from_pem_file(file(&format!("{own}.pem"))).unwrap();
            let key = PrivateKeyDer::from_pem_file(file(&format!("{own}.key"))).unwrap();
            builder.with_client_auth_cert(vec![cert], key).unwrap()
        }
    };
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

async fn connect(server: &Server, client: &TlsConnector) -> std::io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from("localhost").unwrap();
    client.connect(name, server.connect().await).await
}

async fn exchange(server: &Server, client: &TlsConnector, text: &str) -> std::io::Result<String> {
    let mut stream = connect(server, client).await?;
    stream.write_all(text.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn http_1_is_spoken_with_and_without_alpn() {
    let server = Server::start_encrypted(config(), &client(&[], None)).await;
    for alpn in [&[][..], &["http/1.1"]] {
        let client = client(alpn, None);
        let answer = exchange(&server, &client, &predict_text(ROW))
            .await
            .unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("x-model-version"));
    }
}

#[tokio::test]
async fn http_2_is_chosen_by_alpn() {
    let server = Server::start_encrypted(config(), &client(&[], None)).await;
    let stream = connect(&server, &client(&["h2", "http/1.1"], None))
        .await
        .unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let request = Request::post("https://localhost/predict")
        .body(Full::new(Bytes::from(ROW)))
        .unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.version()),
        (200, Version::HTTP_2)
    );
}

#[tokio::test]
async fn what_hyper_refuses_by_itself_is_replaced_here_too() {
    let server = Server::start_encrypted(config(), &client(&[], None)).await;
    let answer = exchange(&server, &client(&[], None), "nonsense\r\n\r\n")
        .await
        .unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("bad_request"),
        "{answer}"
    );
}

#[tokio::test]
async fn with_an_authority_only_its_clients_are_served() {
    let mut config = config();
    config.server.tls.client_ca = text("ca.pem");
    let known = client(&[], Some("client"));
    let server = Server::start_encrypted(config, &known).await;
    let answer = exchange(&server, &known, &predict_text(ROW)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    for own in [None, Some("intruder")] {
        let answer = exchange(&server, &client(&[], own), &predict_text(ROW)).await;
        assert!(answer.is_err(), "{own:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_used_without_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    // As Kubernetes mounts a secret: files that are links into a directory that is a link.
    let at = |path: &str| dir.path().join(path);
    let link = |to: &str, from: &str| std::os::unix::fs::symlink(to, at(from)).unwrap();
    for name in ["server", "renewed"] {
        std::fs::create_dir(at(name)).unwrap();
        for kind in ["pem", "key"] {
            let target = at(name).join(format!("tls.{kind}"));
            std::fs::copy(file(&format!("{name}.{kind}")), target).unwrap();
        }
    }
    link("server", "..data");
    for kind in ["pem", "key"] {
        link(&format!("..data/tls.{kind}"), &format!("tls.{kind}"));
    }
    let mut config = config();
    config.server.tls.cert = at("tls.pem").display().to_string();
    config.server.tls.key = at("tls.key").display().to_string();
    let client = client(&[], None);
    let server = Server::start_encrypted(config, &client).await;
    let shown = async || {
        let stream = connect(&server, &client).await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    };
    let wanted = |name: &str| CertificateDer::from_pem_file(file(name)).unwrap().to_vec();
    assert_eq!(shown().await, wanted("server.pem"));
    let mut old = connect(&server, &client).await.unwrap();
    link("renewed", "..next");
    std::fs::rename(at("..next"), at("..data")).unwrap();
    let renewed = async {
        while shown().await != wanted("renewed.pem") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), renewed)
        .await
        .unwrap();
    // A connection from before goes on, and a key that does not fit changes nothing.
    old.write_all(predict_text(ROW).as_bytes()).await.unwrap();
    let mut answer = String::new();
    old.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    std::fs::copy(file("client.key"), at("renewed/tls.key")).unwrap();
    assert_eq!(shown().await, wanted("renewed.pem"));
}

#[tokio::test]
async fn a_client_that_is_slow_to_shake_hands_is_cut_off_and_holds_up_nobody() {
    let server = Server::start_encrypted(config(), &client(&[], None)).await;
    let mut slow = Vec::new();
    for start in [&b""[..], b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\n"] {
        let mut stream = server.connect().await;
        stream.write_all(start).await.unwrap();
        slow.push(stream);
    }
    let answer = exchange(&server, &client(&[], None), &predict_text(ROW))
        .await
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    for mut stream in slow {
        let mut rest = Vec::new();
        let read = stream.read_to_end(&mut rest);
        let read = tokio::time::timeout(Duration::from_secs(20), read).await;
        read.expect("cut off").ok();
        assert!(!rest.starts_with(b"HTTP"), "nothing is said in the clear");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_before_the_first_connection() {
    for (cert, key, client_ca, told) in [
        ("server.pem", "", "", "server.tls.key is not set"),
        ("", "server.key", "", "server.tls.cert is not set"),
        ("", "", "ca.pem", "server.tls.cert is not set"),
        (
            "absent.pem",
            "server.key",
            "",
            "absent.pem, which cannot be read",
        ),
        (
            "server.key",
            "server.key",
            "",
            "server.key, which holds no certificate in PEM",
        ),
        (
            "server.pem",
            "server.pem",
            "",
            "server.pem, which holds no private key in PEM",
        ),
        (
            "server.pem",
            "client.key",
            "",
            "client.key, which does not fit the certificate",
        ),
        (
            "server.pem",
            "server.key",
            "make",
            "make, which holds no certificate",
        ),
    ] {
        let mut config = Config::default();
        let path = |name: &str| match name {
            "" => String::new(),
            name => text(name),
        };
        config.server.tls.cert = path(cert);
        config.server.tls.key = path(key);
        config.server.tls.client_ca = path(client_ca);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ended = ml_serving::serve(config, listener, std::future::pending());
        let ended = tokio::time::timeout(Duration::from_mins(1), ended).await;
        let error = ended.expect("the start fails").unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{error}");
        assert!(error.to_string().contains(told), "{told}: {error}");
    }
}

fn check(server: &Binary, flags: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ml-serving"))
        .args(["check", &format!("https://{}/health/ready", server.address)])
        .args(flags)
        .output()
        .unwrap()
}

#[test]
fn check_asks_over_tls() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
    command
        .env("MLSERVING__SERVER__TLS__CERT", file("server.pem"))
        .env("MLSERVING__SERVER__TLS__KEY", file("server.key"))
        .args(["--port", "0", "--host", "127.0.0.1"]);
    let server = Binary::spawn(&mut command);
    let (ca, stranger) = (text("ca.pem"), text("stranger.pem"));
    for (flags, code) in [
        (&["--insecure"][..], 0),
        (&["--ca", &ca], 0),
        (&["--ca", &stranger], 69),
        (&[], 69),
        (&["--ca", "/nothing"], 64),
        (&["--ca", &ca, "--insecure"], 64),
    ] {
        let output = check(&server, flags);
        assert_eq!(output.status.code(), Some(code), "{flags:?}: {output:?}");
    }
}

#[test]
fn check_shows_a_certificate_of_its_own() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
    command
        .env("MLSERVING__SERVER__TLS__CERT", file("server.pem"))
        .env("MLSERVING__SERVER__TLS__KEY", file("server.key"))
        .env("MLSERVING__SERVER__TLS__CLIENT_CA", file("ca.pem"))
        .args(["--port", "0", "--host", "127.0.0.1"]);
    let server = Binary::spawn(&mut command);
    let own = [text("client.pem"), text("client.key")];
    let flags = ["--insecure", "--cert", &own[0], "--key", &own[1]];
    assert_eq!(check(&server, &flags).status.code(), Some(0));
    let output = check(&server, &flags[..1]);
    assert_eq!(output.status.code(), Some(69), "{output:?}");
    assert_eq!(check(&server, &flags[..3]).status.code(), Some(64));
}
