//! From a document to a model: which trees count, what they begin with, and what the sum means.

use std::collections::HashSet;

use serde::de::DeserializeOwned;

use super::{
    FormatError,
    age::Age,
    api::Api,
    binary, categories, corrupt,
    document::{Booster, Document, GbtreeModel, Parameters, number},
    json,
    objective::XgboostObjective,
    rounds::Rounds,
    sklearn::Notes,
    trees, ubj, unsupported, vectors,
};
use crate::formats::{
    Before, ColumnsBy, MAX_FEATURES, ModelFile, Parsed, coded::Coded, forest_behind,
};
use crate::input::{ColumnType, Precision, Schema};
use crate::model::{Aggregation, ForestIr, ForestModel, Labels, Output, Step, StepOp, TreeNode};

/// Reads an XGBoost model as the class that its package names predicts, else as the file's own notes say.
///
/// Source: XGBoost's `doc/tutorials/saving_model.rst` and `doc/model.schema`.
///
/// # Errors
/// `Corrupt` when the bytes are no XGBoost model or contradict themselves, `Unsupported` when the model is no tree
/// ensemble or does what this server does not; the text names it.
pub fn read(file: &ModelFile<'_>) -> Result<Parsed, FormatError> {
    let document = document::<Document>(file.bytes)?;
    let notes = Notes::of(&document.learner.attributes);
    let parsed = parse(document, file.class, &notes, file.bytes.len())?;
    parsed.try_map(|model| model.ir(file.columns))
}

/// The same for a model that reads what other files make of the columns.
pub(super) fn behind(file: &ModelFile<'_>, before: &dyn Before) -> Result<Parsed, FormatError> {
    let document = document::<Document>(file.bytes)?;
    let notes = Notes::of(&document.learner.attributes);
    let parsed = parse(document, file.class, &notes, file.bytes.len())?;
    forest_behind(parsed, before, true)
}

/// Whether the bytes begin as one of the three formats does. LightGBM dumps JSON too, so braces alone do not tell.
pub(super) fn is_model(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    let begins = start.get(..start.len().min(100)).unwrap_or_default();
    let has = |key: &[u8]| begins.windows(key.len()).any(|window| window == key);
    match begins {
        [b'{', ..] => has(b"learner") || has(b"version") && !has(b"\"tree\""),
        _ => binary::is_model(bytes),
    }
}

/// The model that a document describes, read from `size` bytes.
pub(super) fn parse(
    document: Document,
    class: Option<&str>,
    notes: &Notes,
    size: usize,
) -> Result<Parsed<Coded>, FormatError> {
    let age = Age::of(&document);
    let Document { learner, version } = document;
    let parts = vec![
        learner.gradient_booster.name.clone(),
        learner.objective.name.clone(),
    ];
    let api = Api::of(class, &learner);
    let objective = XgboostObjective::named(&learner.objective.name, age)?;
    let parameters = &learner.learner_model_param;
    let (n_features, width) = size_of(parameters)?;
    let (mut model, weights) = boosted(learner.gradient_booster)?;
    let categories = categories::read(model.cats.take())?;
    let rounds = Rounds {
        model: &model,
        attributes: &learner.attributes,
        width,
    };
    let count = match api {
        Api::Booster => model.trees.len(),
        _ => rounds.trees(age, notes, class)?,
    };
    // Before there is a margin for each output: a claim of many costs a file nothing.
    vectors::note(&mut model, width, count, weights.is_some())?;
    let mut margins = base(parameters, &objective, width)?;
    model.trees.truncate(count);
    // The classes use `inplace_predict` since 1.4.
    let in_place = api != Api::Booster && !age.before_1_4;
    let dropout = weights.map(|weights| Dropout { weights, in_place });
    let mut forest = forest(&model, dropout.as_ref(), n_features, &margins, size)?;
    vectors::begin_with(&mut margins, &mut forest);
    // `inplace_predict` does not look for infinite numbers, and a `DMatrix` refuses them.
    forest.handles_infinite = in_place && categories.is_empty() && forest.categories.is_empty();
    if age.before_1_3 || age.before_1_4 && dropout.is_some() {
        add_last(&mut margins, &mut forest);
    }
    let mut ir = ForestModel {
        base: margins,
        factor: 1.0,
        output: objective.output(width, api)?,
        schema: schema(learner.feature_names, n_features),
        input: Precision::F32,
        steps: Vec::new(),
        forest,
        aggregation: Aggregation::SumF32,
        output_precision: Precision::F32,
    };
    if api != Api::Booster {
        as_noted(&mut ir, notes, api, class.unwrap_or("model"))?;
    }
    Ok(Parsed {
        ir: Coded {
            forest: ir,
            categories,
            linear: None,
        },
        version: dotted(&version),
        parts,
        columns: ColumnsBy::Name,
        notes: Vec::new(),
        answers: objective.answers(api),
    })
}

