//! Graphs that lie: never a panic, and no more work than their size allows.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use prost::Message as _;

use super::{
    super::proto::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto},
    Edit as _,
    graphs::{case, files},
};
use crate::{
    formats::{FormatError, ModelFile},
    model::{Model, Predictions},
};

/// Reads a graph, and answers a row if it is a model.
pub(super) fn read(bytes: &[u8]) -> Result<(), FormatError> {
    let parsed = crate::formats::onnx::read(&ModelFile::new(bytes))?;
    if let Ok(model) = Model::new(parsed.ir) {
        for batch in model.schema().plain_rows() {
            _ = model.predict(&batch, &mut Predictions::default());
        }
    }
    Ok(())
}

/// The recorded graphs of a name.
pub(super) fn graph(part: &str) -> ModelProto {
    let path = files()
        .into_iter()
        .find(|path| path.to_string_lossy().contains(part));
    let case = case(&path.unwrap_or_else(|| panic!("no case {part}")));
    ModelProto::decode(case.model.as_slice()).unwrap()
}

/// One graph for each kind of operators.
const KINDS: [&str; 20] = [
    "1.20.0-m_core_log",
    "1.20.0-m_imp_ohe_log",
    "1.20.0-c_knn_dist",
    "1.20.0-c_svc_proba",
    "1.20.0-c_ada",
    "1.20.0-c_cal_iso",
    "1.20.0-c_gnb",
    "1.20.0-c_mlp",
    "1.20.0-o_iforest",
    "1.20.0-o_kmeans",
    "1.20.0-c_bag_feat",
    "1.20.0-t_poly3",
    "1.20.0-n_int_ord",
    "1.20.0-v_columns_log",
    "1.14.1-c_ovo",
    "1.20.0-f_branches_float",
    "1.20.0-f_calls_float",
    "1.20.0-h_signed",
    "1.20.0-i_knnimp_log",
    "1.20.0-p_places_float",
];

/// Makes one change that keeps the file an ONNX file.
fn change(model: &mut ModelProto, kind: u8, at: usize, other: usize, number: i64) {
    let Some(graph) = &mut model.graph else {
        return;
    };
    let (nodes, tensors) = (graph.node.len(), graph.initializer.len());
    let names: Vec<String> = graph
        .node
        .iter()
        .flat_map(|node| node.output.clone())
        .collect();
    let ops: Vec<(String, String)> = graph
        .node
        .iter()
        .map(|node| (node.domain.clone(), node.op_type.clone()))
        .collect();
    match kind % 12 {
        0 => {
            let node = &mut graph.node[at % nodes];
            let inputs = node.input.len();
            if inputs > 0 {
                node.input[other % inputs]
                    .clone_from(&names[number.unsigned_abs() as usize % names.len()]);
            }
        }
        1 => graph.node[at % nodes]
            .op_type
            .clone_from(&ops[other % ops.len()].1),
        2..=4 => {
            if let Some(attribute) = attribute(graph, at, other) {
                change_attribute(attribute, kind % 12, other, number);
            }
        }
        5..=8 if tensors > 0 => change_tensor(graph, kind % 12, at % tensors, number),
        5..=8 => {}
        9 => {
            let node: NodeProto = graph.node[other % nodes].clone();
            graph.node.insert(at % nodes, node);
        }
        10 => {
            let value = graph.input.len();
            let dims = graph.input[other % value].r#type.as_mut();
            let dims = dims
                .and_then(|t| t.tensor_type.as_mut())
                .and_then(|t| t.shape.as_mut());
            if let Some(dims) = dims {
                for dim in &mut dims.dim {
                    dim.dim_value = Some(number.rem_euclid(12));
                }
            }
        }
        _ => {
            let last = graph.output.len();
            graph.output[other % last]
                .name
                .clone_from(&names[at % names.len()]);
        }
    }
}

/// The same for an attribute.
fn change_attribute(attribute: &mut AttributeProto, kind: u8, other: usize, number: i64) {
    match kind {
        2 => {
            attribute.i = Some(number);
            attribute
                .ints
                .edit(|list| list.first_mut().map(|one| *one = number));
        }
        3 => {
            attribute.ints.edit(Vec::pop);
            attribute.floats.pop();
            attribute.strings.edit(Vec::pop);
        }
        _ => {
            if let Some(one) = attribute.floats.last_mut() {
                *one = [f32::NAN, f32::INFINITY, -1e38, 0.0][other % 4];
            }
        }
    }
}

