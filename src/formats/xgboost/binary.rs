//! XGBoost's first format: the memory of its structs, one behind the other, as MLflow wrote it to `model.xgb` for years.
//!
//! Source: `LearnerIO::Load` in `src/learner.cc`, `GBTreeModel::Load` in `src/gbm/gbtree_model.cc` and `RegTree::Load` in
//! `src/tree/tree_model.cc` of XGBoost 1.7; little-endian, with fields that were reserved or have lost their meaning.

use std::collections::HashMap;

use super::{
    FormatError, corrupt,
    document::{
        Booster, Document, Flag, GbtreeModel, GbtreeParameters, Inner, Learner, Number,
        ObjectiveName, Parameters, Tree, TreeParameters,
    },
};

/// `LearnerModelParamLegacy`, `GBTreeModelParam` and `TreeParam`, with what is reserved in them.
const LEARNER_BYTES: usize = 136;
const FOREST_BYTES: usize = 160;
const TREE_BYTES: usize = 148;
/// `RegTree::Node`, and `RTreeNodeStat`, which follows for every node.
const NODE_BYTES: usize = 20;
const STAT_BYTES: usize = 16;

/// Reads a model.
pub(super) fn read(bytes: &[u8]) -> Result<Document, FormatError> {
    let bytes = bytes.strip_prefix(b"binf").unwrap_or(bytes);
    let mut input = Input {
        size: bytes.len(),
        rest: bytes,
    };
    let mut fields = input.record(LEARNER_BYTES)?;
    let base_score = fields.f32()?;
    let (num_feature, num_class) = (fields.u32()?, fields.i32()?);
    let (has_attributes, _metrics) = (fields.i32()?, fields.i32()?);
    let (major, minor, num_target) = (fields.u32()?, fields.u32()?, fields.u32()?);
    if major > 3 || !(0..1 << 20).contains(&num_class) {
        return Err(input.error("does not begin with a model's parameters"));
    }
    let objective = input.text()?.to_owned();
    let name = input.text()?.to_owned();
    // Rounds of several trees have been told apart from single ones since 1.6.
    let gradient_booster = match name.as_str() {
        "gbtree" | "dart" => input.booster(name, (major, minor) >= (1, 6))?,
        // Refused by name, whatever its model is.
        _ => Booster {
            name,
            model: None,
            gbtree: None,
            weight_drop: None,
        },
    };
    let attributes = if has_attributes == 0 || gradient_booster.is_empty() {
        HashMap::new()
    } else {
        input.attributes()?
    };
    Ok(Document {
        learner: Learner {
            attributes,
            feature_names: Vec::new(),
            gradient_booster,
            learner_model_param: Parameters {
                base_score: base_score.to_string(),
                num_class: num_class.to_string(),
                num_feature: num_feature.to_string(),
                num_target: Some(num_target.max(1).to_string()),
                is_margin: major < 1,
            },
            objective: ObjectiveName { name: objective },
        },
        // Before 1.0 the file does not say.
        version: if major < 1 {
            Vec::new()
        } else {
            vec![major, minor]
        },
    })
}

/// Whether the bytes begin as such a file does: parameters within their ranges, and a short name of an objective.
pub(super) fn is_model(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"binf").unwrap_or(bytes);
    let mut input = Input {
        size: bytes.len(),
        rest: bytes,
    };
    let begins = |input: &mut Input<'_>| {
        let mut fields = input.record(LEARNER_BYTES)?;
        let (_base, _features, classes) = (fields.f32()?, fields.u32()?, fields.i32()?);
        let (_attributes, _metrics, major) = (fields.i32()?, fields.i32()?, fields.u32()?);
        let name = input.text()?;
        Ok::<_, FormatError>(
            major <= 3
                && (0..1 << 20).contains(&classes)
                && name.contains(':')
                && name.len() < 64
                && name.chars().all(|c| c.is_ascii_lowercase() || c == ':'),
        )
    };
    begins(&mut input).unwrap_or(false)
}

