//! Makes the files of a package from a model.

use super::{
    digest::digest,
    example,
    mlmodel::{self, Packaged},
    recorded::{RECORDED, Recorded},
    yaml::{self, Mapping},
};
use crate::{
    formats::{FormatError, ModelFile, corrupt, onnx},
    input::Batch,
    model::{ForestModel, Model, Predictions},
};

/// The files of an MLflow Model directory for `source`, by name. The same input gives the same bytes.
///
/// `example` holds rows in the order of the signature; what the model answers for them, read back from the written
/// bytes, is recorded in `metadata:` beside the `facts` of its training.
///
/// # Errors
/// `Unsupported` when ONNX cannot represent `source`.
pub fn write(
    source: &ForestModel,
    example: &Batch,
    facts: Mapping,
) -> Result<Vec<(&'static str, Vec<u8>)>, FormatError> {
    let graph = onnx::write(source)?;
    let written = onnx::read(&ModelFile::new(&graph))?.ir;
    let output = written.output.clone();
    let model = Model::new(written).map_err(|e| corrupt!("the model does not hold: {e}"))?;
    let mut metadata = facts;
    if !example.is_empty() {
        let mut answers = Predictions::default();
        model
            .predict(example, &mut answers)
            .map_err(|e| corrupt!("the example cannot be predicted: {e}"))?;
        let recorded = yaml::write_value(&Recorded::of(&answers))
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
        example: !example.is_empty(),
    })
    .map_err(|e| corrupt!("MLmodel cannot be written: {e}"))?;
    let mut files = vec![("MLmodel", mlmodel.into_bytes()), ("model.onnx", graph)];
    if !example.is_empty() {
        let rows = example::write(example, &source.schema);
        files.push(("input_example.json", rows.into_bytes()));
    }
    let environment = mlmodel::environment(&mlmodel::trained());
    files.extend(environment.map(|(name, text)| (name, text.into_bytes())));
    Ok(files)
}
