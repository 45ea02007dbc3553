//! Node arrays of the tree operators → trees with children by index.

use std::collections::{HashMap, HashSet};

use super::{
    attributes::{Attributes, Numbers},
    corrupt,
    lists::{Ints, Strings},
    unsupported,
};
use crate::{formats::FormatError, input::Precision, model::Test};

/// The parallel arrays `nodes_*`, equally long.
pub(super) struct NodeArrays<'a> {
    pub(super) tree_ids: &'a Ints,
    pub(super) node_ids: &'a Ints,
    pub(super) features: &'a Ints,
    pub(super) modes: &'a Strings,
    pub(super) values: Numbers<'a>,
    pub(super) yes: &'a Ints,
    pub(super) no: &'a Ints,
    /// Empty when the model says nothing about missing values.
    pub(super) missing: &'a Ints,
}

impl<'a> NodeArrays<'a> {
    /// The arrays of one operator, checked to be equally long.
    pub(super) fn new(
        op: &str,
        attributes: &Attributes<'a>,
        precision: Precision,
    ) -> Result<Self, FormatError> {
        let arrays = Self {
            tree_ids: attributes.ints("nodes_treeids")?,
            node_ids: attributes.ints("nodes_nodeids")?,
            features: attributes.ints("nodes_featureids")?,
            modes: attributes.bytes("nodes_modes")?,
            values: attributes.numbers("nodes_values", precision)?,
            yes: attributes.ints("nodes_truenodeids")?,
            no: attributes.ints("nodes_falsenodeids")?,
            missing: attributes.ints("nodes_missing_value_tracks_true")?,
        };
        let count = arrays.tree_ids.len();
        if count == 0 {
            return Err(corrupt!("{op} has no nodes"));
        }
        if u32::try_from(count).is_err() {
            return Err(unsupported!("{op} has {count} nodes, more than 2^32"));
        }
        let lengths = [
            ("nodes_nodeids", arrays.node_ids.len()),
            ("nodes_featureids", arrays.features.len()),
            ("nodes_modes", arrays.modes.len()),
            ("nodes_values", arrays.values.len()),
            ("nodes_truenodeids", arrays.yes.len()),
            ("nodes_falsenodeids", arrays.no.len()),
        ];
        for (name, length) in lengths {
            if length != count {
                return Err(corrupt!(
                    "{op}: {name} has {length} entries for {count} nodes"
                ));
            }
        }
        if !arrays.missing.is_empty() && arrays.missing.len() != count {
            return Err(corrupt!(
                "{op}: nodes_missing_value_tracks_true has {} entries for {count} nodes",
                arrays.missing.len()
            ));
        }
        Ok(arrays)
    }
}

impl NodeArrays<'_> {
    /// Whether the model has learnt where missing values go: some node sends them to its true branch, or the modes are those that
    /// `XGBoost`'s models (`BRANCH_LT`) and `CatBoost`'s (`BRANCH_GT`) are exported with, which may send all of them to the false one. The
    /// models of scikit-learn, whose mode is `BRANCH_LEQ`, have the same zeros without a meaning.
    pub(super) fn lead_nan(&self) -> bool {
        let only = |mode: &[u8]| self.modes.iter().all(|m| m == mode || m == b"LEAF");
        self.missing.iter().any(|m| m != 0)
            || !self.missing.is_empty() && (only(b"BRANCH_LT") || only(b"BRANCH_GT"))
    }
}

/// What a node does; `None` is a leaf.
pub(super) fn mode(mode: &[u8]) -> Result<Option<Test>, FormatError> {
    Ok(Some(match mode {
        b"LEAF" => return Ok(None),
        b"BRANCH_LEQ" => Test::Le,
        b"BRANCH_LT" => Test::Lt,
        b"BRANCH_GTE" => Test::Ge,
        b"BRANCH_GT" => Test::Gt,
        b"BRANCH_EQ" => Test::Eq,
        b"BRANCH_NEQ" => Test::Ne,
        other => {
            return Err(unsupported!(
                "the node mode `{}` is not supported; BRANCH_LEQ, _LT, _GTE, _GT, _EQ, _NEQ and LEAF are",
                String::from_utf8_lossy(other.get(..40).unwrap_or(other))
            ));
        }
    }))
}

/// One tree's share of the arrays, and how its node ids map to places in it.
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    first_id: i64,
    /// Only where the ids are not consecutive.
    places: Option<HashMap<i64, u32>>,
}

impl Span {
    /// The index of a node within its tree.
    pub(super) fn place(&self, id: i64) -> Option<u32> {
        if let Some(places) = &self.places {
            return places.get(&id).copied();
        }
        let place = usize::try_from(id.checked_sub(self.first_id)?).ok()?;
        (place < self.end - self.start).then_some(place as u32)
    }
}

/// Cuts the arrays into trees: onnxruntime starts a tree wherever the tree id changes, and its first node is the root.
pub(super) fn spans(op: &str, nodes: &NodeArrays<'_>) -> Result<Vec<Span>, FormatError> {
    let mut spans = Vec::new();
    let mut seen = HashSet::new();
    let mut start = 0;
    while let Some(tree) = nodes.tree_ids.get(start) {
        let run = (start..).take_while(|i| nodes.tree_ids.get(*i) == Some(tree));
        let end = start + run.count();
        if !seen.insert(tree) {
            return Err(unsupported!(
                "{op}: the nodes of tree {tree} are not listed together"
            ));
        }
        let ids = (start..end).map_while(|i| nodes.node_ids.get(i));
        let first_id = nodes.node_ids.get(start).unwrap_or_default();
        let consecutive = ids
            .clone()
            .zip(0_i64..)
            .all(|(id, i)| id.checked_sub(first_id) == Some(i));
        let places = if consecutive {
            None
        } else {
            let mut places = HashMap::with_capacity(end - start);
            for (id, place) in ids.zip(0_u32..) {
                if places.insert(id, place).is_some() {
                    return Err(corrupt!("{op}: node {id} of tree {tree} is listed twice"));
                }
            }
            Some(places)
        };
        spans.push(Span {
            start,
            end,
            first_id,
            places,
        });
        start = end;
    }
    Ok(spans)
}
