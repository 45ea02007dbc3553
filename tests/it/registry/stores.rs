//! Buckets, and web servers that speak TLS.

use super::{
    at, iris_digest, load,
    proxy::{Fault, Proxy},
    refusal,
    servers::PRESIGNED,
    var,
};
use ml_serving::registry::{Access, Origin, Secret, Variables};
use std::process::Command;

fn s3() -> Access {
    let set = |name: &str, value: &str| (name.to_owned(), Secret::key(value));
    let variables = vec![
        set("AWS_ENDPOINT_URL", &var("S3")),
        set("AWS_ACCESS_KEY_ID", "key"),
        set("AWS_SECRET_ACCESS_KEY", "secret"),
        set("AWS_REGION", "us-east-1"),
    ];
    Access {
        variables: Variables(variables),
        ..Access::default()
    }
}

#[test]
#[ignore = "needs make registry-test"]
fn a_bucket_holds_a_package_an_archive_or_a_file() {
    let cache = tempfile::tempdir().unwrap();
    for (uri, name) in [
        ("s3://models/team a/iris", "iris"),
        ("s3://models/team a/iris/", "iris"),
        ("s3://models/iris.tar.gz", "iris"),
        ("s3://models/iris.onnx", "iris"),
    ] {
        for _ in 0..2 {
            let served =
                load(uri, &s3(), cache.path()).unwrap_or_else(|error| panic!("{uri}: {error}"));
            assert_eq!(
                (served.digest, served.name.as_str(), served.source),
                (iris_digest(), name, Origin::Registry),
                "{uri}"
            );
        }
    }
}

#[test]
#[ignore = "needs make registry-test"]
fn a_bucket_without_a_model_says_so() {
    for (uri, reason) in [
        ("s3://models/nothing", "not_found"),
        ("s3://models/nothing.zip", "not_found"),
        ("s3://nobodys/iris", "not_found"),
    ] {
        let error = refusal(uri, &s3());
        assert_eq!(error.reason(), reason, "{uri}: {error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[test]
#[ignore = "needs make registry-test"]
fn the_binary_reads_the_stores_own_variables() {
    let cache = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ml-serving"))
        .args(["inspect", "s3://models/iris.onnx"])
        .env("MLSERVING__MODEL__CACHE_DIR", cache.path())
        .envs([
            ("MLFLOW_S3_ENDPOINT_URL", var("S3").as_str()),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "us-east-1"),
        ])
        .output()
        .unwrap();
    assert!(
        String::from_utf8_lossy(&output.stdout).contains(&iris_digest()),
        "{output:?}"
    );
}

#[test]
#[ignore = "needs make registry-test"]
fn a_certificate_counts_only_where_its_authority_is_known() {
    let cache = tempfile::tempdir().unwrap();
    let uri = format!("{}/iris.zip", var("TLS"));
    let error = load(&uri, &Access::default(), cache.path()).expect_err("unknown");
    assert!(
        error.to_string().to_lowercase().contains("certificate"),
        "{error}"
    );
    let known = Access {
        cert_path: format!("{}/ca.pem", var("REGISTRY_TESTS")),
        ..Access::default()
    };
    assert_eq!(
        load(&uri, &known, cache.path()).unwrap().digest,
        iris_digest()
    );
    let anyone = Access {
        insecure_tls: true,
        ..Access::default()
    };
    assert_eq!(
        load(&uri, &anyone, cache.path()).unwrap().digest,
        iris_digest()
    );
    let broken = Access {
        cert_path: "Cargo.toml".to_owned(),
        ..Access::default()
    };
    assert!(
        refusal(&uri, &broken)
            .to_string()
            .contains("MLFLOW_TRACKING_SERVER_CERT_PATH=Cargo.toml")
    );
}

#[test]
#[ignore = "needs make registry-test"]
fn a_signed_address_may_show_any_certificate_where_the_variable_of_stores_says_so() {
    let proxy = Proxy::before(PRESIGNED.access().tracking_uri.expose());
    let signed = format!(r#"{{"url": "{}/iris.zip"}}"#, var("TLS"));
    let signed = Fault::Answer(200, signed.leak());
    proxy.fail(signed, "/mlflow-artifacts/presigned/", usize::MAX);
    let refusal = |ignores: &str| {
        let cache = tempfile::tempdir().unwrap();
        let ignores = (
            "MLFLOW_S3_IGNORE_TLS".to_owned(),
            Secret::uri(ignores.to_owned()),
        );
        let access = Access {
            variables: Variables(vec![ignores]),
            ..at(&proxy.url)
        };
        let refusal =
            load("models:/Wine & Co@champion", &access, cache.path()).expect_err("another file");
        refusal.to_string().to_lowercase()
    };
    let strict = refusal("false");
    assert!(strict.contains("certificate"), "{strict}");
    // What is behind the address is an archive, and no MLmodel.
    let lenient = refusal("true");
    assert!(!lenient.contains("certificate"), "{lenient}");
}

#[test]
#[ignore = "needs make registry-test"]
fn an_authoritys_own_certificate_is_called_so() {
    let uri = format!("{}/iris.zip", var("AUTHORITY"));
    let known = Access {
        cert_path: format!("{}/ca.pem", var("REGISTRY_TESTS")),
        ..Access::default()
    };
    let error = refusal(&uri, &known);
    assert!(
        error
            .to_string()
            .contains("one that the authority has signed"),
        "{error}"
    );
}
