//! What an operator refuses, and what it takes although no recorded graph has it.

use prost::Message as _;

use super::{
    super::proto::{AttributeProto, ModelProto, NodeProto, TensorProto},
    distrust_graphs::{graph, read, refused},
};
use crate::{
    formats::ModelFile,
    input::Batch,
    model::{Model, Predictions},
};

fn node(op: &str, inputs: &[&str], outputs: &[&str]) -> NodeProto {
    NodeProto {
        op_type: op.into(),
        input: inputs.iter().map(|name| (*name).into()).collect(),
        output: outputs.iter().map(|name| (*name).into()).collect(),
        ..NodeProto::default()
    }
}

/// A graph that replaces the largest number of ten by the smallest. `nodes` compute `spot`, which takes the place of the largest number's index
/// `most`.
fn replaces(nodes: Vec<NodeProto>, constants: &[(&str, i64)]) -> ModelProto {
    let mut model = graph("1.20.0-p_places_float");
    let graph = model.graph.as_mut().unwrap();
    for (name, number) in constants {
        graph.initializer.push(TensorProto {
            name: (*name).into(),
            data_type: 7,
            int64_data: vec![*number],
            ..TensorProto::default()
        });
    }
    let scatter = graph
        .node
        .iter()
        .position(|n| n.op_type == "ScatterElements");
    let scatter = scatter.unwrap();
    graph.node[scatter].input[1] = "spot".into();
    graph.node.splice(scatter..scatter, nodes);
    model
}

/// The answers to some rows without equal numbers.
fn answers(model: &ModelProto) -> Vec<f64> {
    let bytes = model.encode_to_vec();
    let parsed = crate::formats::onnx::read(&ModelFile::new(&bytes)).unwrap();
    let model = Model::new(parsed.ir).unwrap();
    let values = (0..100).map(|i| f64::from(i * 37 % 101) / 8.0).collect();
    let mut predictions = Predictions::default();
    let batch = Batch::from_values(values, 10).unwrap();
    model.predict(&batch, &mut predictions).unwrap();
    predictions.scores
}

fn why(model: &ModelProto) -> String {
    read(&model.encode_to_vec()).unwrap_err().to_string()
}

#[test]
fn an_index_that_counts_from_the_end_replaces_the_same_number() {
    let plain = answers(&graph("1.20.0-p_places_float"));
    let minus = |end| {
        let nodes = vec![node("Sub", &["most", "end"], &["spot"])];
        replaces(nodes, &[("end", end)])
    };
    assert_eq!(answers(&minus(10)), plain);
    let error = why(&minus(11));
    assert!(error.contains("may not have for some rows"), "{error}");
}

#[test]
fn an_index_of_topk_replaces_what_one_of_argmax_does() {
    let top = node("TopK", &["X", "axes"], &["largest", "spot"]);
    let plain = answers(&graph("1.20.0-p_places_float"));
    assert_eq!(answers(&replaces(vec![top], &[])), plain);
}

#[test]
fn an_index_that_is_computed_of_the_rows_is_refused() {
    let mut cast = node("Cast", &["least"], &["spot"]);
    cast.attribute.push(AttributeProto {
        name: "to".into(),
        i: Some(7),
        r#type: 2,
        ..AttributeProto::default()
    });
    let error = why(&replaces(vec![cast], &[]));
    assert!(error.contains("may not have for some rows"), "{error}");
}

#[test]
fn a_rest_of_fractions_needs_fmod() {
    let error = refused("1.20.0-p_mod", |graph| {
        for node in &mut graph.node {
            if node.op_type == "Mod" && node.input[0] == "X" {
                node.attribute.clear();
            }
        }
    });
    assert!(error.contains("of fractions has no fmod"), "{error}");
}
