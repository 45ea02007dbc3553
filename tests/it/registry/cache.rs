//! Starting while the registry is down.

use super::{
    at, load,
    proxy::{Fault, Proxy},
    tracking_server,
};
use ml_serving::{
    config::{Config, ModelConfig},
    registry::{Origin, Secret},
};
use std::{path::Path, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const URI: &str = "models:/Wine & Co@champion";

#[test]
fn a_version_is_downloaded_once() {
    let (proxy, cache) = (
        Proxy::before(&tracking_server()),
        tempfile::tempdir().unwrap(),
    );
    for _ in 0..2 {
        assert_eq!(
            load(URI, &at(&proxy.url), cache.path()).unwrap().source,
            Origin::Registry
        );
    }
    load("models:/Wine & Co/2", &at(&proxy.url), cache.path()).unwrap();
    let downloads = proxy
        .heads()
        .iter()
        .filter(|head| head.contains("artifacts/model.onnx "))
        .count();
    assert_eq!(downloads, 1);
    let questions = proxy
        .heads()
        .iter()
        .filter(|head| head.contains("registered-models/alias"))
        .count();
    assert_eq!(questions, 2, "an alias may have moved");
}

#[test]
fn what_was_resolved_before_starts_without_the_registry() {
    let (proxy, cache) = (
        Proxy::before(&tracking_server()),
        tempfile::tempdir().unwrap(),
    );
    let before = load(URI, &at(&proxy.url), cache.path()).unwrap();
    for fault in [Fault::Down, Fault::Answer(500, "oops")] {
        proxy.fail(fault, "", usize::MAX);
        let after = load(URI, &at(&proxy.url), cache.path()).unwrap();
        assert_eq!(after.source, Origin::Cache);
        assert_eq!(
            (after.version, after.run_id, after.digest),
            (
                before.version.clone(),
                before.run_id.clone(),
                before.digest.clone()
            )
        );
        load("models:/Wine & Co/1", &at(&proxy.url), cache.path()).expect_err("never resolved");
    }
    let gone = r#"{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "gone"}"#;
    proxy.fail(Fault::Answer(404, gone), "", usize::MAX);
    load(URI, &at(&proxy.url), cache.path()).expect_err("the registry answers: it is gone");
    proxy.heal();
    assert_eq!(
        load(URI, &at(&proxy.url), cache.path()).unwrap().source,
        Origin::Registry
    );
}

fn model_files(cache: &Path) -> Vec<std::path::PathBuf> {
    let packages = std::fs::read_dir(cache.join("packages")).unwrap();
    packages
        .map(|entry| entry.unwrap().path().join("files/model.onnx"))
        .collect()
}

#[test]
fn a_damaged_cache_is_not_served_but_fetched_again() {
    let (proxy, cache) = (
        Proxy::before(&tracking_server()),
        tempfile::tempdir().unwrap(),
    );
    load(URI, &at(&proxy.url), cache.path()).unwrap();
    for file in model_files(cache.path()) {
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&file, bytes).unwrap();
    }
    proxy.fail(Fault::Down, "", usize::MAX);
    assert!(
        load(URI, &at(&proxy.url), cache.path())
            .expect_err("damaged")
            .is_transient()
    );
    proxy.heal();
    assert_eq!(
        load(URI, &at(&proxy.url), cache.path()).unwrap().source,
        Origin::Registry
    );
}

#[test]
fn a_cache_that_cannot_be_written_is_named() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = load(URI, &at(&tracking_server()), &file).expect_err("a file");
    assert_eq!(error.reason(), "disk");
    assert!(error.to_string().contains("model.cache_dir"), "{error}");
}

async fn get(address: std::net::SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Serves [`URI`] from behind `proxy`, and waits until `/health/ready` answers with `wanted` in it.
async fn serve_until(
    proxy: &Proxy,
    cache: &Path,
    wanted: &str,
) -> (std::net::SocketAddr, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = Config {
        model: ModelConfig {
            uri: Secret::uri(URI),
            cache_dir: cache.display().to_string(),
            ..ModelConfig::default()
        },
        access: at(&proxy.url),
        ..Config::default()
    };
    let server = tokio::spawn(async move {
        ml_serving::serve(config, listener, std::future::pending())
            .await
            .unwrap();
    });
    wait_until(address, wanted).await;
    (address, server)
}

async fn wait_until(address: std::net::SocketAddr, wanted: &str) {
    let answered = async {
        while !get(address, "/health/ready").await.contains(wanted) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), answered)
        .await
        .unwrap_or_else(|_| panic!("never {wanted}"));
}

#[tokio::test]
async fn a_server_says_that_the_registry_is_down_and_is_ready_one_back_off_after_its_return() {
    let (proxy, cache) = (
        Proxy::before(&tracking_server()),
        tempfile::tempdir().unwrap(),
    );
    proxy.fail(Fault::Down, "", usize::MAX);
    let (address, server) = serve_until(&proxy, cache.path(), r#""reason":"unavailable""#).await;
    assert!(get(address, "/health/live").await.contains("200 OK"));
    assert!(
        get(address, "/metrics")
            .await
            .contains(r#"model_load_failures_total{reason="unavailable"} 1"#)
    );
    proxy.heal();
    wait_until(address, r#""status":"ready""#).await;
    let ready = get(address, "/health/ready").await;
    assert!(
        ready.contains(r#""model_version":"2""#) && ready.contains(r#""source":"registry""#),
        "{ready}"
    );
    server.abort();
}

#[tokio::test]
async fn a_server_that_started_from_the_cache_says_so() {
    let (proxy, cache) = (
        Proxy::before(&tracking_server()),
        tempfile::tempdir().unwrap(),
    );
    serve_until(&proxy, cache.path(), r#""source":"registry""#)
        .await
        .1
        .abort();
    proxy.fail(Fault::Down, "", usize::MAX);
    let (address, server) = serve_until(&proxy, cache.path(), r#""source":"cache""#).await;
    assert!(get(address, "/metrics").await.contains(r#"source="cache""#));
    let card = get(address, "/model").await;
    assert!(
        card.contains(r#""source":"cache""#)
            && card.contains(r#""version":"2""#)
            && card.contains(r#""run_id":""#),
        "{card}"
    );
    server.abort();
}
