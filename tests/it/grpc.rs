//! gRPC: the same model by calls, in process and over HTTP/2.

use crate::{
    app::{iris, post},
    kinds::serving,
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request, Version};
use ml_serving::http::App;
use prost::Message;
use serde_json::json;
use std::sync::Arc;

/// Messages as a client has them.
pub mod messages {
    use prost::{Message, bytes::Bytes};

    #[derive(Clone, PartialEq, Message)]
    pub struct Named {
        #[prost(string, tag = "1")]
        pub name: String,
        #[prost(string, tag = "2")]
        pub version: String,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Contents {
        #[prost(bool, repeated, tag = "1")]
        pub bools: Vec<bool>,
        #[prost(int32, repeated, tag = "2")]
        pub ints: Vec<i32>,
        #[prost(int64, repeated, tag = "3")]
        pub int64s: Vec<i64>,
        #[prost(uint32, repeated, tag = "4")]
        pub uints: Vec<u32>,
        #[prost(uint64, repeated, tag = "5")]
        pub uint64s: Vec<u64>,
        #[prost(float, repeated, tag = "6")]
        pub fp32s: Vec<f32>,
        #[prost(double, repeated, tag = "7")]
        pub fp64s: Vec<f64>,
        #[prost(bytes = "bytes", repeated, tag = "8")]
        pub texts: Vec<Bytes>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Tensor {
        #[prost(string, tag = "1")]
        pub name: String,
        #[prost(string, tag = "2")]
        pub datatype: String,
        #[prost(int64, repeated, tag = "3")]
        pub shape: Vec<i64>,
        #[prost(message, optional, tag = "5")]
        pub contents: Option<Contents>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Output {
        #[prost(string, tag = "1")]
        pub name: String,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Infer {
        #[prost(string, tag = "1")]
        pub model: String,
        #[prost(string, tag = "2")]
        pub version: String,
        #[prost(string, tag = "3")]
        pub id: String,
        #[prost(message, repeated, tag = "5")]
        pub inputs: Vec<Tensor>,
        #[prost(message, repeated, tag = "6")]
        pub outputs: Vec<Output>,
        #[prost(bytes = "bytes", repeated, tag = "7")]
        pub raw: Vec<Bytes>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Inferred {
        #[prost(string, tag = "1")]
        pub model: String,
        #[prost(string, tag = "2")]
        pub version: String,
        #[prost(string, tag = "3")]
        pub id: String,
        #[prost(message, repeated, tag = "5")]
        pub outputs: Vec<Tensor>,
        #[prost(bytes = "bytes", repeated, tag = "6")]
        pub raw: Vec<Bytes>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Number {
        #[prost(int64, tag = "1")]
        pub is: i64,
    }
}

use messages::{Contents, Infer, Inferred, Output, Tensor};

pub const SERVICE: &str = "/inference.GRPCInferenceService";
pub const ROWS: [[f64; 4]; 2] = [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]];

/// How a call ended: status, message, headers, and the bytes of its messages.
pub struct Ended {
    pub http: u16,
    pub status: String,
    pub message: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Ended {
    pub fn decoded<M: Message + Default>(&self) -> M {
        assert_eq!(self.status, "0", "{}", self.message);
        assert_eq!(self.body[0], 0);
        M::decode(&self.body[5..]).unwrap()
    }
}

pub fn framed(message: &[u8], compressed: bool) -> Vec<u8> {
    let length = (message.len() as u32).to_be_bytes();
    [&[u8::from(compressed)], &length[..], message].concat()
}

pub fn request(path: &str) -> hyper::http::request::Builder {
    let request = Request::post(path).version(Version::HTTP_2);
    request
        .header("content-type", "application/grpc")
        .header("te", "trailers")
}

pub async fn ended(app: &Arc<App>, request: Request<Full<Bytes>>) -> Ended {
    let (head, body) = app.handle(request).await.into_parts();
    let collected = body.collect().await.unwrap();
    let trailers = collected.trailers().cloned().unwrap_or_default();
    let find = |name: &str| {
        let value = trailers.get(name).or_else(|| head.headers.get(name));
        value.map_or("", |value| value.to_str().unwrap()).to_owned()
    };
    Ended {
        http: head.status.as_u16(),
        status: find("grpc-status"),
        message: find("grpc-message"),
        body: collected.to_bytes(),
        headers: head.headers,
    }
}

pub async fn call(app: &Arc<App>, method: &str, message: &impl Message) -> Ended {
    let body = framed(&message.encode_to_vec(), false);
    let path = if method.starts_with('/') {
        method.to_owned()
    } else {
        format!("{SERVICE}/{method}")
    };
    ended(app, request(&path).body(Full::new(body.into())).unwrap()).await
}

pub fn raw() -> Infer {
    let input = Tensor {
        name: "x".into(),
        datatype: "FP64".into(),
        shape: vec![2, 4],
        contents: None,
    };
    let bytes: Vec<u8> = ROWS
        .concat()
        .into_iter()
        .flat_map(f64::to_le_bytes)
        .collect();
    Infer {
        model: "iris".into(),
        id: "9".into(),
        inputs: vec![input],
        raw: vec![bytes.into()],
        ..Infer::default()
    }
}

pub fn typed() -> Infer {
    let mut request = raw();
    request.raw.clear();
    request.inputs[0].contents = Some(Contents {
        fp64s: ROWS.concat(),
        ..Contents::default()
    });
    request
}

pub fn both() -> Vec<Output> {
    ["predict", "predict_proba"]
        .map(|name| Output { name: name.into() })
        .into()
}

#[tokio::test]
async fn typed_values_are_answered_typed_and_bytes_with_bytes() {
    let app = iris();
    let mut request = typed();
    request.outputs = both();
    let answer: Inferred = call(&app, "ModelInfer", &request).await.decoded();
    assert_eq!((answer.model.as_str(), answer.id.as_str()), ("iris", "9"));
    assert_eq!(answer.outputs[0].contents.as_ref().unwrap().int64s, [0, 2]);
    assert_eq!(
        (
            &answer.outputs[1].shape,
            answer.outputs[1].datatype.as_str()
        ),
        (&vec![2, 3], "FP32")
    );
    let typed = answer.outputs[1].contents.clone().unwrap().fp32s;
    let rows = ROWS.map(|row| json!({ "features": row }));
    let native = post(
        &app,
        "/predict/batch?probabilities=true",
        json!(rows).to_string(),
    )
    .await
    .json();
    let native: Vec<f32> = serde_json::from_value(native[1]["probabilities"].clone()).unwrap();
    assert_eq!(typed[3..], native);
    let mut request = raw();
    request.outputs = both();
    let answer: Inferred = call(&app, "ModelInfer", &request).await.decoded();
    assert_eq!(
        answer.raw[0],
        [0i64.to_le_bytes(), 2i64.to_le_bytes()].concat()
    );
    let bytes: Vec<u8> = typed.into_iter().flat_map(f32::to_le_bytes).collect();
    assert_eq!(answer.raw[1], bytes);
    assert!(
        answer
            .outputs
            .iter()
            .all(|output| output.contents.is_none())
    );
}

#[tokio::test]
async fn columns_of_words_come_one_by_one() {
    let app = serving("1.9.1-core_logistic");
    let inputs = crate::v2::words();
    let body =
        json!({"inputs": inputs, "outputs": [{"name": "predict"}, {"name": "predict_proba"}]});
    let rest = post(&app, "/v2/models/pipeline/infer", body.to_string())
        .await
        .json();
    let column = |input: &serde_json::Value| {
        let value = &input["data"][0];
        let mut contents = Contents::default();
        match input["datatype"].as_str().unwrap() {
            "INT64" => contents.int64s.push(value.as_i64().unwrap()),
            "FP64" => contents.fp64s.push(value.as_f64().unwrap()),
            "BOOL" => contents.bools.push(value.as_bool().unwrap()),
            _ => contents
                .texts
                .push(value.as_str().unwrap().to_owned().into()),
        }
        let text = |key: &str| input[key].as_str().unwrap().to_owned();
        Tensor {
            name: text("name"),
            datatype: text("datatype"),
            shape: vec![1],
            contents: Some(contents),
        }
    };
    let request = Infer {
        model: "pipeline".into(),
        inputs: inputs.as_array().unwrap().iter().map(column).collect(),
        outputs: both(),
        ..Infer::default()
    };
    let answer: Inferred = call(&app, "ModelInfer", &request).await.decoded();
    let probabilities = answer.outputs[1].contents.clone().unwrap().fp64s;
    assert_eq!(json!(probabilities), rest["outputs"][1]["data"]);
}

#[tokio::test]
async fn empty_contents_beside_raw_ones_are_none() {
    let mut request = raw();
    request.inputs[0].contents = Some(Contents::default());
    let answer: Inferred = call(&iris(), "ModelInfer", &request).await.decoded();
    assert_eq!(answer.raw.len(), 1);
}

/// A datatype and the four values of a row in it.
type Case = (&'static str, fn(&mut Contents));

#[tokio::test]
async fn every_datatype_has_its_typed_values() {
    let app = iris();
    let ask = |datatype: &str, set: fn(&mut Contents)| {
        let mut request = typed();
        let input = &mut request.inputs[0];
        (input.datatype, input.shape) = (datatype.into(), vec![1, 4]);
        input.contents = Some(Contents::default());
        set(input.contents.as_mut().unwrap());
        request.outputs = both();
        request
    };
    let ints: fn(&mut Contents) = |contents| contents.ints = vec![5, 3, 1, 0];
    let uints: fn(&mut Contents) = |contents| contents.uints = vec![5, 3, 1, 0];
    let mut answers = Vec::new();
    let cases: [Case; 10] = [
        ("FP64", |contents| contents.fp64s = vec![5.0, 3.0, 1.0, 0.0]),
        ("FP32", |contents| contents.fp32s = vec![5.0, 3.0, 1.0, 0.0]),
        ("INT8", ints),
        ("INT16", ints),
        ("INT32", ints),
        ("UINT8", uints),
        ("UINT16", uints),
        ("UINT32", uints),
        ("INT64", |contents| contents.int64s = vec![5, 3, 1, 0]),
        ("UINT64", |contents| contents.uint64s = vec![5, 3, 1, 0]),
    ];
    for (datatype, set) in cases {
        let answer = call(&app, "ModelInfer", &ask(datatype, set)).await;
        answers.push(answer.decoded::<Inferred>());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let too_large = ask("UINT8", |contents| contents.uints = vec![5, 300, 1, 0]);
    let ended = call(&app, "ModelInfer", &too_large).await;
    assert_eq!(
        ended.message,
        "row 0, column \"sepal_width\": expected UINT8, got a number beyond its range"
    );
    let elsewhere = ask("INT64", |contents| contents.ints = vec![5, 3, 1, 0]);
    let ended = call(&app, "ModelInfer", &elsewhere).await;
    assert_eq!(
        ended.message,
        "input \"x\": its values are in int_contents, where those of INT64 are in int64_contents"
    );
}
