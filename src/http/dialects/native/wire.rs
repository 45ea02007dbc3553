//! What goes over the wire: how scores become bytes, and what the server says of its own state.

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
    confidence: Option<Score>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probabilities: Option<Scores<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<Classes<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_ms: Option<f64>,
}

/// A number written with the digits of its precision.
struct Score(f64, Precision);

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            Precision::F32 => serializer.serialize_f32(self.0 as f32),
            Precision::F64 => serializer.serialize_f64(self.0),
        }
    }
}

/// The same for several.
struct Scores<'a>(&'a [f64], Precision);

impl Serialize for Scores<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|x| Score(*x, self.1)))
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
        let precision = model.output_precision();
        let scores = |i: usize| Scores(self.predictions.row(i), precision);
        match model.labels() {
            Some(Labels::Integers(labels)) => self.rows(latency, |i| labels[self.class(i)]),
            Some(Labels::Strings(_)) => self.rows(latency, |i| self.class(i) as i64),
            None if self.predictions.width > 1 => self.rows(latency, scores),
            None => self.rows(latency, |i| Score(self.predictions.row(i)[0], precision)),
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
        let model = &self.served.model;
        let (labels, precision) = (model.labels(), model.output_precision());
        let graded = labels.filter(|_| model.has_probabilities());
        let vector = graded.filter(|_| self.probabilities);
        let row = |i: usize| Row {
            prediction: prediction(i),
            label: match labels {
                Some(Labels::Strings(labels)) => Some(labels[self.class(i)].as_str()),
                _ => None,
            },
            confidence: graded.map(|_| Score(self.predictions.confidence(i), precision)),
            probabilities: vector.map(|_| Scores(self.predictions.row(i), precision)),
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