/// `3.2.0`
fn dotted(version: &[impl ToString]) -> Option<String> {
    let numbers: Vec<String> = version.iter().map(ToString::to_string).collect();
    (!numbers.is_empty()).then(|| numbers.join("."))
}

/// What `dart` knows about its trees.
struct Dropout {
    weights: Vec<f32>,
    /// Whether the answer is that of `inplace_predict`, which weighs the leaves otherwise.
    in_place: bool,
}

/// The step that makes a missing value of the number that a class takes for one.
pub(super) fn is_missing(
    missing: f64,
    n_features: usize,
    class: &str,
) -> Result<Step, FormatError> {
    if !(missing as f32).is_finite() {
        return Err(unsupported!(
            "the {class} takes {missing} for missing; fit it with missing=nan, or with a finite number"
        ));
    }
    Ok(Step {
        op: StepOp::IsMissing,
        operand: vec![f64::from(missing as f32); n_features],
        precision: Precision::F32,
    })
}

/// Adds the margins behind the trees, as trees of one leaf each, where a version adds up the leaves first.
fn add_last(margins: &mut [f64], forest: &mut ForestIr) {
    for (target, margin) in margins.iter_mut().enumerate() {
        if *margin != 0.0 {
            let values = forest.leaves.len() as u32;
            forest.leaves.push(*margin);
            forest.trees.push(vec![TreeNode::Leaf { values }]);
            forest.targets.push(target as u32);
            *margin = 0.0;
        }
    }
}

/// The features of a row, and the outputs.
fn size_of(parameters: &Parameters) -> Result<(usize, usize), FormatError> {
    let n_features = number("num_feature", &parameters.num_feature)?;
    if n_features > MAX_FEATURES {
        return Err(unsupported!(
            "the XGBoost model takes {n_features} features; up to {MAX_FEATURES} work"
        ));
    }
    let classes = number("num_class", &parameters.num_class)?;
    let targets = match &parameters.num_target {
        Some(targets) => number("num_target", targets)?,
        None => 1,
    };
    Ok((n_features, classes.max(targets).max(1)))
}

/// Does what a class of the library does around the booster.
fn as_noted(ir: &mut ForestModel, notes: &Notes, api: Api, class: &str) -> Result<(), FormatError> {
    if api == Api::Classifier
        && let Some(labels) = notes.labels()
    {
        rename(&mut ir.output, &labels)?;
    }
    if let Some(missing) = notes.missing() {
        let step = is_missing(missing, ir.forest.n_features, class)?;
        ir.steps.push(step);
    }
    Ok(())
}

/// The trees that predict, each with the weight that dart gave it.
fn forest(
    model: &GbtreeModel,
    dropout: Option<&Dropout>,
    n_features: usize,
    margins: &[f64],
    size: usize,
) -> Result<ForestIr, FormatError> {
    let count = model.trees.len();
    let mut forest = ForestIr {
        n_features,
        precision: Precision::F32,
        width: margins.len(),
        trees: Vec::with_capacity(count),
        leaves: Vec::new(),
        targets: model.tree_info.iter().copied().take(count).collect(),
        categories: Vec::new(),
        handles_missing: true,
        handles_infinite: false,
    };
    // A set is as long as its largest category, which says nothing about the size of the file.
    let mut words = size.max(1 << 20);
    for (i, tree) in model.trees.iter().enumerate() {
        let dropout = dropout.and_then(|dropout| {
            Some(trees::Dropout {
                weight: *dropout.weights.get(i)?,
                margin: if dropout.in_place {
                    margin_of(&forest.targets, i, margins)
                } else {
                    0.0
                },
            })
        });
        trees::append(tree, i, dropout, &mut words, &mut forest)?;
    }
    Ok(forest)
}

