//! From the text to a model: the header, and the trees of all rounds that predict.

use std::collections::HashSet;

use super::{
    FormatError, corrupt,
    objective::LightgbmObjective,
    pandas,
    text::{Block, Lines},
    trees, unsupported,
    wrapper::LightgbmWrapper,
};
use crate::formats::{
    Before, ColumnsBy, MAX_FEATURES, ModelFile, Parsed, coded::Coded, forest_behind,
};
use crate::input::{ColumnType, Precision, Schema};
use crate::model::{Aggregation, ForestIr, ForestModel, Step, StepOp, ops};

/// Reads a model text of LightGBM 2 to 4.
///
/// Source: LightGBM's `src/boosting/gbdt_model_text.cpp` and `src/io/tree.cpp`.
///
/// # Errors
/// `Corrupt` when the bytes are no such text or contradict themselves, `Unsupported` when the model does what this
/// server does not; the text names it.
pub fn read(file: &ModelFile<'_>) -> Result<Parsed, FormatError> {
    if is_dump(file.bytes) {
        return Err(unsupported!(
            "the file is a JSON dump of a LightGBM model (dump_model), which LightGBM itself cannot read back; save the model with \
             Booster.save_model"
        ));
    }
    let parsed = read_wrapped(file.bytes, &LightgbmWrapper::default())?;
    parsed.try_map(|model| model.ir(file.columns))
}

/// The same for a model that reads what other files make of the columns.
pub(super) fn behind(file: &ModelFile<'_>, before: &dyn Before) -> Result<Parsed, FormatError> {
    let parsed = read_wrapped(file.bytes, &LightgbmWrapper::default())?;
    forest_behind(parsed, before, false)
}

/// Whether the bytes begin as `Booster.dump_model` does in JSON, indented or not.
pub(super) fn is_dump(bytes: &[u8]) -> bool {
    let begins = bytes.get(..bytes.len().min(60)).unwrap_or_default();
    let begins: Vec<u8> = begins
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    begins.starts_with(b"{\"name\":\"tree\",\"version\":")
}

/// The same for a text that came out of one of the scikit-learn classes.
///
/// # Errors
/// As [`read()`].
pub(crate) fn read_wrapped(
    bytes: &[u8],
    wrapper: &LightgbmWrapper,
) -> Result<Parsed<Coded>, FormatError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| corrupt!("the file is not a LightGBM model: it is not text"))?;
    let mut lines = Lines::new(text)?;
    let header = Header::read(&lines.block(), wrapper)?;
    let mut forest = header.forest();
    let most = match wrapper.iterations {
        Some(rounds) if rounds > 0 => rounds.saturating_mul(header.width),
        _ => usize::MAX,
    };
    let mut kinds = trees::Kinds::new(header.n_features);
    let mut linear = Vec::new();
    while forest.trees.len() < most
        && let Some(number) = lines.next_tree()?
    {
        let block = lines.block();
        let first = forest.leaves.len();
        trees::append(&block, number, &mut kinds, &mut forest)?;
        linear.extend(trees::models(&block)?.map(|models| (first, models)));
    }
    let count = forest.trees.len();
    check_count(count, header.width)?;
    if most == usize::MAX && !lines.ended() {
        return Err(corrupt!(
            "the LightGBM model has no line `end of trees`; the file is cut off"
        ));
    }
    forest.targets = (0..count).map(|i| (i % header.width) as u32).collect();
    let mut aggregation = header.aggregation;
    let linear = numbered(&mut forest, linear, &mut aggregation);
    let forest = ForestModel {
        schema: header.schema,
        input: Precision::F64,
        steps: kinds
            .zero_is_missing()?
            .map(zero_is_missing)
            .into_iter()
            .collect(),
        output: header.objective.output(header.width, wrapper)?,
        forest,
        aggregation,
        base: Vec::new(),
        factor: header.objective.factor,
        output_precision: Precision::F64,
    };
    Ok(Parsed {
        ir: Coded {
            forest,
            categories: pandas::read(text, header.infos)?,
            linear,
        },
        version: None,
        parts: vec![header.objective.line.to_owned()],
        columns: ColumnsBy::Place,
        notes: Vec::new(),
        answers: wrapper.answers(),
    })
}

