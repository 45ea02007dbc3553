//! A model → the files of its package.

use serde_yaml::Mapping;

use super::{
    example,
    mlmodel::{self, Packaged},
    read::{RECORDED, Recorded, digest},
};
use crate::{
    formats::{FormatError, ModelFile, corrupt, onnx},
    input::Batch,
    model::{Model, ModelIr, Predictions},
};

/// The files of an MLflow Model directory for `source`, by name. The same input gives the same bytes.
///
/// `example` holds rows in the order of the signature; what the model answers for them, read back from the written
/// bytes, is recorded under `metadata:` beside the `facts` of its training.
///
/// # Errors
/// `Unsupported` when ONNX cannot say what `source` says.
pub fn package(
    source: &ModelIr,
    example: &[Vec<f64>],
    facts: Mapping,
) -> Result<Vec<(&'static str, Vec<u8>)>, FormatError> {
    let graph = onnx::write(source)?;
    let written = onnx::read(&ModelFile::new(&graph))?.ir;
    let output = written.output.clone();
    let model = Model::new(written).map_err(|e| corrupt!("the model does not hold: {e}"))?;
    let mut metadata = facts;
    if !example.is_empty() {
        let recorded = serde_yaml::to_value(answers(&model, example)?)
            .map_err(|e| corrupt!("the example's outputs: {e}"))?;
        metadata.insert(RECORDED.into(), recorded);
    }
    let digest = digest(&graph);
    let mlmodel = mlmodel::write(&Packaged {
        signature: &source.schema,
        output: &output,
        model_bytes: graph.len(),
        metadata,
        // Thirty-two digits of the digest: an identifier without a clock or a random number.
        model_uuid: digest.get(7..39).unwrap_or_default(),
        created: None,
        example: !example.is_empty(),
    })
    .map_err(|e| corrupt!("MLmodel cannot be written: {e}"))?;
    let mut files = vec![("MLmodel", mlmodel.into_bytes()), ("model.onnx", graph)];
    if !example.is_empty() {
        let rows = example::write(example, &source.schema);
        files.push(("input_example.json", rows.into_bytes()));
    }
    let environment = mlmodel::environment();
    files.extend(environment.map(|(name, text)| (name, text.into_bytes())));
    Ok(files)
}

fn answers(model: &Model, example: &[Vec<f64>]) -> Result<Recorded, FormatError> {
    let width = model.schema().len();
    if let Some(row) = example.iter().find(|row| row.len() != width) {
        return Err(corrupt!(
            "a row of the example has {} values, the model takes {width}",
            row.len()
        ));
    }
    let mut into = Predictions::default();
    let rows = Batch::from_values(example.concat(), width);
    rows.map_err(|error| error.to_string())
        .and_then(|rows| {
            let predicted = model.predict(&rows, &mut into);
            predicted.map_err(|error| error.to_string())
        })
        .map_err(|error| corrupt!("the example cannot be predicted: {error}"))?;
    Ok(Recorded {
        scores: (0..example.len()).map(|i| into.row(i).to_vec()).collect(),
        classes: into.classes,
    })
}