/// The margin that the output of tree `i` begins with.
fn margin_of(targets: &[u32], i: usize, margins: &[f64]) -> f32 {
    let target = targets.get(i).map(|target| *target as usize);
    let margin = target.and_then(|target| margins.get(target));
    margin.copied().unwrap_or_default() as f32
}

/// Gives the classes the labels that the Python object knows them by.
pub(super) fn rename(output: &mut Output, names: &Labels) -> Result<(), FormatError> {
    if let Some(labels) = output.labels_mut() {
        if names.distinct() != labels.len() || names.len() != labels.len() {
            return Err(corrupt!(
                "the XGBoost model tells {} classes apart, its classifier names {}, {} of them different",
                labels.len(),
                names.len(),
                names.distinct()
            ));
        }
        labels.clone_from(names);
    }
    Ok(())
}

/// Tells the formats apart and reads any of them; `T` is what JSON and UBJSON hold.
pub(super) fn document<T: DeserializeOwned + Into<Document>>(
    bytes: &[u8],
) -> Result<Document, FormatError> {
    let read: Result<T, String> = match bytes {
        [] => return Err(corrupt!("the XGBoost model file is empty")),
        [b'{', b'i' | b'U' | b'I' | b'l' | b'L', ..] => {
            ubj::from_slice(bytes).map_err(|e| e.to_string())
        }
        [b'{' | b' ' | b'\t' | b'\r' | b'\n', ..] => {
            json::from_slice(bytes).map_err(|e| e.to_string())
        }
        _ => return binary::read(bytes),
    };
    // A binary file begins with any number, so as text does too.
    read.map(Into::into).or_else(|error| {
        binary::read(bytes).map_err(|_| corrupt!("the file is not an XGBoost model: {error}"))
    })
}

/// The trees, and for dart the weight of each.
fn boosted(booster: Booster) -> Result<(GbtreeModel, Option<Vec<f32>>), FormatError> {
    let (model, weights) = match booster.name.as_str() {
        "gbtree" => (booster.model, None),
        "dart" => (
            booster.gbtree.map(|inner| inner.model),
            Some(booster.weight_drop.unwrap_or_default()),
        ),
        other => {
            return Err(unsupported!(
                "the XGBoost booster `{}` is not a tree ensemble; gbtree and dart are served",
                other.escape_debug()
            ));
        }
    };
    let Some(model) = model else {
        return Err(corrupt!("the XGBoost model has no trees"));
    };
    let trees = model.trees.len();
    let lengths = [
        ("tree_info", model.tree_info.len()),
        ("weight_drop", weights.as_ref().map_or(trees, Vec::len)),
    ];
    for (name, length) in lengths {
        if length != trees {
            return Err(corrupt!(
                "the XGBoost model has {trees} trees, but {name} has {length} entries"
            ));
        }
    }
    Ok((model, weights))
}

/// The margins that the trees add to. Up to version 3.0 there is one number, since 3.1 a list in brackets.
fn base(
    parameters: &Parameters,
    objective: &XgboostObjective<'_>,
    width: usize,
) -> Result<Vec<f64>, FormatError> {
    let text = parameters.base_score.as_str();
    let wrong = || {
        let text: String = text.escape_debug().take(40).collect();
        corrupt!("the XGBoost model has the base score `{text}` for {width} outputs")
    };
    let list = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let scores: Result<Vec<f32>, _> = list
        .unwrap_or(text)
        .split(',')
        .map(|score| score.trim().parse())
        .collect();
    let scores = scores.map_err(|_| wrong())?;
    let margin = |score: &f32| {
        f64::from(if parameters.is_margin {
            *score
        } else {
            objective.margin(*score)
        })
    };
    let margins: Vec<f64> = match scores.as_slice() {
        [one] => vec![margin(one); width],
        many if many.len() == width => many.iter().map(margin).collect(),
        _ => return Err(wrong()),
    };
    if margins.iter().any(|margin| !margin.is_finite()) {
        return Err(wrong());
    }
    Ok(margins)
}

/// The model's own names, where it has one for each feature.
fn schema(names: Vec<String>, n_features: usize) -> Schema {
    let distinct: HashSet<&str> = names.iter().map(String::as_str).collect();
    if names.len() == n_features && distinct.len() == n_features {
        Schema::named(names, ColumnType::Float)
    } else {
        Schema::unnamed(n_features, ColumnType::Float)
    }
}
