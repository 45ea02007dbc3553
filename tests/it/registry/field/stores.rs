//! Who asks a store, and whom it is.

use super::{command, header, listener::Listener, listener::certificate, run, told};
use std::fs;

const S3: &str = "s3://bucket/model";

/// Keys for a store that takes any.
const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "KEYID"),
    ("AWS_SECRET_ACCESS_KEY", "secret-key"),
];

#[test]
fn the_certificate_of_a_store_counts_by_the_variables_of_boto3() {
    let store = Listener::empty_bucket(true);
    let endpoint = format!("https://{}", store.address);
    let ca = certificate("ca.pem").display().to_string();
    let asked = |more: &[(&str, &str)]| {
        let mut variables = vec![("MLFLOW_S3_ENDPOINT_URL", endpoint.as_str())];
        variables.extend(KEYS);
        variables.extend(more);
        let (_, text) = run(&variables, &["inspect", S3]);
        (store.heads().len(), text)
    };
    let (before, text) = asked(&[]);
    assert_eq!(before, 0, "{text}");
    assert!(text.to_lowercase().contains("certificate"), "{text}");
    for trusted in [
        ("AWS_CA_BUNDLE", ca.as_str()),
        ("REQUESTS_CA_BUNDLE", ca.as_str()),
        ("MLFLOW_S3_IGNORE_TLS", "true"),
    ] {
        let before = store.heads().len();
        let (after, text) = asked(&[trusted]);
        assert!(after > before, "{trusted:?}: {text}");
    }
}

#[test]
fn the_profile_says_who_asks_where_no_variable_does() {
    let store = Listener::empty_bucket(false);
    let endpoint = format!("http://{}", store.address);
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    let profiles = format!(
        "[profile team]\nregion = eu-test-7\nendpoint_url = {endpoint}\naws_access_key_id = OFTEAM\naws_secret_access_key = secret-key\n"
    );
    fs::write(home.path().join(".aws/config"), profiles).unwrap();
    for (more, credential) in [
        (&[][..], "Credential=OFTEAM/"),
        (&KEYS[..], "Credential=KEYID/"),
    ] {
        let mut variables = vec![("AWS_PROFILE", "team")];
        variables.extend(more);
        let output = command(home.path(), &variables, &["inspect", S3]).output();
        let (_, text) = told(&output.unwrap());
        let head = store.heads().pop().unwrap_or_else(|| panic!("{text}"));
        let signed = header(&head, "authorization").concat();
        assert!(
            signed.contains(credential) && signed.contains("/eu-test-7/"),
            "{head}"
        );
    }
}

#[test]
fn a_connection_string_says_who_asks_and_where() {
    let store = Listener::empty_bucket(false);
    let connection = format!(
        "DefaultEndpointsProtocol=http;AccountName=acc;AccountKey=c2VjcmV0LWtleQ==;BlobEndpoint=http://{}/acc;",
        store.address
    );
    let variables = [
        ("AZURE_STORAGE_CONNECTION_STRING", connection.as_str()),
        ("AZURE_STORAGE_ACCESS_KEY", "b3RoZXI="),
    ];
    let (_, text) = run(&variables, &["inspect", "az://container/model"]);
    let head = store.heads().pop().unwrap_or_else(|| panic!("{text}"));
    let signed = header(&head, "authorization").concat();
    assert!(signed.starts_with("SharedKey acc:"), "{head}");
    assert!(head.contains(" /acc/container"), "{head}");
    assert!(!text.contains("c2VjcmV0"), "{text}");
    let other = "wasbs://container@other.blob.core.windows.net/model";
    let (code, text) = run(&variables, &["inspect", other]);
    assert_eq!(code, 64, "{text}");
    assert!(text.contains("account other"), "{text}");
}

#[test]
fn the_owner_and_the_style_of_a_bucket_are_honoured() {
    let store = Listener::empty_bucket(false);
    let proxy = format!("http://{}", store.address);
    let mut variables = vec![
        ("HTTP_PROXY", proxy.as_str()),
        ("MLFLOW_S3_ENDPOINT_URL", "http://minio.test"),
        ("MLFLOW_S3_EXPECTED_BUCKET_OWNER", "111122223333"),
        ("MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE", "virtual"),
    ];
    variables.extend(KEYS);
    let (_, text) = run(&variables, &["inspect", S3]);
    let head = store.heads().pop().unwrap_or_else(|| panic!("{text}"));
    assert_eq!(
        header(&head, "x-amz-expected-bucket-owner"),
        ["111122223333"]
    );
    let host = header(&head, "host").concat();
    assert!(host == "bucket.minio.test", "{head}");
}

#[test]
fn a_store_that_quotes_what_it_was_sent_does_not_make_it_public() {
    // As S3 does with a token that has ended.
    let store = Listener::start(|head| {
        let token = header(head, "x-amz-security-token").concat();
        let body = format!("<Error><Code>ExpiredToken</Code><Token-0>{token}</Token-0></Error>");
        (400, String::new(), body.into_bytes())
    });
    let endpoint = format!("http://{}", store.address);
    let mut variables = vec![
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_SESSION_TOKEN", "secret-session"),
    ];
    variables.extend(KEYS);
    let (code, text) = run(&variables, &["inspect", S3]);
    assert_ne!(code, 0);
    assert!(text.contains("ExpiredToken"), "{text}");
    assert!(!text.contains("secret-session"), "{text}");
}
