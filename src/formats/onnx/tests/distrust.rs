//! Files that lie: an error that names the lie, never a panic, no memory beyond the file's size.

use proptest::prelude::*;
use prost::Message as _;

use super::{
    super::proto::{AttributeProto, DimensionProto, ModelProto},
    Edit as _, bytes, read,
};
use crate::{
    formats::{FormatError, ModelFile},
    model::Model,
};

/// Changes a decoded model and reads it again.
pub(super) fn forged(name: &str, change: impl FnOnce(&mut ModelProto)) -> FormatError {
    let mut model = ModelProto::decode(bytes(name).as_slice()).unwrap();
    change(&mut model);
    match read(&model.encode_to_vec()) {
        Ok(_) => panic!("the forged {name} was read"),
        Err(error) => error,
    }
}

pub(super) type Change = fn(&mut ModelProto);

pub(super) fn is_corrupt(case: &str, error: &FormatError, text: &str) {
    assert!(matches!(error, FormatError::Corrupt(_)), "{case}: {error}");
    assert!(error.to_string().contains(text), "{case}: {error}");
}

pub(super) fn is_unsupported(case: &str, error: &FormatError, text: &str) {
    let kind = matches!(error, FormatError::Unsupported(_));
    assert!(kind && error.to_string().contains(text), "{case}: {error}");
}

/// The attribute `name` of the tree operator.
pub(super) fn attribute<'a>(model: &'a mut ModelProto, name: &str) -> &'a mut AttributeProto {
    let nodes = &mut model.graph.as_mut().unwrap().node;
    let tree = nodes
        .iter_mut()
        .find(|n| n.op_type.starts_with("TreeEnsemble"))
        .unwrap();
    tree.attribute.iter_mut().find(|a| a.name == name).unwrap()
}

/// A name, what is forged, and what the refusal names.
const CONTRADICTIONS: &[(&str, Change, &str)] = &[
    ("no graph", |m| m.graph = None, "no graph"),
    (
        "no nodes",
        |m| m.graph.as_mut().unwrap().node.clear(),
        "is empty",
    ),
    (
        "short modes",
        |m| _ = attribute(m, "nodes_modes").strings.edit(Vec::pop),
        "nodes_modes has",
    ),
    (
        "short features",
        |m| _ = attribute(m, "nodes_featureids").ints.edit(Vec::pop),
        "nodes_featureids has",
    ),
    (
        "short values",
        |m| _ = attribute(m, "nodes_values").floats.pop(),
        "nodes_values has",
    ),
    (
        "short children",
        |m| _ = attribute(m, "nodes_truenodeids").ints.edit(Vec::pop),
        "nodes_truenodeids has",
    ),
    (
        "short tracks",
        |m| {
            _ = attribute(m, "nodes_missing_value_tracks_true")
                .ints
                .edit(Vec::pop);
        },
        "tracks_true has",
    ),
    (
        "short weights",
        |m| _ = attribute(m, "class_weights").floats.pop(),
        "differ in length",
    ),
    (
        "child far away",
        |m| {
            attribute(m, "nodes_falsenodeids")
                .ints
                .edit(|list| list[0] = i64::MAX);
        },
        "does not list",
    ),
    (
        "child before all",
        |m| {
            attribute(m, "nodes_falsenodeids")
                .ints
                .edit(|list| list[0] = i64::MIN);
        },
        "does not list",
    ),
    (
        "root as child",
        |m| {
            attribute(m, "nodes_falsenodeids")
                .ints
                .edit(|list| list[0] = 0);
        },
        "first node",
    ),
    (
        "node twice",
        |m| attribute(m, "nodes_nodeids").ints.edit(|list| list[1] = 0),
        "listed twice",
    ),
    (
        "negative feature",
        |m| {
            attribute(m, "nodes_featureids")
                .ints
                .edit(|list| list[0] = -1);
        },
        "tests feature -1",
    ),
    (
        "class too large",
        |m| attribute(m, "class_ids").ints.edit(|list| list[0] = 3),
        "class or target 3 of 3",
    ),
    (
        "class negative",
        |m| attribute(m, "class_ids").ints.edit(|list| list[0] = -1),
        "class or target -1 of 3",
    ),
    (
        "weight of no tree",
        |m| attribute(m, "class_treeids").ints.edit(|list| list[0] = 99),
        "tree 99",
    ),
    (
        "weight of no node",
        |m| {
            attribute(m, "class_nodeids")
                .ints
                .edit(|list| list[0] = 99_999);
        },
        "node 99999",
    ),
    (
        "weight NaN",
        |m| attribute(m, "class_weights").floats[0] = f32::NAN,
        "not finite",
    ),
    (
        "same label",
        |m| {
            attribute(m, "classlabels_int64s")
                .ints
                .edit(|list| list[0] = 1);
        },
        "same label",
    ),
];

#[test]
fn a_file_that_contradicts_itself_is_corrupt() {
    for (case, change, text) in CONTRADICTIONS {
        is_corrupt(case, &forged("iris_rf", change), text);
    }
}

