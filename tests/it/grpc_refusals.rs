//! Calls that fail: with which status, and why.

use crate::{
    app::{app_with, iris},
    grpc::{
        SERVICE, call, ended, framed,
        messages::{Infer, Inferred, Named, Number, Output, Tensor},
        raw, request, typed,
    },
};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use ml_serving::{
    config::{Config, Secrets},
    http::App,
    secret::Secret,
};
use prost::Message;
use std::{io::Write, sync::Arc};

#[tokio::test]
async fn a_call_whose_deadline_has_passed_is_not_begun() {
    let app = iris();
    for (timeout, status) in [
        ("1n", "4"),
        ("0S", "4"),
        ("9H", "0"),
        ("x", "3"),
        ("999999999S", "3"),
    ] {
        let request = request(&format!("{SERVICE}/ModelInfer")).header("grpc-timeout", timeout);
        let body = framed(&raw().encode_to_vec(), false);
        let ended = ended(&app, request.body(Full::new(body.into())).unwrap()).await;
        assert_eq!(ended.status, status, "{timeout}: {}", ended.message);
    }
}

/// A change to a request, the status that it ends with, and a part of why.
type Case = (fn(&mut Infer), &'static str, &'static str);

async fn fails(app: &Arc<App>, cases: &[Case]) {
    for (change, status, message) in cases {
        let mut request = raw();
        change(&mut request);
        let ended = call(app, "ModelInfer", &request).await;
        assert_eq!(
            (ended.http, ended.status.as_str()),
            (200, *status),
            "{}",
            ended.message
        );
        assert!(ended.message.contains(message), "{}", ended.message);
        assert!(ended.headers.contains_key("x-request-id") && ended.body.is_empty());
    }
}

#[tokio::test]
async fn a_failure_has_the_status_of_the_table_and_is_counted_by_it() {
    let app = iris();
    let cases: [Case; 4] = [
        (|r| r.model = "rose".into(), "5", "There is no such model"),
        (|r| r.version = "9".into(), "5", "There is no such version"),
        (
            |r| r.outputs = vec![Output { name: "zzz".into() }],
            "3",
            "unknown output \"zzz\"",
        ),
        (
            |r| r.inputs[0].shape = vec![10_001, 4],
            "8",
            "more than 10000 rows",
        ),
    ];
    fails(&app, &cases).await;
    let metrics = crate::app::get(&app, "/metrics").await.text;
    for (code, count) in [(404, 2), (422, 1), (413, 1)] {
        let line = format!(
            "http_requests_total{{code=\"{code}\",operation=\"grpc_model_infer\"}} {count}\n"
        );
        assert!(metrics.contains(&line), "{line} {metrics}");
    }
    assert!(metrics.contains("predictions_total{model_name=\"iris\",status=\"error\"}"));
}

#[tokio::test]
async fn tensors_that_are_not_what_they_claim_are_refused_by_name() {
    let cases: [Case; 6] = [
        (
            |r| r.inputs[0].shape = vec![2, 3],
            "3",
            "input \"x\": its shape is [2, 3]",
        ),
        (
            |r| r.raw.push(Bytes::new()),
            "3",
            "there are 1 inputs and 2 raw_input_contents",
        ),
        (
            |r| r.inputs[0].contents = typed().inputs[0].contents.clone(),
            "3",
            "send one for each input and no contents",
        ),
        (
            |r| r.inputs = vec![Tensor::default(); 9],
            "3",
            "the request has more than 4 inputs",
        ),
        (
            |r| r.inputs[0].datatype = "BF16".into(),
            "3",
            "\"BF16\" is not read here",
        ),
        (
            |r| r.raw.clear(),
            "3",
            "input \"x\": its shape [2, 4] has 8 values, its data has 0",
        ),
    ];
    fails(&iris(), &cases).await;
}

