//! The JSON that `save_model(format="json")` writes.
//!
//! Source: CatBoost's `libs/model/json_model_helpers.cpp`.

use super::{
    FormatError, corrupt,
    document::{
        CatFeature, CtrFeature, Document, Elements, FloatFeature, Kind, OneHot, Position,
        other_features,
    },
    nested::{self, Nested},
    tables, unsupported,
};
use crate::model::ops::binned::{Rows, Table, Trees};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::HashMap;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    ctr_data: Option<HashMap<String, Hashes>>,
    features_info: Features,
    #[serde(default)]
    model_info: Map<String, Value>,
    #[serde(default)]
    oblivious_trees: Option<Vec<Tree>>,
    #[serde(default)]
    trees: Option<Vec<Nested>>,
    /// Absent up to 0.23.
    #[serde(default)]
    scale_and_bias: Option<(f64, Bias)>,
}

/// Up to 0.24 one number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Bias {
    One(f64),
    Several(Vec<f64>),
}

#[derive(Deserialize)]
struct Features {
    #[serde(default)]
    float_features: Vec<Float>,
    #[serde(default)]
    categorical_features: Vec<Categorical>,
    #[serde(default)]
    ctrs: Vec<Ctr>,
    #[serde(default)]
    text_features: Vec<Value>,
    #[serde(default)]
    embedding_features: Vec<Value>,
}

#[derive(Deserialize)]
struct Named {
    feature_index: i32,
    flat_feature_index: i32,
    #[serde(default, alias = "feature_name")]
    feature_id: String,
}

impl From<Named> for Position {
    fn from(named: Named) -> Self {
        Self {
            index: named.feature_index,
            column: named.flat_feature_index,
            name: named.feature_id,
        }
    }
}

#[derive(Deserialize)]
struct Float {
    #[serde(flatten)]
    named: Named,
    /// Null where the trees do not compare it.
    #[serde(default)]
    borders: Option<Vec<f32>>,
    #[serde(default)]
    has_nans: bool,
    #[serde(default)]
    nan_value_treatment: String,
}

#[derive(Deserialize)]
struct Categorical {
    #[serde(flatten)]
    named: Named,
    #[serde(default)]
    values: Option<Vec<i32>>,
}

#[derive(Deserialize)]
struct Ctr {
    identifier: String,
    elements: Vec<Element>,
    ctr_type: String,
    prior_numerator: f32,
    prior_denomerator: f32,
    shift: f32,
    scale: f32,
    target_border_idx: i32,
    #[serde(default)]
    borders: Option<Vec<f32>>,
}

#[derive(Deserialize)]
#[serde(tag = "combination_element", rename_all = "snake_case")]
enum Element {
    CatFeatureValue {
        cat_feature_index: i32,
    },
    FloatFeature {
        float_feature_index: i32,
        border: f32,
    },
    CatFeatureExactValue {
        cat_feature_index: i32,
        value: i32,
    },
}

#[derive(Deserialize)]
struct Tree {
    leaf_values: Vec<f64>,
    /// Null in a tree of one leaf.
    #[serde(default)]
    splits: Option<Vec<Split>>,
}

#[derive(Deserialize)]
struct Split {
    split_index: u32,
}

