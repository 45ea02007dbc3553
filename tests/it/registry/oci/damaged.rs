//! Registries that have something else than what was pushed, or answer something else. None of it is ever served.

use super::{
    LAYER, TITLE, iris, iris_layers, load_with,
    shelf::{Door, Shelf, digest},
    with_iris,
};
use crate::registry::{
    hanging::load_soon,
    iris_digest,
    proxy::{Fault, Proxy},
};
use ml_serving::{load::LoadError, registry::Access};
use serde_json::{Value, json};
use std::path::Path;

/// Starts with an empty cache, and finds it empty afterwards.
fn refused(shelf: &Shelf, version: &str) -> LoadError {
    let cache = tempfile::tempdir().unwrap();
    let error = load_with(shelf, version, &Access::default(), cache.path()).expect_err(version);
    assert_eq!(packages(cache.path()), 0);
    error
}

fn packages(cache: &Path) -> usize {
    std::fs::read_dir(cache.join("packages")).map_or(0, Iterator::count)
}

#[test]
fn other_bytes_than_those_of_the_digest_are_never_served() {
    let model = iris("model.onnx");
    let mut wrong = model.clone();
    wrong[100] ^= 1;
    let longer = [&model[..], b"x"].concat();
    for (bytes, says) in [(wrong, "damaged"), (longer, "more than the")] {
        let shelf = with_iris(Door::Open);
        shelf.damage(&digest(&model), Some(&bytes));
        let error = refused(&shelf, ":1");
        assert_eq!(error.reason(), "corrupt", "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
    let shelf = with_iris(Door::Open);
    shelf.damage(&digest(&model), None);
    let error = refused(&shelf, ":1");
    assert_eq!(error.reason(), "not_found", "{error}");
    shelf.damage(&digest(&model), Some(&model[..99]));
    let error = refused(&shelf, ":1");
    assert!(
        error.is_transient() && error.to_string().contains("99 came"),
        "{error}"
    );
}

#[test]
fn a_pinned_manifest_is_the_one_of_its_digest() {
    let shelf = with_iris(Door::Open);
    let pinned = shelf.push("2", &iris_layers(&shelf)[..1]);
    // Valid, but another one.
    let other = shelf.push("3", &iris_layers(&shelf));
    assert_ne!(pinned, other);
    shelf.swap(&pinned, &other);
    let error = refused(&shelf, &format!("@{pinned}"));
    assert_eq!(error.reason(), "corrupt", "{error}");
    assert!(error.to_string().contains(&other), "{error}");
}

#[test]
fn a_manifest_that_cannot_be_used_is_refused_by_what_it_is() {
    let shelf = Shelf::behind(Door::Open);
    let file = |title: &str| shelf.layer(LAYER, b"x", &json!({TITLE: title}));
    let out = shelf.layer(LAYER, b"x", &json!({TITLE: "../../etc/passwd"}));
    let unnamed = shelf.layer(LAYER, b"x", &json!(null));
    for (layers, says) in [
        (vec![out], "does not lie in the package"),
        (vec![file("a"), file("a")], "two of its layers"),
        (vec![unnamed], "oras push"),
        (vec![], "no layer"),
    ] {
        shelf.push("1", &layers);
        let error = refused(&shelf, ":1");
        assert_eq!(error.reason(), "corrupt", "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
    let mut large = json!({"schemaVersion": 2, "layers": []}).to_string();
    large.push_str(&" ".repeat(5 << 20));
    shelf.manifest("1", large.as_bytes());
    let error = refused(&shelf, ":1");
    assert!(error.to_string().contains("larger than"), "{error}");
    shelf.manifest("1", b"<html>Sign in</html>");
    assert!(refused(&shelf, ":1").is_transient());
    let missing = refused(&shelf, ":none");
    assert_eq!(missing.reason(), "not_found", "{missing}");
    assert!(missing.to_string().contains("by the shelf"), "{missing}");
}

#[test]
fn an_archive_that_leads_out_is_refused() {
    let shelf = Shelf::behind(Door::Open);
    let mut header = tar::Header::new_gnu();
    header.set_size(1);
    let name = b"../../../escaped";
    header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name);
    header.set_cksum();
    let mut tar = tar::Builder::new(Vec::new());
    tar.append(&header, &b"x"[..]).unwrap();
    let kit = "application/vnd.kitops.modelkit.model.v1.tar";
    shelf.push(
        "1",
        &[shelf.layer(kit, &tar.into_inner().unwrap(), &Value::Null)],
    );
    let error = refused(&shelf, ":1");
    assert_eq!(error.reason(), "corrupt", "{error}");
}

#[test]
fn what_networks_do_to_a_request_passes_or_is_named() {
    let shelf = with_iris(Door::Open);
    let proxy = Proxy::before(&format!("http://{}", shelf.host));
    let uri = format!(
        "oci://{}/team/iris:1",
        proxy.url.trim_start_matches("http://")
    );
    let start = || {
        let cache = tempfile::tempdir().unwrap();
        let served = crate::registry::load(&uri, &Access::default(), cache.path());
        (served.map(|served| served.digest), packages(cache.path()))
    };
    for of in ["/manifests/", "/blobs/"] {
        for fault in [
            Fault::Answer(500, "oops"),
            Fault::Answer(429, "busy"),
            Fault::Truncate,
            Fault::Reset,
            Fault::Down,
            Fault::Slow,
        ] {
            proxy.fail(fault, of, 1);
            let (served, _) = start();
            assert_eq!(
                served.unwrap_or_else(|error| panic!("{fault:?} of {of}: {error}")),
                iris_digest()
            );
        }
        for (fault, reason) in [
            (Fault::Answer(500, "oops"), "unavailable"),
            (Fault::Answer(401, ""), "denied"),
            (Fault::Answer(403, "no"), "denied"),
            (Fault::Answer(404, "no"), "not_found"),
            (Fault::Truncate, "unavailable"),
            (Fault::Down, "unavailable"),
        ] {
            proxy.fail(fault, of, usize::MAX);
            let (served, packages) = start();
            let error = served.expect_err(reason);
            assert_eq!(
                (error.reason(), packages),
                (reason, 0),
                "{fault:?} of {of}: {error}"
            );
        }
        proxy.heal();
    }
}

#[test]
fn whatever_of_a_registry_hangs_costs_the_budget_alone_and_the_cache_serves() {
    let shelf = with_iris(Door::Open);
    let proxy = Proxy::before(&format!("http://{}", shelf.host));
    let host = proxy.url.trim_start_matches("http://");
    let (present, missing) = (
        format!("oci://{host}/team/iris:1"),
        format!("oci://{host}/team/iris:none"),
    );
    let start = |uri: &str, cache: &Path| load_soon(uri, &Access::default(), cache);
    for (uri, of) in [
        (&present, "/manifests/"),
        (&present, "/blobs/"),
        (&missing, "/manifests/"),
    ] {
        for fault in [Fault::Hang, Fault::HangInBody] {
            let cache = tempfile::tempdir().unwrap();
            proxy.fail(fault, of, usize::MAX);
            let error = start(uri, cache.path()).expect_err(of);
            assert!(error.is_transient(), "{fault:?} of {of}: {error}");
            proxy.heal();
            start(&present, cache.path()).unwrap();
            proxy.fail(fault, "", usize::MAX);
            let served = start(&present, cache.path()).unwrap();
            assert_eq!(
                (served.source.as_str(), served.digest),
                ("cache", iris_digest())
            );
            proxy.heal();
        }
    }
}

#[test]
fn without_the_registry_the_cache_is_served() {
    let shelf = with_iris(Door::Open);
    let proxy = Proxy::before(&format!("http://{}", shelf.host));
    let uri = format!(
        "oci://{}/team/iris:1",
        proxy.url.trim_start_matches("http://")
    );
    let cache = tempfile::tempdir().unwrap();
    let start = || crate::registry::load(&uri, &Access::default(), cache.path());
    start().unwrap();
    for fault in [
        Fault::Down,
        Fault::Answer(503, "busy"),
        Fault::Answer(200, "<html>Sign in</html>"),
    ] {
        proxy.fail(fault, "", usize::MAX);
        let served = start().unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(
            (served.source.as_str(), served.digest),
            ("cache", iris_digest())
        );
    }
}
