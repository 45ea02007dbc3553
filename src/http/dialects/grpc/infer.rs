//! A `ModelInferRequest`: what its tensors claim, then their data.

use super::{
    typed,
    walk::{Field, Fields, malformed, varint},
};
use crate::{
    http::{
        dialects::{
            rows::echo,
            tensors::{answer::Output, broken, fill::Fill, raw, tensor::Tensor},
        },
        problem::{Code, Failure},
        routes::{MODEL, VERSION},
        state::ServedModel,
    },
    input::Batch,
};

/// More outputs than a model has; a message may name so many.
const MOST_OUTPUTS: usize = 16;
/// More dimensions than rows have; a shape may have so many.
const MOST_DIMENSIONS: usize = 16;

/// What a request asks for beside its rows.
pub(in crate::http) struct Wanted {
    pub(super) id: String,
    pub(super) outputs: Vec<(Output, ())>,
    /// Whether the answer has bytes instead of typed values, as the request had.
    pub(super) raw: bool,
}

/// The message, where it lies.
#[derive(Default)]
struct Request<'b> {
    name: &'b str,
    version: &'b str,
    id: &'b str,
    inputs: Vec<&'b [u8]>,
    outputs: Vec<&'b str>,
    raw: Vec<&'b [u8]>,
}

/// An input, where it lies.
#[derive(Default)]
struct Input<'b> {
    name: &'b str,
    datatype: &'b str,
    shape: Vec<i64>,
    content_type: Option<&'b str>,
    contents: Option<&'b [u8]>,
}

/// Reads the rows, and what is wanted of them.
pub(super) fn read(
    message: &[u8],
    model: &ServedModel,
    max_rows: usize,
) -> Result<(Batch, Wanted), Failure> {
    let served = &model.served;
    let request = request(message, served.model.schema().len())?;
    model.answers_to(MODEL, request.name)?;
    if !request.version.is_empty() {
        model.answers_to(VERSION, request.version)?;
    }
    let mut outputs = Vec::new();
    for name in &request.outputs {
        Output::ask(name, &served.model, &mut outputs, ())?;
    }
    if outputs.is_empty() {
        outputs.push((Output::Predict, ()));
    }
    let inputs = request.inputs.iter().map(|bytes| input(bytes));
    let inputs: Vec<Input<'_>> = inputs.collect::<Result<_, _>>()?;
    let tensor = |input: &Input<'_>| {
        let name = input.name.to_owned();
        Tensor::new(name, input.datatype, &input.shape, input.content_type)
    };
    let tensors: Vec<Tensor> = inputs.iter().map(tensor).collect::<Result<_, _>>()?;
    let raw = !request.raw.is_empty();
    let matches = request.raw.len() == inputs.len();
    if raw && (!matches || inputs.iter().any(|input| input.contents.is_some())) {
        let detail = format!(
            "there are {} inputs and {} raw_input_contents; send one for each input and no contents, or none",
            inputs.len(),
            request.raw.len()
        );
        return Err(Failure::new(Code::InvalidTensor, detail));
    }
    // No value takes less than a byte.
    let mut fill = Fill::new(served, message, &tensors, max_rows, message.len())?;
    for (i, tensor) in tensors.iter().enumerate() {
        fill.begin(i, tensor);
        let filled = match request.raw.get(i) {
            Some(bytes) => raw::fill(&mut fill, tensor, bytes),
            None => typed::fill(&mut fill, tensor, inputs[i].contents.unwrap_or_default()),
        };
        filled.map_err(|failure| failure.of_rows(tensor.rows()))?;
    }
    let wanted = Wanted {
        id: request.id.to_owned(),
        outputs,
        raw,
    };
    Ok((fill.finish()?, wanted))
}

/// Finds the parts of a request to a model of `width` columns.
fn request(message: &[u8], width: usize) -> Result<Request<'_>, Failure> {
    let mut request = Request::default();
    for field in Fields(message) {
        let (number, field) = field?;
        match number {
            1 => request.name = field.text()?,
            2 => request.version = field.text()?,
            3 => request.id = field.text()?,
            5 => request.inputs.push(field.bytes()?),
            6 => request.outputs.push(output(field.bytes()?)?),
            7 => request.raw.push(field.bytes()?),
            _ => {}
        }
        let most = request.inputs.len().max(request.raw.len());
        if most > width.max(1) || request.outputs.len() > MOST_OUTPUTS {
            let detail = format!(
                "the request has more than {width} inputs or {MOST_OUTPUTS} outputs; this model has {width} columns"
            );
            return Err(Failure::new(Code::InvalidTensor, detail));
        }
    }
    Ok(request)
}

/// The name of a requested output.
fn output(message: &[u8]) -> Result<&str, Failure> {
    let mut name = "";
    for field in Fields(message) {
        let (number, field) = field?;
        match number {
            1 => name = field.text()?,
            2 => {
                let (key, _) = parameter(field.bytes()?)?;
                if key == "classification" || key.starts_with("shared_memory") {
                    let detail = format!("outputs have no parameter {key:?} here");
                    return Err(Failure::new(Code::NotSupported, detail));
                }
            }
            _ => {}
        }
    }
    Ok(name)
}

fn input(message: &[u8]) -> Result<Input<'_>, Failure> {
    let mut input = Input::default();
    for field in Fields(message) {
        let (number, field) = field?;
        match (number, field) {
            (1, _) => input.name = field.text()?,
            (2, _) => input.datatype = field.text()?,
            (3, Field::Varint(n)) => input.shape.push(n as i64),
            (3, Field::Bytes(mut packed)) => {
                while !packed.is_empty() && input.shape.len() <= MOST_DIMENSIONS {
                    input
                        .shape
                        .push(varint(&mut packed).ok_or_else(malformed)? as i64);
                }
            }
            (4, _) => {
                let (key, text) = parameter(field.bytes()?)?;
                if key == "content_type" {
                    input.content_type = text;
                } else if key.starts_with("shared_memory") {
                    let what = "there is no shared memory here; send the data in the request";
                    return Err(broken(input.name, what));
                }
            }
            // MLServer's clients send empty contents beside raw ones.
            (5, _) => input.contents = Some(field.bytes()?).filter(|bytes| !bytes.is_empty()),
            _ => {}
        }
        if input.shape.len() > MOST_DIMENSIONS {
            let name = echo(input.name);
            return Err(broken(&name, "its shape has too many dimensions"));
        }
    }
    Ok(input)
}

/// A parameter's name, and its value if it is a text.
fn parameter(entry: &[u8]) -> Result<(&str, Option<&str>), Failure> {
    let (mut key, mut value) = ("", &[][..]);
    for field in Fields(entry) {
        match field? {
            (1, field) => key = field.text()?,
            (2, field) => value = field.bytes()?,
            _ => {}
        }
    }
    let mut text = None;
    for field in Fields(value) {
        if let (3, field) = field? {
            text = Some(field.text()?);
        }
    }
    Ok((key, text))
}
