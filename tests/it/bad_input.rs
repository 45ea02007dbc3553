//! Bad input is a 4xx with a stable code, never a 5xx.

use crate::app::{get, iris, post, send};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;

/// Body, status, code; for `/predict`.
const ONE: &[(&str, u16, &str)] = &[
    ("", 400, "invalid_json"),
    (" ", 400, "invalid_json"),
    ("{", 400, "invalid_json"),
    ("hello", 400, "invalid_json"),
    (r#"{"features":[5.1,3.5,1.4,0.2]"#, 400, "invalid_json"),
    (r#"{"features":[5.1,3.5,1.4,0.2]}x"#, 400, "invalid_json"),
    (r#"{"features":[5.1,3.5,1.4,0.2]}{}"#, 400, "invalid_json"),
    (r#"{"features":[5.1,3.5,1.4,0.2,]}"#, 400, "invalid_json"),
    (r#"{"features":[5.1,3.5,1.4,.2]}"#, 400, "invalid_json"),
    (r#"{"features":[5.1,3.5,1.4,+2]}"#, 400, "invalid_json"),
    (r#"{"features":[5.1,3.5,1.4,0x2]}"#, 400, "invalid_json"),
    (r#"{"features":[NaN,3.5,1.4,0.2]}"#, 400, "invalid_json"),
    (
        r#"{"features":[Infinity,3.5,1.4,0.2]}"#,
        400,
        "invalid_json",
    ),
    (
        r#"{"features":[-Infinity,3.5,1.4,0.2]}"#,
        400,
        "invalid_json",
    ),
    (r"{features:[5.1,3.5,1.4,0.2]}", 400, "invalid_json"),
    (r"{'features':[5.1,3.5,1.4,0.2]}", 400, "invalid_json"),
    (r#"{"features":["a",3.5,1.4"#, 400, "invalid_json"),
    ("\u{feff}{}", 422, "missing_field"),
    ("null", 422, "invalid_type"),
    ("true", 422, "invalid_type"),
    ("7", 422, "invalid_type"),
    (r#""text""#, 422, "invalid_type"),
    ("[]", 422, "invalid_type"),
    ("[5.1,3.5,1.4,0.2]", 422, "invalid_type"),
    (r#"[{"features":[5.1,3.5,1.4,0.2]}]"#, 422, "invalid_type"),
    ("{}", 422, "missing_field"),
    (r#"{"feature":[5.1,3.5,1.4,0.2]}"#, 422, "unknown_field"),
    (
        r#"{"features":[5.1,3.5,1.4,0.2],"id":1}"#,
        422,
        "unknown_field",
    ),
    (
        r#"{"features":[5.1,3.5,1.4,0.2],"features":[1,2,3,4]}"#,
        422,
        "duplicate_field",
    ),
    (r#"{"features":null}"#, 422, "invalid_type"),
    (r#"{"features":5.1}"#, 422, "invalid_type"),
    (r#"{"features":"5.1,3.5,1.4,0.2"}"#, 422, "invalid_type"),
    (r#"{"features":true}"#, 422, "invalid_type"),
    (r#"{"features":[]}"#, 422, "wrong_feature_count"),
    (r#"{"features":[5.1,3.5,1.4]}"#, 422, "wrong_feature_count"),
    (
        r#"{"features":[5.1,3.5,1.4,0.2,1]}"#,
        422,
        "wrong_feature_count",
    ),
    (r#"{"features":[[5.1,3.5,1.4,0.2]]}"#, 422, "invalid_type"),
    (r#"{"features":["5.1",3.5,1.4,0.2]}"#, 422, "invalid_type"),
    (r#"{"features":[true,3.5,1.4,0.2]}"#, 422, "invalid_type"),
    (r#"{"features":[{},3.5,1.4,0.2]}"#, 422, "invalid_type"),
    (r#"{"features":[null,3.5,1.4,0.2]}"#, 422, "missing_value"),
    (r#"{"features":[1e39,3.5,1.4,0.2]}"#, 422, "out_of_range"),
    (r#"{"features":[-1e39,3.5,1.4,0.2]}"#, 422, "out_of_range"),
    (r#"{"features":[1e999,3.5,1.4,0.2]}"#, 422, "out_of_range"),
    (r#"{"features":[-1e999,3.5,1.4,0.2]}"#, 422, "out_of_range"),
    (r#"{"features":{}}"#, 422, "missing_column"),
    (
        r#"{"features":{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4}}"#,
        422,
        "missing_column",
    ),
    (
        r#"{"features":{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_widht":0.2}}"#,
        422,
        "unknown_column",
    ),
    (
        r#"{"features":{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2,"x":1}}"#,
        422,
        "unknown_column",
    ),
    (
        r#"{"features":{"sepal_length":5.1,"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}}"#,
        422,
        "duplicate_column",
    ),
    (
        r#"{"features":{"sepal_length":null,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}}"#,
        422,
        "missing_value",
    ),
    (
        r#"{"features":{"sepal_length":"5","sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}}"#,
        422,
        "invalid_type",
    ),
    (
        r#"{"features":{"sepal_length":1e39,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}}"#,
        422,
        "out_of_range",
    ),
    (r#"{"instances":[[5.1,3.5,1.4,0.2]]}"#, 422, "unknown_field"),
];

/// The same for `/predict/batch`.
const BATCH: &[(&str, u16, &str)] = &[
    ("", 400, "invalid_json"),
    ("[", 400, "invalid_json"),
    (r#"[{"features":[5.1,3.5,1.4,0.2]}"#, 400, "invalid_json"),
    (r#"[{"features":[NaN,3.5,1.4,0.2]}]"#, 400, "invalid_json"),
    ("{}", 422, "invalid_type"),
    (r#"{"features":[5.1,3.5,1.4,0.2]}"#, 422, "invalid_type"),
    ("null", 422, "invalid_type"),
    ("[1]", 422, "invalid_type"),
    ("[[5.1,3.5,1.4,0.2]]", 422, "invalid_type"),
    (
        r#"[{"features":[5.1,3.5,1.4,0.2]},null]"#,
        422,
        "invalid_type",
    ),
    (
        r#"[{"features":[5.1,3.5,1.4,0.2]},{}]"#,
        422,
        "missing_field",
    ),
    (
        r#"[{"features":[5.1,3.5,1.4,0.2]},{"features":[5.1]}]"#,
        422,
        "wrong_feature_count",
    ),
    (r#"[{"features":[5.1,3.5,1.4,null]}]"#, 422, "missing_value"),
    (r#"[{"features":[5.1,3.5,1.4,"x"]}]"#, 422, "invalid_type"),
    (r#"[{"features":[5.1,3.5,1.4,1e300]}]"#, 422, "out_of_range"),
];

async fn check(path: &str, cases: &[(&'static str, u16, &str)]) {
    let app = iris();
    for (body, status, code) in cases {
        let answer = post(&app, path, *body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (*status, *code),
            "{path} {body}: {}",
            answer.text
        );
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.json()["status"], *status);
    }
}

#[tokio::test]
async fn every_bad_row_has_its_status_and_code() {
    check("/predict", ONE).await;
}

#[tokio::test]
async fn every_bad_batch_has_its_status_and_code() {
    check("/predict/batch", BATCH).await;
}

#[tokio::test]
async fn all_mistakes_of_a_batch_are_named_by_row_and_column() {
    let body = r#"[{"features":[1,2,3]},{"features":[1,"x",3,null]},{"features":{"petal":1}}]"#;
    let answer = post(&iris(), "/predict/batch", body).await;
    insta::assert_json_snapshot!(answer.json());
}

#[tokio::test]
async fn the_query_is_read_as_forms_write_it() {
    let app = iris();
    for (query, wanted) in [
        ("probabilities=True", Some(true)),
        ("probabilities=TRUE", Some(true)),
        ("probabilities=1", Some(true)),
        ("probabilities", Some(true)),
        ("probabilities=%74rue", Some(true)),
        ("%70robabilities=true", Some(true)),
        ("x=1&probabilities=true&y", Some(true)),
        ("probabilities=False", Some(false)),
        ("probabilities=0", Some(false)),
        ("Probabilities=true", Some(false)),
        ("x=1", Some(false)),
        ("", Some(false)),
        ("probabilities=+true", None),
        ("probabilities=%22true%22", None),
        ("probabilities=2", None),
        ("probabilities=maybe&probabilities=true", None),
    ] {
        for (path, row) in [
            ("/predict", crate::app::ROW.to_owned()),
            ("/predict/batch", format!("[{}]", crate::app::ROW)),
        ] {
            let answer = post(&app, &format!("{path}?{query}"), row).await;
            let got = match answer.status.as_u16() {
                200 => Some(answer.text.contains("\"probabilities\"")),
                _ => None,
            };
            assert_eq!(got, wanted, "{path}?{query}: {}", answer.text);
            assert!(wanted.is_some() || answer.code() == "invalid_query");
        }
    }
}

#[tokio::test]
async fn a_batch_over_the_limit_is_refused_and_one_at_the_limit_is_answered() {
    let app = iris();
    let batch = |n: usize| format!("[{}]", vec![crate::app::ROW; n].join(","));
    assert_eq!(
        post(&app, "/predict/batch", batch(10_000)).await.status,
        200
    );
    let answer = post(&app, "/predict/batch", batch(10_001)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (413, "too_many_rows")
    );
}

#[tokio::test]
async fn media_types_other_than_json_are_refused() {
    let app = iris();
    for (header, value, status) in [
        ("content-type", "application/json", 200),
        ("content-type", "application/json; charset=utf-8", 200),
        ("content-type", "Application/JSON", 200),
        ("content-type", "application/vnd.rows+json", 200),
        ("content-type", "application/x-www-form-urlencoded", 415),
        ("content-type", "text/plain", 415),
        ("content-type", "application/json; charset=utf-16", 415),
        ("content-encoding", "br", 415),
        ("accept", "text/html", 200),
    ] {
        let request = Request::post("/predict")
            .header(header, value)
            .body(Full::new(Bytes::from(crate::app::ROW)))
            .unwrap();
        assert_eq!(
            send(&app, request).await.status,
            status,
            "{header}: {value}"
        );
    }
}

#[tokio::test]
async fn a_wrong_query_a_wrong_method_and_a_wrong_path_are_told_apart() {
    let app = iris();
    let answer = post(&app, "/predict?probabilities=maybe", crate::app::ROW).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (422, "invalid_query")
    );
    let answer = get(&app, "/predict").await;
    assert_eq!(
        (
            answer.status.as_u16(),
            answer.headers["allow"].to_str().unwrap()
        ),
        (405, "POST")
    );
    let answer = post(&app, "/model", "").await;
    assert_eq!(
        (
            answer.status.as_u16(),
            answer.headers["allow"].to_str().unwrap()
        ),
        (405, "GET, HEAD")
    );
    for path in ["/nope", "/predict/", "//predict", "/predict%00", "/v3"] {
        assert_eq!(
            post(&app, path, crate::app::ROW).await.status,
            404,
            "{path}"
        );
    }
}

#[test]
fn every_error_code_reads_as_the_table_says() {
    use ml_serving::http::{Code, Failure};
    let bodies: Vec<_> = Code::ALL
        .iter()
        .map(|code| Failure::new(*code, "Why.").problem())
        .collect();
    insta::assert_json_snapshot!(bodies);
}
