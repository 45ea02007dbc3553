//! The answer to a request: JSON, and behind it the outputs that are wanted as bytes.

use super::{parts::HEADER_LENGTH, request::Wanted};
use crate::{
    http::{
        dialects::{
            Written,
            tensors::answer::{CONTENT_TYPE, Output, Values},
        },
        media::MediaType,
        problem::Failure,
    },
    load::LoadedModel,
    model::{Model, Predictions},
};
use serde::Serialize;
use std::borrow::Cow;

#[derive(Serialize)]
struct Answer<'a> {
    model_name: &'a str,
    model_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    outputs: Vec<Tensor<'a>>,
}

#[derive(Serialize)]
struct Tensor<'a> {
    name: Cow<'static, str>,
    shape: [usize; 2],
    datatype: &'static str,
    parameters: Parameters,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Values<'a>>,
}

#[derive(Serialize)]
struct Parameters {
    /// How MLServer's clients decode the tensor.
    content_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    binary_data_size: Option<usize>,
}

pub(in crate::http) fn answer(
    wanted: &Wanted,
    served: &LoadedModel,
    predictions: &Predictions,
) -> Result<Written, Failure> {
    let model = &served.model;
    let mut bytes = Vec::new();
    let outputs = wanted.outputs.iter();
    let outputs =
        outputs.map(|(output, binary)| tensor(*output, *binary, (model, predictions), &mut bytes));
    let answer = Answer {
        model_name: &served.name,
        model_version: &served.version,
        id: wanted.id.as_deref(),
        outputs: outputs.collect(),
    };
    let mut body = Vec::with_capacity(256 + bytes.len());
    serde_json::to_writer(&mut body, &answer).map_err(Failure::internal)?;
    if wanted.outputs.iter().all(|(_, binary)| !binary) {
        return Ok(Written::new(MediaType::Json, body));
    }
    let length = body.len();
    body.extend_from_slice(&bytes);
    let mut written = Written::new(MediaType::Octets, body);
    written.headers.push((HEADER_LENGTH, length.into()));
    Ok(written)
}

fn tensor<'a>(
    output: Output,
    binary: bool,
    (model, predictions): (&'a Model, &'a Predictions),
    bytes: &mut Vec<u8>,
) -> Tensor<'a> {
    let (values, width) = (output.values(model, predictions), output.per_row(model));
    let size = binary.then(|| {
        let written = values.bytes();
        bytes.extend_from_slice(&written);
        written.len()
    });
    Tensor {
        name: output.name(),
        shape: [values.len() / width.max(1), width],
        datatype: output.datatype(model).name(),
        parameters: Parameters {
            content_type: CONTENT_TYPE,
            binary_data_size: size,
        },
        data: (!binary).then_some(values),
    }
}
