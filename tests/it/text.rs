//! Columns of free text, through every way in.

use crate::{
    app::{app, get, post},
    grpc::{
        call,
        messages::{Contents, Infer, Inferred, Output, Tensor},
    },
    kinds::{pipeline, serving},
    mlflow::{ask_csv, predictions},
    v2_binary::{input, send},
};
use ml_serving::http::App;
use serde_json::{Value, json};
use std::{process::Command, sync::Arc};

const INFER: &str = "/v2/models/pipeline/infer";
/// Letters of several bytes, a quote, a comma and ends of lines, which all belong to a text.
const TEXTS: [&str; 3] = [
    "Très good, \"great\" value:\r\nworks 北京",
    "",
    "bad. Bad! Enttäuscht, slow; late",
];

fn alone() -> Arc<App> {
    serving("1.9.1-text_tfidf_logistic")
}

/// A row of a text and of columns of other types.
fn row(text: &str) -> Value {
    json!({"text": text, "topic": "returns", "stars": 3.0, "weight": 2.5, "title": null})
}

fn table() -> (Arc<App>, Vec<Value>) {
    let rows = TEXTS.iter().map(|text| row(text)).collect();
    (serving("1.9.1-text_table_logistic"), rows)
}

/// The probabilities of rows, by the server's own route.
async fn expected(app: &Arc<App>, rows: &[Value]) -> Vec<f64> {
    let rows: Vec<_> = rows.iter().map(|row| json!({"features": row})).collect();
    let path = "/predict/batch?probabilities=true";
    let answer = post(app, path, Value::from(rows).to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = answer.json();
    let rows = answer.as_array().unwrap().iter();
    let numbers = rows.flat_map(|row| row["probabilities"].as_array().unwrap().clone());
    numbers.map(|number| number.as_f64().unwrap()).collect()
}

fn texts_by_name() -> Vec<Value> {
    TEXTS.iter().map(|text| json!({"text": text})).collect()
}

/// The texts as bytes, each behind its length.
fn framed() -> Vec<u8> {
    let framed = TEXTS.iter().flat_map(|text| {
        let length = (text.len() as u32).to_le_bytes();
        [&length[..], text.as_bytes()].concat()
    });
    framed.collect()
}

/// The probabilities in an answer of the tensor protocol.
fn probabilities(answer: &Value) -> Vec<f64> {
    let outputs = answer["outputs"].as_array().unwrap();
    let output = outputs.iter().find(|one| one["name"] == "predict_proba");
    let output = output.unwrap_or_else(|| panic!("{answer}"));
    serde_json::from_value(output["data"].clone()).unwrap()
}

#[tokio::test]
async fn a_text_is_sent_as_it_is_by_name_in_order_alone_and_in_a_batch() {
    let app = alone();
    let all = expected(&app, &texts_by_name()).await;
    let in_order: Vec<_> = TEXTS.iter().map(|text| json!([text])).collect();
    assert_eq!(expected(&app, &in_order).await, all);
    for (at, text) in TEXTS.iter().enumerate() {
        let body = json!({"features": {"text": text}}).to_string();
        let answer = post(&app, "/predict?probabilities=true", body).await.json();
        assert_eq!(answer["probabilities"], json!(all[2 * at..2 * at + 2]));
    }
    // Each text has an answer of its own, also where others stand beside it.
    assert_ne!(all[..2], all[2..4]);
    assert_ne!(all[2..4], all[4..]);
    assert_ne!(all[..2], all[4..]);
    let (app, rows) = table();
    let all = expected(&app, &rows).await;
    let in_order = TEXTS.map(|text| json!([text, "returns", 3.0, 2.5, null]));
    assert_eq!(expected(&app, &in_order).await, all);
    assert_ne!(all[..2], all[2..4]);
    assert_ne!(all[2..4], all[4..]);
}

#[tokio::test]
async fn what_is_no_text_is_refused_with_the_row_and_the_column() {
    for (value, code, said) in [
        (Value::Null, "missing_value", "row 1, column \"text\""),
        (
            json!(3),
            "invalid_type",
            "row 1, column \"text\": expected a string, got a number",
        ),
        (
            json!(["good"]),
            "invalid_type",
            "row 1, column \"text\": expected a string, got an array",
        ),
    ] {
        let mut rows = vec![
            json!({"features": row("good")}),
            json!({"features": row("bad")}),
        ];
        rows[1]["features"]["text"] = value.clone();
        let answer = post(&table().0, "/predict/batch", json!(rows).to_string()).await;
        assert_eq!(answer.status, 422, "{value}: {}", answer.text);
        assert_eq!(answer.code(), code, "{}", answer.text);
        assert!(
            answer.text.contains(&said.replace('"', "\\\"")),
            "{}",
            answer.text
        );
    }
    let mut without = row("good");
    without.as_object_mut().unwrap().remove("text");
    let body = json!({ "features": without }).to_string();
    let answer = post(&table().0, "/predict", body).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (422, "missing_column")
    );
}

