//! Files with a `TreeEnsemble` of version 5 that lie.

use prost::Message as _;

use super::{
    super::proto::ModelProto,
    Edit as _, bytes,
    distrust::{Change, attribute, forged, is_corrupt, is_unsupported},
    read,
};
use crate::model::{Labels, Output};

/// The numbers of `membership_values`, which the writer of the test data put into the raw bytes, as numbers of a field.
fn members(model: &mut ModelProto) -> &mut Vec<f32> {
    let tensor = attribute(model, "membership_values").t.as_mut().unwrap();
    let raw = std::mem::take(&mut tensor.raw_data);
    let numbers = raw.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b));
    tensor.float_data = numbers.collect();
    &mut tensor.float_data
}

/// A name, what is forged, and what the refusal names.
const CONTRADICTIONS: &[(&str, Change, &str)] = &[
    (
        "short modes",
        |m| {
            let tensor = attribute(m, "nodes_modes").t.as_mut().unwrap();
            tensor.raw_data.pop();
        },
        "nodes_modes has",
    ),
    (
        "short features",
        |m| _ = attribute(m, "nodes_featureids").ints.edit(Vec::pop),
        "entries for",
    ),
    (
        "short children",
        |m| _ = attribute(m, "nodes_truenodeids").ints.edit(Vec::pop),
        "differ in length",
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
        "short targets",
        |m| _ = attribute(m, "leaf_targetids").ints.edit(Vec::pop),
        "leaf_targetids for",
    ),
    (
        "unknown mode",
        |m| attribute(m, "nodes_modes").t.as_mut().unwrap().raw_data[0] = 7,
        "the mode 7",
    ),
    (
        "modes of another type",
        |m| attribute(m, "nodes_modes").t.as_mut().unwrap().data_type = 7,
        "not a tensor of bytes",
    ),
    (
        "child far away",
        |m| {
            attribute(m, "nodes_falsenodeids")
                .ints
                .edit(|list| list.fill(i64::MAX));
        },
        "a branch is node",
    ),
    (
        "root before all",
        |m| attribute(m, "tree_roots").ints.edit(|list| list[0] = -1),
        "a root or",
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
        "target too large",
        |m| attribute(m, "leaf_targetids").ints.edit(|list| list[0] = 1),
        "target 1 of 1",
    ),
    (
        "no targets",
        |m| attribute(m, "n_targets").i = Some(0),
        "n_targets = 0",
    ),
    (
        "sets without members",
        |m| members(m).fill(f32::NAN),
        "without members",
    ),
];

#[test]
fn a_file_of_version_5_that_contradicts_itself_is_corrupt() {
    for (case, change, text) in CONTRADICTIONS {
        is_corrupt(case, &forged("v5_sets_missing", change), text);
    }
}

#[test]
fn what_version_5_can_say_and_this_server_cannot_is_refused_by_name() {
    let cases: [(&str, &str, Change, &str); 6] = [
        (
            "aggregate of version 5",
            "v5_mixed_average",
            |m| attribute(m, "aggregate_function").i = Some(3),
            "MAX",
        ),
        (
            "transform of version 5",
            "v5_three_targets_1",
            |m| attribute(m, "post_transform").i = Some(4),
            "PROBIT",
        ),
        (
            "attribute of another version",
            "mode_leq",
            |m| m.graph.as_mut().unwrap().node[0].op_type = "TreeEnsemble".into(),
            "nodes_nodeids",
        ),
        (
            "negative member",
            "v5_sets",
            |m| members(m)[0] = -2.0,
            "from 0 on",
        ),
        (
            "half a member",
            "v5_sets",
            |m| members(m)[0] = 0.5,
            "from 0 on",
        ),
        (
            "last of the largest",
            "v5_argmax_0",
            |m| {
                let node = &mut m.graph.as_mut().unwrap().node[1];
                let mut last = node.attribute[0].clone();
                last.name = "select_last_index".into();
                last.i = Some(1);
                node.attribute.push(last);
            },
            "not the first of the largest",
        ),
    ];
    for (case, name, change, text) in cases {
        is_unsupported(case, &forged(name, change), text);
    }
}

#[test]
fn a_tree_that_comes_back_to_its_root_is_refused() {
    let error = forged("v5_leq", |m| {
        let trees = attribute(m, "tree_roots").ints.edit(|list| list.clone());
        attribute(m, "nodes_truenodeids")
            .ints
            .edit(|list| list[0] = trees[0]);
        attribute(m, "nodes_trueleafs")
            .ints
            .edit(|list| list[0] = 0);
    });
    assert!(error.to_string().contains("meet again"), "{error}");
}

#[test]
fn one_tree_below_many_roots_takes_no_more_memory_than_it_may_grow_by() {
    let error = forged("v5_leq", |m| {
        attribute(m, "tree_roots")
            .ints
            .edit(|list| *list = vec![0; 100_000]);
    });
    assert!(error.to_string().contains("meet again"), "{error}");
}

#[test]
fn many_classes_find_their_names_among_many_keys_at_once() {
    let mut model = ModelProto::decode(bytes("v5_argmax_integers").as_slice()).unwrap();
    attribute(&mut model, "n_targets").i = Some(60_000);
    let encoder = &mut model.graph.as_mut().unwrap().node[2];
    for attribute in &mut encoder.attribute {
        attribute.ints = Some((0..1_000_000).rev().collect());
    }
    let labels = read(&model.encode_to_vec()).unwrap().output;
    assert!(matches!(
        labels,
        Output::Classes { labels: Labels::Integers(labels), .. } if labels[59_999] == 59_999
    ));
}
