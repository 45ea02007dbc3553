//! A request: first what its tensors claim to be, then their data.

use super::{data, parts::Parts};
use crate::{
    http::{
        dialects::{
            syntax,
            tensors::{answer::Output, broken, fill::Fill, raw, tensor::Tensor},
        },
        problem::{Code, Failure},
    },
    input::Batch,
    load::LoadedModel,
    model::Model,
};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::error::Category;

/// A message of the JSON reader is cut after so many characters: it repeats what the client sent.
const MAX_MESSAGE: usize = 200;

/// What a request asks for beside its rows.
pub(in crate::http) struct Wanted {
    pub(super) id: Option<String>,
    /// Outputs, and whether each of them is wanted as bytes.
    pub(super) outputs: Vec<(Output, bool)>,
}

// Fields that nobody knows here are left alone: clients of other servers send theirs.
#[derive(Deserialize)]
struct Request {
    id: Option<String>,
    parameters: Option<Parameters>,
    inputs: Vec<Input>,
    outputs: Option<Vec<Requested>>,
}

#[derive(Deserialize)]
struct Input {
    name: String,
    shape: Vec<i64>,
    datatype: String,
    parameters: Option<Parameters>,
    /// Whether there is any. It is read when all claims are known.
    data: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Requested {
    name: String,
    parameters: Option<Parameters>,
}

#[derive(Default, Deserialize)]
struct Parameters {
    content_type: Option<String>,
    binary_data_size: Option<u64>,
    binary_data: Option<bool>,
    binary_data_output: Option<bool>,
    shared_memory_region: Option<IgnoredAny>,
    classification: Option<IgnoredAny>,
}

/// Reads the rows, and what is wanted of them.
pub(in crate::http) fn read(
    parts: &Parts<'_>,
    served: &LoadedModel,
    max_rows: usize,
) -> Result<(Batch, Wanted), Failure> {
    let request: Request =
        serde_json::from_slice(parts.json).map_err(|error| explain(parts.json, &error))?;
    let outputs = outputs(&request, &served.model)?;
    let tensors: Vec<Tensor> = request
        .inputs
        .iter()
        .map(tensor)
        .collect::<Result<_, _>>()?;
    // A value of JSON takes a digit and a comma, a value of binary data a byte.
    let room = parts.json.len() / 2 + 1 + parts.bytes.len();
    let mut fill = Fill::new(served, parts.json, &tensors, max_rows, room)?;
    let rows = tensors.first().map_or(0, Tensor::rows);
    let filled = read_bytes(&request, &tensors, parts, &mut fill)
        .and_then(|()| data::read(parts.json, &tensors, &mut fill));
    filled.map_err(|failure| failure.of_rows(rows))?;
    let id = request.id;
    Ok((fill.finish()?, Wanted { id, outputs }))
}

/// What one input claims.
fn tensor(input: &Input) -> Result<Tensor, Failure> {
    let parameters = input.parameters.as_ref();
    if parameters.is_some_and(|parameters| parameters.shared_memory_region.is_some()) {
        let what = "there is no shared memory here; send the data in the request";
        return Err(broken(&input.name, what));
    }
    let content_type = parameters.and_then(|parameters| parameters.content_type.as_deref());
    let tensor = Tensor::new(
        input.name.clone(),
        &input.datatype,
        &input.shape,
        content_type,
    )?;
    let binary = parameters.is_some_and(|parameters| parameters.binary_data_size.is_some());
    match (input.data.is_some(), binary) {
        (true, true) => Err(broken(&input.name, "it has data and a binary_data_size")),
        (false, false) => Err(broken(&input.name, "it has no data")),
        _ => Ok(tensor),
    }
}

/// Writes the tensors whose data is behind the JSON, one after the other.
fn read_bytes(
    request: &Request,
    tensors: &[Tensor],
    parts: &Parts<'_>,
    fill: &mut Fill<'_>,
) -> Result<(), Failure> {
    let mut left = parts.bytes;
    for (i, (input, tensor)) in request.inputs.iter().zip(tensors).enumerate() {
        let parameters = input.parameters.as_ref();
        let Some(size) = parameters.and_then(|parameters| parameters.binary_data_size) else {
            continue;
        };
        let taken = usize::try_from(size).ok();
        let Some((bytes, rest)) = taken.and_then(|size| left.split_at_checked(size)) else {
            let what = format!(
                "its binary_data_size is {size}, and only {} bytes are left behind the JSON",
                left.len()
            );
            return Err(broken(&tensor.name, what));
        };
        fill.begin(i, tensor);
        raw::fill(fill, tensor, bytes)?;
        left = rest;
    }
    if left.is_empty() {
        return Ok(());
    }
    let detail = format!("{} bytes behind the JSON belong to no input", left.len());
    Err(Failure::new(Code::InvalidTensor, detail))
}

/// The outputs that are asked for; without a list, what scikit-learn's `predict` gives.
fn outputs(request: &Request, model: &Model) -> Result<Vec<(Output, bool)>, Failure> {
    let all = request.parameters.as_ref();
    let all = all.and_then(|parameters| parameters.binary_data_output);
    let all = all.unwrap_or(false);
    let mut outputs = Vec::new();
    for requested in request.outputs.iter().flatten() {
        let parameters = requested.parameters.as_ref();
        if parameters.is_some_and(|parameters| {
            parameters.classification.is_some() || parameters.shared_memory_region.is_some()
        }) {
            let detail = "outputs have no parameters but binary_data here: neither classification nor shared memory";
            return Err(Failure::new(Code::NotSupported, detail));
        }
        let binary = parameters.and_then(|parameters| parameters.binary_data);
        Output::ask(&requested.name, model, &mut outputs, binary.unwrap_or(all))?;
    }
    if outputs.is_empty() {
        outputs.push((Output::Predict, all));
    }
    Ok(outputs)
}

/// What the JSON reader's error means: no JSON, or JSON that is no request.
fn explain(json: &[u8], error: &serde_json::Error) -> Failure {
    if error.classify() != Category::Data {
        return Failure::new(Code::InvalidJson, syntax::explain(json, error));
    }
    let text = error.to_string();
    let code = if text.starts_with("missing field") {
        Code::MissingField
    } else if text.starts_with("duplicate field") {
        Code::DuplicateField
    } else {
        Code::InvalidType
    };
    let detail = if text.chars().nth(MAX_MESSAGE).is_some() {
        let cut: String = text.chars().take(MAX_MESSAGE).collect();
        format!("{cut}…")
    } else {
        text
    };
    Failure::new(
        code,
        format!("The request is no inference request: {detail}"),
    )
}
