//! Proxies, redirects and certificates.

use super::{
    MODEL, header,
    listener::{Listener, certificate, forwarded},
    local, run,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use std::{io::Write, net::TcpListener, thread};

/// The target of a request without the host that a proxy is told.
fn target(head: &str) -> String {
    let target = head.split(' ').nth(1).unwrap_or_default();
    let host = ["http://localhost", "https://localhost"];
    let found = host.iter().find_map(|host| target.strip_prefix(host));
    found.unwrap_or(target).to_owned()
}

#[test]
fn credentials_follow_a_redirect_to_https_of_the_same_host() {
    let upstream = local::mlflow(Vec::new());
    // The default ports are reached through a proxy, which is the server too.
    let proxy = Listener::start(move |head| {
        let target = target(head);
        if head.contains(" http://") {
            let location = format!("location: https://localhost{target}\r\n");
            return (308, location, Vec::new());
        }
        forwarded(&upstream, &target)
    });
    let address = format!("http://{}", proxy.address);
    let ca = certificate("ca.pem").display().to_string();
    let (code, text) = run(
        &[
            ("HTTP_PROXY", address.as_str()),
            ("HTTPS_PROXY", address.as_str()),
            ("REQUESTS_CA_BUNDLE", ca.as_str()),
            ("MLFLOW_TRACKING_URI", "http://localhost"),
            ("MLFLOW_TRACKING_USERNAME", "me"),
            ("MLFLOW_TRACKING_PASSWORD", "secret"),
        ],
        &["inspect", MODEL],
    );
    assert_eq!(code, 0, "{text}");
    let basic = format!("Basic {}", BASE64_STANDARD.encode("me:secret"));
    let heads = proxy.heads();
    let encrypted: Vec<_> = heads
        .iter()
        .filter(|head| head.starts_with("encrypted"))
        .collect();
    assert!(!encrypted.is_empty(), "{heads:?}");
    for head in encrypted {
        assert_eq!(header(head, "authorization"), [&basic], "{head}");
    }
}

#[test]
fn a_redirect_to_another_server_gets_no_credentials_and_is_told_of() {
    let other = Listener::start(|head| match header(head, "authorization").as_slice() {
        [] => (401, String::new(), b"who are you?".to_vec()),
        _ => (200, String::new(), b"{}".to_vec()),
    });
    let location = format!("location: http://{}/elsewhere\r\n", other.address);
    let first = Listener::start(move |_| (302, location.clone(), Vec::new()));
    let (code, text) = run(
        &[
            ("MLFLOW_TRACKING_URI", &format!("http://{}", first.address)),
            ("MLFLOW_TRACKING_TOKEN", "secret-token"),
        ],
        &["inspect", MODEL],
    );
    assert_eq!(code, 69, "{text}");
    assert!(
        text.contains(&first.address) && text.contains("/elsewhere"),
        "{text}"
    );
    assert!(text.contains("gets no credentials"), "{text}");
    assert!(!text.contains("secret-token"), "{text}");
}

/// Nothing of who asks is in these requests.
fn are_anonymous(heads: &[String]) {
    assert!(!heads.is_empty());
    for head in heads {
        for name in [
            "authorization",
            "x-mlflow-workspace",
            "x-amz-security-token",
        ] {
            assert!(header(head, name).is_empty(), "{head}");
        }
    }
}

#[test]
fn a_redirect_from_another_server_to_its_https_brings_no_credentials_back() {
    // All hosts are reached through a proxy, which is the servers too.
    let proxy = Listener::start(|head| {
        let onward = |to: &str| (302, format!("location: {to}/elsewhere\r\n"), Vec::new());
        if head.contains(" http://first.example/") {
            onward("http://localhost")
        } else if head.contains(" http://localhost/") {
            onward("https://localhost")
        } else {
            (401, String::new(), b"who are you?".to_vec())
        }
    });
    let address = format!("http://{}", proxy.address);
    let ca = certificate("ca.pem").display().to_string();
    let (code, text) = run(
        &[
            ("HTTP_PROXY", address.as_str()),
            ("HTTPS_PROXY", address.as_str()),
            ("REQUESTS_CA_BUNDLE", ca.as_str()),
            ("MLFLOW_TRACKING_URI", "http://first.example"),
            ("MLFLOW_TRACKING_TOKEN", "secret-token"),
        ],
        &["inspect", MODEL],
    );
    assert_eq!(code, 69, "{text}");
    let heads = proxy.heads();
    let others = |head: &&String| head.contains("/elsewhere");
    let others: Vec<_> = heads.iter().filter(others).cloned().collect();
    assert!(
        others.iter().any(|head| head.starts_with("encrypted")),
        "{heads:?}"
    );
    are_anonymous(&others);
}

/// A server that sends everybody to another one, which sends them on within itself and then knows nobody.
fn two_servers() -> (Listener, Listener) {
    let other = Listener::start(|head| {
        if head.contains("/first") {
            (307, "location: /second\r\n".to_owned(), Vec::new())
        } else {
            (403, String::new(), b"who are you?".to_vec())
        }
    });
    let location = format!("location: http://{}/first\r\n", other.address);
    let first = Listener::start(move |_| (307, location.clone(), Vec::new()));
    (first, other)
}

fn only_the_first_one_gets(secret: &str, first: &Listener, other: &Listener) {
    assert!(first.heads()[0].contains(secret));
    let heads = other.heads();
    assert!(heads.iter().any(|head| head.contains("/second")));
    are_anonymous(&heads);
}

#[test]
fn a_redirect_within_another_server_brings_no_credentials_back() {
    let (first, other) = two_servers();
    let address = format!("http://{}", first.address);
    let variables = [
        ("MLFLOW_TRACKING_URI", address.as_str()),
        ("MLFLOW_TRACKING_TOKEN", "secret-token"),
        ("MLFLOW_WORKSPACE", "team-a"),
    ];
    for arguments in [&["inspect", MODEL][..], &["inspect", "models:/m-2"]] {
        let (code, text) = run(&variables, arguments);
        assert!([65, 69].contains(&code), "{code}: {text}");
    }
    only_the_first_one_gets("secret-token", &first, &other);
}

#[test]
fn a_redirect_of_a_bucket_takes_no_keys_to_another_server() {
    let (first, other) = two_servers();
    let address = format!("http://{}", first.address);
    let variables = [
        ("AWS_ENDPOINT_URL", address.as_str()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "secret-session"),
    ];
    let (code, text) = run(&variables, &["inspect", "s3://bucket/m.onnx"]);
    assert!([65, 69].contains(&code), "{code}: {text}");
    only_the_first_one_gets("secret-session", &first, &other);
}

#[test]
fn redirects_without_an_end_are_given_up() {
    let circle = Listener::start(|_| (302, "location: /again\r\n".to_owned(), Vec::new()));
    let address = format!("http://{}", circle.address);
    let (code, text) = run(&[], &["inspect", &format!("{address}/m.onnx")]);
    assert_eq!(code, 69, "{text}");
    assert!(text.contains("too many redirects"), "{text}");
    let variables = [
        ("AWS_ENDPOINT_URL", address.as_str()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_SKIP_SIGNATURE", "true"),
    ];
    let (code, text) = run(&variables, &["inspect", "s3://bucket/m.onnx"]);
    assert_eq!(code, 69, "{text}");
    assert!(text.contains("too many redirects"), "{text}");
}

#[test]
fn who_may_not_have_a_file_of_a_web_server_is_not_sent_to_mlflows_variables() {
    for status in [401, 403] {
        let web = Listener::start(move |_| (status, String::new(), b"who are you?".to_vec()));
        let (code, text) = run(&[], &["inspect", &format!("http://{}/m.onnx", web.address)]);
        assert_ne!(code, 0, "{text}");
        assert!(text.contains("in the address of the file"), "{text}");
        assert!(
            !text.contains("MLFLOW_") && !text.contains("--allowed-hosts"),
            "{text}"
        );
    }
}

#[test]
fn the_certificate_of_an_oci_registry_is_checked_whatever_mlflows_may_be() {
    let server = Listener::empty_bucket(true);
    let insecure = [("MLFLOW_TRACKING_INSECURE_TLS", "true")];
    let asked = |uri: String| run(&insecure, &["inspect", &uri]).1;
    let text = asked(format!("oci+https://{}/team/m:1", server.address));
    assert!(text.to_lowercase().contains("certificate"), "{text}");
    assert_eq!(server.heads(), Vec::<String>::new());
    asked(format!("https://{}/m.onnx", server.address));
    assert_ne!(server.heads(), Vec::<String>::new());
}

#[test]
fn a_dead_proxy_is_named_and_no_proxy_with_a_star_excepts_addresses_too() {
    let upstream = local::mlflow(Vec::new());
    // Nothing listens there once it is dropped.
    let dead = TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = format!("http://me:secret@{}", dead.local_addr().unwrap());
    let run = |more: &[(&str, &str)]| {
        let mut variables = vec![
            ("http_proxy", dead.as_str()),
            ("MLFLOW_TRACKING_URI", upstream.as_str()),
        ];
        variables.extend(more);
        run(&variables, &["inspect", MODEL])
    };
    let (code, text) = run(&[]);
    assert_eq!(code, 69, "{text}");
    assert!(
        text.contains("of http_proxy") && text.contains("NO_PROXY"),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
    let port = upstream.rsplit(':').next().unwrap();
    let with_port = format!("127.0.0.1:{port}");
    for except in ["*", "localhost, *", "127.0.0.0/8", with_port.as_str()] {
        let (code, text) = run(&[("NO_PROXY", except)]);
        assert_eq!(code, 0, "{except}: {text}");
    }
}

#[test]
fn https_to_a_port_without_tls_is_told_so() {
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("https://{}", plain.local_addr().unwrap());
    thread::spawn(move || {
        for client in plain.incoming() {
            // A client that goes away is its own affair.
            let _ = client
                .unwrap()
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let (code, text) = run(&[("MLFLOW_TRACKING_URI", &address)], &["inspect", MODEL]);
    assert_eq!(code, 69, "{text}");
    assert!(text.contains("speaks no TLS"), "{text}");
}

#[test]
fn a_proxy_that_cannot_be_used_is_refused_by_the_name_of_its_variable() {
    for proxy in ["socks5://me:secret@host:1080", "http://me:se/cret@"] {
        let variables = [
            ("ALL_PROXY", proxy),
            ("MLFLOW_TRACKING_URI", "http://localhost"),
        ];
        let (code, text) = run(&variables, &["inspect", MODEL]);
        assert_eq!(code, 64, "{text}");
        assert!(text.contains("ALL_PROXY"), "{text}");
        assert!(
            !text.contains("secret") && !text.contains("cret@"),
            "{text}"
        );
    }
}