#[tokio::test]
async fn a_missing_text_is_taken_where_an_imputer_fills_it_in() {
    for (case, filled) in [
        ("1.9.1-text_filled_alone", ""),
        ("1.5.2-text_filled_word", "missing text"),
    ] {
        let app = serving(case);
        let of = |text: Value| {
            let mut row = row("");
            row["text"] = text;
            if case.ends_with("alone") {
                row = json!({ "text": row["text"] });
            }
            json!({ "features": row }).to_string()
        };
        let missing = post(&app, "/predict", of(Value::Null)).await;
        assert_eq!(missing.status, 200, "{}", missing.text);
        let same = post(&app, "/predict", of(json!(filled))).await;
        for field in ["prediction", "label", "confidence", "decision"] {
            assert_eq!(missing.json()[field], same.json()[field], "{case}");
        }
        let document = get(&app, "/openapi.json").await.json();
        let features =
            &document["components"]["schemas"]["PredictRequest"]["properties"]["features"];
        let text = &features["oneOf"][0]["properties"]["text"];
        assert_eq!(text, &json!({"type": "string", "nullable": true}));
    }
    let app = serving("1.9.1-text_filled_alone");
    let answer = ask_csv(&app, "text\ngood\nn/a\n\"\"\n").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn tensors_of_strings_are_texts_in_every_codec() {
    let (app, rows) = table();
    let all = expected(&app, &rows).await;
    let column = |name: &str, datatype: &str, data: Value| json!({"name": name, "shape": [3, 1], "datatype": datatype, "data": data});
    let mut inputs = vec![
        column("text", "BYTES", json!(TEXTS)),
        column("topic", "BYTES", json!(["returns", "returns", "returns"])),
        column("stars", "FP64", json!([3, 3, 3])),
        column("weight", "FP64", json!([2.5, 2.5, 2.5])),
    ];
    let outputs = json!([{"name": "predict"}, {"name": "predict_proba"}]);
    for (content_type, texts) in [
        (Value::Null, json!(TEXTS)),
        (json!("str"), json!(TEXTS)),
        (
            json!("pd_json"),
            json!(TEXTS.map(|text| json!(text).to_string())),
        ),
    ] {
        inputs[0]["data"] = texts;
        inputs[0]["parameters"] = json!({ "content_type": content_type });
        let body =
            json!({"parameters": {"content_type": "pd"}, "inputs": inputs, "outputs": outputs});
        let answer = post(&app, INFER, body.to_string()).await;
        assert_eq!(answer.status, 200, "{content_type}: {}", answer.text);
        assert_eq!(probabilities(&answer.json()), all, "{content_type}");
    }
    inputs[0] = column("text", "BYTES", json!(["good", null, "bad"]));
    let answer = post(&app, INFER, json!({ "inputs": inputs }).to_string()).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(
        answer.text.contains("row 1, column \\\"text\\\""),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn texts_come_as_bytes_behind_json_and_as_raw_contents_of_a_call() {
    let app = alone();
    let all = expected(&app, &texts_by_name()).await;
    let bytes = framed();
    let outputs = json!([{"name": "predict_proba"}]);
    for (name, shape) in [
        ("text", json!([3, 1])),
        ("text", json!([3])),
        ("x", json!([3, 1])),
    ] {
        let inputs = [input(name, &shape, "BYTES", bytes.len())];
        let request = json!({"inputs": inputs, "outputs": outputs});
        let got = send(&app, INFER, &request, &bytes).await;
        assert_eq!(got.status, 200, "{}", String::from_utf8_lossy(&got.body));
        let answer: Value = serde_json::from_slice(&got.body).unwrap();
        assert_eq!(probabilities(&answer), all, "{name} {shape}");
    }
    let asked = |contents: Option<Contents>, raw: Vec<Vec<u8>>| Infer {
        model: "pipeline".into(),
        inputs: vec![Tensor {
            name: "text".into(),
            datatype: "BYTES".into(),
            shape: vec![3, 1],
            contents,
        }],
        outputs: vec![Output {
            name: "predict_proba".into(),
        }],
        raw: raw.into_iter().map(Into::into).collect(),
        ..Infer::default()
    };
    let doubles = all.iter().flat_map(|x| x.to_le_bytes());
    let answer: Inferred = call(&app, "ModelInfer", &asked(None, vec![bytes]))
        .await
        .decoded();
    assert_eq!(answer.raw[0], doubles.collect::<Vec<u8>>());
    let contents = Contents {
        texts: TEXTS.map(Into::into).into(),
        ..Contents::default()
    };
    let answer: Inferred = call(&app, "ModelInfer", &asked(Some(contents), Vec::new()))
        .await
        .decoded();
    assert_eq!(answer.outputs[0].contents.as_ref().unwrap().fp64s, all);
}

#[tokio::test]
async fn frames_and_files_of_mlflow_hold_texts() {
    let (app, rows) = table();
    let classes: Vec<i64> = expected(&app, &rows)
        .await
        .chunks(2)
        .map(|pair| i64::from(pair[1] > pair[0]))
        .collect();
    let columns = ["text", "topic", "stars", "weight", "title"];
    let data = TEXTS.map(|text| json!([text, "returns", 3.0, 2.5, null]));
    for body in [
        json!({"dataframe_split": {"columns": columns, "data": data}}),
        json!({"dataframe_records": rows}),
        json!({"instances": rows}),
        json!({"inputs": {"text": TEXTS, "topic": (["returns"; 3]), "stars": ([3; 3]), "weight": ([2.5; 3]), "title": [null, null, null]}}),
    ] {
        assert_eq!(predictions(&app, &body).await, json!(classes), "{body}");
    }
    let quoted = TEXTS[0].replace('"', "\"\"");
    let file = format!(
        "text,topic,stars,weight,title\n\"{quoted}\",returns,3,2.5,\n\"{}\",returns,3,2.5,\n",
        TEXTS[2]
    );
    let answer = ask_csv(&app, &file).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(
        answer.json()["predictions"],
        json!([classes[0], classes[2]])
    );
}

#[tokio::test]
async fn the_document_has_a_plain_string_with_an_example_that_is_taken() {
    let app = alone();
    let document = get(&app, "/openapi.json").await.json();
    let features = &document["components"]["schemas"]["PredictRequest"]["properties"]["features"];
    let by_name = &features["oneOf"][0];
    assert_eq!(by_name["properties"]["text"], json!({"type": "string"}));
    assert_eq!(by_name["required"], json!(["text"]));
    let body = &document["paths"]["/predict"]["post"]["requestBody"];
    let examples = &body["content"]["application/json"]["examples"];
    let example = &examples["by_name"]["value"];
    assert!(example["features"]["text"].is_string(), "{example}");
    let answer = post(&app, "/predict", example.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn the_example_of_a_package_is_a_text_that_the_document_shows() {
    let dir = tempfile::tempdir().unwrap();
    let package = dir.path().join("reviews");
    std::fs::create_dir(&package).unwrap();
    let (_files, model) = pipeline("1.9.1-text_tfidf_logistic");
    std::fs::copy(&model, package.join("model.pkl")).unwrap();
    let mlmodel = "flavors:\n  sklearn:\n    pickled_model: model.pkl\n    serialization_format: cloudpickle\n    sklearn_version: 1.9.1\n\
         saved_input_example_info:\n  artifact_path: input_example.json\n  type: dataframe\n  pandas_orient: split\n\
         signature:\n  inputs: '[{\"type\": \"string\", \"name\": \"review\", \"required\": true}]'\n  outputs: null\n";
    std::fs::write(package.join("MLmodel"), mlmodel).unwrap();
    let example = json!({"columns": ["review"], "data": [[TEXTS[0]]]});
    std::fs::write(package.join("input_example.json"), example.to_string()).unwrap();
    let app = app(&package.display().to_string());
    let document = get(&app, "/openapi.json").await.json();
    let body = &document["paths"]["/predict"]["post"]["requestBody"];
    let shown = &body["content"]["application/json"]["examples"]["by_name"]["value"];
    assert_eq!(shown, &json!({"features": {"review": TEXTS[0]}}));
    let named = expected(&app, &[json!({"review": TEXTS[0]})]).await;
    let own = expected(&alone(), &[json!({"text": TEXTS[0]})]).await;
    assert_eq!(named, own);
}

#[tokio::test]
async fn the_command_predicts_texts_of_a_file() {
    let (_dir, model) = pipeline("1.9.1-text_tfidf_logistic");
    let all = expected(&app(&model), &texts_by_name()).await;
    let rows = tempfile::NamedTempFile::new().unwrap();
    let quoted = TEXTS[0].replace('"', "\"\"");
    std::fs::write(
        rows.path(),
        format!("text\n\"{quoted}\"\n\"{}\"\n", TEXTS[2]),
    )
    .unwrap();
    let predict = |rows: &std::path::Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
        command.args(["predict", &model, "--input"]).arg(rows);
        command.output().unwrap()
    };
    let out = predict(rows.path());
    let text = String::from_utf8(out.stdout).unwrap();
    let shown: Vec<f64> = text
        .lines()
        .skip(1)
        .flat_map(|line| line.split(',').skip(2).map(|cell| cell.parse().unwrap()))
        .collect();
    assert_eq!(shown, [&all[..2], &all[4..]].concat(), "{text}");
    std::fs::write(rows.path(), "text\ngood\nn/a\n").unwrap();
    let out = predict(rows.path());
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(65), "{text}");
    assert!(text.contains("line 3), column text"), "{text}");
}
