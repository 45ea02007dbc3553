//! What an XGBoost model file says, in either of its formats.
//!
//! Source: XGBoost's `doc/model.schema` and the files of versions 1.7 to 3.2. Parts that no prediction needs are
//! stepped over; parts that came with later versions may be absent.

use std::{collections::HashMap, fmt};

use super::{FormatError, corrupt};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

/// The whole file.
#[derive(Deserialize)]
pub(super) struct Document {
    pub(super) learner: Learner,
    /// Of the library: major, minor, patch.
    #[serde(default)]
    pub(super) version: Vec<u32>,
}

/// The model and what it was trained for.
#[derive(Deserialize)]
pub(super) struct Learner {
    #[serde(default)]
    pub(super) attributes: HashMap<String, String>,
    #[serde(default)]
    pub(super) feature_names: Vec<String>,
    pub(super) gradient_booster: Booster,
    pub(super) learner_model_param: Parameters,
    pub(super) objective: ObjectiveName,
}

/// Numbers are texts here.
#[derive(Deserialize)]
pub(super) struct Parameters {
    pub(super) base_score: String,
    pub(super) num_class: String,
    pub(super) num_feature: String,
    pub(super) num_target: Option<String>,
    /// Whether the base score is a margin rather than an answer: in the binary files of versions before 1.0.
    #[serde(skip)]
    pub(super) is_margin: bool,
}

/// The objective; its parameters do not matter to a prediction.
#[derive(Deserialize)]
pub(super) struct ObjectiveName {
    pub(super) name: String,
}

/// `gbtree` has its trees in `model`, `dart` one level further down.
#[derive(Deserialize)]
pub(super) struct Booster {
    pub(super) name: String,
    pub(super) model: Option<GbtreeModel>,
    pub(super) gbtree: Option<Inner>,
    pub(super) weight_drop: Option<Vec<f32>>,
}

/// What dart wraps: a gbtree.
#[derive(Deserialize)]
pub(super) struct Inner {
    pub(super) model: GbtreeModel,
}

/// Empty for `gblinear`, whose model has other parts.
#[derive(Deserialize)]
pub(super) struct GbtreeModel {
    pub(super) gbtree_model_param: Option<GbtreeParameters>,
    #[serde(default)]
    pub(super) trees: Vec<Tree>,
    /// The output that each tree adds to.
    #[serde(default)]
    pub(super) tree_info: Vec<u32>,
    /// The first tree of each round, and the end; since 2.0.
    pub(super) iteration_indptr: Option<Vec<u32>>,
    /// The pandas categories of the columns; since 3.1.
    pub(super) cats: Option<Cats>,
}

impl GbtreeModel {
    /// Whether the first tree has as many numbers in it.
    pub(super) fn holds_numbers(&self, count: usize) -> bool {
        let first = self.trees.first();
        first.is_some_and(|tree| tree.base_weights.len().max(tree.leaf_weights.len()) >= count)
    }
}

/// The categories of all columns.
#[derive(Deserialize)]
pub(super) struct Cats {
    #[serde(default)]
    pub(super) enc: Vec<Encoding>,
}

/// The categories of one column: texts as one text and where each begins, or numbers. Empty for a column of another type.
#[derive(Deserialize)]
pub(super) struct Encoding {
    pub(super) offsets: Option<Vec<u64>>,
    /// Bytes of the text, with a sign, or numbers.
    #[serde(default)]
    pub(super) values: Vec<f64>,
}

/// Numbers as texts, as in [`Parameters`].
#[derive(Deserialize)]
pub(super) struct GbtreeParameters {
    pub(super) num_parallel_tree: Option<String>,
}

/// Arrays with one entry per node.
#[derive(Deserialize)]
pub(super) struct Tree {
    pub(super) left_children: Vec<i32>,
    pub(super) right_children: Vec<i32>,
    pub(super) split_indices: Vec<u32>,
    /// The value of a leaf, or the threshold of a split.
    pub(super) split_conditions: Vec<Number>,
    pub(super) default_left: Vec<Flag>,
    /// 1 for a split by categories; since 1.3.
    #[serde(default)]
    pub(super) split_type: Vec<u8>,
    /// The categories of all splits that have some.
    #[serde(default)]
    pub(super) categories: Vec<i32>,
    /// The nodes that split by categories, and where in `categories` theirs begin and how many they are.
    #[serde(default)]
    pub(super) categories_nodes: Vec<u32>,
    #[serde(default)]
    pub(super) categories_segments: Vec<u64>,
    #[serde(default)]
    pub(super) categories_sizes: Vec<u64>,
    pub(super) tree_param: TreeParameters,
    /// The numbers of all nodes, up to 3.1 those of the leaves that hold several.
    #[serde(default)]
    pub(super) base_weights: Vec<Number>,
    /// The numbers of the leaves that hold several, since 3.2; `right_children` has the places of the leaves there.
    #[serde(default)]
    pub(super) leaf_weights: Vec<Number>,
}

impl Tree {
    /// How many numbers a leaf holds.
    pub(super) fn leaf_size(&self) -> Result<usize, FormatError> {
        match &self.tree_param.size_leaf_vector {
            Some(size) => Ok(number("size_leaf_vector", size)?.max(1)),
            None => Ok(1),
        }
    }
}

/// Numbers as texts, as in [`Parameters`].
#[derive(Deserialize)]
pub(super) struct TreeParameters {
    /// More than 1 where one tree answers all outputs.
    pub(super) size_leaf_vector: Option<String>,
}

/// A number that may be NaN or infinite, which JSON has no way to say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(pub(super) f32);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl Visitor<'_> for Any {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_f32<E: Error>(self, number: f32) -> Result<Number, E> {
                Ok(Number(number))
            }

            /// The nine digits of an `f32` are read exactly enough that the second rounding finds it again.
            fn visit_f64<E: Error>(self, number: f64) -> Result<Number, E> {
                Ok(Number(number as f32))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Number, E> {
                Ok(Number(number as f32))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number(number as f32))
            }

            fn visit_unit<E: Error>(self) -> Result<Number, E> {
                Ok(Number(f32::NAN))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                text.parse().map(Number).map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Any)
    }
}

/// Versions differ in whether they write 1 or true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flag(pub(super) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl Visitor<'_> for Either {
            type Value = Flag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, 1 or 0")
            }

            fn visit_bool<E: Error>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(flag))
            }

            fn visit_u64<E: Error>(self, flag: u64) -> Result<Flag, E> {
                Ok(Flag(flag != 0))
            }

            fn visit_i64<E: Error>(self, flag: i64) -> Result<Flag, E> {
                Ok(Flag(flag != 0))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// A number that is written as a text.
pub(super) fn number(name: &str, text: &str) -> Result<usize, FormatError> {
    text.parse().map_err(|_| {
        corrupt!(
            "the XGBoost model has {name} = `{}`, which is not a number",
            text.escape_debug()
        )
    })
}
