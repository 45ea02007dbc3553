//! Bodies of any kind.

use super::{Takes, read::read};
use crate::{
    config::ModelConfig,
    http::dialects::{mlflow, v1, vertex},
    load::{LoadedModel, load},
    registry::{Access, Secret},
};
use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

static IRIS: LazyLock<LoadedModel> = LazyLock::new(|| {
    load(&ModelConfig::default(), &Access::default()).expect("the embedded model")
});
static UNNAMED: LazyLock<LoadedModel> = LazyLock::new(|| {
    let config = ModelConfig {
        uri: Secret::uri("tests/data/onnx/iris_rf_double.onnx"),
        ..ModelConfig::default()
    };
    load(&config, &Access::default()).expect("a model without names")
});

/// The words that mean something in a body.
const WORDS: [&str; 14] = [
    "dataframe_split",
    "dataframe_records",
    "instances",
    "inputs",
    "params",
    "parameters",
    "probabilities",
    "columns",
    "index",
    "data",
    "sepal_length",
    "sepal_width",
    "petal_length",
    "petal_width",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        select(WORDS.as_slice()).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 5, |inner| {
        let field = (
            select(WORDS.as_slice()).prop_map(str::to_owned),
            inner.clone(),
        );
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            prop::collection::vec(field, 0..5)
                .prop_map(|fields| Value::from(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

const MOST: usize = 3;

fn check(takes: &'static Takes, model: &LoadedModel, body: &[u8]) {
    match read(takes, body, model, MOST) {
        Ok(given) => {
            assert!(given.batch.len() <= MOST);
            assert_eq!(given.batch.width(), 4);
        }
        Err(failure) => {
            assert!(failure.code.status() < 500, "{failure:?}");
            assert!(failure.detail.len() < 2000, "{failure:?}");
        }
    }
}

fn check_all(body: &[u8]) {
    for takes in [&mlflow::TAKES, &v1::TAKES, &vertex::TAKES] {
        check(takes, &IRIS, body);
        check(takes, &UNNAMED, body);
    }
}

proptest! {
    #[test]
    fn any_json_is_rows_or_a_mistake_of_the_client(body in any_json()) {
        check_all(body.to_string().as_bytes());
        for key in ["dataframe_split", "dataframe_records", "instances", "inputs"] {
            check_all(json!({key: body}).to_string().as_bytes());
        }
    }

    #[test]
    fn so_are_any_bytes(body in prop::collection::vec(any::<u8>(), 0..60)) {
        check_all(&body);
        check_all(&[b"{\"instances\": [[NaN", body.as_slice()].concat());
    }
}
