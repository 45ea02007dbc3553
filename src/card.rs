//! The card of a loaded model, which `GET /model` answers and `ml-serving inspect` shows.

use crate::{input::Precision, load::LoadedModel, model::Output};
use poem_openapi::Object;
use serde::Serialize;

/// A served model's card.
#[derive(Serialize, Object)]
pub(crate) struct ModelCard {
    /// The name in the registry, of the directory, or as configured.
    pub(crate) name: String,
    /// The registry's version, or the beginning of the digest.
    pub(crate) version: String,
    /// The MLflow run that made the model, where its place tells.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) run_id: Option<String>,
    /// Where the model came from, without secrets.
    pub(crate) uri: String,
    /// `builtin`, `directory`, `registry`, or `cache` when the registry was down at the start.
    pub(crate) source: String,
    /// What says that a downloaded model is still the one at its place: `download` at this start; `entity_tags`, or `sizes` and the bytes
    /// of the `MLmodel`, or `mlmodel` alone, of what was in the cache; `nothing` where they could not be compared.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) checked_by: Option<String>,
    /// The library that wrote the model: `onnx`, `sklearn`, `xgboost`, `lightgbm` or `catboost`.
    pub(crate) flavor: String,
    /// The version of that library, where the model tells.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flavor_version: Option<String>,
    /// `classifier`, `regressor`, `anomaly_detector` or `clusterer`.
    pub(crate) kind: String,
    /// The parts of the model as its library calls them: steps and estimator.
    pub(crate) estimator: Vec<String>,
    /// `sha256:` and the hex digest of the model's data file.
    pub(crate) digest: String,
    /// The columns in the model's order.
    pub(crate) signature: Vec<CardColumn>,
    /// Whether rows may have missing values.
    pub(crate) missing_values: bool,
    /// The numbers that the model computes with: `f32` or `f64`.
    pub(crate) precision: String,
    /// Class labels in the order of `probabilities`; empty for a regressor, and where there are several targets.
    pub(crate) classes: Vec<String>,
    /// The class labels of each target of a classifier that has several.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target_classes: Option<Vec<Vec<String>>>,
    pub(crate) trees: usize,
    /// Splits and leaves of all trees.
    pub(crate) nodes: usize,
    /// Comparisons on the longest way through a tree.
    pub(crate) depth: usize,
    /// Memory that the trees take.
    pub(crate) bytes: usize,
    /// Seconds since 1970.
    pub(crate) loaded_at: f64,
}

/// One column of the signature.
#[derive(Serialize, Object)]
pub(crate) struct CardColumn {
    /// Absent where the model's columns have no names.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The MLflow type: `boolean`, `integer`, `long`, `float` or `double`.
    pub(crate) r#type: String,
}

impl ModelCard {
    /// The card of a loaded model.
    pub(crate) fn of(served: &LoadedModel) -> Self {
        let LoadedModel { model, .. } = served;
        let schema = model.schema();
        let columns = schema.columns.iter().map(|column| CardColumn {
            name: schema.named.then(|| column.name.clone()),
            r#type: column.kind.name().to_owned(),
        });
        let size = model.size();
        let precision = match schema.precision {
            Precision::F32 => "f32",
            Precision::F64 => "f64",
        };
        let loaded_at = served
            .loaded_at
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            name: served.name.clone(),
            version: served.version.clone(),
            run_id: served.run_id.clone(),
            uri: served.uri.clone(),
            source: served.source.as_str().to_owned(),
            checked_by: served
                .cached
                .as_ref()
                .map(|cached| cached.checked_by.as_str().to_owned()),
            flavor: served.flavor.clone(),
            flavor_version: served.flavor_version.clone(),
            kind: model.kind().name().to_owned(),
            estimator: served.parts.clone(),
            digest: served.digest.clone(),
            signature: columns.collect(),
            missing_values: model.handles_missing(),
            precision: precision.to_owned(),
            classes: served.class_names(),
            target_classes: matches!(model.output(), Output::Targets(_))
                .then(|| served.choice_names()),
            trees: size.trees,
            nodes: size.nodes,
            depth: size.depth,
            bytes: size.bytes,
            loaded_at: loaded_at.as_secs_f64(),
        }
    }
}