/// A name, the model, what is forged, and what the refusal names.
const NOT_SERVED: &[(&str, &str, Change, &str)] = &[
    (
        "operator",
        "iris_rf",
        |m| m.graph.as_mut().unwrap().node[0].op_type = "Normalizer".into(),
        "Normalizer",
    ),
    (
        "domain",
        "iris_rf",
        |m| m.graph.as_mut().unwrap().node[0].domain = "com.example".into(),
        "com.example",
    ),
    (
        "mode",
        "iris_rf",
        |m| {
            attribute(m, "nodes_modes")
                .strings
                .edit(|list| list[0] = b"BRANCH_MEMBER".to_vec());
        },
        "BRANCH_MEMBER",
    ),
    (
        "transform",
        "iris_rf",
        |m| attribute(m, "post_transform").s = Some(b"PROBIT".to_vec()),
        "PROBIT",
    ),
    (
        "aggregate",
        "mode_mixed",
        |m| attribute(m, "aggregate_function").s = Some(b"MIN".to_vec()),
        "MIN",
    ),
    (
        "attribute",
        "iris_rf",
        |m| attribute(m, "nodes_hitrates").name = "nodes_x".into(),
        "nodes_x",
    ),
    (
        "both classes",
        "cancer_rf",
        |m| attribute(m, "class_ids").ints.edit(|list| list[0] = 1),
        "class_ids 0",
    ),
    (
        "one class",
        "cancer_rf",
        |m| {
            attribute(m, "classlabels_int64s")
                .ints
                .edit(|list| list.truncate(1));
        },
        "one class only",
    ),
    (
        "two base values",
        "cancer_gb",
        |m| attribute(m, "base_values").floats.push(0.0),
        "base_values",
    ),
    (
        "no score",
        "three_classes_none",
        |m| attribute(m, "class_ids").ints.edit(|list| list.fill(0)),
        "without a score",
    ),
    (
        "scattered tree",
        "iris_rf",
        |m| {
            attribute(m, "nodes_treeids").ints.edit(|ids| {
                let last = ids.len() - 1;
                ids[last] = 0;
            });
        },
        "not listed together",
    ),
];

#[test]
fn what_cannot_be_served_is_refused_by_name() {
    for (case, name, change, text) in NOT_SERVED {
        is_unsupported(case, &forged(name, change), text);
    }
}

#[test]
fn a_claim_of_many_columns_costs_nothing() {
    let error = forged("iris_rf", |m| {
        let input = m.graph.as_mut().unwrap().input[0].r#type.as_mut().unwrap();
        let shape = input.tensor_type.as_mut().unwrap().shape.as_mut().unwrap();
        shape.dim[1] = DimensionProto {
            dim_value: Some(i64::MAX),
            dim_param: None,
        };
    });
    assert!(error.to_string().contains("columns work"), "{error}");
}

#[test]
fn a_claim_of_many_targets_costs_nothing() {
    let error = forged("diabetes_rf", |m| {
        attribute(m, "n_targets").i = Some(60_000);
    });
    assert!(error.to_string().contains("too much memory"), "{error}");
    let error = forged("diabetes_rf", |m| {
        attribute(m, "n_targets").i = Some(i64::MAX);
    });
    assert!(error.to_string().contains("targets"), "{error}");
}

#[test]
fn a_flood_of_empty_messages_is_refused_before_it_is_decoded() {
    // Graph (field 7) of empty nodes (field 1, length 0), two bytes each.
    let flood = [0x0a, 0x00].repeat(100_000);
    let mut file = vec![0x3a];
    prost::encoding::encode_varint(flood.len() as u64, &mut file);
    file.extend(flood);
    assert!(read(&file).unwrap_err().to_string().contains("more than"));
}

#[test]
fn endless_cycles_are_refused() {
    // Node 1 and node 2 of a tree name each other, and nobody is the root's parent.
    let error = forged("mode_leq", |m| {
        attribute(m, "nodes_truenodeids")
            .ints
            .edit(|list| list[1] = 2);
        attribute(m, "nodes_truenodeids")
            .ints
            .edit(|list| list[2] = 1);
    });
    assert!(error.to_string().contains("meet again"), "{error}");
}

#[test]
fn a_file_cut_off_anywhere_is_refused_or_read_without_panic() {
    for name in ["eq_chain_integers", "typed_columns", "v5_sets"] {
        let whole = bytes(name);
        for end in 0..whole.len() {
            // Cut between two fields, a file may still be a model; it must only not panic.
            _ = read(&whole[..end]).map(Model::new);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_never_panics(
        name in prop::sample::select(vec!["eq_chain_integers_shared", "typed_columns", "double_scaler", "one_column_mixed_none", "v5_sets_missing", "v5_argmax_strings"]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut file = bytes(name);
        for (at, byte) in damage {
            let at = at.index(file.len());
            file[at] = byte;
        }
        // It may be a program now, and no forest.
        _ = super::super::read(&ModelFile::new(&file)).map(|parsed| Model::new(parsed.ir));
    }
}