/// What is left of the file.
struct Input<'a> {
    size: usize,
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    fn error(&self, what: &str) -> FormatError {
        corrupt!(
            "the file is not an XGBoost model: it is neither JSON nor UBJSON, and read as XGBoost's old binary format {what}, at \
             byte {}; save it again with save_model(\"model.ubj\")",
            self.size - self.rest.len()
        )
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], FormatError> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return Err(self.error("is cut off"));
        };
        self.rest = rest;
        Ok(taken)
    }

    /// A struct of so many bytes.
    fn record(&mut self, count: usize) -> Result<Self, FormatError> {
        let rest = self.take(count)?;
        Ok(Self {
            size: rest.len(),
            rest,
        })
    }

    fn u32(&mut self) -> Result<u32, FormatError> {
        let Some((taken, rest)) = self.rest.split_first_chunk() else {
            return Err(self.error("is cut off"));
        };
        self.rest = rest;
        Ok(u32::from_le_bytes(*taken))
    }

    fn i32(&mut self) -> Result<i32, FormatError> {
        self.u32().map(u32::cast_signed)
    }

    fn f32(&mut self) -> Result<f32, FormatError> {
        self.u32().map(f32::from_bits)
    }

    /// How many elements follow; `least` bytes each must be left for them.
    fn length(&mut self, count: u64, least: usize) -> Result<usize, FormatError> {
        match usize::try_from(count) {
            Ok(count) if count <= self.rest.len() / least => Ok(count),
            _ => Err(self.error(&format!("names {count} elements, which do not fit into it"))),
        }
    }

    fn u64(&mut self) -> Result<u64, FormatError> {
        let (low, high) = (self.u32()?, self.u32()?);
        Ok(u64::from(high) << 32 | u64::from(low))
    }

    fn text(&mut self) -> Result<&'a str, FormatError> {
        let length = self.u64()?;
        let length = self.length(length, 1)?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| self.error("has a text that is not UTF-8"))
    }

    fn attributes(&mut self) -> Result<HashMap<String, String>, FormatError> {
        let count = self.u64()?;
        let count = self.length(count, 16)?;
        let pair = |input: &mut Self| Ok((input.text()?.to_owned(), input.text()?.to_owned()));
        (0..count).map(|_| pair(self)).collect()
    }

    fn booster(&mut self, name: String, knows_rounds: bool) -> Result<Booster, FormatError> {
        let mut fields = self.record(FOREST_BYTES)?;
        let (count, parallel) = (fields.u32()?, fields.i32()?);
        let count = self.length(count.into(), TREE_BYTES)?;
        let trees = (0..count)
            .map(|_| self.tree())
            .collect::<Result<Vec<_>, _>>()?;
        let tree_info = (0..count)
            .map(|_| self.u32())
            .collect::<Result<Vec<_>, _>>()?;
        let model = GbtreeModel {
            gbtree_model_param: Some(GbtreeParameters {
                num_parallel_tree: knows_rounds.then(|| parallel.max(1).to_string()),
            }),
            trees,
            tree_info,
            iteration_indptr: None,
            cats: None,
        };
        if name == "gbtree" {
            return Ok(Booster {
                name,
                model: Some(model),
                gbtree: None,
                weight_drop: None,
            });
        }
        let weights = if count == 0 { 0 } else { self.u64()? };
        let weights = self.length(weights, 4)?;
        let weights = (0..weights)
            .map(|_| self.f32())
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Booster {
            name,
            model: None,
            gbtree: Some(Inner { model }),
            weight_drop: Some(weights),
        })
    }

    fn tree(&mut self) -> Result<Tree, FormatError> {
        let mut fields = self.record(TREE_BYTES)?;
        let (_roots, count) = (fields.i32()?, fields.u32()?);
        let (_deleted, _depth, _features) = (fields.i32()?, fields.i32()?, fields.i32()?);
        let vector = fields.u32()?;
        let count = self.length(count.into(), NODE_BYTES + STAT_BYTES)?;
        let mut tree = Tree::of(count, vector);
        for _ in 0..count {
            let (_parent, left, right) = (self.i32()?, self.i32()?, self.i32()?);
            // The highest bit says where missing values go.
            let feature = self.u32()?;
            tree.left_children.push(left);
            tree.right_children.push(right);
            tree.split_indices.push(feature & (u32::MAX >> 1));
            tree.default_left.push(Flag(feature >> 31 == 1));
            tree.split_conditions.push(Number(self.f32()?));
        }
        self.take(count * STAT_BYTES)?;
        Ok(tree)
    }
}

impl Tree {
    /// An empty tree with room for `nodes`, and so many values per leaf.
    fn of(nodes: usize, vector: u32) -> Self {
        Self {
            left_children: Vec::with_capacity(nodes),
            right_children: Vec::with_capacity(nodes),
            split_indices: Vec::with_capacity(nodes),
            split_conditions: Vec::with_capacity(nodes),
            default_left: Vec::with_capacity(nodes),
            split_type: Vec::new(),
            categories: Vec::new(),
            categories_nodes: Vec::new(),
            categories_segments: Vec::new(),
            categories_sizes: Vec::new(),
            base_weights: Vec::new(),
            leaf_weights: Vec::new(),
            tree_param: TreeParameters {
                size_leaf_vector: Some(vector.to_string()),
            },
        }
    }
}

impl Booster {
    /// Whether nothing was read of the model.
    fn is_empty(&self) -> bool {
        self.model.is_none() && self.gbtree.is_none()
    }
}
