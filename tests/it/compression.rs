//! Compressed bodies, in both directions.

use crate::app::{Answer, ROW, Server, app_with, iris, predict_text, send};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response};
use ml_serving::{config::Config, http::App};
use std::{
    io::{Read, Write},
    sync::Arc,
};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(text).unwrap();
    gzip.finish().unwrap()
}

fn gunzip(packed: &[u8]) -> String {
    let mut text = String::new();
    let mut gzip = flate2::read::GzDecoder::new(packed);
    gzip.read_to_string(&mut text).unwrap();
    text
}

async fn ask(app: &Arc<App>, path: &str, accept: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    let request = match body.into() {
        body if body.is_empty() => Request::get(path).body(Full::new(body)),
        body => Request::post(path).body(Full::new(body)),
    };
    let mut request = request.unwrap();
    let accept = accept.parse().unwrap();
    request.headers_mut().insert("accept-encoding", accept);
    let (head, body) = app.handle(request).await.into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

async fn packed(app: &Arc<App>, path: &str, coding: &str, body: Vec<u8>) -> Answer {
    let request = Request::post(path).header("content-encoding", coding);
    send(app, request.body(Full::new(Bytes::from(body))).unwrap()).await
}

fn batch(rows: usize) -> String {
    format!("[{}]", vec![ROW; rows].join(","))
}

#[tokio::test]
async fn long_answers_are_compressed_for_who_takes_that() {
    let app = iris();
    let is_packed = |answer: &Response<Bytes>| answer.headers().contains_key("content-encoding");
    // 5,000 rows are compressed outside the async workers.
    for rows in [100, 5000] {
        let plain = ask(&app, "/predict/batch", "br", batch(rows)).await;
        assert!(!is_packed(&plain) && plain.body().len() > 1024);
        let answer = ask(&app, "/predict/batch", "deflate, gzip", batch(rows)).await;
        assert_eq!(answer.headers()["content-encoding"], "gzip");
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert!(answer.body().len() * 4 < plain.body().len());
        assert_eq!(gunzip(answer.body()).as_bytes(), plain.body());
        for answer in [&plain, &answer] {
            assert_eq!(answer.headers()["vary"], "accept-encoding");
        }
    }
    let short = ask(&app, "/predict/batch", "gzip", batch(2)).await;
    assert!(!is_packed(&short) && !short.headers().contains_key("vary"));
    assert!(is_packed(&ask(&app, "/metrics", "gzip", "").await));
    let problem = format!("[{}]", vec!["{\"features\":[1]}"; 30].join(","));
    let problem = ask(&app, "/predict/batch", "gzip", problem).await;
    assert!(problem.status() == 422 && is_packed(&problem));
}

#[tokio::test]
async fn the_answer_to_one_row_never_is() {
    let app = iris();
    let columns = (0..20).map(|i| format!("\"column_of_no_model_{i}\":1"));
    let row = format!(
        "{{\"features\":{{{}}}}}",
        columns.collect::<Vec<_>>().join(",")
    );
    let one = ask(&app, "/predict", "gzip", row.clone()).await;
    assert!(one.status() == 422 && one.body().len() > 1024);
    assert!(one.body().starts_with(b"{\"type\""));
    let two = ask(&app, "/predict/batch", "gzip", format!("[{row},{row}]")).await;
    assert_eq!(two.headers()["content-encoding"], "gzip");
}

#[tokio::test]
async fn it_can_be_turned_off_for_all_but_pages() {
    let mut config = Config::default();
    config.server.compression = false;
    let app = app_with("builtin:iris", &config);
    let answer = ask(&app, "/predict/batch", "gzip", batch(100)).await;
    assert!(!answer.headers().contains_key("content-encoding"));
    assert!(!answer.headers().contains_key("vary"));
    let page = ask(&app, "/openapi.json", "gzip", "").await;
    assert_eq!(page.headers()["content-encoding"], "gzip");
}

#[tokio::test]
async fn a_page_keeps_its_tag_with_gzip_and_below_a_prefix() {
    let app = iris();
    for prefix in ["", "/below"] {
        let page = async |name: &str, value: &str| {
            let request = Request::get("/openapi.json")
                .header("accept-encoding", "gzip")
                .header("x-forwarded-prefix", prefix)
                .header(name, value);
            let request = request.body(Full::<Bytes>::default()).unwrap();
            let (head, body) = app.handle(request).await.into_parts();
            Response::from_parts(head, body.collect().await.unwrap().to_bytes())
        };
        let full = page("x-nothing", "").await;
        assert_eq!(full.headers()["content-encoding"], "gzip");
        assert_eq!(gunzip(full.body()).contains("/below"), prefix == "/below");
        assert_eq!(full.headers().get_all("vary").iter().count(), 1);
        let etag = full.headers()["etag"].to_str().unwrap();
        let known = page("if-none-match", etag).await;
        assert_eq!((known.status().as_u16(), known.body().len()), (304, 0));
    }
}

#[tokio::test]
async fn head_tells_the_length_that_get_would_have() {
    let app = iris();
    let get = ask(&app, "/metrics", "gzip", "").await;
    let request = Request::head("/metrics").header("accept-encoding", "gzip");
    let head = app
        .handle(request.body(Full::<Bytes>::default()).unwrap())
        .await;
    assert_eq!(
        head.headers()["content-encoding"],
        get.headers()["content-encoding"]
    );
    let length: usize = head.headers()["content-length"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    // Counters have moved between the two.
    let whole = get.body().len();
    assert!(length.abs_diff(whole) < 200, "{length} and {whole}");
}

#[tokio::test]
async fn a_body_in_gzip_is_read_as_the_plain_one_is() {
    let app = iris();
    for coding in ["gzip", "x-gzip", "GZIP", "identity, gzip"] {
        let answer = packed(&app, "/predict", coding, gzip(ROW.as_bytes())).await;
        assert_eq!(answer.status, 200, "{coding}");
        assert_eq!(answer.json()["prediction"], 0);
        assert!(answer.headers.contains_key("x-model-version"));
    }
    // Of two members, as `cat a.gz b.gz` makes it.
    let (start, end) = ROW.split_at(7);
    let both = [gzip(start.as_bytes()), gzip(end.as_bytes())].concat();
    assert_eq!(packed(&app, "/predict", "gzip", both).await.status, 200);
}

#[tokio::test]
async fn what_is_not_gzip_is_told_apart() {
    let app = iris();
    let whole = gzip(batch(100).as_bytes());
    for (coding, body, status, code) in [
        ("gzip", ROW.as_bytes().to_vec(), 400, "invalid_gzip"),
        (
            "gzip",
            whole[..whole.len() / 2].to_vec(),
            400,
            "incomplete_body",
        ),
        ("gzip", gzip(b"no JSON"), 400, "invalid_json"),
        ("br", whole.clone(), 415, "unsupported_encoding"),
        ("gzip, gzip", gzip(&whole), 415, "unsupported_encoding"),
    ] {
        let answer = packed(&app, "/predict/batch", coding, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (status, code)
        );
        let says = answer.headers.get("accept-encoding");
        assert_eq!(says.is_some_and(|says| says == "gzip"), status == 415);
    }
    // Not even inside a chain of valid data.
    let mut broken = whole.clone();
    broken[whole.len() / 2] ^= 0xff;
    let answer = packed(&app, "/predict/batch", "gzip", broken).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_bomb_stops_at_the_limit_and_others_are_served() {
    let server = Server::start(Config::default()).await;
    // A gigabyte of spaces: a megabyte in gzip.
    let member = gzip(&vec![b' '; 16 << 20]);
    let bomb = member.repeat(64);
    let head = format!(
        "POST /predict HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        bomb.len()
    );
    let bombs = (0..8).map(|_| async {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = server.connect().await;
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&bomb).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    });
    let honest = async {
        for _ in 0..20 {
            let answer = server.exchange(&predict_text(ROW)).await;
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
    };
    let (answers, ()) = tokio::join!(futures_util::future::join_all(bombs), honest);
    for answer in answers {
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(answer.contains("Unpacked, the body is larger than 8388608"));
    }
}