/// A table, row by row: the hash as text, then the numbers.
#[derive(Deserialize)]
struct Hashes {
    #[serde(default)]
    hash_map: Option<Vec<Cell>>,
    hash_stride: usize,
    #[serde(default)]
    counter_denominator: i32,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Cell {
    Hash(String),
    Number(f64),
}

/// Reads a file.
///
/// # Errors
/// `Corrupt` where it is not such JSON, `Unsupported` for what this server does not know.
pub(super) fn read(bytes: &[u8]) -> Result<Document, FormatError> {
    let file: File = serde_json::from_slice(bytes)
        .map_err(|error| corrupt!("the file is not a CatBoost model in JSON: {error}"))?;
    let features = file.features_info;
    if !features.text_features.is_empty() || !features.embedding_features.is_empty() {
        return Err(other_features());
    }
    let mut known = HashMap::new();
    let mut all = Vec::new();
    for (identifier, hashes) in file.ctr_data.unwrap_or_default() {
        let kind = kind_of(&identifier)?;
        known.insert(identifier, all.len());
        all.push(table(kind, hashes)?);
    }
    let (trees, width, leaves) = match (file.oblivious_trees, file.trees) {
        (Some(trees), _) => oblivious(trees)?,
        (None, Some(trees)) => nested::lay_out(trees)?,
        (None, None) => return Err(corrupt!("the CatBoost model has no trees")),
    };
    let (scale, bias) = match file.scale_and_bias {
        Some((scale, Bias::Several(bias))) => (scale, bias),
        Some((scale, Bias::One(bias))) => (scale, vec![bias; width]),
        None => (1.0, vec![0.0; width]),
    };
    let mut one_hot = Vec::new();
    let mut categories = Vec::new();
    for feature in features.categorical_features {
        let index = feature.named.feature_index;
        if let Some(values) = feature.values.filter(|values| !values.is_empty()) {
            one_hot.push(OneHot { index, values });
        }
        let position = feature.named.into();
        categories.push(CatFeature { position });
    }
    let numbers = features
        .float_features
        .into_iter()
        .map(|feature| FloatFeature {
            position: feature.named.into(),
            borders: feature.borders.unwrap_or_default(),
            missing_above: feature.has_nans && feature.nan_value_treatment == "AsTrue",
        });
    let statistics = features.ctrs.into_iter().map(|ctr| statistic(ctr, &known));
    Ok(Document {
        numbers: numbers.collect(),
        categories,
        one_hot,
        statistics: statistics.collect::<Result<_, _>>()?,
        tables: all,
        trees,
        width,
        leaves,
        scale,
        bias,
        info: file.model_info,
    })
}

/// What a table counts, which its name says in JSON.
fn kind_of(identifier: &str) -> Result<Kind, FormatError> {
    #[derive(Deserialize)]
    struct Base {
        #[serde(rename = "type")]
        kind: String,
    }
    let base: Base = serde_json::from_str(identifier)
        .map_err(|_| corrupt!("a table of the CatBoost model has no statistic"))?;
    kind(&base.kind)
}

fn kind(name: &str) -> Result<Kind, FormatError> {
    Kind::named(name).ok_or_else(|| {
        unsupported!(
            "the CatBoost model has statistics of the unknown kind {}",
            name.escape_debug()
        )
    })
}

fn statistic(ctr: Ctr, known: &HashMap<String, usize>) -> Result<CtrFeature, FormatError> {
    let mut elements = Elements::default();
    for element in ctr.elements {
        match element {
            Element::CatFeatureValue { cat_feature_index } => {
                elements.categories.push(cat_feature_index);
            }
            Element::FloatFeature {
                float_feature_index,
                border,
            } => elements
                .splits
                .push((float_feature_index, border.to_bits())),
            Element::CatFeatureExactValue {
                cat_feature_index,
                value,
            } => elements.values.push((cat_feature_index, value)),
        }
    }
    Ok(CtrFeature {
        elements,
        kind: kind(&ctr.ctr_type)?,
        table: known
            .get(&ctr.identifier)
            .copied()
            .ok_or_else(tables::missing)?,
        target_border: ctr.target_border_idx,
        prior: [ctr.prior_numerator, ctr.prior_denomerator],
        shift: ctr.shift,
        scale: ctr.scale,
        borders: ctr.borders.unwrap_or_default(),
    })
}

fn table(kind: Kind, hashes: Hashes) -> Result<Table, FormatError> {
    let wrong = || corrupt!("a table of the CatBoost model has no whole rows");
    let stride = hashes.hash_stride;
    let cells = hashes.hash_map.unwrap_or_default();
    if stride < 2 || !cells.len().is_multiple_of(stride) {
        return Err(wrong());
    }
    let mut places = HashMap::new();
    let mut numbers = Vec::with_capacity(cells.len());
    for (place, row) in (0u32..).zip(cells.chunks_exact(stride)) {
        for cell in row {
            match cell {
                Cell::Number(x) => numbers.push(*x),
                Cell::Hash(hash) => {
                    let hash = hash.parse().map_err(|_| wrong())?;
                    if hash != tables::NO_HASH {
                        places.entry(hash).or_insert(place);
                    }
                }
            }
        }
    }
    if numbers.len() != cells.len() / stride * (stride - 1) {
        return Err(wrong());
    }
    let rows = if kind == Kind::Mean {
        let (pairs, _) = numbers.as_chunks();
        let pair = |[sum, count]: &[f64; 2]| (*sum as f32, *count as i32);
        Rows::Means(pairs.iter().map(pair).collect())
    } else {
        let counts = numbers.iter().map(|x| *x as i32).collect();
        tables::counted(kind, stride - 1, counts, hashes.counter_denominator)
    };
    Ok(Table { places, rows })
}

fn oblivious(all: Vec<Tree>) -> Result<(Trees, usize, Vec<f64>), FormatError> {
    let mut width = None;
    let mut leaves = Vec::new();
    let mut trees = Vec::with_capacity(all.len());
    for tree in all {
        let splits = tree.splits.unwrap_or_default();
        let count = tree.leaf_values.len();
        let own = count >> splits.len().min(63);
        if *width.get_or_insert(own) != own || own << splits.len().min(63) != count {
            return Err(corrupt!(
                "a tree of the CatBoost model has {count} leaf values"
            ));
        }
        leaves.extend(tree.leaf_values);
        trees.push(splits.iter().map(|split| split.split_index).collect());
    }
    Ok((Trees::Oblivious(trees), width.unwrap_or(0), leaves))
}
