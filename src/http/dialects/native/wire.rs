//! What goes over the wire: one Rust type for the document and for the bytes.

use crate::{
    input::Precision,
    load::LoadedModel,
    model::{Labels, Predictions},
};
use poem_openapi::{
    Object,
    types::{ParseFromJSON, ToJSON, Type},
};
use serde::Serialize;

/// One row to predict.
#[derive(Object)]
pub(in crate::http) struct PredictRequest {
    /// The model's features: numbers in the model's order, or an object by column name.
    pub(in crate::http) features: Vec<f64>,
}

/// One row's answer.
#[derive(Serialize, Object)]
#[oai(rename = "Prediction")]
pub(in crate::http) struct Prediction<N: Type + ParseFromJSON + ToJSON> {
    /// The winning class: an integer label as it is, the index of a text label. A regressor's number.
    pub(in crate::http) prediction: N,
    /// The winning class's text label, for models that have them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) label: Option<String>,
    /// The winning class's probability. Classifiers only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) confidence: Option<f32>,
    /// Every class's probability in the model's class order, when asked for with `?probabilities=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) probabilities: Option<Vec<f32>>,
    /// Milliseconds from the complete request body to the answer. Single predictions only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) latency_ms: Option<f64>,
}

/// Which of the rows' answers to write, and how.
pub(in crate::http) struct Answer<'a> {
    pub(in crate::http) served: &'a LoadedModel,
    pub(in crate::http) predictions: &'a Predictions,
    pub(in crate::http) probabilities: bool,
}

impl Answer<'_> {
    /// One object, with the latency.
    pub(in crate::http) fn one(&self, latency_ms: f64) -> serde_json::Result<Vec<u8>> {
        self.write(Some(latency_ms))
    }

    /// An array of objects.
    pub(in crate::http) fn batch(&self) -> serde_json::Result<Vec<u8>> {
        self.write(None)
    }

    fn write(&self, latency: Option<f64>) -> serde_json::Result<Vec<u8>> {
        let model = &self.served.model;
        let scores = |i: usize| self.predictions.row(i);
        match (model.labels(), model.output_precision()) {
            (Some(Labels::Integers(labels)), _) => self.rows(latency, |i| labels[self.class(i)]),
            (Some(Labels::Strings(_)), _) => self.rows(latency, |i| self.class(i) as i64),
            (None, _) if self.predictions.width > 1 => self.rows(latency, |i| scores(i).to_vec()),
            (None, Precision::F32) => self.rows(latency, |i| scores(i)[0] as f32),
            (None, Precision::F64) => self.rows(latency, |i| scores(i)[0]),
        }
    }

    fn class(&self, row: usize) -> usize {
        self.predictions.classes[row] as usize
    }

    fn rows<N>(
        &self,
        latency_ms: Option<f64>,
        prediction: impl Fn(usize) -> N,
    ) -> serde_json::Result<Vec<u8>>
    where
        N: Type + ParseFromJSON + ToJSON + Serialize,
    {
        let model = &self.served.model;
        let classifier = model.labels().is_some();
        let row = |i: usize| Prediction {
            prediction: prediction(i),
            label: match model.labels() {
                Some(Labels::Strings(labels)) => Some(labels[self.class(i)].clone()),
                _ => None,
            },
            confidence: classifier.then(|| self.predictions.confidence(i) as f32),
            probabilities: (classifier && self.probabilities)
                .then(|| self.predictions.row(i).iter().map(|p| *p as f32).collect()),
            latency_ms,
        };
        let mut body = Vec::with_capacity(128);
        if latency_ms.is_some() {
            serde_json::to_writer(&mut body, &row(0))?;
            return Ok(body);
        }
        let rows = self.predictions.scores.len() / self.predictions.width.max(1);
        body.push(b'[');
        for i in 0..rows {
            if i > 0 {
                body.push(b',');
            }
            serde_json::to_writer(&mut body, &row(i))?;
        }
        body.push(b']');
        Ok(body)
    }
}

/// A served model's card.
#[derive(Serialize, Object)]
pub(in crate::http) struct ModelCard {
    pub(in crate::http) name: String,
    /// The registry's version, or the beginning of the digest.
    pub(in crate::http) version: String,
    /// The MLflow run that made the model, where its place tells.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::http) run_id: Option<String>,
    pub(in crate::http) uri: String,
    /// `builtin`, `directory`, `registry`, or `cache` when the registry was down at the start.
    pub(in crate::http) source: String,
    pub(in crate::http) flavor: String,
    /// `sha256:` and the hex digest of the model's data file.
    pub(in crate::http) digest: String,
    pub(in crate::http) signature: Vec<CardColumn>,
    /// Class labels in the order of `probabilities`; empty for a regressor.
    pub(in crate::http) classes: Vec<String>,
    pub(in crate::http) trees: usize,
    pub(in crate::http) nodes: usize,
    /// Comparisons on the longest way through a tree.
    pub(in crate::http) depth: usize,
    /// Seconds since 1970.
    pub(in crate::http) loaded_at: f64,
}

/// One column of the signature.
#[derive(Serialize, Object)]
pub(in crate::http) struct CardColumn {
    /// Absent where the model's columns have no names.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::http) name: Option<String>,
    /// The MLflow type.
    pub(in crate::http) r#type: String,
}

impl ModelCard {
    pub(in crate::http) fn of(served: &LoadedModel) -> Self {
        let LoadedModel { model, .. } = served;
        let schema = model.schema();
        let columns = schema.columns.iter().map(|column| CardColumn {
            name: schema.named.then(|| column.name.clone()),
            r#type: column.kind.name().to_owned(),
        });
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
            flavor: served.flavor.clone(),
            digest: served.digest.clone(),
            signature: columns.collect(),
            classes: served.class_names(),
            trees: model.n_trees(),
            nodes: model.n_nodes(),
            depth: model.depth(),
            loaded_at: loaded_at.as_secs_f64(),
        }
    }
}

/// The process is there.
#[derive(Serialize, Object)]
pub(in crate::http) struct Alive {
    /// Always `alive`.
    pub(in crate::http) status: String,
}

/// Whether predictions are served.
#[derive(Serialize, Object)]
pub(in crate::http) struct Readiness {
    /// `ready` or `not_ready`.
    pub(in crate::http) status: String,
    /// Why not: `model_not_loaded`, `draining`, or the kind of the last failure to load.
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) reason: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) model_name: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) model_version: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) run_id: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) digest: Option<String>,
    /// Where the model came from; `cache` when the registry was down at the start.
    #[oai(skip_serializing_if_is_none)]
    pub(in crate::http) source: Option<String>,
}
