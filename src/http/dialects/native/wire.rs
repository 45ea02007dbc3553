//! What goes over the wire: how scores become bytes, and the cards of the model and of the server's state.

use crate::{
    input::Precision,
    load::LoadedModel,
    model::{Labels, Predictions},
};
use poem_openapi::Object;
use serde::{Serialize, Serializer};

/// One row's answer, borrowed from the model and its scores: writing it copies nothing.
///
/// What a client is told about it stands in `openapi::schemas`, whose `Prediction` and `RowPrediction` have these fields.
#[derive(Serialize)]
struct Row<'a, N> {
    prediction: N,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probabilities: Option<Singles<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<Classes<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_ms: Option<f64>,
}

/// Numbers written with the digits of an `f32`.
struct Singles<'a>(&'a [f64]);

impl Serialize for Singles<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|x| *x as f32))
    }
}

/// The classes in score order: integer labels as integers, text labels as text.
struct Classes<'a>(&'a Labels);

impl Serialize for Classes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Labels::Integers(labels) => labels.serialize(serializer),
            Labels::Strings(labels) => labels.serialize(serializer),
        }
    }
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
            (None, _) if self.predictions.width > 1 => self.rows(latency, scores),
            (None, Precision::F32) => self.rows(latency, |i| scores(i)[0] as f32),
            (None, Precision::F64) => self.rows(latency, |i| scores(i)[0]),
        }
    }

    fn class(&self, row: usize) -> usize {
        self.predictions.classes[row] as usize
    }

    fn rows<N: Serialize>(
        &self,
        latency_ms: Option<f64>,
        prediction: impl Fn(usize) -> N,
    ) -> serde_json::Result<Vec<u8>> {
        let labels = self.served.model.labels();
        let vector = labels.filter(|_| self.probabilities);
        let row = |i: usize| Row {
            prediction: prediction(i),
            label: match labels {
                Some(Labels::Strings(labels)) => Some(labels[self.class(i)].as_str()),
                _ => None,
            },
            confidence: labels.map(|_| self.predictions.confidence(i) as f32),
            probabilities: vector.map(|_| Singles(self.predictions.row(i))),
            classes: vector.map(Classes),
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
    /// The name in the registry, of the directory, or as configured.
    pub(in crate::http) name: String,
    /// The registry's version, or the beginning of the digest.
    pub(in crate::http) version: String,
    /// The MLflow run that made the model, where its place tells.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::http) run_id: Option<String>,
    /// Where the model came from, without secrets.
    pub(in crate::http) uri: String,
    /// `builtin`, `directory`, `registry`, or `cache` when the registry was down at the start.
    pub(in crate::http) source: String,
    /// The library that wrote the model: `onnx`, `sklearn`, `xgboost` or `lightgbm`.
    pub(in crate::http) flavor: String,
    /// `sha256:` and the hex digest of the model's data file.
    pub(in crate::http) digest: String,
    /// The columns in the model's order.
    pub(in crate::http) signature: Vec<CardColumn>,
    /// Class labels in the order of `probabilities`; empty for a regressor.
    pub(in crate::http) classes: Vec<String>,
    pub(in crate::http) trees: usize,
    /// Splits and leaves of all trees.
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
    /// The MLflow type: `boolean`, `integer`, `long`, `float` or `double`.
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
            trees: model.size().trees,
            nodes: model.size().nodes,
            depth: model.size().depth,
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

impl Readiness {
    /// What `/health/ready` says; `reason` is why predictions are not served.
    pub(in crate::http) fn of(served: Option<&LoadedModel>, reason: Option<&str>) -> Self {
        let status = if reason.is_none() {
            "ready"
        } else {
            "not_ready"
        };
        Self {
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            model_name: served.map(|served| served.name.clone()),
            model_version: served.map(|served| served.version.clone()),
            run_id: served.and_then(|served| served.run_id.clone()),
            digest: served.map(|served| served.digest.clone()),
            source: served.map(|served| served.source.as_str().to_owned()),
        }
    }
}