#[tokio::test]
async fn what_is_no_call_is_told_so() {
    let app = iris();
    let send = |body: Vec<u8>, coding: Option<&str>| {
        let mut request = request(&format!("{SERVICE}/ModelInfer"));
        if let Some(coding) = coding {
            request = request.header("grpc-encoding", coding);
        }
        ended(&app, request.body(Full::new(body.into())).unwrap())
    };
    let whole = framed(&raw().encode_to_vec(), false);
    for (body, coding, status) in [
        (Vec::new(), None, "3"),
        (whole[..20].to_vec(), None, "3"),
        ([&whole[..], &whole].concat(), None, "3"),
        (framed(&[10, 200, 1], false), None, "3"),
        (framed(b"no gzip", true), Some("gzip"), "3"),
        (framed(b"what?", true), Some("snappy"), "12"),
    ] {
        assert_eq!(send(body.clone(), coding).await.status, status, "{body:?}");
    }
    let unknown = call(&app, "ModelConfig", &Named::default()).await;
    assert_eq!((unknown.http, unknown.status.as_str()), (200, "12"));
    let over_1 =
        Request::post(format!("{SERVICE}/ServerLive")).header("content-type", "application/grpc");
    let over_1 = ended(
        &app,
        over_1.body(Full::new(framed(&[], false).into())).unwrap(),
    )
    .await;
    assert_eq!(
        (
            over_1.http,
            over_1.headers["content-type"].to_str().unwrap()
        ),
        (415, "application/grpc")
    );
    let json = crate::app::post(&app, &format!("{SERVICE}/ModelInfer"), "{}").await;
    assert_eq!(json.status, 415);
}

#[tokio::test]
async fn a_compressed_message_is_read_within_the_limit_of_its_whole_size() {
    let mut config = Config::default();
    config.server.max_body_bytes = 10_000;
    let app = app_with("builtin:iris", &config);
    let send = |message: Vec<u8>| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&message).unwrap();
        let body = framed(&gzip.finish().unwrap(), true);
        let request = request(&format!("{SERVICE}/ModelInfer")).header("grpc-encoding", "gzip");
        ended(&app, request.body(Full::new(body.into())).unwrap())
    };
    let answer: Inferred = send(raw().encode_to_vec()).await.decoded();
    assert_eq!(answer.outputs[0].shape, [2, 1]);
    let mut large = raw();
    large.id = "x".repeat(1_000_000);
    let ended = send(large.encode_to_vec()).await;
    assert_eq!(ended.status, "8", "{}", ended.message);
}

#[tokio::test]
async fn without_a_model_calls_are_unavailable_and_at_the_limit_exhausted() {
    let empty = App::new(&Config::default());
    assert_eq!(call(&empty, "ModelInfer", &raw()).await.status, "14");
    assert_eq!(
        call(&empty, "ServerReady", &Named::default())
            .await
            .decoded::<Number>()
            .is,
        0
    );
    let mut config = Config::default();
    config.server.max_in_flight = 0;
    let full = app_with("builtin:iris", &config);
    assert_eq!(call(&full, "ModelInfer", &raw()).await.status, "8");
}

#[tokio::test]
async fn calls_need_a_key_where_the_server_asks_for_one_and_probes_do_not() {
    let mut config = Config::default();
    config.server.auth.keys = Secrets(vec![Secret::key("a-key-of-ours-1")]);
    let app = app_with("builtin:iris", &config);
    let refused = call(&app, "ModelInfer", &raw()).await;
    assert_eq!((refused.http, refused.status.as_str()), (200, "16"));
    let body = framed(&raw().encode_to_vec(), false);
    let request = request(&format!("{SERVICE}/ModelInfer"));
    let request = request.header("authorization", "Bearer a-key-of-ours-1");
    let known = ended(&app, request.body(Full::new(body.into())).unwrap()).await;
    assert_eq!(known.status, "0", "{}", known.message);
    let iris = Named {
        name: "iris".to_owned(),
        version: String::new(),
    };
    for (method, message) in [
        ("ServerLive", Named::default()),
        ("ServerReady", Named::default()),
        ("ModelReady", iris),
        ("/grpc.health.v1.Health/Check", Named::default()),
    ] {
        assert_eq!(call(&app, method, &message).await.status, "0", "{method}");
    }
    for path in [
        "/v2/health/ready",
        "/v2/health/live",
        "/v2/models/iris/ready",
    ] {
        assert_eq!(crate::app::get(&app, path).await.status, 200, "{path}");
    }
    for path in ["/v2/models/iris", "/v2/models/stats"] {
        let refused = crate::app::get(&app, path).await;
        assert_eq!(refused.status, 401, "{path}");
        assert!(refused.json()["error"].is_string());
    }
}