/// The same for an initializer.
fn change_tensor(graph: &mut GraphProto, kind: u8, at: usize, number: i64) {
    let tensor: &mut TensorProto = &mut graph.initializer[at];
    match kind {
        5 => tensor.dims = vec![number],
        6 => tensor.dims.insert(0, 1),
        7 => _ = graph.initializer.remove(at),
        _ => {
            tensor.int64_data.iter_mut().for_each(|n| *n = number);
            let bytes = number.to_le_bytes();
            let bytes = bytes.iter().cycle();
            tensor
                .raw_data
                .iter_mut()
                .zip(bytes)
                .for_each(|(a, b)| *a = *b);
        }
    }
}

fn attribute(graph: &mut GraphProto, at: usize, other: usize) -> Option<&mut AttributeProto> {
    let nodes: Vec<_> = graph
        .node
        .iter_mut()
        .filter(|node| !node.attribute.is_empty())
        .collect();
    let count = nodes.len();
    let node = nodes.into_iter().nth(at.checked_rem(count)?)?;
    let count = node.attribute.len();
    node.attribute.get_mut(other % count)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_graph_never_panics(
        kind in prop::sample::select(KINDS.to_vec()),
        changes in prop::collection::vec((any::<u8>(), any::<usize>(), any::<usize>(), prop_oneof![-3_i64..12, any::<i64>()]), 1..4),
    ) {
        let mut model = graph(kind);
        for (kind, at, other, number) in changes {
            change(&mut model, kind, at, other, number);
        }
        _ = read(&model.encode_to_vec());
    }

    #[test]
    fn a_damaged_graph_never_panics(
        kind in prop::sample::select(KINDS.to_vec()),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut file = graph(kind).encode_to_vec();
        for (at, byte) in damage {
            let at = at.index(file.len());
            file[at] = byte;
        }
        _ = read(&file);
    }
}

/// What a change of a graph is refused with.
pub(super) fn refused(kind: &str, change: impl FnOnce(&mut GraphProto)) -> String {
    let mut model = graph(kind);
    change(model.graph.as_mut().unwrap());
    read(&model.encode_to_vec()).unwrap_err().to_string()
}

#[test]
fn a_node_that_reads_what_comes_later_is_refused() {
    let error = refused("1.20.0-c_ada", |graph| graph.node.reverse());
    assert!(error.contains("nothing before it computes"), "{error}");
}

#[test]
fn a_missing_initializer_is_named() {
    let error = refused("1.20.0-c_mlp", |graph| graph.initializer.clear());
    assert!(error.contains("nothing before it computes"), "{error}");
}

#[test]
fn all_unknown_operators_are_named_at_once() {
    let error = refused("1.20.0-c_mlp", |graph| {
        graph.node[0].op_type = "Conv".into();
        graph.node[1].op_type = "LSTM".into();
        graph.node[2].domain = "com.example".into();
    });
    for name in ["Conv", "LSTM", "com.example"] {
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn a_tensor_in_another_file_is_refused() {
    let error = refused("1.20.0-c_mlp", |graph| {
        graph.initializer[0].data_location = 1;
    });
    assert!(error.contains("another file"), "{error}");
}

#[test]
fn a_small_graph_makes_no_large_program() {
    // Each node doubles the columns of the one before it.
    let mut model = graph("1.20.0-t_poly3");
    let graph = model.graph.as_mut().unwrap();
    let input = graph.input[0].name.clone();
    graph.node = (0..40)
        .map(|i| {
            let from = if i == 0 {
                input.clone()
            } else {
                format!("d{i}")
            };
            NodeProto {
                op_type: "Concat".into(),
                input: vec![from.clone(), from],
                output: vec![format!("d{}", i + 1)],
                attribute: vec![AttributeProto {
                    name: "axis".into(),
                    i: Some(1),
                    r#type: 2,
                    ..AttributeProto::default()
                }],
                ..NodeProto::default()
            }
        })
        .collect();
    graph.output[0].name = "d40".into();
    let begin = Instant::now();
    let error = read(&model.encode_to_vec()).unwrap_err().to_string();
    assert!(error.contains("more numbers than"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(20));
}
