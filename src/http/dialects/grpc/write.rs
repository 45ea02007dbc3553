//! A `ModelInferResponse`.

use super::{
    infer::Wanted,
    messages::{InferOutputTensor, InferParameter, InferTensorContents, ModelInferResponse},
};
use crate::{
    http::dialects::{
        Scored,
        tensors::answer::{CONTENT_TYPE, Output, Values},
    },
    model::Labels,
};
use prost::bytes::Bytes;

pub(super) fn answer(wanted: &Wanted, scored: &Scored<'_>) -> ModelInferResponse {
    let served = &scored.model.served;
    let model = &served.model;
    let outputs = wanted.outputs.iter();
    let raw = outputs.clone().filter(|_| wanted.raw);
    ModelInferResponse {
        model_name: served.name.clone(),
        model_version: served.version.clone(),
        id: wanted.id.clone(),
        outputs: outputs
            .map(|(output, ())| tensor(*output, wanted.raw, scored))
            .collect(),
        raw_output_contents: raw
            .map(|(output, ())| output.values(model, scored.predictions).bytes().into())
            .collect(),
    }
}

fn tensor(output: Output, raw: bool, scored: &Scored<'_>) -> InferOutputTensor {
    let model = &scored.model.served.model;
    let (values, width) = (
        output.values(model, scored.predictions),
        output.per_row(model),
    );
    let content_type = InferParameter {
        text: Some(CONTENT_TYPE.to_owned()),
    };
    InferOutputTensor {
        name: output.name().into_owned(),
        datatype: output.datatype(model).name().to_owned(),
        shape: vec![(values.len() / width.max(1)) as i64, width as i64],
        parameters: [("content_type".to_owned(), content_type)].into(),
        contents: (!raw).then(|| contents(values)),
    }
}

fn contents(values: Values<'_>) -> InferTensorContents {
    let mut contents = InferTensorContents::default();
    match values {
        Values::Integers(classes) => contents.int64 = classes.integers().collect(),
        Values::Texts(classes) => {
            // Rows of a class share its text.
            let texts = |labels: &Labels| labels.names().into_iter().map(Bytes::from).collect();
            let texts: Vec<Vec<Bytes>> = classes.targets.iter().map(texts).collect();
            let text = |(target, class): (usize, usize)| texts[target][class].clone();
            contents.bytes = classes.places().map(text).collect();
        }
        Values::Singles(numbers) => contents.fp32 = numbers.iter().map(|x| x as f32).collect(),
        Values::Doubles(numbers) => contents.fp64 = numbers.iter().collect(),
    }
    contents
}
