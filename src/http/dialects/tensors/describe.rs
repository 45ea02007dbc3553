//! What clients are told about the model before they ask it: its tensors, its platform, what was asked so far.

use super::{answer::Output, datatype::Datatype};
use crate::{
    http::{
        problem::{Code, Failure},
        state::State,
    },
    input::Schema,
    load::LoadedModel,
};
use serde::Serialize;

/// What the server calls itself, and the extensions of the protocol that it has.
pub(in crate::http) const SERVER: &str = "ml-serving";
pub(in crate::http) const EXTENSIONS: [&str; 3] =
    ["model_repository", "statistics", "binary_tensor_data"];

/// The name of the one input of a model whose columns have no names. Clients may send any other.
const MATRIX: &str = "input";

/// A tensor that a model takes or answers; −1 is the number of rows.
#[derive(Serialize)]
pub(in crate::http) struct Tensor {
    pub(in crate::http) name: String,
    pub(in crate::http) datatype: &'static str,
    pub(in crate::http) shape: [i64; 2],
}

/// The tensors that a model takes: the matrix, or one for each column that has a name.
pub(in crate::http) fn inputs(schema: &Schema) -> Vec<Tensor> {
    if schema.named {
        let columns = schema.columns.iter().map(|column| Tensor {
            name: column.name.clone(),
            datatype: Datatype::of(column.kind).name(),
            shape: [-1, 1],
        });
        return columns.collect();
    }
    vec![matrix(schema)]
}

/// The tensor of all columns.
pub(in crate::http) fn matrix(schema: &Schema) -> Tensor {
    Tensor {
        name: MATRIX.to_owned(),
        datatype: of_matrix(schema).name(),
        shape: [-1, schema.len() as i64],
    }
}

/// The datatype of all columns together.
fn of_matrix(schema: &Schema) -> Datatype {
    let mut kinds = schema
        .columns
        .iter()
        .map(|column| Datatype::of(column.kind));
    let first = kinds.next().unwrap_or(Datatype::Fp64);
    if kinds.clone().all(|kind| kind == first) {
        return first;
    }
    let words = schema.columns.iter().any(|column| column.kind.is_words());
    if words {
        Datatype::Bytes
    } else {
        Datatype::Fp64
    }
}

/// The tensors that a model answers.
pub(in crate::http) fn outputs(served: &LoadedModel) -> Vec<Tensor> {
    let model = &served.model;
    let outputs = Output::of(model).into_iter().map(|output| Tensor {
        name: output.name().into_owned(),
        datatype: output.datatype(model).name(),
        shape: [-1, output.per_row(model) as i64],
    });
    outputs.collect()
}

/// What the model is made of, as KServe calls it.
pub(in crate::http) fn platform(served: &LoadedModel) -> String {
    format!("mlflow_{}", served.flavor)
}

/// A model in the list of those that the server has.
#[derive(Serialize)]
pub(in crate::http) struct Indexed {
    pub(in crate::http) name: String,
    pub(in crate::http) version: String,
    pub(in crate::http) state: &'static str,
    pub(in crate::http) reason: &'static str,
}

impl Indexed {
    pub(in crate::http) fn of(served: &LoadedModel) -> Self {
        Self {
            name: served.name.clone(),
            version: served.version.clone(),
            state: "READY",
            reason: "",
        }
    }
}

/// The list: the one model, once there is one.
pub(in crate::http) fn index(state: &State) -> Vec<Indexed> {
    let models = state.model().into_iter();
    models.map(|model| Indexed::of(&model.served)).collect()
}

/// The answer to who wants another model.
pub(in crate::http) fn fixed() -> Failure {
    let detail = "This server has the one model that it was started with; start another server for another model.";
    Failure::new(Code::NotSupported, detail)
}