/// Makes a forest answer the number of the leaf of each tree, for the models of the leaves to go on with: those of each linear tree
/// come with the number of its first leaf.
fn numbered(
    forest: &mut ForestIr,
    linear: Vec<(usize, Vec<ops::LeafModel>)>,
    aggregation: &mut Aggregation,
) -> Option<ops::LeafModels> {
    if linear.is_empty() {
        return None;
    }
    let count = forest.trees.len();
    let rounds = count / forest.width;
    let constant = |value: &f64| ops::LeafModel {
        constant: *value,
        terms: Vec::new(),
        fallback: *value,
    };
    let mut models: Vec<ops::LeafModel> = forest.leaves.iter().map(constant).collect();
    for (first, own) in linear {
        for (model, own) in models[first..].iter_mut().zip(own) {
            *model = own;
        }
    }
    let is_mean = std::mem::replace(aggregation, Aggregation::Sum).is_mean();
    forest.leaves = (0..forest.leaves.len()).map(|leaf| leaf as f64).collect();
    Some(ops::LeafModels {
        models,
        targets: std::mem::replace(&mut forest.targets, (0..count as u32).collect()),
        width: std::mem::replace(&mut forest.width, count),
        divisor: if is_mean { rounds as f64 } else { 1.0 },
        ..ops::LeafModels::default()
    })
}

/// Refuses a file without trees, or whose last round is not whole.
fn check_count(count: usize, width: usize) -> Result<(), FormatError> {
    if count == 0 || !count.is_multiple_of(width) {
        return Err(corrupt!(
            "the LightGBM model has {count} trees for {width} outputs; the file is cut off"
        ));
    }
    Ok(())
}

fn zero_is_missing(operand: Vec<f64>) -> Step {
    Step {
        op: StepOp::ZeroIsMissing,
        operand,
        precision: Precision::F64,
    }
}

/// What stands before the trees.
struct Header<'a> {
    n_features: usize,
    /// Trees of one round, each for an output of its own.
    width: usize,
    objective: LightgbmObjective<'a>,
    /// What the fit saw of each feature.
    infos: &'a str,
    aggregation: Aggregation,
    schema: Schema,
}

impl<'a> Header<'a> {
    /// A forest without trees.
    fn forest(&self) -> ForestIr {
        ForestIr {
            n_features: self.n_features,
            precision: Precision::F64,
            width: self.width,
            trees: Vec::new(),
            leaves: Vec::new(),
            targets: Vec::new(),
            categories: Vec::new(),
            handles_missing: true,
            handles_infinite: true,
        }
    }

    fn read(block: &Block<'a>, wrapper: &LightgbmWrapper) -> Result<Self, FormatError> {
        let version = block.get("version").unwrap_or("v2");
        if !matches!(version, "v2" | "v3" | "v4") {
            return Err(unsupported!(
                "the LightGBM model is of the format {}; v2, v3 and v4 are read",
                version.escape_debug()
            ));
        }
        let last: usize = block.number("max_feature_idx")?;
        if last >= MAX_FEATURES {
            return Err(unsupported!(
                "the LightGBM model takes more than {MAX_FEATURES} features"
            ));
        }
        let n_features = last + 1;
        let width = match block.get("num_tree_per_iteration") {
            Some(_) => block.number("num_tree_per_iteration")?,
            None => block.number("num_class")?,
        };
        if width == 0 {
            return Err(corrupt!("the LightGBM model has no trees per iteration"));
        }
        Ok(Self {
            n_features,
            width,
            objective: LightgbmObjective::named(block.get("objective"), wrapper)?,
            aggregation: if block.has("average_output") {
                Aggregation::Mean
            } else {
                Aggregation::Sum
            },
            schema: schema(block.get("feature_names").unwrap_or_default(), n_features),
            infos: block.get("feature_infos").unwrap_or_default(),
        })
    }
}

/// The model's own names, where it was given any; LightGBM makes up `Column_0` and so on, and has `_` for a space.
fn schema(names: &str, n_features: usize) -> Schema {
    let names: Vec<&str> = names.split(' ').collect();
    let distinct: HashSet<&str> = names.iter().copied().collect();
    let made_up = |(i, name): (usize, &&str)| name.strip_prefix("Column_") == Some(&i.to_string());
    if distinct.len() != n_features
        || names.len() != n_features
        || names.iter().enumerate().all(made_up)
    {
        return Schema::unnamed(n_features, ColumnType::Double);
    }
    Schema::named(names.into_iter().map(str::to_owned), ColumnType::Double)
}
