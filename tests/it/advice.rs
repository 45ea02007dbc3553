//! What a client is told to send instead of what it sent.

use crate::app::{ROW, app, iris, post};
use bytes::Bytes;
use ml_serving::http::App;
use std::sync::Arc;

/// Sends `body` to `path` and compares the whole detail.
async fn check_detail(app: &Arc<App>, path: &str, body: impl Into<Bytes>, detail: &str) {
    let body: Bytes = body.into();
    let answer = post(app, path, body.clone()).await;
    assert_eq!(answer.json()["detail"], detail, "{path} {body:?}");
}

const NAMED: &str = r#"{"features": {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}}"#;

#[tokio::test]
async fn a_row_of_another_form_is_shown_the_right_one() {
    let app = iris();
    let missing = r#"the field "features" is missing"#;
    let unknown = |name: &str| format!(r#"unknown field "{name}"; a row has only "features""#);
    let expected =
        |got: &str| format!(r#"expected an object with the field "features", got {got}"#);
    for (body, detail) in [
        ("{}", missing.to_owned()),
        (
            r#"{"sepal_length":5.1,"sepal_width":3.5}"#,
            unknown("sepal_length"),
        ),
        (r#"{"instances":[[5.1,3.5,1.4,0.2]]}"#, unknown("instances")),
        ("[5.1,3.5,1.4,0.2]", expected("an array")),
        ("[]", expected("an array")),
        ("7", expected("a number")),
        ("null", expected("null")),
    ] {
        let detail = format!("{detail}; send {NAMED}");
        check_detail(&app, "/predict", body, &detail).await;
    }
    // The form is there: there is nothing to show.
    let body = r#"{"features":[5.1,3.5,1.4,0.2],"id":1}"#;
    check_detail(&app, "/predict", body, &unknown("id")).await;
    let body = r#"{"features":[1,2,3]}"#;
    check_detail(&app, "/predict", body, "expected 4 features, got 3").await;
}

#[tokio::test]
async fn many_rows_sent_to_predict_are_pointed_to_predict_batch() {
    let app = iris();
    let advice = format!(
        r#"/predict takes one row, {NAMED}; /predict/batch takes many, [{{"features": …}}, …]"#
    );
    let array = r#"expected an object with the field "features", got an array"#;
    let nested = "column 0: expected a number, got an array";
    for (body, detail) in [
        ("[[1,2],[3,4]]", array),
        (" [ {\"features\":[5.1,3.5,1.4,0.2]}]", array),
        (r#"{"features":[[5.1,3.5,1.4,0.2],[1,2,3,4]]}"#, nested),
        (r#"{"features":[[5.1,3.5,1.4,0.2]]}"#, nested),
    ] {
        check_detail(&app, "/predict", body, &format!("{detail}; {advice}")).await;
    }
    // One value is wrong here, not the form.
    let body = r#"{"features":[[5.1],3.5,1.4,0.2]}"#;
    check_detail(&app, "/predict", body, nested).await;
}

#[tokio::test]
async fn a_batch_of_another_form_is_shown_the_right_one() {
    let app = iris();
    for (body, detail) in [
        (
            r#"{"features":[[5.1,3.5,1.4,0.2]]}"#,
            format!(
                "expected an array of rows, got an object; send [{NAMED}, …], or one row to /predict"
            ),
        ),
        (
            "[[5.1,3.5,1.4,0.2]]",
            format!(
                r#"row 0: expected an object with the field "features", got an array; send each row as {NAMED}"#
            ),
        ),
        (
            r#"[{"features":[5.1,3.5,1.4,0.2]},{"sepal_length":5.1}]"#,
            format!(
                r#"row 1: unknown field "sepal_length"; a row has only "features"; send each row as {NAMED}"#
            ),
        ),
        // The advice belongs to the first mistake or is not given.
        (
            r#"[{"features":[1,2]},{}]"#,
            "row 0: expected 4 features, got 2".to_owned(),
        ),
    ] {
        check_detail(&app, "/predict/batch", body, &detail).await;
    }
}

#[tokio::test]
async fn the_form_of_a_model_without_names_is_an_array_and_a_long_one_is_cut() {
    for (model, form) in [
        ("iris_rf", r#"{"features": [0.0, 0.0, 0.0, 0.0]}"#),
        ("wine_rf_int64", r#"{"features": [0, 0, 0, …]}"#),
    ] {
        let app = app(&format!("tests/data/onnx/{model}.onnx"));
        let detail = format!(r#"the field "features" is missing; send {form}"#);
        check_detail(&app, "/predict", "{}", &detail).await;
    }
}

#[tokio::test]
async fn what_other_languages_write_is_named_with_what_to_send_instead() {
    let app = iris();
    for (value, what) in [
        ("NaN", "NaN is not JSON; send null for a missing value"),
        ("-Infinity", "-Infinity is not JSON; send a finite number"),
        ("None", "None is not JSON; send null for a missing value"),
        ("True", "True is not JSON; send true"),
        ("'5.1'", "it quotes with ' where JSON takes \""),
    ] {
        let detail = format!("The body is not valid JSON: {what} (line 1, column 14)");
        let row = format!(r#"{{"features":[{value},3.5,1.4,0.2]}}"#);
        check_detail(&app, "/predict", row, &detail).await;
    }
    let detail =
        "The body is not valid JSON: it quotes with ' where JSON takes \" (line 1, column 2)";
    check_detail(&app, "/predict", "{'features':[1,2,3,4]}", detail).await;
}

#[tokio::test]
async fn a_byte_order_mark_is_accepted_and_utf_16_is_named() {
    let app = iris();
    let answer = post(&app, "/predict", format!("\u{feff}{ROW}")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["prediction"].as_i64()),
        (200, Some(0))
    );
    let answer = post(&app, "/predict/batch", format!("\u{feff}[{ROW}]")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    // Only one is a mark, and only at the start.
    for body in [format!("\u{feff}\u{feff}{ROW}"), format!(" \u{feff}{ROW}")] {
        assert_eq!(post(&app, "/predict", body).await.code(), "invalid_json");
    }
    let units = || format!("\u{feff}{ROW}").encode_utf16().collect::<Vec<_>>();
    let little: Vec<u8> = units().into_iter().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().into_iter().flat_map(u16::to_be_bytes).collect();
    for body in [little.clone(), big, little[2..].to_vec()] {
        let answer = post(&app, "/predict", body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (400, "invalid_json")
        );
        assert_eq!(
            answer.json()["detail"],
            "The body is UTF-16 or UTF-32; send JSON as UTF-8."
        );
    }
}

#[tokio::test]
async fn an_optional_column_that_the_model_needs_is_told_so() {
    let directory = tempfile::tempdir().unwrap();
    let copy = |name: &str, change: &dyn Fn(String) -> String| {
        let bytes = std::fs::read(format!("models/iris/{name}")).unwrap();
        let bytes = String::from_utf8(bytes.clone()).map_or(bytes, |text| change(text).into());
        std::fs::write(directory.path().join(name), bytes).unwrap();
    };
    for file in std::fs::read_dir("models/iris").unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        copy(&name, &|text| {
            text.replacen(r#""required":true"#, r#""required":false"#, 1)
        });
    }
    let app = app(directory.path().to_str().unwrap());
    let row = |cells: &str| format!(r#"{{"features":{cells}}}"#);
    let optional = "although its signature calls the column optional";
    for (body, code, detail) in [
        (
            row("[null,3.5,1.4,0.2]"),
            "missing_value",
            format!(
                "column 0: null is a missing value, which this model cannot handle, {optional}"
            ),
        ),
        (
            row(r#"{"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}"#),
            "missing_column",
            format!(
                r#"the column "sepal_length" is missing; a missing value is one that this model cannot handle, {optional}"#
            ),
        ),
        (
            row("[5.1,null,1.4,0.2]"),
            "missing_value",
            "column 1: null is a missing value, which this model cannot handle".to_owned(),
        ),
    ] {
        let answer = post(&app, "/predict", body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (422, code)
        );
        assert_eq!(answer.json()["detail"], detail);
    }
}

#[tokio::test]
async fn a_slash_too_many_is_named() {
    let app = iris();
    for (path, there) in [
        ("/predict/", "/predict"),
        ("/docs/", "/docs"),
        ("/model//", "/model"),
    ] {
        let answer = post(&app, path, ROW).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (404, "not_found")
        );
        let detail =
            format!("There is nothing at {path}; the path is {there}, without a slash at its end.");
        assert_eq!(answer.json()["detail"], detail);
    }
    let detail = "There is nothing at this path; /docs lists what there is.";
    check_detail(&app, "/nope/", "", detail).await;
}
