//! What the Open Inference Protocol tells about the server and its model.

use crate::{
    app::{app, get, iris, post},
    kinds::{apps, serving, typed, uri},
    v2::{INFER, both, columns, outputs},
};
use serde_json::json;

#[tokio::test]
async fn metadata_has_the_tensors_that_the_model_takes_and_answers() {
    let named = get(&iris(), "/v2/models/iris").await.json();
    assert_eq!(named["platform"], "mlflow_onnx");
    assert_eq!(
        named["inputs"][3],
        json!({"name": "petal_width", "datatype": "FP64", "shape": [-1, 1]})
    );
    assert_eq!(
        named["outputs"],
        json!([
            {"name": "predict", "datatype": "INT64", "shape": [-1, 1]},
            {"name": "predict_proba", "datatype": "FP32", "shape": [-1, 3]},
        ])
    );
    let unnamed = app("tests/data/onnx/iris_rf_double.onnx");
    let unnamed = get(&unnamed, "/v2/models/iris_rf_double").await.json();
    assert_eq!(
        unnamed["inputs"],
        json!([{"name": "input", "datatype": "FP64", "shape": [-1, 4]}])
    );
    let typed = get(&app(&uri(&typed())), "/v2/models/churn").await.json();
    let inputs = typed["inputs"].as_array().unwrap().iter();
    let datatypes: Vec<_> = inputs
        .map(|input| input["datatype"].as_str().unwrap())
        .collect();
    assert_eq!(
        datatypes,
        [
            "INT32", "FP64", "INT64", "FP32", "BOOL", "FP64", "INT32", "INT64"
        ]
    );
    let labels_only = serving("1.9.1-linear_svc_words");
    let labels_only = get(&labels_only, "/v2/models/pipeline").await.json();
    assert_eq!(labels_only["outputs"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_the_server_says_of_itself() {
    let app = iris();
    let server = get(&app, "/v2").await.json();
    assert_eq!(server["name"], "ml-serving");
    assert_eq!(
        server["extensions"],
        json!(["model_repository", "statistics", "binary_tensor_data"])
    );
    for (path, answer) in [
        ("/v2/health/live", json!({"live": true})),
        ("/v2/health/ready", json!({"ready": true})),
        (
            "/v2/models/iris/ready",
            json!({"name": "iris", "ready": true}),
        ),
    ] {
        let got = get(&app, path).await;
        assert_eq!((got.status.as_u16(), got.json()), (200, answer), "{path}");
    }
    for body in ["", "{}", r#"{"ready":true}"#] {
        let index = post(&app, "/v2/repository/index", body).await.json();
        assert_eq!(
            (&index[0]["name"], &index[0]["state"]),
            (&json!("iris"), &json!("READY"))
        );
    }
}

#[tokio::test]
async fn an_index_is_asked_for_with_an_object_or_with_nothing() {
    for body in ["[]", "[true]", "1", r#"{"ready":1}"#] {
        let refused = post(&iris(), "/v2/repository/index", body).await;
        assert_eq!(refused.status, 400, "{body}");
    }
}

#[tokio::test]
async fn statistics_count_requests_rows_and_refusals_of_all_dialects() {
    let app = iris();
    outputs(&app, INFER, both(&columns())).await;
    post(&app, "/predict", crate::app::ROW).await;
    assert_eq!(post(&app, INFER, "{").await.status, 400);
    for path in ["/v2/models/iris/stats", "/v2/models/stats"] {
        let stats = get(&app, path).await.json();
        let stats = &stats["model_stats"][0];
        assert_eq!(
            (&stats["name"], &stats["inference_count"]),
            (&json!("iris"), &json!(3))
        );
        assert_eq!(stats["execution_count"], 2);
        let of = &stats["inference_stats"];
        assert_eq!(
            (&of["success"]["count"], &of["fail"]["count"]),
            (&json!(2), &json!(1))
        );
        assert!(of["success"]["ns"].as_u64().unwrap() > 0);
    }
}

#[tokio::test]
async fn every_example_of_the_document_gets_the_answer_beside_it() {
    for (kind, app) in apps() {
        let document = get(&app, "/openapi.json").await.json();
        let operation = &document["paths"]["/v2/models/{model}/infer"]["post"];
        let name = operation["parameters"][0]["example"].as_str().unwrap();
        let requests = &operation["requestBody"]["content"]["application/json"]["examples"];
        let answers = &operation["responses"]["200"]["content"]["application/json"]["examples"];
        let requests = requests.as_object().unwrap();
        assert!(requests.contains_key("matrix"), "{kind}");
        for (key, request) in requests {
            let path = format!("/v2/models/{name}/infer");
            let answer = post(&app, &path, request["value"].to_string()).await;
            assert_eq!(answer.status, 200, "{kind} {key}: {}", answer.text);
            assert_eq!(answer.json(), answers[key]["value"], "{kind} {key}");
        }
        let metadata = get(&app, &format!("/v2/models/{name}")).await.json();
        let shown = &document["paths"]["/v2/models/{model}"]["get"]["responses"]["200"];
        assert_eq!(
            shown["content"]["application/json"]["example"], metadata,
            "{kind}"
        );
    }
}
