//! What is refused at the start, by the name of its variable.

use super::{MODEL, local, run};
use crate::registry::proxy::{Fault, Proxy};

#[test]
fn a_value_that_no_store_can_use_is_refused_and_no_defect() {
    const S3: &str = "s3://bucket/model";
    for (uri, name, value) in [
        (S3, "MLFLOW_S3_ENDPOINT_URL", "minio:9000"),
        (S3, "MLFLOW_S3_ENDPOINT_URL", "//minio"),
        (S3, "AWS_ENDPOINT_URL", "minio"),
        (S3, "AWS_ENDPOINT_URL_S3", "ftp://minio"),
        (S3, "AWS_ENDPOINT", "http://"),
        (S3, "AWS_ENDPOINT_URL_STS", "sts:443"),
        (S3, "AWS_SESSION_TOKEN", "secret\n"),
        (S3, "AWS_ACCESS_KEY_ID", "secret\r"),
        (S3, "AWS_SECRET_ACCESS_KEY", "secret\n"),
        (S3, "AWS_REGION", "eu west"),
        (S3, "AWS_DEFAULT_REGION", "eu/west"),
        (S3, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "creds"),
        (S3, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "creds"),
        (S3, "AWS_METADATA_ENDPOINT", "metadata"),
        (S3, "AWS_IMDSV1_FALLBACK", "perhaps"),
        (S3, "AWS_CA_BUNDLE", "/no/such/file.pem"),
        (S3, "AWS_PROFILE", "nobody"),
        (S3, "MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE", "guess"),
        (S3, "MLFLOW_S3_EXPECTED_BUCKET_OWNER", "1\n"),
        (S3, "MLFLOW_S3_UPLOAD_EXTRA_ARGS", "secret"),
        ("gs://bucket/m", "GOOGLE_BASE_URL", "storage:80"),
        ("gs://bucket/m", "STORAGE_EMULATOR_HOST", "a b"),
        ("gs://bucket/m", "GOOGLE_BEARER_TOKEN", "secret\n"),
        ("gs://bucket/m", "CLOUDSDK_CONFIG", "/root/gcloud"),
        ("az://c/m", "AZURE_STORAGE_ENDPOINT", "azurite:10000"),
        ("az://c/m", "AZURE_STORAGE_CONNECTION_STRING", "secret"),
        ("az://c/m", "AZURE_STORAGE_SAS_TOKEN", "sig=secret\n"),
        ("az://c/m", "AZURE_CLIENT_CERTIFICATE_PATH", "/c.pem"),
        (MODEL, "MLFLOW_TRACKING_AWS_SIGV4", "true"),
        (MODEL, "MLFLOW_TRACKING_AUTH", "kubernetes"),
        (MODEL, "MLFLOW_REGISTRY_URI", "databricks-uc"),
        (MODEL, "MLFLOW_TRACKING_TOKEN", "secret\n"),
        (MODEL, "MLFLOW_TRACKING_CLIENT_CERT_PATH", "Cargo.toml"),
        (MODEL, "REQUESTS_CA_BUNDLE", "Cargo.toml"),
    ] {
        let variables = [
            (name, value),
            ("MLFLOW_TRACKING_URI", "http://127.0.0.1:9"),
            ("AZURE_STORAGE_ACCOUNT_NAME", "account"),
        ];
        let (code, text) = run(&variables, &["inspect", uri]);
        assert_eq!(code, 64, "{name}={value}: {text}");
        assert!(text.contains(name), "{name}={value}: {text}");
        assert!(!text.contains("secret"), "{name}: {text}");
    }
}

#[test]
fn a_variable_of_another_store_is_no_reason_to_refuse() {
    let variables = [
        ("MLFLOW_S3_ENDPOINT_URL", "minio:9000"),
        ("MLFLOW_TRACKING_AUTH", "kubernetes"),
        ("AWS_PROFILE", "nobody"),
    ];
    let (code, text) = run(&variables, &["inspect", "builtin:iris"]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn what_is_set_and_changes_nothing_of_the_model_is_named_once() {
    let server = local::mlflow(Vec::new());
    let variables = [
        ("MLFLOW_TRACKING_URI", server.as_str()),
        ("MLFLOW_HTTP_REQUEST_TIMEOUT", "7"),
        ("NETRC", "/root/.netrc"),
        ("MLFLOW_TRACE_SAMPLING_RATIO", "0.5"),
    ];
    let (code, text) = run(&variables, &["inspect", MODEL]);
    assert_eq!(code, 0, "{text}");
    for name in ["MLFLOW_HTTP_REQUEST_TIMEOUT", "NETRC"] {
        assert_eq!(text.matches(name).count(), 1, "{text}");
    }
    assert!(!text.contains("MLFLOW_TRACE_SAMPLING_RATIO"), "{text}");
}

#[test]
fn a_workspace_needs_a_server_that_knows_workspaces() {
    let proxy = Proxy::before(&local::mlflow(Vec::new()));
    let variables = [
        ("MLFLOW_TRACKING_URI", proxy.url.as_str()),
        ("MLFLOW_WORKSPACE", "team-a"),
    ];
    let (code, text) = run(&variables, &["inspect", MODEL]);
    assert_eq!(code, 64, "{text}");
    assert!(
        text.contains("MLFLOW_WORKSPACE=team-a") && text.contains("--enable-workspaces"),
        "{text}"
    );
    let known = r#"{"workspaces_enabled": true}"#;
    proxy.fail(Fault::Answer(200, known), "server-info", usize::MAX);
    let (code, text) = run(&variables, &["inspect", MODEL]);
    assert_eq!(code, 0, "{text}");
    let heads = proxy.heads();
    let asked = heads.iter().filter(|head| !head.contains("server-"));
    for head in asked {
        assert_eq!(super::header(head, "x-mlflow-workspace"), ["team-a"]);
    }
}
